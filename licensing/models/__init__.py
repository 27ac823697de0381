"""Tables of the licensing app, by subject."""

from licensing.models.applications import ApplicationDocument, ApplicationNote, LicenceApplication, Quote
from licensing.models.invoices import CreditNote, Invoice, InvoiceLine
from licensing.models.licences import Licence
from licensing.models.licensees import Licensee, LicenseeAccess, Premises
from licensing.models.receipts import Receipt, ReceiptAllocation
from licensing.models.series import NumberSeries
from licensing.models.tariffs import Province, SalesTaxRate, Tariff, TariffStep, TariffVersion

__all__ = [
    "ApplicationDocument",
    "ApplicationNote",
    "CreditNote",
    "Invoice",
    "InvoiceLine",
    "Licence",
    "LicenceApplication",
    "Licensee",
    "LicenseeAccess",
    "NumberSeries",
    "Premises",
    "Province",
    "Quote",
    "Receipt",
    "ReceiptAllocation",
    "SalesTaxRate",
    "Tariff",
    "TariffStep",
    "TariffVersion",
]

"""What licensing knows: reads that span tables, for pages, documents and the apps above."""

from licensing.queries.checks import LicenceStatus, licence_status
from licensing.queries.money import OutstandingInvoice, ReceiptPart, invoices_outstanding, receipts_available

__all__ = [
    "LicenceStatus",
    "OutstandingInvoice",
    "ReceiptPart",
    "invoices_outstanding",
    "licence_status",
    "receipts_available",
]

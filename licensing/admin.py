"""Record screens of licensing: to look things up. Provinces and tax rates can be edited; money never is."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from cmo_portal.record_admin import LookOnlyAdmin, LookOnlyInline, ReferenceAdmin
from licensing.models import (
    CreditNote,
    Invoice,
    InvoiceLine,
    Licence,
    LicenceApplication,
    Licensee,
    Premises,
    Province,
    Quote,
    Receipt,
    ReceiptAllocation,
    SalesTaxRate,
    Tariff,
    TariffStep,
    TariffVersion,
)

VIEW = "licensing.view_licensing"


class VersionInline(LookOnlyInline):
    """Versions of a tariff."""

    model = TariffVersion
    fk_name = "tariff"
    fields = ("version", "legal_status", "valid_from", "valid_to", "source")


class StepInline(LookOnlyInline):
    """The legal life of a version."""

    model = TariffStep
    fields = ("legal_status", "on", "reference", "by")
    related = ("by",)


class LineInline(LookOnlyInline):
    """Lines of an invoice."""

    model = InvoiceLine
    fields = ("position", "kind", "text", "base", "rate", "amount")
    money = ("base", "amount")


class AllocationInline(LookOnlyInline):
    """Invoices that a receipt pays."""

    model = ReceiptAllocation
    fields = ("invoice", "amount", "net_amount", "tax_amount")
    related = ("invoice",)
    money = ("amount", "net_amount", "tax_amount")


class PremisesInline(LookOnlyInline):
    """Premises of a licensee."""

    model = Premises
    fields = ("kind", "name", "name_ur", "address", "city", "province")
    related = ("province",)


@admin.register(Tariff)
class TariffAdmin(LookOnlyAdmin):
    """Tariffs; they change in the tariff editor, by two people."""

    permission = VIEW
    list_display = ("code", "name", "name_ur", "use_category", "right", "term")
    list_filter = ("use_category", "right", "term")
    search_fields = ("code", "name", "name_ur", "summary")
    inlines = (VersionInline,)


@admin.register(TariffVersion)
class TariffVersionAdmin(LookOnlyAdmin):
    """Versions with their definition and legal life."""

    permission = VIEW
    work_screen = "licensing:staff-version-detail"
    list_display = ("tariff", "version", "legal_status", "valid_from", "valid_to", "proposed_by", "approved_by")
    list_filter = ("legal_status", "tariff__use_category")
    list_select_related = ("tariff", "proposed_by", "approved_by")
    search_fields = ("tariff__code", "tariff__name", "source")
    inlines = (StepInline,)

    def work_place(self, obj: TariffVersion) -> dict[str, Any]:
        """Versions are named by their tariff and number."""
        return {"code": obj.tariff.code, "number": obj.version}


@admin.register(Province)
class ProvinceAdmin(ReferenceAdmin):
    """Places with a sales tax of their own."""

    permission = VIEW
    list_display = ("code", "name", "name_ur", "authority")
    search_fields = ("code", "name", "name_ur", "authority")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code stands in quotes: it stays."""
        return ("code",) if obj else ()


@admin.register(SalesTaxRate)
class SalesTaxRateAdmin(ReferenceAdmin):
    """Sales tax rates by province and day. A used rate is ended by its last day, and a new row takes its place."""

    permission = VIEW
    list_display = ("province", "code", "name", "rate", "valid_from", "valid_to", "source")
    list_filter = ("province",)
    list_select_related = ("province",)
    search_fields = ("province__code", "province__name", "code", "name", "source")
    date_hierarchy = "valid_from"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What an invoice was reckoned by does not change: only the last day can be set."""
        fixed = ("province", "code", "name", "name_ur", "order", "compound", "rate", "valid_from", "source")
        return fixed if obj else ()


@admin.register(Licensee)
class LicenseeAdmin(LookOnlyAdmin):
    """Licensees."""

    permission = VIEW
    work_screen = "licensing:staff-licensee-detail"
    list_display = ("number", "name", "name_ur", "city", "email")
    list_filter = ("city",)
    search_fields = ("number", "name", "name_ur", "email", "ntn")
    inlines = (PremisesInline,)


@admin.register(LicenceApplication)
class LicenceApplicationAdmin(LookOnlyAdmin):
    """Applications."""

    permission = VIEW
    work_screen = "licensing:staff-application-detail"
    list_display = ("reference", "email", "state", "submitted_at", "decided_at")
    list_filter = ("state",)
    search_fields = ("reference", "email")
    exclude = ("return_hash", "form_key")


@admin.register(Quote)
class QuoteAdmin(LookOnlyAdmin):
    """Quotes as they were given."""

    permission = VIEW
    money = ("fee", "tax", "total")
    list_display = ("number", "application", "tariff_version", "fee", "tax", "total", "valid_until")
    list_select_related = ("application", "tariff_version__tariff")
    search_fields = ("number", "application__reference")


@admin.register(Licence)
class LicenceAdmin(LookOnlyAdmin):
    """Licences."""

    permission = VIEW
    work_screen = "licensing:staff-licence-detail"
    list_display = ("number", "licensee", "premises", "tariff_version", "starts_on", "ends_on", "state")
    list_filter = ("state", "tariff_version__tariff")
    list_select_related = ("licensee", "premises", "tariff_version__tariff")
    search_fields = ("number", "licensee__name", "premises__name")
    date_hierarchy = "starts_on"


@admin.register(Invoice)
class InvoiceAdmin(LookOnlyAdmin):
    """Invoices; money rows are read only."""

    permission = VIEW
    work_screen = "licensing:staff-invoice-detail"
    money = ("net", "tax", "total")
    list_display = ("number", "licensee", "issued_on", "due_on", "net", "tax", "total", "state")
    list_filter = ("state",)
    list_select_related = ("licensee",)
    search_fields = ("number", "licensee__name", "licence__number")
    date_hierarchy = "issued_on"
    inlines = (LineInline,)


@admin.register(CreditNote)
class CreditNoteAdmin(LookOnlyAdmin):
    """Credit notes."""

    permission = VIEW
    money = ("amount",)
    list_display = ("number", "invoice", "issued_on", "amount", "reason", "by")
    list_select_related = ("invoice", "by")
    search_fields = ("number", "invoice__number", "reason")


@admin.register(Receipt)
class ReceiptAdmin(LookOnlyAdmin):
    """Receipts."""

    permission = VIEW
    work_screen = "licensing:staff-receipt-detail"
    money = ("amount",)
    list_display = ("number", "received_on", "payer", "licensee", "method", "reference", "amount")
    list_filter = ("method",)
    list_select_related = ("licensee",)
    search_fields = ("number", "payer", "reference", "licensee__name")
    date_hierarchy = "received_on"
    exclude = ("form_key",)
    inlines = (AllocationInline,)

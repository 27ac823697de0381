"""Record screens of parties and members: to look things up; every change goes through the work screens.

Sealed numbers never come here, not even as bytes; files are opened on the work screens, where it is noted.
"""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cmo_portal.record_admin import LookOnlyAdmin, LookOnlyInline
from members.models import (
    BankAccount,
    Document,
    Mandate,
    Member,
    MembershipApplication,
    Party,
    PartyAffiliation,
    PartyName,
    TaxStatus,
)


class NameInline(LookOnlyInline):
    """Names of a party."""

    model = PartyName
    fields = ("name_type", "first_name", "last_name", "original", "ipi_name_number")


class AffiliationInline(LookOnlyInline):
    """Societies of a party."""

    model = PartyAffiliation
    fields = ("society_code", "right", "territory", "valid_from", "valid_to")


class TaxInline(LookOnlyInline):
    """Tax classes of a party."""

    model = TaxStatus
    fields = ("tax_class", "valid_from", "valid_to", "evidence")


class MandateInline(LookOnlyInline):
    """Mandates of a member."""

    model = Mandate
    fields = ("right", "territory", "valid_from", "valid_to", "exclusive")


@admin.register(Party)
class PartyAdmin(LookOnlyAdmin):
    """Interested parties."""

    permission = "members.view_members"
    list_display = ("display_name", "display_name_original", "kind", "ipi_base_number", "society_code")
    list_filter = ("kind",)
    search_fields = ("display_name", "display_name_original", "names__key", "names__ipi_name_number", "ipi_base_number")
    search_help_text = _("Name, IPI name number or IPI base number")
    inlines = (NameInline, AffiliationInline, TaxInline)


@admin.register(Member)
class MemberAdmin(LookOnlyAdmin):
    """Members."""

    permission = "members.view_members"
    work_screen = "members:staff-member"
    list_display = ("number", "party", "state", "admitted_on", "left_on")
    list_filter = ("state", "language")
    list_select_related = ("party",)
    search_fields = ("number", "party__display_name", "party__display_name_original", "email")
    readonly_fields = ("cnic_masked",)
    inlines = (MandateInline,)


@admin.register(MembershipApplication)
class MembershipApplicationAdmin(LookOnlyAdmin):
    """Applications."""

    permission = "members.review_applications"
    work_screen = "members:staff-application"
    list_display = ("reference", "display_name", "kind", "state", "submitted_at", "decided_at")
    list_filter = ("state", "kind")
    search_fields = ("reference", "display_name", "email")
    readonly_fields = ("cnic_masked", "iban_masked")
    exclude = ("answers",)


@admin.register(BankAccount)
class BankAccountAdmin(LookOnlyAdmin):
    """Bank details, by their masks."""

    permission = "members.approve_bank"
    work_screen = "members:staff-account"
    list_display = (
        "party",
        "title",
        "iban_masked",
        "state",
        "proposed_by",
        "proposed_at",
        "approved_by",
        "approved_at",
    )
    list_filter = ("state",)
    list_select_related = ("party", "proposed_by", "approved_by")
    search_fields = ("party__display_name", "title", "bank_name")
    readonly_fields = ("iban_masked",)


@admin.register(Document)
class DocumentAdmin(LookOnlyAdmin):
    """What documents there are; they are opened on the work screens."""

    permission = "members.review_applications"
    list_display = ("original_name", "kind", "party", "application", "content_type", "size", "quarantined")
    list_filter = ("kind", "quarantined")
    list_select_related = ("party", "application")
    search_fields = ("original_name", "party__display_name", "application__reference")
    exclude = ("file",)

"""Accounts, journals and lines of the ledger."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.texts import Text
from cmo_portal.templatetags.portal import code
from members.models import Party
from royalties.admin.base import LEDGER, RoyaltiesAdmin, RunFilter
from royalties.models import Account, Journal, LedgerLine

JOURNAL_KINDS: Mapping[str, Text] = {
    "receipt": _("Money received"),
    "credit": _("Credit of a licensee"),
    "pool": _("Money put into a pool"),
    "distribution": _("Distribution"),
    "payment_reserve": _("Payments reserved"),
    "payment_settle": _("Answer of the bank"),
    "reversal": _("Reversal"),
}


class JournalKindFilter(admin.SimpleListFilter):
    """By the act that posts."""

    title, parameter_name = _("kind"), "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Text]]:
        return JOURNAL_KINDS.items()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


def as_number(text: str) -> int | None:
    """The number of a journal that somebody typed, or None for words."""
    wanted = text.strip()
    return int(wanted) if wanted.isdecimal() and len(wanted) <= 18 else None


@admin.register(Account)
class AccountAdmin(RoyaltiesAdmin):
    """The accounts of the books."""

    permission = LEDGER
    list_display = ("code", "local_name", "kind")
    list_filter = ("kind",)
    search_fields = ("code", "name")
    search_help_text = _("Code or name of the account")
    ordering = ("code",)
    fields = ("code", "local_name", "kind")
    readonly_fields = ("local_name",)

    @admin.display(description=_("name"))
    def local_name(self, row: Account) -> str:
        """The name in the language of the reader."""
        return row.label

    def view_on_site(self, obj: Account) -> str:
        """Its lines."""
        return f"{reverse('royalties:staff-line-list')}?account={obj.code}"


@admin.register(Journal)
class JournalAdmin(RoyaltiesAdmin):
    """Posted journals. A journal of a run has a line for every payee: they are read on its own page, by the page."""

    permission = LEDGER
    work_screen = "royalties:staff-journal-detail"
    list_display = ("number", "business_date", "kind_words", "description", "line_count", "reverses")
    list_filter = (JournalKindFilter,)
    list_select_related = ("reverses",)
    search_fields = ("key", "description")
    search_help_text = _("Number of the journal, or words of its description")
    date_hierarchy = "business_date"
    ordering = ("-number",)
    sortable_by = ("number", "business_date")
    fields = (
        "number", "business_date", "kind_words", "description", "key", "line_count", "reverses", "fingerprint", "link",
    )  # fmt: skip
    readonly_fields = ("kind_words", "fingerprint", "link")

    @admin.display(description=_("kind"), ordering="kind")
    def kind_words(self, row: Journal) -> Text:
        """The act that posted it."""
        return JOURNAL_KINDS.get(row.kind, row.kind)

    @admin.display(description=_("fingerprint of the lines"))
    def fingerprint(self, row: Journal) -> SafeString:
        """The hash of its lines."""
        return code(bytes(row.sha256).hex())

    @admin.display(description=_("link of the chain"))
    def link(self, row: Journal) -> SafeString:
        """The hash over this journal and all before it."""
        return code(bytes(row.chain).hex())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Journal], search_term: str
    ) -> tuple[QuerySet[Journal], bool]:
        """A number is a journal's own."""
        if (number := as_number(search_term)) is not None:
            return queryset.filter(number=number), False
        return super().get_search_results(request, queryset, search_term)

    def work_place(self, obj: Journal) -> dict[str, Any]:
        """Journals are named by their number."""
        return {"number": obj.number}


@admin.register(LedgerLine)
class LedgerLineAdmin(RoyaltiesAdmin):
    """Lines of journals, the latest first. The table is long: it is sorted in no other way."""

    permission = LEDGER
    list_display = ("journal", "journal__business_date", "account", "party", "pool", "run", "amount")
    list_filter = ("account", RunFilter)
    list_select_related = ("journal", "account", "party", "pool", "run")
    search_fields = ("journal__number",)
    search_help_text = _("Number of the journal, or words of the party or the journal")
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("journal", "line_no", "account", "party", "pool", "run", "amount", "reason", "memo")
    money = ("amount",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LedgerLine], search_term: str
    ) -> tuple[QuerySet[LedgerLine], bool]:
        """A number is a journal's; words are looked for among the parties and the journals, never along the lines."""
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        if (number := as_number(wanted)) is not None:
            return queryset.filter(journal__number=number), False
        parties = Party.objects.filter(display_name__icontains=wanted)
        journals = Journal.objects.filter(Q(description__icontains=wanted) | Q(key__icontains=wanted))
        return queryset.filter(Q(party__in=parties) | Q(journal__in=journals)), False

    def view_on_site(self, obj: LedgerLine) -> str:
        """The journal it belongs to."""
        return reverse("royalties:staff-journal-detail", kwargs={"number": obj.journal.number})

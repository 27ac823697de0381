"""What the record screens of royalties share: permissions, words for columns, the filter by run."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.texts import Text
from cmo_portal.record_admin import LookOnlyAdmin, LookOnlyInline
from royalties.models import Run

LEDGER, RUNS, USAGE = "royalties.view_ledger", "royalties.view_runs", "royalties.view_usage"
RECENT_RUNS = 24
# Words for columns whose field has none for people.
LABELS: Mapping[str, Text] = {
    "account": _("account"),
    "approved_at": _("approved at"),
    "approved_by": _("approved by"),
    "bank_reason": _("reason of the bank"),
    "bank_reference": _("reference of the bank"),
    "basis": _("basis"),
    "batch": _("payment batch"),
    "calculated_at": _("calculated at"),
    "claimed": _("claimed"),
    "count": _("payments"),
    "control_total": _("control total"),
    "coverage": _("coverage"),
    "deducted": _("deducted"),
    "downloads": _("downloads"),
    "encoding": _("character set"),
    "exported_at": _("sent to the bank at"),
    "file": _("usage file"),
    "finalised_at": _("finalised at"),
    "frozen_at": _("frozen at"),
    "gross": _("gross"),
    "iban_masked": _("account number"),
    "journal": _("journal"),
    "landed_at": _("taken at"),
    "licensee": _("licensee"),
    "line_count": _("lines"),
    "line_no": _("line"),
    "maker": _("made by"),
    "mapping_version": _("saved mappings"),
    "matched_at": _("matched at"),
    "member_number": _("member number"),
    "memo": _("note"),
    "net": _("net"),
    "number": _("number"),
    "order": _("step"),
    "party": _("party"),
    "payee_name": _("payee"),
    "payee_name_original": _("payee in the original script"),
    "plays": _("plays"),
    "pool": _("pool"),
    "pool_no": _("no."),
    "proposed_by": _("proposed by"),
    "published_at": _("published at"),
    "purpose": _("purpose"),
    "rate_percent": _("rate in percent"),
    "reader_version": _("version of the reader"),
    "reason": _("reason"),
    "received_by": _("received by"),
    "refused_count": _("refused lines"),
    "reverses": _("reverses"),
    "reviewed_by": _("sent for approval by"),
    "rule": _("rule"),
    "rule_version": _("rule version"),
    "run": _("distribution run"),
    "section": _("section"),
    "seconds": _("seconds"),
    "settled_at": _("settled at"),
    "size": _("size in bytes"),
    "source": _("source"),
    "state": _("state"),
    "statement": _("statement"),
    "tax_class": _("tax class"),
    "tax_rate_percent": _("tax rate in percent"),
    "tax_rule": _("tax rule"),
    "text_count": _("texts"),
    "withheld": _("tax withheld"),
    "work": _("work"),
}


class RunFilter(admin.SimpleListFilter):
    """By one of the latest runs; older ones are found by the search."""

    title, parameter_name = _("distribution run"), "run"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(run.number, f"{run.number} {run.name}") for run in Run.objects.order_by("-pk")[:RECENT_RUNS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(run__number=self.value()) if self.value() else queryset


class RoyaltiesAdmin(LookOnlyAdmin):
    """A table of royalties."""

    labels = LABELS


class RoyaltiesInline(LookOnlyInline):
    """Rows of royalties beside the row they belong to."""

    labels = LABELS

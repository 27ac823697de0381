"""Pools, runs, statements and held money."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.texts import Text
from cmo_portal.templatetags.portal import code, money
from licensing.models.tariffs import UseCategory
from royalties.admin.base import LABELS, RUNS, RoyaltiesAdmin, RoyaltiesInline, RunFilter
from royalties.models import (
    HeldClaim,
    Pool,
    PoolReceipt,
    PoolSection,
    PoolUsage,
    Run,
    RunDeduction,
    RunPool,
    Statement,
    SuspenseLine,
)


class CategoryFilter(admin.SimpleListFilter):
    """By the use that was paid for."""

    title, parameter_name = _("use category"), "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Text]]:
        return UseCategory.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(category=self.value()) if self.value() else queryset


class SectionInline(RoyaltiesInline):
    """Fixed parts of a pool."""

    model = PoolSection
    fields = ("code", "name", "weight")


class UsageInline(RoyaltiesInline):
    """Usage files that feed a pool."""

    model = PoolUsage
    fields = ("file",)
    related = ("file",)


@admin.register(Pool)
class PoolAdmin(RoyaltiesAdmin):
    """Pools with what they hold."""

    permission = RUNS
    work_screen = "royalties:staff-pool-detail"
    list_display = ("code", "name", "right", "use_category", "period_start", "period_end", "held")
    list_filter = ("right", CategoryFilter)
    list_select_related = ("distribution_rule__rule", "deduction_rule__rule")
    search_fields = ("code", "name", "name_ur")
    search_help_text = _("Code or name of the pool")
    date_hierarchy = "period_start"
    ordering = ("-period_start", "code")
    fields = (
        "code", "name", "name_ur", "right", "use_category", "territory", "period_start", "period_end", "held",
        "distribution_rule", "deduction_rule",
    )  # fmt: skip
    readonly_fields = ("use_category", "held")
    inlines = (SectionInline, UsageInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pool]:
        """With the money of each pool: the sum of its receipts."""
        parts = PoolReceipt.objects.filter(pool=OuterRef("pk")).order_by().values("pool")
        return (
            super().get_queryset(request).annotate(held_sum=Subquery(parts.annotate(sum=Sum("amount")).values("sum")))
        )

    @admin.display(description=_("money in the pool"), ordering="held_sum")
    def held(self, row: Any) -> SafeString:
        """The sum of its receipts."""
        return money(row.held_sum or 0)

    @admin.display(description=_("use category"), ordering="category")
    def use_category(self, row: Pool) -> Text:
        """The use in words."""
        return dict(UseCategory.choices).get(row.category, row.category)


class RunPoolInline(RoyaltiesInline):
    """Pools as a run froze them."""

    model = RunPool
    fields = ("pool_no", "name", "right", "gross", "deducted", "amount", "rule_version")
    related = ("rule_version__rule",)
    money = ("gross", "deducted", "amount")
    labels = {**LABELS, "amount": _("to be shared"), "name": _("name"), "right": _("right")}


class DeductionInline(RoyaltiesInline):
    """What was taken off each pool, by which rule."""

    model = RunDeduction
    fields = ("pool", "order", "name", "purpose", "basis", "rate_percent", "amount", "rule_version")
    related = ("pool", "rule_version__rule")
    money = ("basis", "amount")
    labels = {**LABELS, "amount": _("amount"), "name": _("name")}


@admin.register(Run)
class RunAdmin(RoyaltiesAdmin):
    """Distribution runs."""

    permission = RUNS
    work_screen = "royalties:staff-run-detail"
    list_display = ("number", "name", "period_start", "period_end", "state", "maker", "approved_by", "finalised_at")
    list_filter = ("state",)
    list_select_related = ("maker", "reviewed_by", "approved_by", "claim_rule__rule")
    search_fields = ("number", "name")
    search_help_text = _("Number or name of the distribution")
    date_hierarchy = "period_start"
    ordering = ("-number",)
    fields = (
        "number", "name", "period_start", "period_end", "state", "maker", "frozen_at", "calculated_at", "reviewed_by",
        "approved_by", "approved_at", "fingerprint", "finalised_at", "published_at", "reason",
    )  # fmt: skip
    readonly_fields = ("fingerprint",)
    inlines = (RunPoolInline, DeductionInline)

    @admin.display(description=_("fingerprint of the results"))
    def fingerprint(self, row: Run) -> SafeString | str:
        """The digest that is approved."""
        return code(bytes(row.digest).hex()) if row.digest else "–"


@admin.register(Statement)
class StatementAdmin(RoyaltiesAdmin):
    """Statements as they were made."""

    permission = RUNS
    list_display = ("number", "payee_name", "member_number", "run", "opening", "earned", "closing", "line_count")
    list_filter = (RunFilter,)
    list_select_related = ("run", "party")
    search_fields = ("number", "payee_name", "payee_name_original", "member_number")
    search_help_text = _("Number of the statement or the member, or the name of the payee")
    ordering = ("-pk",)
    sortable_by = ("number",)
    fields = (
        "number", "run", "party", "payee_name", "payee_name_original", "member_number", "opening", "earned", "closing",
        "line_count",
    )  # fmt: skip
    money = ("opening", "earned", "closing")


class HeldClaimInline(RoyaltiesInline):
    """Who waits for a held amount."""

    model = HeldClaim
    fields = ("party", "claimed", "dispute")
    related = ("party", "dispute__work")
    shares = ("claimed",)
    labels = {**LABELS, "dispute": _("dispute")}


@admin.register(SuspenseLine)
class SuspenseLineAdmin(RoyaltiesAdmin):
    """Held amounts: why, and until when."""

    permission = RUNS
    list_display = ("run", "pool", "reason", "work", "amount", "collected_year_end", "prescribes_on", "state")
    list_filter = ("state", "reason", RunFilter)
    list_select_related = ("run", "pool", "work")
    search_fields = ("work__number", "work__title")
    search_help_text = _("Number or title of the work")
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("run", "pool", "reason", "work", "amount", "collected_year_end", "prescribes_on", "state")
    money = ("amount",)
    inlines = (HeldClaimInline,)

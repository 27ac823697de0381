"""Rules and their versions: read here, drafted and approved on the work screens."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from royalties.admin.base import LABELS, RUNS, RoyaltiesAdmin, RoyaltiesInline
from royalties.models import Rule, RuleVersion


class VersionInline(RoyaltiesInline):
    """Versions of a rule."""

    model = RuleVersion
    fields = ("version", "state", "valid_from", "valid_to", "source")
    labels = {"state": _("state")}
    show_change_link = True


@admin.register(Rule)
class RuleAdmin(RoyaltiesAdmin):
    """Rules; their versions are drafted by one person and approved by another."""

    permission = RUNS
    list_display = ("code", "name", "name_ur", "kind")
    list_filter = ("kind",)
    search_fields = ("code", "name", "name_ur")
    search_help_text = _("Code or name of the rule")
    ordering = ("code",)
    fields = ("code", "name", "name_ur", "kind")
    inlines = (VersionInline,)

    def view_on_site(self, obj: Rule) -> str:
        """The rule in the list of rules."""
        return f"{reverse('royalties:staff-rule-list')}?q={obj.code}"


@admin.register(RuleVersion)
class RuleVersionAdmin(RoyaltiesAdmin):
    """Versions with their words and parameters."""

    permission = RUNS
    work_screen = "royalties:staff-rule-version"
    list_display = ("rule", "version", "state", "valid_from", "valid_to", "proposed_by", "approved_by", "source")
    list_filter = ("state", "rule__kind")
    list_select_related = ("rule", "proposed_by", "approved_by")
    search_fields = ("rule__code", "rule__name", "source", "text")
    search_help_text = _("Code or name of the rule, its source or its words")
    date_hierarchy = "valid_from"
    ordering = ("rule__code", "-version")
    fields = (
        "rule", "version", "state", "valid_from", "valid_to", "text", "text_ur", "parameters", "source", "proposed_by",
        "approved_by", "approved_at",
    )  # fmt: skip
    labels = {name: word for name, word in LABELS.items() if name != "source"}

"""Usage sources and files."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cmo_portal.record_admin import ReferenceAdmin
from cmo_portal.templatetags.portal import code
from royalties.admin.base import USAGE, RoyaltiesAdmin
from royalties.models import UsageFile, UsageSource


@admin.register(UsageSource)
class UsageSourceAdmin(ReferenceAdmin):
    """Who reports usage. A name can be mended; sources are made, and their files read, on the work screens."""

    permission = USAGE
    labels = {"licensee": _("licensee"), "mapping_version": _("saved mappings")}
    list_display = ("code", "name", "format", "licensee", "mapping_version")
    list_filter = ("format",)
    list_select_related = ("licensee",)
    search_fields = ("code", "name", "licensee__name")
    search_help_text = _("Code or name of the source, or the licensee that reports by it")
    ordering = ("code",)
    fields = ("code", "name", "format", "licensee", "mapping_version")
    readonly_fields = ("code", "format")

    def has_add_permission(self, request: HttpRequest) -> bool:  # type: ignore[override]
        """A new source needs its format and code chosen on the work screen."""
        return False


@admin.register(UsageFile)
class UsageFileAdmin(RoyaltiesAdmin):
    """Usage files with what was read; the files themselves are opened on the work screens."""

    permission = USAGE
    work_screen = "royalties:staff-usage-detail"
    list_display = (
        "filename", "source", "period_start", "period_end", "state", "line_count", "plays", "received_by", "landed_at",
    )  # fmt: skip
    list_filter = ("state", "coverage", "source")
    list_select_related = ("source", "received_by")
    search_fields = ("filename", "source__code", "source__name")
    search_help_text = _("Name of the file, code or name of the source")
    date_hierarchy = "period_start"
    ordering = ("-pk",)
    fields = (
        "filename", "source", "period_start", "period_end", "state", "coverage", "fingerprint", "size", "encoding",
        "reader_version", "line_count", "text_count", "refused_count", "plays", "seconds", "received_by", "landed_at",
        "matched_at", "reason",
    )  # fmt: skip
    readonly_fields = ("fingerprint",)

    @admin.display(description=_("fingerprint of the file"))
    def fingerprint(self, row: UsageFile) -> SafeString:
        """The hash of its bytes."""
        return code(bytes(row.sha256).hex())

"""Record screens of works: to look things up; changes go through the work screens."""

from django.contrib import admin

from cmo_portal.record_admin import LookOnlyAdmin, LookOnlyInline, ReferenceAdmin
from works.models import (
    CueType,
    Dispute,
    Recording,
    RecordingPerformer,
    RecordingWork,
    RegistrationFile,
    Work,
    WorkIdentifier,
    WorkShare,
    WorkTitle,
)


class TitleInline(LookOnlyInline):
    """Titles of a work."""

    model = WorkTitle
    fields = ("title_type", "text", "language", "script")


class ShareInline(LookOnlyInline):
    """Shares of a work."""

    model = WorkShare
    fields = ("right", "party", "role", "share", "territory", "valid_from", "valid_to", "state", "source")
    related = ("party",)
    shares = ("share",)


class IdentifierInline(LookOnlyInline):
    """Numbers of others."""

    model = WorkIdentifier
    fields = ("issuer", "value")


class PerformerInline(LookOnlyInline):
    """Performers of a recording."""

    model = RecordingPerformer
    fields = ("position", "name", "name_original", "party")
    related = ("party",)


class RecordedWorkInline(LookOnlyInline):
    """Works of a recording."""

    model = RecordingWork
    fields = ("position", "work", "duration")
    related = ("work",)


@admin.register(Work)
class WorkAdmin(LookOnlyAdmin):
    """Works."""

    permission = "works.view_works"
    work_screen = "works:staff-work-detail"
    list_display = ("number", "title", "iswc", "language", "state")
    list_filter = ("state", "language", "category", "version_type")
    search_fields = ("number", "iswc", "titles__text")
    inlines = (TitleInline, ShareInline, IdentifierInline)


@admin.register(Recording)
class RecordingAdmin(LookOnlyAdmin):
    """Recordings."""

    permission = "works.view_works"
    work_screen = "works:staff-recording-detail"
    list_display = ("isrc", "title", "version_title", "label", "duration")
    search_fields = ("isrc", "title", "performers__name")
    inlines = (PerformerInline, RecordedWorkInline)


@admin.register(Dispute)
class DisputeAdmin(LookOnlyAdmin):
    """Disputes."""

    permission = "works.view_works"
    work_screen = "works:staff-dispute-detail"
    shares = ("share",)
    list_display = ("work", "right", "share", "opened_on", "deadline", "closed_on")
    list_filter = ("right",)
    list_select_related = ("work",)
    search_fields = ("work__number", "work__title")


@admin.register(RegistrationFile)
class RegistrationFileAdmin(LookOnlyAdmin):
    """Registration files."""

    permission = "works.import_works"
    work_screen = "works:staff-file-detail"
    list_display = ("filename", "sender", "format", "state", "imported_at")
    list_filter = ("state", "format")
    search_fields = ("filename", "sender")
    exclude = ("file", "answer", "report")


@admin.register(CueType)
class CueTypeAdmin(ReferenceAdmin):
    """How cue sheets name the use of music; a type that is no longer used gets its last day."""

    permission = "works.view_works"
    list_display = ("code", "name", "name_ur", "cwr_code", "valid_from", "valid_to")
    search_fields = ("code", "name")

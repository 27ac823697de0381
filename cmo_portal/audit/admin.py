"""Record screen of acts."""

from django.contrib import admin

from cmo_portal.audit.models import Act
from cmo_portal.record_admin import LookOnlyAdmin


@admin.register(Act)
class ActAdmin(LookOnlyAdmin):
    """Acts."""

    permission = "audit.view_acts"
    list_display = ("number", "at", "actor", "verb", "object_name")
    list_filter = ("verb",)
    list_select_related = ("actor",)
    search_fields = ("verb", "object_name", "object_id")

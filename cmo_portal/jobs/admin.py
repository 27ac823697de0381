"""Record screen of jobs."""

from django.contrib import admin

from cmo_portal.jobs.models import Job
from cmo_portal.record_admin import LookOnlyAdmin


@admin.register(Job)
class JobAdmin(LookOnlyAdmin):
    """Jobs."""

    permission = "jobs.view_jobs"
    list_display = ("id", "kind", "subject", "step", "slice_no", "state", "attempt", "finished_at")
    list_filter = ("state", "kind", "queue")
    search_fields = ("key", "subject")

"""Configuration of the jobs app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Outbox, leases, reaper."""

    name = "cmo_portal.jobs"
    label = "jobs"
    verbose_name = _("Jobs")

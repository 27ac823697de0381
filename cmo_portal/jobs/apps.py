"""Configuration of the jobs app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Outbox, leases, reaper."""

    name = "cmo_portal.jobs"
    label = "jobs"
    verbose_name = "Jobs"

"""Configuration of the audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The chain of acts."""

    name = "cmo_portal.audit"
    label = "audit"
    verbose_name = "Audit"

"""Configuration of the audit app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """The chain of acts."""

    name = "cmo_portal.audit"
    label = "audit"
    verbose_name = _("Record of acts")

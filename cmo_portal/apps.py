"""Configuration of the ground floor as a Django app: tags, commands, static files."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    """The shared ground floor; label `portal`."""

    name = "cmo_portal"
    label = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        """Make the Celery application current, so that tasks find their broker."""
        from cmo_portal import celery, checks  # noqa: F401
        from cmo_portal.accounts.roles import write_roles
        from cmo_portal.grants import grant_to_application

        post_migrate.connect(lambda using, **_: write_roles(using=using), sender=self, weak=False)
        post_migrate.connect(lambda using, **_: grant_to_application(using=using), weak=False, dispatch_uid="grants")

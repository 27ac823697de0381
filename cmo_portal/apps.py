"""Configuration of the ground floor as a Django app: tags, commands, static files."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PortalConfig(AppConfig):
    """The shared ground floor; label `portal`."""

    name = "cmo_portal"
    label = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        """Make the Celery application current, so that tasks find their broker."""
        from django.contrib import admin

        from cmo_portal import celery, checks  # noqa: F401
        from cmo_portal.accounts.roles import write_roles
        from cmo_portal.grants import grant_to_application
        from cmo_portal.navigation import register
        from cmo_portal.states import register_states

        admin.site.enable_nav_sidebar = False  # its script keeps a state in the browser, which the portal never does
        register("staff", "staff_home", _("Your work"), order=0)
        register("staff", "staff-jobs", _("Jobs"), permission="jobs.view_jobs", order=80)
        register("staff", "staff-acts", _("Acts"), permission="audit.view_acts", order=85)
        register("staff", "staff-users", _("Users"), permission="accounts.manage_users", order=90)
        register_states(
            "job",
            {
                "pending": ("empty", "plain", _("Waiting")),
                "running": ("half", "waiting", _("Running")),
                "done": ("tick", "good", _("Done")),
                "quarantined": ("triangle", "bad", _("Quarantined")),
                "cancelled": ("cross", "plain", _("Cancelled")),
            },
        )
        register_states(
            "role",
            {"held": ("filled", "good", pgettext_lazy("role", "Held")), "free": ("empty", "plain", _("Not held"))},
        )
        # Every app's own permissions and tables exist only after its own migrations: both run after each app.
        post_migrate.connect(lambda using, **kwargs: write_roles(using=using), weak=False, dispatch_uid="roles")
        post_migrate.connect(
            lambda using, **kwargs: grant_to_application(using=using), weak=False, dispatch_uid="grants"
        )

"""Configuration of the works app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorksConfig(AppConfig):
    """Works, shares, registrations."""

    name = "works"
    verbose_name = _("Works")

    def ready(self) -> None:
        """Name our pages in the headers, give our states their shapes, take up our jobs."""
        import works.jobs  # noqa: F401 - registers the handlers
        from cmo_portal.navigation import register
        from cmo_portal.states import register_states

        register("public", "works:public-repertoire-search", _("Repertoire"), order=20)
        register("member", "works:member-work-list", _("My works"), order=30)
        register("staff", "works:staff-work-list", _("Works"), permission="works.view_works", order=20)
        register("staff", "works:staff-file-list", _("Registrations"), permission="works.import_works", order=22)
        register_states(
            "work",
            {
                "submitted": ("half", "waiting", _("Being checked")),
                "registered": ("filled", "good", _("Registered")),
                "refused": ("cross", "bad", _("Refused")),
                "merged": ("square", "plain", _("Merged")),
            },
        )
        register_states(
            "share",
            {
                "active": ("filled", "good", _("Active")),
                "disputed": ("triangle", "bad", _("Disputed")),
                "unclaimed": ("pause", "waiting", _("Unclaimed")),
            },
        )
        register_states(
            "registration_file",
            {
                "received": ("empty", "waiting", _("Being read")),
                "checked": ("half", "waiting", _("Checked, not taken yet")),
                "taking": ("half", "waiting", _("Being taken")),
                "imported": ("filled", "good", _("Imported")),
                "refused": ("cross", "bad", _("Refused")),
            },
        )
        register_states(
            "cwr",
            {
                "RA": ("half", "plain", _("Received, kept with the file")),
                "AS": ("filled", "good", _("Accepted")),
                "AC": ("filled", "good", _("Accepted with changes")),
                "CO": ("triangle", "bad", _("In conflict")),
                "DU": ("square", "plain", _("Known already")),
                "RJ": ("cross", "bad", _("Rejected")),
                "NP": ("empty", "plain", _("No share for us")),
            },
        )

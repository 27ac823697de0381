"""Configuration of the members app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """Parties, members, applications, mandates, bank details."""

    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        """Tell the header which pages there are, and how states look."""
        from cmo_portal.navigation import register
        from cmo_portal.states import register_states
        from members import states

        register("public", "members:public-join", _("Join as a creator"), order=30)
        register("member", "members:member-profile", _("Profile"), order=70)
        register("member", "members:member-bank", _("Bank details"), order=75)
        register(
            "staff",
            "members:staff-application-list",
            _("Applications"),
            permission="members.review_applications",
            order=10,
        )
        register("staff", "members:staff-member-list", _("Members"), permission="members.view_members", order=12)
        register(
            "staff", "members:staff-party-list", _("Interested parties"), permission="members.view_parties", order=13
        )
        register("staff", "members:staff-account-list", _("Bank details"), permission="members.approve_bank", order=14)
        register(
            "staff",
            "members:staff-client-list",
            _("API clients"),
            permission=["members.manage_clients", "members.approve_clients"],
            order=88,
        )
        for kind, known in states.STATES.items():
            register_states(kind, known)

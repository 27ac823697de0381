"""Who a command acts for: every act is somebody's."""

from django.core.management.base import CommandError

from cmo_portal.accounts.models import User


def member_of_staff(email: str | None) -> User:
    """The user with this address, or the first of the documentation desk."""
    users = User.objects.filter(is_active=True)
    found = users.filter(email__iexact=email) if email else users.filter(groups__name="documentation").order_by("pk")
    user = found.first()
    if user is None:
        raise CommandError("No member of staff to act for: give --by with the address of one.")
    return user

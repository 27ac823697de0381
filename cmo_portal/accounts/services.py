"""Acts on accounts: inviting people, accepting an invitation, giving roles."""

import datetime as dt
import hashlib
import secrets

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import Audience, Invitation, User
from cmo_portal.audit.services import record_act

INVITATION_LIFE = dt.timedelta(hours=72)


@transaction.atomic
def make_account(*, email: str, name: str, audience: Audience, language: str, by: User | None) -> User:
    """A user whose address counts as verified (it was proved by the application that led here). No password yet."""
    if User.objects.filter(email__iexact=email).exists():
        raise ValidationError(_("An account with this e-mail address exists already. Use another address."))
    user = User.objects.create_user(email, None, name=name, audience=audience, language=language)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    record_act(by=by, verb="make_account", on=user, facts={"audience": audience})
    return user


@transaction.atomic
def invite(*, user: User, by: User | None, now: dt.datetime) -> str:
    """Make a single-use token for the user's first password and return it; only its hash is kept."""
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(user=user, token_hash=_hash(token), expires_at=now + INVITATION_LIFE, invited_by=by)
    record_act(by=by, verb="invite", on=user, facts={})
    return token


def invited_user(*, token: str, now: dt.datetime) -> User | None:
    """Whose invitation this token opens; None when it is used, expired or unknown."""
    invitation = Invitation.objects.filter(token_hash=_hash(token), used_at=None, expires_at__gte=now).first()
    return invitation.user if invitation else None


@transaction.atomic
def accept_invitation(*, token: str, password: str, now: dt.datetime) -> User:
    """Set the first password. Raises ValidationError when the link is used, expired or unknown."""
    invitation = Invitation.objects.select_for_update().filter(token_hash=_hash(token)).first()
    if invitation is None or invitation.used_at or invitation.expires_at < now:
        raise ValidationError(_("This link is no longer valid. Ask the society for a new invitation."))
    invitation.used_at = now
    invitation.save(update_fields=["used_at"])
    user = invitation.user
    user.set_password(password)
    user.save(update_fields=["password"])
    record_act(by=user, verb="accept_invitation", on=user, facts={})
    return user


@transaction.atomic
def place_administrator(*, email: str, name: str, now: dt.datetime) -> str:
    """Make and invite an administrator from the server itself, where nobody has signed in who could give the role;
    her invitation's token."""
    user = make_account(email=email, name=name, audience=Audience.STAFF, language="en", by=None)
    user.groups.add(Group.objects.get(name="administrator"))
    record_act(by=None, verb="give_role", on=user, facts={"role": "administrator", "at": "server"})
    return invite(user=user, by=None, now=now)


@transaction.atomic
def invite_administrator_again(*, email: str, now: dt.datetime) -> str | None:
    """A new token for an administrator who never set a password; None when there is no such account."""
    user = User.objects.filter(email__iexact=email, groups__name="administrator").select_for_update().first()
    if user is None or user.has_usable_password():
        return None
    return invite(user=user, by=None, now=now)


@transaction.atomic
def give_role(*, user: User, role: str, by: User) -> None:
    """Put a member of staff into a role; nobody gives a role to herself (four eyes)."""
    require(by, "accounts.manage_users")
    if user == by:
        raise ValidationError(_("You cannot change your own roles. Ask another administrator."))
    if user.audience != Audience.STAFF:
        raise ValidationError(_("Only staff accounts hold roles."))
    user.groups.add(Group.objects.get(name=role))
    record_act(by=by, verb="give_role", on=user, facts={"role": role})


@transaction.atomic
def take_role(*, user: User, role: str, by: User) -> None:
    """Take a role away at once."""
    require(by, "accounts.manage_users")
    if user == by:
        raise ValidationError(_("You cannot change your own roles. Ask another administrator."))
    user.groups.remove(Group.objects.get(name=role))
    record_act(by=by, verb="take_role", on=user, facts={"role": role})


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

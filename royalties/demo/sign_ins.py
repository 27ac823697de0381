"""Who signs in to the demo: one person for each role, members and licensees; with one password that everybody knows."""

import base64
import datetime as dt
from typing import NamedTuple

from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group

from cmo_portal.accounts.models import Audience, User
from cmo_portal.accounts.roles import ROLES
from cmo_portal.accounts.services import accept_invitation, give_role, invite, make_account
from cmo_portal.audit.services import record_act
from royalties.demo.frame import DOMAIN, Story, dice

PASSWORD = "sur-sangam-586"  # noqa: S105 - printed for everybody who looks at the demo
SECRET_BYTES = 20
STAFF_NAMES = {
    "documentation": "Nargis Pasruri",
    "membership": "Farrukh Haripuri",
    "licensing": "Iffat Daskvi",
    "distribution": "Obaid Kamokvi",
    "finance": "Rabia Shahpuri",
    "approver": "Mazhar Kundianvi",
    "auditor": "Sumbul Mansehrvi",
    "administrator": "Luqman Jarwari",
}


class SignIn(NamedTuple):
    """A person who can sign in: address, what she is here for, and whether she needs a one-time code."""

    email: str
    role: str
    needs_code: bool = False


CREATOR = SignIn(f"creator@{DOMAIN}", "Member: a composer with statements")
DISPUTED = SignIn(f"dispute@{DOMAIN}", "Member: a lyricist with a work in dispute")
PUBLISHER = SignIn(f"publisher@{DOMAIN}", "Member: a publisher")
CAFE = SignIn(f"cafe@{DOMAIN}", "Licensee: a cafe with an active licence")
HOTEL = SignIn(f"hotel@{DOMAIN}", "Licensee: a hotel with an overdue invoice")
MEMBERS = (CREATOR, DISPUTED, PUBLISHER)
LICENSEES = (CAFE, HOTEL)


def all_sign_ins() -> list[SignIn]:
    """Everybody who can sign in, staff first."""
    return [SignIn(f"{role}@{DOMAIN}", f"Staff: {role}", needs_code=True) for role in ROLES] + [*MEMBERS, *LICENSEES]


def make_staff(story: Story) -> None:
    """One member of staff for each role. The first administrator is put in place; she gives all other roles."""
    born = story.at(story.beginning)
    administrator = _staff_member("administrator", None, born)
    administrator.groups.add(Group.objects.get(name="administrator"))
    record_act(by=None, verb="give_role", on=administrator, facts={"role": "administrator", "first": True})
    for role in ROLES:
        if role != "administrator":
            give_role(user=_staff_member(role, administrator, born), role=role, by=administrator)


def set_password(user: User, *, by: User | None, at: dt.datetime) -> None:
    """Invite and accept, as she would do with the message in her mailbox."""
    accept_invitation(token=invite(user=user, by=by, now=at), password=PASSWORD, now=at)


def totp_secret(email: str) -> str:
    """The secret of an authenticator app in base32, the same each time."""
    return base64.b32encode(dice(f"totp:{email}").randbytes(SECRET_BYTES)).decode()


def _staff_member(role: str, by: User | None, at: dt.datetime) -> User:
    email = f"{role}@{DOMAIN}"
    user = make_account(email=email, name=STAFF_NAMES[role], audience=Audience.STAFF, language="en", by=by)
    set_password(user, by=by, at=at)
    TOTP.activate(user, totp_secret(email))
    return user

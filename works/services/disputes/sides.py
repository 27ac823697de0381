"""Who speaks for a side of a dispute."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from members.models import Member
from works.models import Claim


def speaks_for(claim: Claim, by: User, *, by_letter: bool = False) -> None:
    """The member whose claim it is speaks for it; the desk notes what sides without an account here answer, and what
    any side sends `by_letter`."""
    if not by.is_active or not Member.objects.filter(party=claim.party_id, user=by).exists():
        require(by, "works.edit_works")
        if not by_letter and Member.objects.filter(party=claim.party_id, user__is_active=True).exists():
            raise PermissionDenied(_("This side has an account here and answers for itself."))

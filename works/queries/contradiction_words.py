"""Agreements that contradict one another, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmo_portal.wording import comma_list, isolated
from members.models.parties import Right
from works.models import Agreement, AgreementRole
from works.queries.contradictions import Contradiction


def contradiction_text(found: Contradiction) -> str:
    """Which agreements give away too much together, and how many works would be held."""
    facts = {
        "right": Right(found.right).label,
        "assignor": isolated(str(found.assignor)),
        "others": comma_list(isolated(_told(other)) for other in found.others),
    }
    named = _("%(right)s: together with %(others)s it gives away more than 100 %% of what %(assignor)s holds.") % facts
    held = ngettext("%(count)d work would be held.", "%(count)d works would be held.", found.works)
    return f"{named} {held % {'count': found.works}}"


def _told(agreement: Agreement) -> str:
    """ "A0000007 → London Music"."""
    takers = agreement.parties.filter(role=AgreementRole.ACQUIRER).select_related("party").order_by("pk")
    return f"{agreement.number} \N{RIGHTWARDS ARROW} {', '.join(str(side.party) for side in takers)}"

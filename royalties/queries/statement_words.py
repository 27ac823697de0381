"""Words of a statement that page and document share."""

from django.utils.translation import gettext as _

from cmo_portal.common.words import gettext_noop
from cmo_portal.wording import date_text
from royalties.queries.statements import Movement

MOVEMENTS = {
    "distribution": gettext_noop("Distributed on %(day)s"),
    "payment_reserve": gettext_noop("Sent to your bank on %(day)s, tax included"),
    "payment_settle": gettext_noop("Returned by your bank on %(day)s"),
    "reversal": gettext_noop("Taken back on %(day)s"),
}


def movement_text(moved: Movement) -> str:
    """What moved the balance, with its day."""
    return _(MOVEMENTS.get(moved.kind, gettext_noop("Booked on %(day)s"))) % {"day": date_text(moved.on)}

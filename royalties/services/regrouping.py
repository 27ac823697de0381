"""Merges and splits where money is concerned: the usage that follows a split, and what was paid before an undoing.

Nothing is posted here. What posted runs have paid stands; a correction is a run of its own.
"""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.wording import comma_list
from royalties.models import UsageMatch
from royalties.queries.regrouped_usage import paid_since
from royalties.services.matching import lead_texts, take_back
from works.models import Regrouping
from works.queries.regrouping import merged_ids
from works.services import regrouping as works


@transaction.atomic
def split_work(*, regrouping: Regrouping, seen: str, by: User, now: dt.datetime) -> Regrouping:
    """Do a proposed split: the new work is made, and the usage texts that mean it lead to it from now on."""
    was = Regrouping.objects.get(pk=regrouping.pk).state
    regrouping = works.apply_split(regrouping=regrouping, seen=seen, by=by, now=now)
    if was == "proposed" and regrouping.other is not None:
        lead_texts(
            keys=[bytes.fromhex(key) for key in regrouping.choices.get("texts", ())],
            works=merged_ids(regrouping.work),
            to=regrouping.other,
            decision=regrouping.uid,
            by=by,
            now=now,
        )
    return regrouping


@transaction.atomic
def ask_undo(*, regrouping: Regrouping, reason: str, by: User, now: dt.datetime) -> Regrouping:
    """Ask for an undoing; refused at once where it could not be done."""
    _refuse_paid(regrouping)
    return works.ask_undo(regrouping=regrouping, reason=reason, by=by, now=now)


@transaction.atomic
def undo_regrouping(*, regrouping: Regrouping, by: User, now: dt.datetime) -> Regrouping:
    """Undo a merge or split, unless a distribution was posted on the strength of it; the texts that a split had moved
    go back, as far as nobody has decided them again."""
    require(by, "works.confirm_merges")
    works.hold_regroupings()  # no run freezes its inputs between the question and the act
    standing = Regrouping.objects.get(pk=regrouping.pk).state == "done"
    if standing:
        _refuse_paid(regrouping)
    regrouping = works.undo_regrouping(regrouping=regrouping, by=by, now=now)
    rows = list(UsageMatch.objects.filter(decision=regrouping.uid).order_by("file_id", "text_no"))
    if standing and rows:
        take_back(decision=regrouping.uid, rows=rows, by=by, now=now)
    return regrouping


def _refuse_paid(regrouping: Regrouping) -> None:
    numbers = paid_since(regrouping)
    if numbers:
        raise ValidationError(paid_words(numbers))


def paid_words(numbers: list[str]) -> str:
    """Why a merge or split is not undone any more."""
    return _(
        "Distribution %(runs)s was posted on the strength of this: money was paid on it. Reverse that distribution"
        " first, or leave this as it is and correct the shares."
    ) % {"runs": comma_list(numbers)}

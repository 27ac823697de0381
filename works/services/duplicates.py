"""Finding works that may be one, many thousands at a time, and saying of a pair that it is not."""

import datetime as dt
from collections.abc import Callable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_lines
from works.models import DuplicatePair, SweptWork
from works.queries.likeness import facts_of, note_stale, pairs_to_compare
from works.rules.likeness import Likeness, compare

WORKS_AT_ONCE = 20_000  # for the writers of a slice whole tables are read: few slices, so that this is done few times


def sweep_works(*, told: Callable[[int, int], None], held: Callable[[], None]) -> int:
    """Compare every work that is new or changed with those it has something in common with; returns how many works.

    Each slice is a transaction of its own: a sweep that was interrupted goes on where it stood. `told` hears done and
    total between the slices; `held` is called inside each and raises when another worker has taken over.
    """
    with transaction.atomic():
        held()
        total = note_stale()
    done = 0
    while True:
        told(done, total)
        with transaction.atomic():
            held()
            waiting = SweptWork.objects.select_for_update().filter(is_stale=True).order_by("work_id")
            works = list(waiting.values_list("work_id", flat=True)[:WORKS_AT_ONCE])
            if not works:
                return done
            _sweep_slice(works)
        done += len(works)


@transaction.atomic
def tell_apart(*, pair: DuplicatePair, reason: str, by: User, now: dt.datetime) -> DuplicatePair:
    """Two works that look alike are different: remembered for good, and not proposed again."""
    require(by, "works.edit_works")
    pair = DuplicatePair.objects.select_for_update().get(pk=pair.pk)
    if pair.state == "different":
        return pair
    if pair.state != "open":
        raise ValidationError(_("These two are merged. Undo the merge first."))
    if not clean_lines(reason):
        raise ValidationError(_("Say how you know that these are two works."))
    pair.state, pair.reason, pair.decided_by, pair.decided_at = "different", clean_lines(reason), by, now
    pair.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    numbers = [pair.first.number, pair.second.number]
    record_act(by=by, verb="tell_apart", on=pair, facts={"works": numbers, "reason": clean_lines(reason)[:500]})
    return pair


def _sweep_slice(works: Sequence[int]) -> None:
    """Compare these works; pairs that nobody has decided and that are alike no more are dropped."""
    pairs = pairs_to_compare(works)
    facts = facts_of({work for pair in pairs for work in pair})
    alike = {pair: likeness for pair in pairs if (likeness := compare(facts[pair[0]], facts[pair[1]])).is_shown}
    DuplicatePair.objects.bulk_create(
        [_row(pair, likeness) for pair, likeness in alike.items()],
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["score", "evidence"],
    )
    undecided = DuplicatePair.objects.filter(Q(first__in=works) | Q(second__in=works), state="open")
    gone = [pk for pk, one, two in undecided.values_list("pk", "first_id", "second_id") if (one, two) not in alike]
    DuplicatePair.objects.filter(pk__in=gone).delete()
    SweptWork.objects.filter(work__in=works).update(is_stale=False)


def _row(pair: tuple[int, int], likeness: Likeness) -> DuplicatePair:
    evidence = [[item.field, item.likeness, list(item.values)] for item in likeness.evidence]
    return DuplicatePair(first_id=pair[0], second_id=pair[1], score=likeness.score, evidence=evidence)

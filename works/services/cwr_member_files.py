"""What a member's CWR file may say: of works of hers alone, and under her own name.

The numbers of a file are those of the sender in its header, and a revision replaces what that sender brought: whoever
names somebody else there would change that other's works. A header is hers by an IPI name number of hers; under a
number that is nobody's, she revises only works that she registered.
"""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from members.models import Party, PartyName
from works.formats.cwr.edits import remark_of
from works.formats.cwr.records import CwrFault, CwrTransaction, Severity
from works.formats.cwr.work import WorkPublisher, WorkWriter
from works.formats.cwr.work_view import work_of
from works.models import Work, WorkShare
from works.services.cwr_works import Interest, interests_of

SOCIETY = "SO"


class MemberFile:
    """Refuses what the file of a member (`party`) says of works of others. `sender` is its header's type and number."""

    def __init__(self, party: Party, sender: str) -> None:
        self._party = party
        self._number = sender[2:].zfill(11)
        named = PartyName.objects.filter(ipi_name_number__isnull=False)
        self._own_numbers = set(named.filter(party=party).values_list("ipi_name_number", flat=True))
        is_society = sender[:2] == SOCIETY
        self._is_sent_by_her = not is_society and self._number in self._own_numbers
        known = is_society or named.filter(ipi_name_number=self._number).exists()
        self._is_sent_by_other = known and not self._is_sent_by_her
        self._owned: set[int] = set()

    def look_up(self, works: Iterable[int], *, on: dt.date) -> None:
        """Ask the books in which of the works of a slice she holds a share on a day, or will."""
        lasting = Q(valid_to=None) | Q(valid_to__gte=on)
        held = WorkShare.objects.filter(lasting, party=self._party, work__in=list(works))
        self._owned = set(held.values_list("work_id", flat=True))

    def refusal(self, row: CwrTransaction, sender: str) -> CwrFault | None:
        """Why nothing of this transaction is hers to say: its header names another `sender`."""
        return _refused(row, "sender_other", value=sender) if self._is_sent_by_other else None

    def refusal_of_new(self, row: CwrTransaction) -> CwrFault | None:
        """Why she may not register this work: no writer or publisher with a part in it is she."""
        work = work_of(row)
        sides: list[WorkWriter | WorkPublisher] = [*work.writers, *work.publishers]
        named = zip(interests_of(work), sides, strict=True)
        if any(self._is_she(interest) and _has_part(side) for interest, side in named):
            return None
        return _refused(row, "member_not_named")

    def refusal_of_revised(self, row: CwrTransaction, work: Work) -> CwrFault | None:
        """Why she may not revise this work of ours."""
        if work.registered_by_id == self._party.pk:
            return None
        facts = {"number": work.number, "title": work.title}
        if work.pk not in self._owned:
            return _refused(row, "not_own_work", **facts)
        return None if self._is_sent_by_her else _refused(row, "sender_unknown", value=self._number, **facts)

    def _is_she(self, interest: Interest) -> bool:
        """By the numbers, as the parties of a file are known: the same name is no proof."""
        facts = interest.facts
        if facts is None:
            return False
        if facts.ipi_name_number:
            return facts.ipi_name_number in self._own_numbers
        return facts.ipi_base_number is not None and facts.ipi_base_number == self._party.ipi_base_number


def _has_part(side: WorkWriter | WorkPublisher) -> bool:
    """Whether it owns or collects anything."""
    return any(side.ownership) or any(any(line.collection) for line in side.territories)


def _refused(row: CwrTransaction, key: str, **facts: str) -> CwrFault:
    return remark_of(row, key, facts, severity=Severity.TRANSACTION)

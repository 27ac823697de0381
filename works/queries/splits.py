"""What members and staff see of the agreement on splits: what waits for whom, the sides of a round, its history."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from members.models import Member, Party
from members.models.membership import LIVING
from works.models import SplitAnswer, SplitProposal, SplitRule, Work
from works.rules.agreement import AgreementRule

LIVE = ("open", "refused")


@dataclass(frozen=True, slots=True)
class Side:
    """One party of a round: role and shares by right (1/10,000 of a percent), and what it answered. `synchronisation`
    is None in a round that does not speak of that right."""

    party: Party
    roles: tuple[str, ...]
    performing: int
    mechanical: int
    synchronisation: int | None
    answer: SplitAnswer | None
    is_member: bool


def agreement_rule(on: dt.date) -> AgreementRule:
    """The society's rule of a day; where it has set none, the rule's own defaults."""
    row = SplitRule.objects.filter(valid_from__lte=on).order_by("-valid_from").first()
    if row is None:
        return AgreementRule()
    return AgreementRule(row.answer_days, row.remind_days, row.outsiders == "registrant")


def living_members(party_ids: Iterable[int]) -> set[int]:
    """Those of the parties that are members who can answer for themselves."""
    members = Member.objects.filter(party_id__in=list(party_ids), state__in=LIVING, user__isnull=False)
    return set(members.values_list("party_id", flat=True))


def live_split(work: Work) -> SplitProposal | None:
    """The round of a work that is not decided yet."""
    return work.splits.filter(state__in=LIVE).first()


def last_split(work: Work) -> SplitProposal | None:
    """The last round of a work, however it ended."""
    return work.splits.order_by("-round").first()


def waiting_answers(party: Party) -> QuerySet[SplitAnswer]:
    """What a party is asked and has not answered, the most urgent first."""
    rows = SplitAnswer.objects.filter(party=party, state="waiting", proposal__state="open")
    return rows.select_related("proposal__work", "proposal__proposed_by").order_by("proposal__answer_by", "pk")


def splits_of(party: Party) -> QuerySet[SplitProposal]:
    """Every round that names the party or that it proposed."""
    asked = SplitAnswer.objects.filter(party=party).values("proposal_id")
    return SplitProposal.objects.filter(Q(pk__in=asked) | Q(proposed_by=party)).select_related("work", "proposed_by")


def filtered_splits(state: str, *, on: dt.date) -> QuerySet[SplitProposal]:
    """Rounds for the documentation desk: `desk` where it has to speak for somebody, `late`, a state, or all."""
    rows = SplitProposal.objects.select_related("work", "proposed_by")
    if state == "late":
        return rows.filter(state="open", answer_by__lt=on)
    if state == "desk":
        return desk_splits().select_related("work", "proposed_by")
    return rows.filter(state=state) if state in ("open", "refused", "agreed") else rows


def desk_splits() -> QuerySet[SplitProposal]:
    """Open rounds that wait for a party who is no member: the desk speaks for it, on evidence."""
    members = Member.objects.filter(state__in=LIVING, user__isnull=False).values("party_id")
    mute = SplitAnswer.objects.filter(state="waiting").exclude(party_id__in=members)
    return SplitProposal.objects.filter(state="open", pk__in=mute.values("proposal_id"))


def sides_of(proposal: SplitProposal) -> list[Side]:
    """The sides of a round, the largest share first; a party that an earlier round named has none left."""
    answers = {answer.party_id: answer for answer in proposal.answers.select_related("party")}
    roles: dict[int, list[str]] = defaultdict(list)
    shares: dict[tuple[int, str], int] = defaultdict(int)
    for party_id, role, right, share in proposal.parts:
        if party_id is not None:
            roles[party_id] += [role] if role not in roles[party_id] else []
            shares[party_id, right] += share
    members = living_members(answers)
    names_sync = "SR" in rights_of(proposal)
    found = [
        Side(
            party=answer.party,
            roles=tuple(roles[pk]),
            performing=shares[pk, "PR"],
            mechanical=shares[pk, "MR"],
            synchronisation=shares[pk, "SR"] if names_sync else None,
            answer=answer,
            is_member=pk in members,
        )
        for pk, answer in answers.items()
    ]
    return sorted(found, key=lambda side: (-side.performing, side.party.pk))


def rights_of(proposal: SplitProposal) -> set[str]:
    """The rights of which a round speaks."""
    return {right for _party, _role, right, _share in proposal.parts}


def unowned_parts(proposal: SplitProposal) -> dict[str, int]:
    """What no party holds of a split, by right: words or music in the public domain."""
    found: dict[str, int] = defaultdict(int)
    for party_id, _role, right, share in proposal.parts:
        if party_id is None:
            found[right] += share
    return dict(found)


def rounds_of(work: Work) -> list[tuple[SplitProposal, list[Side]]]:
    """Every round of a work with its sides, the newest first."""
    rows = work.splits.select_related("proposed_by").order_by("-round")
    return [(row, sides_of(row)) for row in rows]

"""What members and staff see of the agreement on splits: what waits for whom, the sides of a round, its history."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from members.models import Member, Party
from members.models.membership import LIVING
from works.models import SplitAnswer, SplitProposal, SplitRule, Work
from works.queries.titles import own_titles
from works.rules.agreement import AgreementRule

LIVE = ("open", "refused")
ASKED = Q(proposal__state="open", proposal__work__merged_into__isnull=True)  # the round of a merged work rests


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
    rows = SplitAnswer.objects.filter(ASKED, party=party, state="waiting")
    rows = rows.select_related("proposal__work", "proposal__proposed_by").order_by("proposal__answer_by", "pk")
    return rows.prefetch_related(own_titles("proposal__work__"))


def splits_of(party: Party) -> QuerySet[SplitProposal]:
    """Every round that names the party or that it proposed."""
    asked = SplitAnswer.objects.filter(party=party).values("proposal_id")
    return _with_work(SplitProposal.objects.filter(Q(pk__in=asked) | Q(proposed_by=party)))


def _with_work(rows: QuerySet[SplitProposal]) -> QuerySet[SplitProposal]:
    return rows.select_related("work", "proposed_by").prefetch_related(own_titles("work__"))


def filtered_splits(state: str, *, on: dt.date) -> QuerySet[SplitProposal]:
    """Rounds for the documentation desk: `desk` where it has to speak for somebody, `late`, a state, or all."""
    rows = _with_work(SplitProposal.objects.all())
    if state == "late":
        return rows.filter(state="open", answer_by__lt=on, work__merged_into__isnull=True)
    if state == "desk":
        return _with_work(desk_splits())
    return rows.filter(state=state) if state in ("open", "refused", "agreed") else rows


def desk_splits() -> QuerySet[SplitProposal]:
    """Open rounds that wait for a party who is no member: the desk speaks for it, on evidence."""
    members = Member.objects.filter(state__in=LIVING, user__isnull=False).values("party_id")
    mute = SplitAnswer.objects.filter(state="waiting").exclude(party_id__in=members)
    standing = SplitProposal.objects.filter(state="open", work__merged_into__isnull=True)
    return standing.filter(pk__in=mute.values("proposal_id"))


def sides_of(proposal: SplitProposal) -> list[Side]:
    """The sides of a round, the largest share first; a party that an earlier round named has none left."""
    return sides_of_rounds([proposal])[0]


def sides_of_rounds(proposals: Sequence[SplitProposal]) -> list[list[Side]]:
    """As `sides_of`, for many rounds in two queries."""
    given: dict[int, list[SplitAnswer]] = defaultdict(list)
    answers = SplitAnswer.objects.filter(proposal__in=proposals).select_related("party")
    for answer in answers.order_by("pk"):
        given[answer.proposal_id].append(answer)
    members = living_members({answer.party_id for rows in given.values() for answer in rows})
    return [_sides(proposal, given[proposal.pk], members) for proposal in proposals]


def _sides(proposal: SplitProposal, answers: Iterable[SplitAnswer], members: set[int]) -> list[Side]:
    roles: dict[int, list[str]] = defaultdict(list)
    shares: dict[tuple[int, str], int] = defaultdict(int)
    for party_id, role, right, share in proposal.parts:
        if party_id is not None:
            roles[party_id] += [role] if role not in roles[party_id] else []
            shares[party_id, right] += share
    names_sync = "SR" in rights_of(proposal)
    found = [
        Side(
            party=answer.party,
            roles=tuple(roles[answer.party_id]),
            performing=shares[answer.party_id, "PR"],
            mechanical=shares[answer.party_id, "MR"],
            synchronisation=shares[answer.party_id, "SR"] if names_sync else None,
            answer=answer,
            is_member=answer.party_id in members,
        )
        for answer in answers
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
    rows = list(work.splits.select_related("proposed_by").order_by("-round"))
    return list(zip(rows, sides_of_rounds(rows), strict=True))

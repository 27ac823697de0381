"""What the pages of a work say of it beside titles, shares and recordings, and what may be proposed from it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cmo_portal.common.known import NOW, Books
from members.models import Party
from members.models.territories import WORLD
from works.models import (
    Instrumentation,
    PublicDomainRule,
    SocietyNote,
    SourceWork,
    Work,
    WorkIdentifier,
    WorkOrigin,
    WorkPerformer,
    WorkShare,
    WorkSubmission,
    WorkTitle,
)
from works.models.works import WHOLE
from works.queries.free_elements import FreeElement, free_elements, free_names
from works.queries.work_pages import in_force
from works.rules.code_lists import HIDDEN_TITLE_TYPES
from works.rules.composites import Component, CompositeFault, Owned, composite_shares
from works.rules.free_shares import OWNERLESS_ROLES, FreeShareRule, element_of, free_share_owners


@dataclass(frozen=True, slots=True)
class WorkDescription:
    """One work, described. `free_roles` are the roles in which a share without owner is one of free words or music."""

    work: Work
    titles: tuple[WorkTitle, ...]
    sources: tuple[SourceWork, ...]
    derived: tuple[SourceWork, ...]
    elements: tuple[FreeElement, ...]
    performers: tuple[WorkPerformer, ...]
    settings: tuple[Instrumentation, ...]
    origins: tuple[WorkOrigin, ...]
    notes: tuple[SocietyNote, ...]
    identifiers: tuple[WorkIdentifier, ...]
    submissions: tuple[WorkSubmission, ...]

    @property
    def free_roles(self) -> tuple[str, ...]:
        """As in the class."""
        free = free_names(self.elements)
        return tuple(role for role in OWNERLESS_ROLES if element_of(role, free))

    @property
    def has_components(self) -> bool:
        """Whether shares can flow from parts."""
        return any(row.kind == "component" for row in self.sources)


def work_description(work: Work, *, on: dt.date, for_staff: bool = False, books: Books = NOW) -> WorkDescription:
    """Everything that pages show; titles that are only for finding, numbers and notes of senders for staff alone. At
    most twelve queries, however much there is; as known before, three more."""
    titles = books.rows(WorkTitle, work_id=work.pk)
    settings = books.rows(Instrumentation, work_id=work.pk)[:20]
    books.attach(settings, "instruments")
    identifiers = books.rows(WorkIdentifier, work_id=work.pk) if for_staff else []
    return WorkDescription(
        work=work,
        titles=tuple(row for row in titles if for_staff or row.title_type not in HIDDEN_TITLE_TYPES),
        sources=tuple(_sources(work, for_staff, books)),
        derived=tuple(_derived(work, for_staff, books)[:50]),
        elements=free_elements([work.pk], on=on, known_on=books.known_on).get(work.pk, ()),
        performers=tuple(books.rows(WorkPerformer, work_id=work.pk)[:100]),
        settings=tuple(settings),
        origins=tuple(books.rows(WorkOrigin, work_id=work.pk)[:20]),
        notes=tuple(books.rows(SocietyNote, work_id=work.pk)[:20]) if for_staff else (),
        identifiers=tuple(sorted(identifiers, key=lambda row: (row.issuer, row.pk))[:100]),
        submissions=tuple(books.rows(WorkSubmission, work_id=work.pk)[:20]) if for_staff else (),
    )


def _sources(work: Work, for_staff: bool, books: Books) -> list[SourceWork]:
    """What a work was made from, in order; for others than staff outside works and registered ones."""
    rows = books.rows(SourceWork, "source", work_id=work.pk)
    shown = [row for row in rows if for_staff or row.source is None or row.source.state == "registered"]
    return sorted(shown, key=lambda row: (row.position, row.pk))


def _derived(work: Work, for_staff: bool, books: Books) -> list[SourceWork]:
    """What was made from a work; for others than staff, registered works alone."""
    rows = books.rows(SourceWork, "work", source_id=work.pk)
    if for_staff:
        return [row for row in rows if row.work.state not in ("merged", "refused")]
    return [row for row in rows if row.work.state == "registered"]


def free_share_rules(on: dt.date) -> dict[str, FreeShareRule]:
    """The society's rules in force on a day, by element."""
    rows = PublicDomainRule.objects.filter(valid_from__lte=on).order_by("valid_from")
    return {row.element: FreeShareRule(row.use, row.arranger_part or 0) for row in rows}


@dataclass(frozen=True, slots=True)
class ProposedShare:
    """A row of a proposal: who (None: nobody known), in which role, how much in 1/10,000 of a percent."""

    party: Party | None
    role: str
    share: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """Shares that staff may take over; with a fault instead when none can be proposed."""

    rows: tuple[ProposedShare, ...]
    fault: CompositeFault | None = None


def composite_proposal(work: Work, right: str, *, on: dt.date) -> Proposal:
    """What the shares of the components make of the whole, for the world; five queries at most.

    An outside work, or a share that does not hold for the world, leaves its part to nobody named.
    """
    sources = list(work.sources.filter(kind="component").order_by("position", "pk"))
    owned: dict[int, list[Owned]] = {}
    linked = [row.source_id for row in sources if row.source_id]
    shares = WorkShare.objects.filter(in_force(on), work_id__in=linked, right=right, territory=WORLD, state="active")
    for share in shares.order_by("pk"):
        owned.setdefault(share.work_id, []).append(Owned(share.party_id, share.role, share.share))
    parts = [Component(row.part, row.duration, tuple(owned.get(row.source_id or 0, ()))) for row in sources]
    found = composite_shares(parts)
    if isinstance(found, CompositeFault):
        return Proposal((), found)
    return Proposal(_named(found))


def free_share_proposal(work: Work, right: str, *, on: dt.date) -> Proposal | None:
    """What the society's rules make of the free shares of a right; None when they leave everything as it is."""
    free = free_names(free_elements([work.pk], on=on).get(work.pk, ()))
    if not free:
        return None
    shares = work.shares.filter(in_force(on), right=right, territory=WORLD).exclude(state="disputed")
    now = [Owned(row.party_id, row.role, row.share) for row in shares.order_by("pk")]
    after = free_share_owners(now, free, free_share_rules(on))
    if sorted(after, key=repr) == sorted(free_share_owners(now, frozenset(), {}), key=repr):
        return None
    return Proposal(_named(after))


def _named(owners: Sequence[Owned]) -> tuple[ProposedShare, ...]:
    parties: dict[int, Any] = Party.objects.in_bulk([owner.party for owner in owners if owner.party is not None])
    return tuple(ProposedShare(parties.get(owner.party or 0), owner.role, owner.share) for owner in owners)


def total_of(rows: Iterable[ProposedShare]) -> int:
    """The sum of a proposal; the whole, but for what disputes hold."""
    return min(WHOLE, sum(row.share for row in rows))

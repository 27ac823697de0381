"""Storing descriptions of works in bulk, and finding the sources that are works of ours.

Whatever a giver said stands with her name (`given_by`), so that her next revision replaces her own rows and no others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.db.models import Q

from cmo_portal.common.cleaning import clean_text
from works.models import (
    Instrumentation,
    InstrumentPlayers,
    PublicDomainElement,
    SocietyNote,
    SourceWork,
    Work,
    WorkIdentifier,
    WorkOrigin,
    WorkPerformer,
    WorkSubmission,
)
from works.rules.languages import language_of
from works.services.describing import NewDescription, NewIdentifier, NewInstrumentation, NewSource

Described = Sequence[tuple[Work, NewDescription]]
BY_GIVER = (SourceWork, PublicDomainElement, WorkPerformer, Instrumentation, WorkOrigin)


def store_descriptions(pairs: Described, given_by: str) -> None:
    """Write the descriptions of many works, inside the caller's transaction; a fixed number of statements."""
    SourceWork.objects.bulk_create(
        source_row(work, place, source, given_by)
        for work, new in pairs
        for place, source in enumerate(new.sources, start=1)
    )
    PublicDomainElement.objects.bulk_create(
        PublicDomainElement(work=work, given_by=given_by, **asdict(each))
        for work, new in pairs
        for each in new.public_domain
    )
    WorkPerformer.objects.bulk_create(
        WorkPerformer(work=work, given_by=given_by, **asdict(each)) for work, new in pairs for each in new.performers
    )
    store_instrumentations([(work, each) for work, new in pairs for each in new.instrumentations], given_by)
    WorkOrigin.objects.bulk_create(
        WorkOrigin(work=work, given_by=given_by, **asdict(each)) for work, new in pairs for each in new.origins
    )
    _store_submissions(pairs, given_by)
    _store_identifiers([(work, each) for work, new in pairs for each in new.identifiers])
    link_sources([work for work, _new in pairs], given_by)


def revise_description(work: Work, new: NewDescription, given_by: str) -> None:
    """Put a giver's new description in the place of her old one; facts that she leaves blank are kept."""
    said = {name: value for name, value in asdict(new.facts).items() if value not in ("", None)}
    for name, value in said.items():
        setattr(work, name, value)
    work.save(update_fields=list(said))
    for table in BY_GIVER:
        table.objects.filter(work=work, given_by=given_by).delete()
    SocietyNote.objects.filter(work=work, sender=given_by).delete()
    store_descriptions([(work, new)], given_by)


def source_row(work: Work, place: int, new: NewSource, given_by: str) -> SourceWork:
    """A source, not saved."""
    return SourceWork(
        work=work,
        kind=new.kind,
        position=place,
        source=new.source,
        title=clean_text(new.title)[:400],
        language=language_of(new.language),
        other_titles=list(new.other_titles),
        writers=list(new.writers),
        iswc=new.iswc,
        number=new.number[:20],
        taken_from=new.taken_from[:100],
        duration=new.duration or None,
        part=new.part,
        given_by=given_by,
    )


def store_instrumentations(pairs: Sequence[tuple[Work, NewInstrumentation]], given_by: str) -> None:
    """Write settings with their instruments in two statements."""
    rows = Instrumentation.objects.bulk_create(
        Instrumentation(
            work=work,
            standard=new.standard,
            voices=new.voices or None,
            description=new.description[:200],
            given_by=given_by,
        )
        for work, new in pairs
    )
    InstrumentPlayers.objects.bulk_create(
        InstrumentPlayers(instrumentation=row, instrument=instrument, players=players or None)
        for row, (_work, new) in zip(rows, pairs, strict=True)
        for instrument, players in new.instruments
    )


def link_sources(works: Iterable[Work], given_by: str) -> None:
    """Give sources that stand as text their works of ours: by ISWC, or by the number that the same sender gave.

    Looks at the sources of these works, and at sources everywhere that these works turn out to be. A link that would
    make a work its own source stays text.
    """
    works = list(works)
    numbers = WorkIdentifier.objects.filter(work__in=works, issuer=given_by, identifier_type="W", validity="valid")
    unlinked = SourceWork.objects.filter(source=None).filter(
        Q(work__in=works)
        | Q(iswc__in=[work.iswc for work in works if work.iswc])
        | Q(given_by=given_by, number__in=list(numbers.values_list("value", flat=True)))
    )
    rows = list(unlinked.exclude(iswc="", number=""))
    by_iswc = dict(Work.objects.filter(iswc__in=[row.iswc for row in rows if row.iswc]).values_list("iswc", "pk"))
    named = WorkIdentifier.objects.filter(
        issuer__in={row.given_by for row in rows},
        value__in={row.number for row in rows if row.number},
        identifier_type="W",
        validity="valid",
    )
    by_number = {(issuer, value): pk for issuer, value, pk in named.values_list("issuer", "value", "work_id")}
    linked = []
    for row in rows:
        found = by_iswc.get(row.iswc) or by_number.get((row.given_by, row.number))
        if found is not None and found != row.work_id:
            row.source_id = found
            linked.append(row)
    _link(linked)


def _link(rows: Sequence[SourceWork]) -> None:
    """All at once; where some of them would close a ring, each by itself, and those that would stay text."""
    try:
        with transaction.atomic():
            SourceWork.objects.bulk_update(rows, ["source"])
    except IntegrityError as error:
        if "own source" not in str(error):
            raise
        for row in rows if len(rows) > 1 else ():
            _link([row])


def _store_submissions(pairs: Described, given_by: str) -> None:
    WorkSubmission.objects.bulk_create(
        (
            WorkSubmission(work=work, sender=given_by, **asdict(new.submission))
            for work, new in pairs
            if new.submission is not None
        ),
        update_conflicts=True,
        unique_fields=["work", "sender"],
        update_fields=["transaction_type", "version", "recorded", "contact_name", "contact_id", "details"],
    )
    SocietyNote.objects.bulk_create(
        SocietyNote(work=work, sender=given_by, **asdict(note)) for work, new in pairs for note in new.notes
    )


def _store_identifiers(pairs: Sequence[tuple[Work, NewIdentifier]]) -> None:
    """Numbers that are new for their work; one that another work holds is kept and marked."""
    values = {new.value for _work, new in pairs}
    known = WorkIdentifier.objects.filter(issuer__in={new.issuer for _work, new in pairs}, value__in=values)
    said = {(row.work_id, row.issuer, row.value, row.identifier_type) for row in known}
    holders = {
        (row.issuer, row.value): row.work_id for row in known if row.validity == "valid" and row.identifier_type == "W"
    }
    rows = []
    for work, new in pairs:
        key = (work.pk, new.issuer, new.value, new.identifier_type)
        if key in said:
            continue
        said.add(key)
        validity = new.validity
        if new.identifier_type == "W" and validity == "valid":
            holder = holders.setdefault((new.issuer, new.value), work.pk)
            validity = "valid" if holder == work.pk else "taken"
        rows.append(
            WorkIdentifier(
                work=work,
                issuer=new.issuer,
                value=new.value,
                identifier_type=new.identifier_type,
                validity=validity,
            )
        )
    WorkIdentifier.objects.bulk_create(rows)

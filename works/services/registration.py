"""Registering works: the one way a work with its titles, shares, recordings and foreign numbers gets into the books."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.spelling import script_of, skeleton, text_key
from cmo_portal.wording import share_text
from members.models import Party
from members.models.parties import Right
from members.models.territories import WORLD
from members.services.areas import write_areas
from works.models import Work, WorkIdentifier, WorkShare, WorkTitle
from works.rules.identifiers import read_isrc, read_iswc
from works.rules.languages import language_of
from works.rules.splits import WHOLE, sums_apart
from works.services.counting import next_numbers, pass_over
from works.services.describing import NewDescription
from works.services.description_faults import element_faults, performer_faults, title_faults
from works.services.descriptions import store_descriptions
from works.services.recordings import NewRecording, link_recordings, others_recordings

REGISTER_LOCK = 0x574F524B
COUNTER = "works_number"
_OUR_NUMBER = re.compile(r"W\d{7}")
LONGEST_TITLE = 400


@dataclass(frozen=True, slots=True)
class NewTitle:
    """A title with its CWR type (OT original, AT alternative, …) and language (ISO 639 or CWR; blank: unknown)."""

    text: str
    title_type: str = "OT"
    language: str = ""


@dataclass(frozen=True, slots=True)
class NewShare:
    """A share in 1/10,000 of a percent; without a party it is unclaimed."""

    party: Party | None
    role: str
    right: str
    share: int
    territory: str = WORLD
    valid_from: dt.date | None = None


@dataclass(frozen=True, slots=True)
class NewWork:
    """Everything said about a work at its registration. `duration` in seconds; `number` is ours when a file of our own
    brings the work back, else blank, and the next one is given."""

    title: NewTitle
    other_titles: tuple[NewTitle, ...] = ()
    iswc: str = ""
    category: str = "POP"
    version_type: str = "ORI"
    duration: int | None = None
    shares: tuple[NewShare, ...] = ()
    recordings: tuple[NewRecording, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = field(default=())
    number: str = ""
    description: NewDescription = field(default_factory=NewDescription)


class SharesAboveWhole(ValidationError):
    """The database refused shares: with what stands there they would make more than 100 % (M05)."""


@transaction.atomic
def register_work(
    *,
    new: NewWork,
    by: User | None,
    source: str,
    registered_by: Party | None = None,
    state: str = "registered",
    asks: bool = False,
) -> Work:
    """Register one work; `asks` as in `store_works`. Raises ValidationError with all that is wrong; nothing is kept."""
    lock_register()
    check_new_work(new)
    if registered_by and (faults := others_recordings([each.isrc for each in new.recordings], registered_by)):
        raise ValidationError(list(faults.values()))
    desk = None if registered_by else by  # who registers for the desk says herself what the recording holds
    work = store_works(news=[new], source=source, registered_by=registered_by, state=state, asks=asks, decided_by=desk)[
        0
    ]
    record_act(by=by, verb="register_work", on=work, facts={"source": source, "shares": len(new.shares)})
    return work


def lock_register() -> None:
    """One registration at a time, to the end of the transaction: a number or an ISWC looked for and not found is still
    free when it is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])


def check_new_work(new: NewWork) -> None:
    """All that is wrong with a new work, at once, in words."""
    faults: list[str] = []
    if not clean_text(new.title.text):
        faults.append(_("Give the title of the work."))
    if new.iswc:
        faults += iswc_faults(new.iswc)
    faults += [
        _("%(isrc)s is not an ISRC: two letters, three letters or digits, then seven digits.")
        % {"isrc": recording.isrc}
        for recording in new.recordings
        if not read_isrc(recording.isrc).is_valid
    ]
    faults += [
        _("The %(right)s shares add up to %(total)s; they must make 100 %%. Change the shares by %(rest)s.")
        % {"right": Right(right).label.lower(), "total": share_text(total), "rest": share_text(WHOLE - total)}
        for right, total in sums_apart((part.right, part.share) for part in new.shares).items()
    ]
    faults += description_faults(new)
    faults += [_("Every share must be more than 0 %.")] if any(part.share <= 0 for part in new.shares) else []
    if faults:
        raise ValidationError(faults)


def description_faults(new: NewWork) -> list[str]:
    """What cannot be true of the titles and the description of a new work."""
    titles = [(each.title_type, clean_text(each.text), each.language) for each in (new.title, *new.other_titles)]
    told = new.description
    performers = [(each.last_name, each.first_name, each.ipi_name_number) for each in told.performers]
    return [
        *title_faults(titles, range(len(titles))),
        *performer_faults(performers, range(len(performers))),
        *element_faults(told.facts.text_music, (each.element for each in told.public_domain)),
    ]


def iswc_faults(iswc: str) -> list[str]:
    """What is wrong with the ISWC of a new work: its form, or that another work has it."""
    reading = read_iswc(iswc)
    if not reading.has_shape:
        return [_("%(iswc)s is not an ISWC: the letter T and ten digits.") % {"iswc": iswc}]
    if not reading.is_valid:
        return [_("The last digit of the ISWC %(iswc)s is wrong. Look for a typing error.") % {"iswc": iswc}]
    taken = Work.objects.filter(iswc=reading.value).first()
    if taken is None:
        return []
    return [_("The ISWC %(iswc)s belongs to %(work)s already.") % {"iswc": iswc, "work": str(taken)}]


def store_works(
    *,
    news: Sequence[NewWork],
    source: str,
    registered_by: Party | None = None,
    state: str = "registered",
    asks: bool = False,
    decided_by: User | None = None,
) -> list[Work]:
    """Write many works in a handful of statements, inside the caller's transaction; the guard of shares applies.

    With `asks`, the shares of a work that names others beside `registered_by` wait until every side has agreed.
    Recordings that stand with works of others wait for the desk, unless a person of it decided (`decided_by`).
    """
    numbers = _numbers(news)
    works = Work.objects.bulk_create(
        Work(
            number=number,
            title=clean_text(new.title.text)[:LONGEST_TITLE],
            iswc=_stored_iswc(new.iswc),
            language=language_of(new.title.language),
            category=new.category,
            version_type=new.version_type,
            duration=new.duration or None,
            state=state,
            registered_by=registered_by,
            **asdict(new.description.facts),
        )
        for number, new in zip(numbers, news, strict=True)
    )
    pairs = list(zip(works, news, strict=True))
    WorkTitle.objects.bulk_create(
        title_row(work, title)
        for work, new in pairs
        for title in (new.title, *new.other_titles)
        if clean_text(title.text)
    )
    WorkIdentifier.objects.bulk_create(
        WorkIdentifier(work=work, issuer=issuer, value=value)
        for work, new in pairs
        for issuer, value in new.identifiers
    )
    write_shares(
        [
            share_row(work, part, source, unconfirmed=asks and names_others(new.shares, registered_by))
            for work, new in pairs
            for part in new.shares
        ]
    )
    links = [(work, recording) for work, new in pairs for recording in new.recordings]
    link_recordings(links, source=source, decided_by=decided_by)
    store_descriptions([(work, new.description) for work, new in pairs], source)
    return works


def title_row(work: Work, title: NewTitle) -> WorkTitle:
    """A title with its search keys and script."""
    text = clean_text(title.text)[:LONGEST_TITLE]
    return WorkTitle(
        work=work,
        title_type=title.title_type,
        text=text,
        language=language_of(title.language),
        script=script_of(text),
        key=text_key(text)[:LONGEST_TITLE],
        skeleton=skeleton(text)[:200],
    )


def names_others(shares: Sequence[NewShare], own: Party | None) -> bool:
    """Whether a split names anybody beside the one who registers it."""
    return any(part.party is not None and (own is None or part.party.pk != own.pk) for part in shares)


def share_row(work: Work, part: NewShare, source: str, *, unconfirmed: bool = False) -> WorkShare:
    """A share row: active with a party, or unconfirmed until every side has agreed; unclaimed without a party."""
    owned = "unconfirmed" if unconfirmed else "active"
    return WorkShare(
        work=work,
        party=part.party,
        role=part.role,
        right=part.right,
        share=part.share,
        territory=part.territory,
        valid_from=part.valid_from,
        state=owned if part.party else "unclaimed",
        source=source,
    )


def write_shares(rows: list[WorkShare]) -> None:
    """Store shares; raises SharesAboveWhole, with nothing stored, where the database refuses them."""
    write_areas({row.territory for row in rows if row.territory != WORLD})
    try:
        with transaction.atomic():
            WorkShare.objects.bulk_create(rows)
    except IntegrityError as error:
        if "M05" not in str(error):
            raise
        raise SharesAboveWhole(
            _("These shares would make more than 100 % of a work. Look at who holds what and lower one of them.")
        ) from error


def _stored_iswc(iswc: str) -> str | None:
    """Other people's check digits may be misprinted: the shape is enough to keep the number they gave."""
    reading = read_iswc(iswc) if iswc else None
    return reading.value if reading and reading.has_shape else None


def _numbers(news: Sequence[NewWork]) -> Iterator[str]:
    """Each work's own number, or the next one; numbers brought back are never given again."""
    brought = [int(new.number[1:]) for new in news if _OUR_NUMBER.fullmatch(new.number)]
    pass_over(COUNTER, max(brought, default=0))
    fresh = iter(next_numbers(COUNTER, sum(not new.number for new in news)))
    return (new.number or f"W{next(fresh):07d}" for new in news)

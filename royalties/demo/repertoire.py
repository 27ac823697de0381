"""The works of the demo: titles in Roman and Urdu letters, awkward shares, recordings.

Works are registered in bulk by the same service as imported files, after the same check as typed ones.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from cmo_portal.audit.services import record_act
from members.models import Member, Party
from members.models.parties import PartyKind
from royalties.demo import agreements, sign_ins
from royalties.demo.frame import Story, dice, staff
from royalties.demo.people import SOCIETY_WITHOUT_ACCOUNT
from royalties.demo.words import (
    BANDS,
    BENDING,
    ENGLISH_FIRST,
    ENGLISH_SECOND,
    FAMILIES,
    FIRM,
    FIRMS,
    URDU_PATTERNS,
    WOMEN,
    Word,
)
from works.models import Work
from works.queries.recordings import silent_works
from works.rules.identifiers import iswc_check_digit
from works.services.recordings import NewPerformer, NewRecording, link_own_recording, link_recording, save_recording
from works.services.registration import NewShare, NewTitle, NewWork, check_new_work, store_works

WORKS = 1000
FAMOUS = 60  # the works that radio plays most: registered first, all of them with a recording
DISPUTED = 7  # the place of the work in dispute among them
SOURCE = "demonstration"
REGISTRANT = "PKZZ9"  # of the ISRCs
LANGUAGES = ("UR",) * 7 + ("PA", "PA", "SD", "PS", "EN")

Split = tuple[tuple[str, str, int, int], ...]  # (who, role, performing, mechanical) in 1/10,000 of a percent
WHOLE_ONE: Split = (("m", "CA", 1_000_000, 1_000_000),)
HALVES: Split = (("m", "C", 500_000, 500_000), ("m", "A", 500_000, 500_000))
# Name of the split: how often it occurs among a hundred works, and its parts. Who: m a member, p a publisher,
# f a writer of a sister society, u a writer who is no member, - nobody known.
SPLITS: dict[str, tuple[int, Split]] = {
    "one writer": (26, WHOLE_ONE),
    "music and words": (22, HALVES),
    "thirds": (8, (("m", "C", 333_334, 333_334), ("m", "C", 333_333, 333_333), ("m", "A", 333_333, 333_333))),
    "published thirds": (9, (("m", "C", 333_400, 333_400), ("m", "A", 333_300, 333_300), ("p", "E", 333_300, 333_300))),
    "five writers": (4, tuple(("m", "CA", 200_000, 200_000) for _ in range(5))),
    "five uneven writers": (
        2,
        (
            ("m", "C", 312_500, 312_500), ("m", "C", 187_500, 187_500), ("m", "A", 166_667, 166_667),
            ("m", "A", 166_667, 166_667), ("m", "AR", 166_666, 166_666),
        ),
    ),
    "published": (
        10, (("m", "C", 333_334, 250_000), ("m", "A", 333_333, 250_000), ("p", "E", 333_333, 500_000)),
    ),
    "foreign writer": (6, (("m", "C", 500_000, 500_000), ("f", "A", 500_000, 500_000))),
    "foreign and published": (
        3, (("f", "CA", 333_400, 250_000), ("m", "A", 333_300, 250_000), ("p", "SE", 333_300, 500_000)),
    ),
    "writer not a member": (4, (("m", "C", 600_000, 600_000), ("u", "A", 400_000, 400_000))),
    "unknown rest": (4, (("m", "C", 500_000, 500_000), ("-", "A", 500_000, 500_000))),
    "poem of old": (2, (("m", "C", 666_700, 666_700), ("-", "A", 333_300, 333_300))),
}  # fmt: skip


@dataclass(frozen=True)
class Owners:
    """Who can hold shares, by the letter of the split."""

    creator: Party
    disputed: Party
    publisher: Party
    members: Sequence[Party]
    publishers: Sequence[Party]
    foreign: Sequence[Party]
    unknown: Sequence[Party]
    unpayable: Party


def load(story: Story) -> None:
    """A thousand works."""
    owners = _owners()
    throw = dice("repertoire")
    news = list(_news(owners, throw))
    for new in news:
        check_new_work(new)
    clerk = staff("documentation")
    works = store_works(news=news, source=SOURCE)
    record_act(by=clerk, verb="register_works", on=works[0], facts={"source": SOURCE, "count": len(works)})
    _record_more(works, owners)
    agreements.load(story, owners.publisher, owners.publishers, works[1])


def famous_works() -> list[Work]:
    """The works that are played most, the most famous first."""
    return list(Work.objects.order_by("number")[:FAMOUS])


def all_works() -> list[Work]:
    """Every work in the order of registration."""
    return list(Work.objects.order_by("number"))


# --- who owns --------------------------------------------------------------------------------------------------------


def _owners() -> Owners:
    members = list(Member.objects.select_related("party").order_by("number"))
    by_email = {member.email: member.party for member in members}
    firms = [member.party for member in members if member.party.kind == PartyKind.ORGANISATION]
    outside = Party.objects.filter(member=None).order_by("pk")
    foreign = outside.filter(affiliations__isnull=False).distinct()
    return Owners(
        creator=by_email[sign_ins.CREATOR.email],
        disputed=by_email[sign_ins.DISPUTED.email],
        publisher=by_email[sign_ins.PUBLISHER.email],
        members=[member.party for member in members if member.party.kind == PartyKind.PERSON],
        publishers=firms,
        foreign=list(foreign),
        unpayable=foreign.filter(affiliations__society_code=SOCIETY_WITHOUT_ACCOUNT[0])[0],
        unknown=list(outside.filter(kind=PartyKind.PERSON, affiliations__isnull=True)),
    )


def _choose(letter: str, owners: Owners, throw: Random, taken: set[int]) -> Party | None:
    if letter == "-":
        return None
    among = {"m": owners.members, "p": owners.publishers, "f": owners.foreign, "u": owners.unknown}[letter]
    # A few write much and many write little, as everywhere.
    while True:
        place = min(throw.randrange(len(among)), throw.randrange(len(among)))
        if among[place].pk not in taken:
            taken.add(among[place].pk)
            return among[place]


# --- what there is ---------------------------------------------------------------------------------------------------


def _news(owners: Owners, throw: Random) -> Iterator[NewWork]:
    names = list(SPLITS)
    weights = [weight for weight, _parts in SPLITS.values()]
    for number, title in enumerate(_titles(throw)):
        split = SPLITS[_split_name(number, names, weights, throw)][1]
        yield _new_work(number, title, tuple(_shares(number, split, owners, throw)), throw)


def _split_name(number: int, names: list[str], weights: list[int], throw: Random) -> str:
    """By chance, but the first works show what the demo is to show."""
    shown = {
        0: "music and words", 1: "published thirds", 2: "thirds", 4: "foreign writer", DISPUTED: "music and words",
        9: "unknown rest",
    }  # fmt: skip
    return shown.get(number) or throw.choices(names, weights)[0]


def _shares(number: int, split: Split, owners: Owners, throw: Random) -> Iterator[NewShare]:
    first: dict[tuple[int, str], Party] = {
        (0, "C"): owners.creator, (1, "C"): owners.creator, (2, "A"): owners.disputed, (1, "E"): owners.publisher,
        (DISPUTED, "C"): owners.creator, (DISPUTED, "A"): owners.disputed, (4, "A"): owners.unpayable,
    }  # fmt: skip
    taken: set[int] = set()
    for letter, role, performing, mechanical in split:
        given = first.get((number, role))
        if given is not None and given.pk not in taken:
            taken.add(given.pk)
            party: Party | None = given
        else:
            party = _choose(letter, owners, throw, taken)
        yield NewShare(party, role, "PR", performing)
        yield NewShare(party, role, "MR", mechanical)


def _new_work(number: int, title: Word, shares: tuple[NewShare, ...], throw: Random) -> NewWork:
    language = throw.choice(LANGUAGES) if title.urdu else "EN"
    seconds = throw.randrange(150, 390)
    urdu_only = title.urdu and throw.random() < 0.08 and number >= FAMOUS
    roman = NewTitle(title.roman, "OT", language)
    urdu = NewTitle(title.urdu, "OL", language)
    both = title.urdu and (number < FAMOUS or throw.random() < 0.75)
    recorded = number < FAMOUS or throw.random() < 0.6
    band = throw.choice(BANDS)
    return NewWork(
        title=NewTitle(title.urdu, "OT", language) if urdu_only else roman,
        other_titles=(urdu,) if both and not urdu_only else (),
        iswc=iswc_number(number) if throw.random() < 0.5 or number < FAMOUS else "",
        duration=seconds if throw.random() < 0.9 else None,
        shares=shares,
        recordings=(_recording(number, title, band, seconds),) if recorded else (),
    )


def _recording(number: int, title: Word, band: Word, seconds: int) -> NewRecording:
    """A band, with a singer on every third recording; every seventh was taken at a concert."""
    singer = Word(*(f"{first} {last}" for first, last in zip(WOMEN[number % 25], FAMILIES[number % 36], strict=True)))
    return NewRecording(
        isrc_number(number),
        title.roman,
        duration=seconds,
        version_title="Live" if number % 7 == 3 else "",
        label=FIRMS[number % len(FIRMS)],
        released_on=dt.date(2018 + number % 7, 1 + number % 12, 1 + number % 28),
        performers=tuple(NewPerformer(one.roman, one.urdu) for one in ((band, singer) if number % 3 == 0 else (band,))),
    )


def _titles(throw: Random) -> Iterator[Word]:
    """Different titles; a few are borne by two works, as everywhere."""
    seen: dict[str, Word] = {}
    while len(seen) < WORKS - 12:
        title = _english(throw) if throw.random() < 0.06 else _urdu(throw)
        seen.setdefault(title.roman, title)
    titles = list(seen.values())
    yield from titles
    yield from throw.sample(titles[FAMOUS:], 12)


def _urdu(throw: Random) -> Word:
    pattern = throw.choice(URDU_PATTERNS)
    x, z = throw.choice(FIRM), throw.choice((*FIRM, *BENDING))
    if x == z:
        return _urdu(throw)
    return Word(pattern.roman.format(x=x.roman, z=z.roman), pattern.urdu.format(x=x.urdu, z=z.urdu))


def _english(throw: Random) -> Word:
    return Word(f"{throw.choice(ENGLISH_FIRST)} {throw.choice(ENGLISH_SECOND)}", "")


def iswc_number(number: int) -> str:
    """A synthetic ISWC with a right check digit."""
    nine = f"98{number:07d}"
    return f"T{nine}{iswc_check_digit(nine)}"


def isrc_number(number: int) -> str:
    """A synthetic ISRC."""
    return f"{REGISTRANT}{20 + number % 6:02d}{number:05d}"


# --- recordings ---------------------------------------------------------------------------------------------------


def _record_more(works: Sequence[Work], owners: Owners) -> None:
    """A medley of two famous works, and for works of the creator without a recording one that may be theirs."""
    clerk = staff("documentation")
    medley = NewRecording(isrc_number(WORKS), "Mehfil Medley", "Teen Taal", 415, version_title="Live", label=FIRMS[1])
    recording = save_recording(recording=None, new=medley, by=clerk)
    for work, seconds in ((works[0], 220), (works[3], 195)):
        link_recording(recording=recording, work=work, duration=seconds, by=clerk)
    silent = silent_works(parties=[owners.creator.pk]).order_by("number")[:3]
    for place, work in enumerate(silent, WORKS + 1):
        new = NewRecording(isrc_number(place), work.title, "Raag Junction", 251, label=FIRMS[2])
        save_recording(recording=None, new=new, by=clerk)
    _ask_for_a_link(works[0], silent[2], owners.creator)
    of_another = silent_works(parties=[owners.disputed.pk]).exclude(pk=silent[2].pk).order_by("number")
    _ask_for_a_link(works[3], of_another[0], owners.disputed)


def _ask_for_a_link(famous: Work, own: Work, creator: Party) -> None:
    """A creator says that a recording of a famous work, which others own too, holds one more work of hers."""
    user = Member.objects.select_related("user").get(party=creator).user
    assert user is not None
    link_own_recording(
        party=creator,
        work=own,
        new=NewRecording(famous.recordings.order_by("pk")[0].isrc or ""),
        reason=f"The last minute of this recording is my “{own.title}”; the sleeve of the record names it.",
        by=user,
    )

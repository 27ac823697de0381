"""Members and works for a measurement: as many as the lines need, with awkward shares, from a fixed seed.

They are written by the services' own functions, but with the triggers of history asleep: what is measured is what comes
after them.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from cmo_portal.accounts.models import Audience, User
from members.models import Mandate, Member, Party, PartyName
from members.rules.names import name_key, name_skeleton, name_words
from royalties.bench.place import Place, connect
from works.services.recordings import NewRecording
from works.services.registration import NewShare, NewTitle, NewWork, store_works

SINCE = dt.date(2020, 1, 1)
AT_ONCE = 5_000
# Owners of a work and their shares; 2.7 a work on average, thirds and sevenths among them.
SPLITS = (
    (1_000_000,),
    (500_000, 500_000),
    (333_400, 333_300, 333_300),
    (500_000, 250_000, 250_000),
    (142_900, 142_900, 142_800, 285_700, 285_700),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A work as a station writes it down."""

    title: str
    creators: str
    isrc: str


def make_society(place: Place, *, works: int, seed: int) -> list[Piece]:
    """Write the works and two fifths as many members; gives the works back in the order of their numbers."""
    chance = random.Random(seed)  # noqa: S311 - reproducible data, not a secret
    connect(place.superuser_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        owners = _members(max(works * 2 // 5, 5))
        return [piece for part in _parts(works) for piece in _works(part, owners, chance)]
    finally:
        connect(place.app_url)


def staff(email: str, *roles: str) -> User:
    """A member of staff who does what the measured acts require."""
    from django.contrib.auth.models import Group

    user = User.objects.create(email=email, name=email, audience=Audience.STAFF)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def _parts(size: int) -> Iterator[range]:
    return (range(first, min(first + AT_ONCE, size)) for first in range(0, size, AT_ONCE))


@transaction.atomic
def _members(size: int) -> list[Party]:
    parties = Party.objects.bulk_create(
        [Party(display_name=f"Creator {_word(number)}") for number in range(size)], batch_size=AT_ONCE
    )
    PartyName.objects.bulk_create(
        [
            PartyName(
                party=party,
                first_name="Creator",
                last_name=party.display_name.removeprefix("Creator "),
                key=name_key(party.display_name),
                skeleton=name_skeleton(party.display_name),
                words=name_words(party.display_name),
            )
            for party in parties
        ],
        batch_size=AT_ONCE,
    )
    members = Member.objects.bulk_create(
        [
            Member(party=party, number=f"B{number:07d}", email=f"b{number}@bench.example", admitted_on=SINCE)
            for number, party in enumerate(parties)
        ],
        batch_size=AT_ONCE,
    )
    Mandate.objects.bulk_create(
        [Mandate(member=member, right="PR", valid_from=SINCE) for member in members], batch_size=AT_ONCE
    )
    return parties


@transaction.atomic
def _works(numbers: range, owners: list[Party], chance: random.Random) -> list[Piece]:
    news, pieces = [], []
    for number in numbers:
        split = chance.choice(SPLITS)
        parties = chance.sample(owners, len(split))
        title, isrc = f"Geet {_word(number)}", f"PKBCH{number:07d}"
        news.append(
            NewWork(
                title=NewTitle(title),
                shares=tuple(NewShare(party, "CA", "PR", share) for party, share in zip(parties, split, strict=True)),
                recordings=(NewRecording(isrc, title),),
            )
        )
        pieces.append(Piece(title, ";".join(party.display_name for party in parties), isrc))
    store_works(news=news, source="bench")
    return pieces


def _word(number: int) -> str:
    """A pronounceable word of its own for each number."""
    word = ""
    while True:
        number, rest = divmod(number, 95)
        word += "bdghjklmnprstwyzfqcv"[rest % 19] + "aeiou"[rest // 19]
        if not number:
            return word.capitalize()

"""The demo society, told in phases. Each phase is done once; a load that was interrupted goes on where it stood."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from cmo_portal.accounts.models import User
from cmo_portal.audit.models import Act
from cmo_portal.audit.services import record_act
from royalties.demo import (
    agreement_faults,
    agreement_files,
    cue_sheets,
    descriptions,
    disputes,
    exchange,
    exports,
    groups,
    licensing,
    like_works,
    money,
    number_files,
    people,
    programs,
    registrations,
    repertoire,
    standards,
    unmatched,
    usage,
)
from royalties.demo.frame import Story, staff

MARK = "load_demo"
LOAD_LOCK = 0x44454D4F  # two loads at once: the second waits and finds everything there
NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"


class DemoRefused(RuntimeError):
    """The demo society is not for this database; the message says why."""


class Phase(NamedTuple):
    """A part of the load. `whole`: one transaction; the others have jobs in them and can be repeated."""

    name: str
    tell: Callable[[Story], None]
    whole: bool = True


PHASES = (
    Phase("people", people.load),
    Phase("repertoire", repertoire.load),
    Phase("agreements at fault", agreement_faults.load),
    Phase("exchange", exchange.load),
    Phase("cue sheets", cue_sheets.load),
    Phase("numbers", number_files.load, whole=False),
    Phase("disputes", disputes.load),
    Phase("licensing", licensing.load),
    Phase("standards", standards.load),
    Phase("usage", usage.load, whole=False),
    Phase("money", money.load, whole=False),
    Phase("like works", like_works.load, whole=False),
    Phase("a look at the agreements", agreement_faults.look, whole=False),
    Phase("registrations", registrations.load),
    Phase("later life", people.later_life),
    Phase("descriptions", descriptions.load),
    Phase("groups", groups.load),
    Phase("programs", programs.load),
    Phase("unmatched", unmatched.load),
    Phase("exports", exports.load),
    Phase("agreement files", agreement_files.load),
)


def load_society(*, now: dt.datetime, say: Callable[[str], None]) -> bool:
    """Make the demo society as of `now`; False when it is there already. `say` is told each phase.

    Raises DemoRefused outside demo mode and for a database that holds other people's data.
    """
    if not settings.DEMO_MODE:
        raise DemoRefused("The demo society is loaded in demonstration mode only.")
    with _alone(), _without_mail():
        done = _done()
        if not done and User.objects.exists():
            raise DemoRefused("This database is in use. The demo society needs an empty one.")
        if len(done) == len(PHASES):
            return False
        story = Story(done["people"] if done else now)
        for phase in PHASES:
            if phase.name not in done:
                say(phase.name)
                _tell(phase, story)
    return True


def is_loaded() -> bool:
    """Whether the whole society is there."""
    return len(_done()) == len(PHASES)


def _tell(phase: Phase, story: Story) -> None:
    if not phase.whole:
        phase.tell(story)
    with transaction.atomic():
        if phase.whole:
            phase.tell(story)
        facts = {"phase": phase.name, "now": story.now.isoformat()}
        record_act(by=None, verb=MARK, on=staff("administrator"), facts=facts)


def _done() -> dict[str, dt.datetime]:
    """The phases that were told, with the moment of the telling."""
    facts = Act.objects.filter(verb=MARK).values_list("facts", flat=True)
    return {fact["phase"]: dt.datetime.fromisoformat(fact["now"]) for fact in facts}


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOAD_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOAD_LOCK])


@contextmanager
def _without_mail() -> Iterator[None]:
    """The addresses of the demo exist nowhere: what the services would send them is thrown away."""
    usual, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, NO_MAIL
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = usual

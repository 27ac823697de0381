"""Exports as the tests make and read them, and the way of a file through an empty register."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from members.models import Party, PartyAffiliation
from members.services.parties import PartyFacts, register_party
from tests.factories.works import PERCENT, party, work
from tests.works.formats.cwr_files import read_all
from works.formats.cwr.profile import STRICT
from works.formats.cwr.work import WorkTransaction
from works.formats.cwr.work_view import work_of
from works.models import Agreement, ExportFile, Work
from works.rules.identifiers import ipi_name_check_digits
from works.services import exporting
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement
from works.services.describing import (
    NewDescription,
    NewInstrumentation,
    NewOrigin,
    NewPerformer,
    NewSource,
)
from works.services.descriptions import store_descriptions
from works.services.imports import check_registration_file, import_registration_file
from works.services.registration import NewRecording, NewShare, NewTitle, NewWork, store_works

NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
VERSIONS = ["2.1", "2.2"]
START = dt.date(2020, 1, 1)


def export(by: Any, version: str = "2.1", **options: Any) -> ExportFile:
    return exporting.export_repertoire(version=version, by=by, now=NOW, **options)


def data_of(file: ExportFile) -> bytes:
    with file.file.open("rb") as stream:
        data: bytes = stream.read()
    return data


def sent(file: ExportFile) -> list[WorkTransaction]:
    return [work_of(row) for row in read_all(data_of(file), file.filename, STRICT)[1]]


def complaints(file: ExportFile) -> list[list[str]]:
    if not file.complaints:
        return []
    with file.complaints.open("rb") as stream:
        return list(csv.reader(io.TextIOWrapper(stream, "utf-8-sig", newline="")))[1:]


def member_of(name: str, code: str = "362", number: int = 0) -> Party:
    """A party with an IPI name number whose rights the society of this code collects."""
    digits = f"{number or Party.objects.count() + 1:09d}"
    found = party(name, ipi=digits + ipi_name_check_digits(digits))
    PartyAffiliation.objects.bulk_create(
        PartyAffiliation(party=found, right=right, society_code=code) for right in ("PR", "MR", "SR")
    )
    return found


@contextmanager
def thrown_away() -> Iterator[None]:
    """A register of its own, gone at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def take(data: bytes, name: str, by: Any) -> None:
    file = check_registration_file(upload=io.BytesIO(data), filename=name, by=by)
    file = import_registration_file(file=file, by=by, now=NOW)
    assert file.report["accepted"] == file.report["transactions"], file.report


def check_round_trip(version: str, by: Any, make: Any) -> bytes:
    """Exported, taken into an empty register and exported from there: the same bytes."""
    with thrown_away():
        make()
        file = export(by, version)
        first, name = data_of(file), file.filename
    assert not Work.objects.exists()
    with thrown_away():
        take(first, name, by)
        again = data_of(export(by, version))
    assert again.decode() == first.decode()
    return first


def make_repertoire() -> None:
    """A small repertoire with everything that a file of ours can say."""
    work("Number that is skipped")
    sana, guest, house = member_of("Sana Ahmed"), member_of("Guest Writer", "052"), member_of("Saffron House")
    namesakes = [register_party(facts=PartyFacts("Ali", "Muhammad"), by=None) for _place in range(2)]
    work("Zindagi", (sana, "CA", 100), isrc="PKZZ92600001")
    work("Dil", (guest, "A", 50), (sana, "C", 50), original="دل")
    work("Shehr", (sana, "CA", 25), (guest, "CA", 25), (house, "E", 50), isrc="PKZZ92600002")
    work("Namesakes", *((one, "CA", 50) for one in namesakes))
    work("Own house", (sana, "CA", 50), (sana, "E", 50))
    thirds = zip((namesakes[0], None, guest), (333_334, 333_333, 333_333), strict=True)
    store_works(
        news=[
            NewWork(
                NewTitle("Thirds", "OT", "UR"),
                other_titles=(NewTitle("Tihai", "TT", "UR"), NewTitle("THIRDS", "AT"), NewTitle("Sehar", "OL")),
                duration=200,
                shares=tuple(NewShare(one, "CA", "MR", share) for one, share in thirds),
                recordings=(
                    NewRecording("PKZZ92600003", "Thirds live", "The Band, Sana", 190),
                    NewRecording("PKZZ92600004", "Thirds", "", None),
                ),
            )
        ],
        source="test",
    )
    described = work("Raag malika", (sana, "CA", 100))
    Work.objects.filter(pk=described.pk).update(
        composite_type="MED", component_count=2, text_music="MTX", opus_number="12", grand_rights=False, work_type="CL"
    )
    sing = NewPerformer(last_name="Bano", first_name="Iqbal", ipi_name_number="")
    setting = NewInstrumentation(standard="", description="Sitar and tabla", instruments=(("SIT", 1),))
    writer = {"last_name": "Ahmed", "first_name": "Sana"}
    parts = tuple(NewSource(kind="component", title=title, writers=(writer,), duration=90) for title in ("One", "Two"))
    origin = NewOrigin(purpose="FIL", production_title="Shehr ki shaam", production_year=1971)
    description = NewDescription(performers=(sing,), instrumentations=(setting,), sources=parts, origins=(origin,))
    store_descriptions([(described, description)], "test")


def agree(by: Any, giver: Party, taker: Party, percent: int = 100, *works: Work, **terms: Any) -> Agreement:
    """An agreement that passes on so much of the performing and the mechanical right."""
    parts = ((100 - percent) * PERCENT,) * 2 + (0,), (percent * PERCENT,) * 2 + (0,)
    sides = (NewSide(giver, "AS", parts[0]), NewSide(taker, "AC", parts[1]))
    told = Terms(**({"agreement_type": "PG", "start_date": START} | terms))
    return record_agreement(new=NewAgreement(told, sides, works), by=by)


def sides_of(givers: list[Party], takers: list[Party], percent: int, rights: tuple[int, int]) -> tuple[NewSide, ...]:
    """One acquirer gets the part of the rights named; of two the first the performing, the second the mechanical."""
    given = [tuple(percent * PERCENT * wanted for wanted in rights)]
    if len(takers) > 1:
        given = [(percent * PERCENT, 0), (0, percent * PERCENT)]
    stays = [sum(column) and (100 - percent) * PERCENT for column in zip(*given, strict=True)]
    sides = [NewSide(party, "AS", (0, 0, 0)) for party in givers[1:]]
    sides += [NewSide(givers[0], "AS", (stays[0], stays[1], 0))]
    sides += [NewSide(party, "AC", (pr, mr, 0)) for party, (pr, mr) in zip(takers, given, strict=True)]
    return tuple(sides)

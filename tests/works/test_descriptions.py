"""Descriptions from registration files: everything a transaction carries is kept, and sources find their works."""

import dataclasses
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers

from cmo_portal.common import clock
from tests.works.formats.cwr_files import OWN_WORK, changed, cwr_file
from works.formats.cwr.reader import read_cwr
from works.formats.cwr.work import WorkTransaction
from works.formats.cwr.work_view import work_of
from works.models import (
    Instrumentation,
    PublicDomainElement,
    Recording,
    SourceWork,
    Work,
    WorkIdentifier,
    WorkShare,
    WorkSubmission,
    WorkTitle,
)
from works.services.cwr_descriptions import version_kind
from works.services.imports import check_registration_file, import_registration_file

DATA = Path(__file__).parent.parent / "data" / "cwr"
GOLDEN = ["CW260001SPM_362.V21", "CW260001SPM_362.V22", "CW260003SPM_362.V21"]
PERSONAL = {"tax_id", "personal_no"}


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def take(data: bytes, by: Any, name: str = "CW260001SPM_362.V22") -> None:
    file = check_registration_file(upload=io.BytesIO(data), filename=name, by=by)
    import_registration_file(file=file, by=by, now=clock.now())


def transactions(name: str) -> list[WorkTransaction]:
    with (DATA / name).open("rb") as stream:
        return [work_of(row) for row in read_cwr(stream, name) if row.is_work and not row.is_rejected]


def told(value: Any) -> Iterator[tuple[str, str]]:
    """Every value of a transaction that says something, with the name of its field."""
    for each in dataclasses.fields(value):
        content = getattr(value, each.name)
        if isinstance(content, tuple):
            for part in content:
                yield from told(part)
        elif dataclasses.is_dataclass(content):
            yield from told(content)
        elif content not in ("", 0, None, False, True) and each.name not in PERSONAL:
            yield each.name, content.isoformat() if isinstance(content, dt.date) else str(content)


def everything_stored(work: Work) -> str:
    """Every row that belongs to a work, as text."""
    rows: list[Any] = [work, *Recording.objects.filter(works=work)]
    for relation in Work._meta.related_objects:
        if relation.one_to_many and relation.related_model._meta.app_label == "works":
            rows += relation.related_model.objects.filter(**{relation.field.name: work})
    rows += [part for setting in work.instrumentations.all() for part in setting.instruments.all()]
    rows += [row.party for row in work.shares.all() if row.party]
    return serializers.serialize("json", rows, ensure_ascii=False)


@pytest.mark.django_db
@pytest.mark.parametrize("name", GOLDEN)
def test_nothing_that_a_transaction_carries_is_dropped(name: str, by: Any) -> None:
    take((DATA / name).read_bytes(), by, name)
    for sent in transactions(name):
        work = Work.objects.get(identifiers__value=sent.submitter_work_no)
        stored = everything_stored(work).upper()
        lost = [(field, value) for field, value in told(sent) if _as_stored(field, value).upper() not in stored]
        assert lost == []


def _as_stored(field: str, value: str) -> str:
    """Languages by their ISO code; marks and kinds in our words."""
    if field in {"grand_rights", "validity", "recorded"}:
        return {"Y": "true", "N": "false", "U": "u"}[value] if field == "grand_rights" else ""
    return value.replace('"', '\\"')


@pytest.mark.django_db
def test_codes_sources_instruments_and_the_public_domain_are_told_apart(by: Any) -> None:
    take((DATA / GOLDEN[1]).read_bytes(), by, GOLDEN[1])
    song = Work.objects.get(identifiers__value="SPM0001")
    assert song.language == "ur"
    assert {row.language for row in song.titles.all()} <= {"ur", "en", "pa", ""}
    assert [row.kind for row in song.sources.order_by("pk")] == ["excerpt", "version", "component"]
    excerpt = song.sources.get(kind="excerpt")
    assert (excerpt.title, excerpt.iswc, excerpt.writers[0]["last_name"]) == ("CITY SUITE", "T1234567894", "AHMED")
    setting = Instrumentation.objects.get(work=song)
    assert [(each.instrument, each.players) for each in setting.instruments.all()] == [("SIT", 1)]
    assert song.notes.get().subject == "IQ"
    assert WorkIdentifier.objects.filter(work=song, issuer="052").count() == 2
    raga = Work.objects.get(identifiers__value="SPM0003")
    free = PublicDomainElement.objects.get(work=raga)
    assert (free.element, free.reason, free.author) == ("music", "died", "DP")


@pytest.mark.django_db
def test_numbers_of_tax_and_person_stay_in_the_file(by: Any) -> None:
    take((DATA / GOLDEN[1]).read_bytes(), by, GOLDEN[1])
    details = [str(row.details) for row in WorkSubmission.objects.all()]
    assert details and not any(field in text for text in details for field in PERSONAL)


def medley(number: str, *parts: dict[str, str], iswc: str = "") -> tuple[Any, ...]:
    head = {"composite_type": "MED", "component_count": f"{len(parts):03d}", "title": f"MEDLEY {number}"}
    work = changed(OWN_WORK, "NWR", submitter_work_no=number, iswc=iswc, **head)
    return (*work, *(("COM", {"writer1_last_name": "KHAN", **part}) for part in parts))


def song(number: str, title: str = "SONG", iswc: str = "") -> tuple[Any, ...]:
    return changed(OWN_WORK, "NWR", submitter_work_no=number, title=title, iswc=iswc)


def as_file(*works: Any, kind: str = "NWR") -> bytes:
    return cwr_file((kind, works), version="2.2")


@pytest.mark.django_db
def test_components_find_their_works_by_number_and_by_iswc_whichever_came_first(by: Any) -> None:
    parts = ({"title": "EARLY", "submitter_work_no": "A1"}, {"title": "LATE", "iswc": "T0345246801"})
    take(as_file(song("A1", "EARLY"), medley("M1", *parts)), by)
    early, late = SourceWork.objects.order_by("position")
    assert early.source is not None and early.source.title == "EARLY"
    assert late.source is None
    take(as_file(song("A2", "LATE", "T0345246801")), by, "CW260002SPM_362.V22")
    late.refresh_from_db()
    assert late.source is not None and late.source.title == "LATE"


@pytest.mark.django_db
def test_two_medleys_that_name_each_other_are_taken_and_one_link_stays_text(by: Any) -> None:
    first = medley("M1", {"title": "OTHER", "submitter_work_no": "M2"}, {"title": "X"})
    second = medley("M2", {"title": "OTHER", "submitter_work_no": "M1"}, {"title": "X"})
    take(as_file(first, second), by)
    assert Work.objects.count() == 2
    assert SourceWork.objects.filter(source__isnull=False).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("music", "words", "kind"),
    [
        ("ARR", "ORI", "arrangement"),
        ("ORI", "TRA", "translation"),
        ("ARR", "MOD", "adaptation"),
        ("ORI", "ORI", "version"),
        ("", "", "version"),
    ],
)
def test_what_a_version_does_to_its_source_is_read_from_its_codes(music: str, words: str, kind: str) -> None:
    assert version_kind(music, words) == kind


@pytest.mark.django_db
def test_a_number_that_another_work_holds_is_kept_and_marked(by: Any) -> None:
    note = ("ARI", {"society": "052", "work_no": "PRS9", "type_of_right": "ALL"})
    take(as_file((*song("A1"), note), (*song("A2", "OTHER"), note)), by)
    rows = WorkIdentifier.objects.filter(issuer="052", value="PRS9").order_by("pk")
    assert [row.validity for row in rows] == ["valid", "taken"]


@pytest.mark.django_db
def test_a_revision_replaces_what_its_sender_said_and_nothing_else(by: Any) -> None:
    take(as_file((*song("A1"), ("PER", {"last_name": "OLD BAND"}))), by)
    work = Work.objects.get()
    work.performers.create(last_name="Told by the desk", given_by="staff")
    revised = tuple(("REV" if kind == "NWR" else kind, fields) for kind, fields in song("A1", iswc=""))
    take(as_file((*revised, ("PER", {"last_name": "NEW BAND"})), kind="REV"), by, "CW260002SPM_362.V22")
    assert {row.last_name for row in work.performers.all()} == {"NEW BAND", "Told by the desk"}
    assert WorkSubmission.objects.get(work=work).transaction_type == "REV"
    assert WorkTitle.objects.filter(work=work).count() == 1 and WorkShare.objects.filter(work=work).exists()

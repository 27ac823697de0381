"""Cue sheets by hand and by file: what is taken, what is refused, what the database itself refuses."""

import csv
import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.accounts.models import User
from cmo_portal.common.tables import inspect_table
from tests.factories.cue_sheets import csv_bytes, cue_row, upload, xlsx_bytes
from tests.factories.works import work
from works.models import Cue, CueFile, CueMapping, CueSheet, CueType, Episode, Production, Work
from works.queries.cue_sheets import cue_columns, found_productions, suggestions_for
from works.rules.audiovisual import check_character, format_isan, music_exceeds, read_eidr, read_isan
from works.services import cue_sheets
from works.services.cue_sheets import CueEntry, EpisodeEntry, ProductionEntry
from works.services.recordings import NewRecording, link_recordings

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


@pytest.fixture
def desk(staff: Any) -> User:
    user: User = staff("documentation")
    return user


def received(rows: list[dict[str, str]], desk: User, **more: Any) -> CueFile:
    body = csv_bytes(rows)
    file = cue_sheets.receive_cue_file(
        upload=upload(body), filename="cues.csv", source="Hum TV", by=desk, today=TODAY, **more
    )
    if file.state == "mapping":
        columns = cue_sheets.look_at_cue_file(file)[2]
        file = cue_sheets.confirm_cue_mapping(file=file, columns=columns, by=desk, today=TODAY)
    return file


def taken(rows: list[dict[str, str]], desk: User, **more: Any) -> CueFile:
    return cue_sheets.import_cue_file(file=received(rows, desk, **more), by=desk, now=NOW, today=TODAY)


def two_cues() -> list[dict[str, str]]:
    return [cue_row(), cue_row(Sequence="2", Cue_type="Background", Cue_duration="0:40", Cue_title="Raat ka Safar")]


def messages(file: CueFile) -> list[str]:
    return [error["message"]["en"] for error in file.report["errors"]]


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["ISAN 0000-0000-3A8D-0000-Z-0000-0000-6", "0000-0000-3a8d-0000-z-0000-0000-6"])
def test_a_versioned_isan_is_read_with_both_check_characters(text: str) -> None:
    assert read_isan(text).is_valid
    assert format_isan(read_isan(text).value) == "ISAN 0000-0000-3A8D-0000-Z-0000-0000-6"


def test_an_eidr_is_read_as_a_doi_or_as_a_link() -> None:
    assert read_eidr("10.5240/7791-8534-2C23-9030-8610-5").is_valid
    assert read_eidr("https://doi.org/10.5240/EA73-79D7-1B2B-B378-3A73-M").value.endswith("-M")
    assert not read_eidr("10.5240/7791-8534-2C23-9030-8610-6").is_valid


@given(st.text("0123456789ABCDEF", min_size=16, max_size=16), st.integers(0, 15), st.sampled_from("0123456789ABCDEF"))
def test_an_isan_with_one_wrong_digit_is_caught(digits: str, place: int, other: str) -> None:
    wrong = digits[:place] + other + digits[place + 1 :]
    assert read_isan(digits + check_character(digits)).is_valid
    assert read_isan(wrong + check_character(digits)).is_valid == (wrong == digits)


@given(st.lists(st.integers(1, 600), min_size=1, max_size=80), st.integers(1, 20_000))
def test_music_exceeds_only_what_rounding_cannot_explain(durations: list[int], episode: int) -> None:
    over = music_exceeds(durations, episode)
    assert over in (0, sum(durations) - episode)
    assert (over > 0) == (2 * (sum(durations) - episode) > len(durations))


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_table_is_taken_with_production_episode_and_cues(desk: User) -> None:
    known = work("Ao Na", (None, "CA", 100), iswc="T0345246801")
    file = received([cue_row(ISWC="T-034.524.680-1"), two_cues()[1]], desk)
    assert not Production.objects.exists()  # a dry run writes nothing
    assert file.report["sheets"] == 1 and file.report["linked"] == 1
    cue_sheets.import_cue_file(file=file, by=desk, now=NOW, today=TODAY)
    episode = Episode.objects.select_related("production").get()
    assert (episode.production.title, episode.production.kind, episode.production.country) == (
        "Dhoop Kinare",
        "series",
        "0586",
    )
    assert (episode.number, episode.broadcast_on, episode.duration) == ("1", dt.date(2025, 1, 5), 2280)
    first, second = Cue.objects.order_by("sequence")
    assert (first.cue_type.code, first.duration, first.work, first.linked_by) == ("MT", 85, known, "number")
    assert (second.cue_type.code, second.duration, second.work) == ("BI", 40, None)


def warnings(file: CueFile) -> list[tuple[int, str, str, str]]:
    return [(each["row"], each["column"], each["value"], each["code"]) for each in file.report["warnings"]]


@pytest.mark.django_db
def test_numbers_that_lead_to_no_work_or_to_two_are_told_with_their_cue(desk: User) -> None:
    ao_na, raat = (
        work("Ao Na", (None, "CA", 100), iswc="T0345246801", isrc="PKA018100001"), work("Raat", (None, "CA", 100)),
    )  # fmt: skip
    numbers = [
        {"Work_number": "W9999999"},
        {"Work_number": raat.number, "ISWC": "T-034.524.680-1"},
        {"Work_number": raat.number.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))},
        {"ISRC": "PK-A01-81-99999"},
        {"Work_number": "W9999998", "ISWC": "T-034.524.680-1"},
        {"ISWC": "T-034.524.680-1", "ISRC": "PK-A01-81-99999"},
        {},
    ]
    rows = [cue_row(Sequence=str(place), **given) for place, given in enumerate(numbers, 1)]
    file = received(rows, desk)
    assert warnings(file) == [
        (2, "Work number", "W9999999", "work_number-unknown"),
        (3, "Work number", raat.number, "contradiction"),
        (5, "ISRC", "PKA018199999", "isrc-unknown"),
        (6, "Work number", "W9999998", "work_number-unknown"),
    ]
    told = file.report["warnings"][1]
    assert raat.number in told["message"]["en"] and ao_na.number in told["message"]["en"] and told["remedy"]["ur"]
    cue_sheets.import_cue_file(file=file, by=desk, now=NOW, today=TODAY)
    linked = [cue.work for cue in Cue.objects.order_by("sequence")]
    assert linked == [None, None, raat, None, ao_na, ao_na, None]


@pytest.mark.django_db
def test_a_recording_of_two_works_is_settled_by_the_number_beside_it(desk: User) -> None:
    songs = [work(title, (None, "CA", 100)) for title in ("One", "Two")]
    link_recordings([(song, NewRecording("PKA018100001", "Medley")) for song in songs], decided_by=desk)
    rows = [
        cue_row(Sequence="1", ISRC="PKA018100001"),
        cue_row(Sequence="2", ISRC="PKA018100001", Work_number=f" {songs[1].number.lower()} "),
    ]
    assert warnings(taken(rows, desk)) == [(2, "ISRC", "PKA018100001", "several")]
    assert [cue.work for cue in Cue.objects.order_by("sequence")] == [None, songs[1]]


@pytest.mark.django_db
def test_the_number_of_a_merged_work_leads_to_the_one_that_stands_for_it(desk: User) -> None:
    old, new = work("Old", (None, "CA", 100)), work("New", (None, "CA", 100))
    Work.objects.filter(pk=old.pk).update(state="merged", merged_into=new)
    assert warnings(taken([cue_row(Work_number=old.number)], desk)) == []
    assert Cue.objects.get().work == new


@pytest.mark.django_db
def test_a_workbook_is_read_like_a_text(desk: User) -> None:
    file = cue_sheets.receive_cue_file(
        upload=upload(xlsx_bytes(two_cues())), filename="cues.xlsx", source="Hum TV", by=desk, today=TODAY
    )
    file = cue_sheets.confirm_cue_mapping(file=file, columns=cue_sheets.look_at_cue_file(file)[2], by=desk, today=TODAY)
    assert file.report["cues"] == 2, file.report["errors"]


@pytest.mark.django_db
def test_the_next_table_with_the_same_headings_is_read_by_the_saved_mapping(desk: User) -> None:
    taken(two_cues(), desk)
    again = cue_sheets.receive_cue_file(
        upload=upload(csv_bytes([cue_row(Episode_number="2")])),
        filename="b.csv",
        source="Hum TV",
        by=desk,
        today=TODAY,
    )
    assert again.state == "checked" and CueMapping.objects.count() == 1
    cue_sheets.import_cue_file(file=again, by=desk, now=NOW, today=TODAY)
    assert Production.objects.count() == 1 and Episode.objects.count() == 2


@pytest.mark.django_db
def test_everything_wrong_is_told_at_once_with_row_column_and_value(desk: User) -> None:
    rows = [
        cue_row(Cue_type="ZZ", Cue_duration="soon", ISWC="T-034.524.680-2"),
        cue_row(Sequence="2", Country="Nowhere"),
        cue_row(Episode_number="2", Sequence="1"),
        cue_row(Episode_number="2", Sequence="1"),
        cue_row(Episode_number="3", Episode_duration="1:00"),
        cue_row(Episode_number="4"),
    ]
    file = received(rows, desk)
    places = {(error["row"], error["column"]) for error in file.report["errors"]}
    assert places == {(2, "Cue type"), (2, "Cue duration"), (2, "ISWC"), (3, "Country"), (4, ""), (5, ""), (6, "")}
    assert "Cue 1 stands in row 4 already." in messages(file)
    assert any("25 seconds longer than the episode" in text for text in messages(file))
    assert file.report["sheets"] == 1 and file.report["refused"] == 5
    refused = list(csv.reader(StringIO(file.refused_rows.open("rb").read().decode())))
    assert [row[-3] for row in refused[1:]] == ["2", "3", "4", "5", "6"] and "What to do" in refused[0]


@pytest.mark.django_db
def test_a_sheet_with_one_unreadable_row_is_not_taken_at_all(desk: User) -> None:
    file = received([*two_cues(), cue_row(Sequence="3", Cue_duration="")], desk)
    assert file.report["sheets"] == 0 and file.report["refused"] == 3
    assert "Other rows of this episode cannot be taken: 4." in messages(file)
    with pytest.raises(ValidationError, match="No cue sheet of this file can be taken"):
        cue_sheets.import_cue_file(file=file, by=desk, now=NOW, today=TODAY)


@pytest.mark.django_db
def test_refused_rows_that_were_mended_can_be_handed_in(desk: User, tmp_path: Any) -> None:
    file = received([*two_cues(), cue_row(Sequence="3", Cue_duration="")], desk)
    path = tmp_path / "refused.csv"
    path.write_bytes(file.refused_rows.open("rb").read().replace(b"MT,,", b"MT,0:10,"))
    assert inspect_table(path, filename="refused.csv").headings[:2] == ("Production title", "Kind")
    again = cue_sheets.receive_cue_file(
        upload=upload(path.read_bytes()), filename="refused.csv", source="Hum TV", by=desk, today=TODAY
    )
    columns = cue_sheets.look_at_cue_file(again)[2]
    again = cue_sheets.confirm_cue_mapping(file=again, columns=columns, by=desk, today=TODAY)
    assert again.report["sheets"] == 1, again.report["errors"]


@pytest.mark.django_db
def test_the_same_bytes_are_taken_once(desk: User) -> None:
    first = taken(two_cues(), desk)
    with pytest.raises(cue_sheets.KnownCueFile) as refused:
        received(two_cues(), desk)
    assert refused.value.file == first
    assert cue_sheets.import_cue_file(file=first, by=desk, now=NOW, today=TODAY).state == "imported"
    assert CueSheet.objects.count() == 1


@pytest.mark.django_db
def test_another_sheet_for_the_same_episode_is_refused_with_who_sent_the_first(desk: User) -> None:
    taken(two_cues(), desk)
    file = received([cue_row(Cue_title="Another piece")], desk)
    assert messages(file) == ["This episode has a cue sheet already, from Hum TV."]


@pytest.mark.django_db
def test_urdu_figures_name_the_same_episode_and_production(desk: User) -> None:
    taken([cue_row(Episode_number="۱۴", Production_number="HTV-۷۷")], desk)
    file = received([cue_row(Episode_number="14", Cue_title="Another piece")], desk)
    assert messages(file) == ["This episode has a cue sheet already, from Hum TV."]
    production = Production.objects.get()
    assert (production.own_number, production.episodes.get().number) == ("HTV-77", "14")
    assert list(found_productions(text="HTV-۷۷")) == [production]
    with pytest.raises(ValidationError, match="has this number"):
        cue_sheets.save_episode(production=production, entry=EpisodeEntry(number="۱۴"), by=desk)


@pytest.mark.django_db
def test_every_refused_row_says_why(desk: User) -> None:
    cues = [cue_row(Sequence=str(number), Cue_title=f"Piece {number}") for number in (1, 2, 2, 3)]
    other = [cue_row(Episode_number="2", Sequence=str(number), Cue_title="Raat") for number in (1, 2)]
    taken(other, desk)
    file = received([*cues, *other], desk)
    with file.refused_rows.open("rb") as stream:
        rows = list(csv.reader(StringIO(stream.read().decode())))
    wrong = {row[-3]: row[-2] for row in rows[1:]}
    others = "Other rows of this episode cannot be taken: {}."
    assert wrong == {
        "2": others.format(4),
        "3": others.format(4),
        "4": "Cue 2 stands in row 3 already.",
        "5": others.format(4),
        "6": "This episode has a cue sheet already, from Hum TV.",
        "7": others.format(6),
    }
    assert messages(file)[0] == "Cue 2 stands in row 3 already."


@pytest.mark.django_db
def test_an_import_can_be_undone_and_handed_in_again(desk: User) -> None:
    file = cue_sheets.undo_cue_import(file=taken(two_cues(), desk), reason="wrong series", by=desk)
    assert file.state == "undone"
    assert CueSheet.objects.get().state == "withdrawn" and Production.objects.get().state == "withdrawn"
    taken(two_cues(), desk)
    assert CueSheet.objects.exclude(state="withdrawn").count() == 1


@pytest.mark.django_db
def test_an_import_that_was_paid_from_stands(desk: User) -> None:
    file = taken(two_cues(), desk)
    sheet = cue_sheets.confirm_sheet(sheet=CueSheet.objects.get(), by=desk)
    assert cue_sheets.mark_sheets_used(sheets=[sheet], why="run 1", by=None, now=NOW) == 1
    assert cue_sheets.mark_sheets_used(sheets=[sheet], why="run 1", by=None, now=NOW) == 0
    with pytest.raises(ValidationError, match="Money was paid from cue sheets of this file"):
        cue_sheets.undo_cue_import(file=file, reason="wrong", by=desk)
    with pytest.raises(ValidationError, match="it stands"):
        cue_sheets.reopen_sheet(sheet=sheet, by=desk)
    with pytest.raises(ValidationError, match="it stands"):
        cue_sheets.link_cue(cue=sheet.cues.first(), work=None, by=desk)


@pytest.mark.django_db
def test_a_file_for_one_episode_needs_no_production(desk: User) -> None:
    production = cue_sheets.save_production(entry=ProductionEntry("Aangan", "film"), by=desk)
    episode = cue_sheets.save_episode(production=production, entry=EpisodeEntry(duration=5400), by=desk)
    head = ("Sequence", "Cue type", "Cue duration", "Cue title")
    file = cue_sheets.receive_cue_file(
        upload=upload(csv_bytes([cue_row()], head)),
        filename="one.csv",
        source="producer",
        by=desk,
        today=TODAY,
        episode=episode,
    )
    columns = cue_sheets.look_at_cue_file(file)[2]
    file = cue_sheets.confirm_cue_mapping(file=file, columns=columns, by=desk, today=TODAY)
    cue_sheets.import_cue_file(file=file, by=desk, now=NOW, today=TODAY)
    assert CueSheet.objects.get().episode == episode


@pytest.mark.django_db
def test_only_whoever_may_import_takes_files(staff: Any) -> None:
    with pytest.raises(PermissionDenied):
        received(two_cues(), staff("membership"))


# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sheet(desk: User) -> CueSheet:
    production = cue_sheets.save_production(
        entry=ProductionEntry("Aangan", "film", title_script="آنگن", isan="000000003A8D0000"), by=desk
    )
    episode = cue_sheets.save_episode(production=production, entry=EpisodeEntry(duration=100), by=desk)
    return cue_sheets.open_sheet(episode=episode, source="producer", by=desk)


def entry(sequence: int = 1, seconds: int = 60, title: str = "Raat") -> CueEntry:
    return CueEntry(sequence, CueType.objects.get(code="BI"), seconds, title)


@pytest.mark.django_db
def test_a_sheet_longer_than_its_episode_is_not_confirmed(sheet: CueSheet, desk: User) -> None:
    cue_sheets.save_cue(sheet=sheet, entry=entry(1, 60), by=desk)
    second = cue_sheets.save_cue(sheet=sheet, entry=entry(2, 60), by=desk)
    with pytest.raises(ValidationError, match="120 seconds together, the episode has 100"):
        cue_sheets.confirm_sheet(sheet=sheet, by=desk)
    cue_sheets.save_cue(sheet=sheet, entry=entry(2, 40), by=desk, cue=second)
    assert cue_sheets.confirm_sheet(sheet=sheet, by=desk).state == "confirmed"
    with pytest.raises(ValidationError, match="not being entered"):
        cue_sheets.save_cue(sheet=sheet, entry=entry(3, 1), by=desk)


@pytest.mark.django_db
def test_cues_of_confirmed_sheets_come_as_columns(sheet: CueSheet, desk: User) -> None:
    known = work("Raat", (None, "CA", 100))
    cue = cue_sheets.save_cue(sheet=sheet, entry=entry(2), by=desk)
    cue_sheets.save_cue(sheet=sheet, entry=entry(1, 20, "Din"), by=desk)
    cue_sheets.link_cue(cue=cue, work=known, by=desk)
    assert len(cue_columns([sheet.episode_id])) == 0
    cue_sheets.confirm_sheet(sheet=sheet, by=desk)
    columns = cue_columns([sheet.episode_id])
    assert (columns.sequences, columns.durations, columns.work_ids, columns.titles) == (
        [1, 2],
        [20, 60],
        [0, known.pk],
        ["Din", "Raat"],
    )


@pytest.mark.django_db
def test_works_that_a_cue_may_be_are_suggested(sheet: CueSheet, desk: User) -> None:
    known = work("Raat Ka Safar", (None, "CA", 100), original="رات کا سفر")
    cue = cue_sheets.save_cue(sheet=sheet, entry=entry(title="Rat ka safar"), by=desk)
    assert suggestions_for(cue) == [known]


@pytest.mark.django_db
def test_productions_are_found_in_either_script_and_by_number(sheet: CueSheet) -> None:
    for text in ("aangan", "آنگن", "AV0000001", "ISAN 0000-0000-3A8D-0000-Z"):
        found = found_productions(text=text if not text.startswith("AV") else sheet.episode.production.number)
        assert list(found) == [sheet.episode.production], text


@pytest.mark.django_db
def test_a_number_of_another_production_is_refused_with_its_name(sheet: CueSheet, desk: User) -> None:
    with pytest.raises(ValidationError, match="belongs to AV.* Aangan already"):
        cue_sheets.save_production(entry=ProductionEntry("Other", "film", isan="000000003A8D0000"), by=desk)


# --- what the database refuses ---------------------------------------------------------------------------------------

BROKEN = {
    "cue_duration_is_positive": "UPDATE works_cue SET duration = 0",
    "cue_number_is_positive": "UPDATE works_cue SET sequence = 0 WHERE sequence = 1",
    "one_cue_per_number_of_a_sheet": "UPDATE works_cue SET sequence = 7",
    "cue_has_a_title": "UPDATE works_cue SET title = ' '",
    "cue_says_how_it_was_linked": "UPDATE works_cue SET linked_by = 'person'",
    "episode_duration_is_positive": "UPDATE works_episode SET duration = -1",
    "production_has_a_title": "UPDATE works_production SET title = ''",
    "isan_has_its_form": "UPDATE works_production SET isan = 'X'",
    "avi_number_with_its_society": "UPDATE works_production SET avi_number = '1'",
    "cue_sheet_withdrawn_with_its_reason": "UPDATE works_cuesheet SET state = 'withdrawn'",
    "used_cue_sheet_is_confirmed": "UPDATE works_cuesheet SET used_at = now()",
    "one_standing_cue_sheet_per_episode": "INSERT INTO works_cuesheet (uid, episode_id, state, source, reason)"
    " SELECT gen_random_uuid(), episode_id, 'entered', 'x', '' FROM works_cuesheet",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
def test_the_database_itself_refuses(name: str, sheet: CueSheet, desk: User) -> None:
    cue_sheets.save_cue(sheet=sheet, entry=entry(1, 10), by=desk)
    cue_sheets.save_cue(sheet=sheet, entry=entry(2, 10), by=desk)
    with pytest.raises(IntegrityError, match=name), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BROKEN[name])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE works_cue SET duration = 5",
        "DELETE FROM works_cue",
        "INSERT INTO works_cue (uid, sheet_id, sequence, cue_type_id, duration, title, composers, performers,"
        " work_number, iswc, isrc, linked_by) SELECT gen_random_uuid(), sheet_id, 9, cue_type_id, 5, 'x', '', '',"
        " '', '', '', '' FROM works_cue",
        "UPDATE works_cuesheet SET state = 'entered', used_at = NULL",
    ],
)
def test_a_used_sheet_stands_whoever_writes(statement: str, sheet: CueSheet, desk: User) -> None:
    cue_sheets.save_cue(sheet=sheet, entry=entry(1, 10), by=desk)
    cue_sheets.confirm_sheet(sheet=sheet, by=desk)
    cue_sheets.mark_sheets_used(sheets=[sheet], why="run", by=None, now=NOW)
    with pytest.raises(DatabaseError, match="was used"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.own_database
@pytest.mark.django_db(transaction=True)
def test_with_the_guard_off_a_paid_cue_is_changed_unseen(sheet: CueSheet, desk: User, superuser_cursor: Any) -> None:
    """The twin: what the trigger keeps from happening."""
    cue_sheets.save_cue(sheet=sheet, entry=entry(1, 10), by=desk)
    cue_sheets.confirm_sheet(sheet=sheet, by=desk)
    cue_sheets.mark_sheets_used(sheets=[sheet], why="run", by=None, now=NOW)
    superuser_cursor.execute("ALTER TABLE works_cue DISABLE TRIGGER ALL")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE works_cue SET duration = 9999")
    assert cue_columns([sheet.episode_id]).durations == [9999]

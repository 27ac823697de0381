"""Files of our own works: strict bytes, round trips, and refusal of what the format cannot say."""

import io
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.rules.societies import societies
from tests.works.formats.cwr_files import WORK, only, read_all
from works.formats.cwr.characters import NAMES, TITLES, forbidden_characters, transliterated
from works.formats.cwr.codes import AnswerState, answer_state, code_names, is_society, statuses_written
from works.formats.cwr.encoding import CwrWriteError
from works.formats.cwr.layouts import layout_of
from works.formats.cwr.names import file_name, parse_file_name, version_of_name
from works.formats.cwr.profile import STRICT
from works.formats.cwr.registrations import faults_before_sending, write_registrations
from works.formats.cwr.work import (
    CollectionLine,
    CrossReference,
    NationalName,
    PublisherLink,
    WorkComponent,
    WorkInstrument,
    WorkInstrumentation,
    WorkOrigin,
    WorkPerformer,
    WorkPublisher,
    WorkRecording,
    WorkSource,
    WorkTitle,
    WorkTransaction,
    WorkWriter,
)
from works.formats.cwr.work_view import work_of
from works.formats.cwr.writer import FileSender
from works.rules.identifiers import ipi_name_check_digits, iswc_check_digit

COMP = FileSender("SO", "362", "COMP", "PORTAL", "1")
CREATED = datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001 - a file's header has no time zone


def written(*works, version="2.1", sender=COMP, kind=None):
    out = io.BytesIO()
    groups = [(kind or works[0].transaction_type, works)] if works else []
    write_registrations(out, version=version, sender=sender, created=CREATED, groups=groups)
    return out.getvalue()


def problems_of(work, version="2.1"):
    with pytest.raises(CwrWriteError) as refused:
        written(work, version=version)
    return [(problem.record_type, problem.field) for problem in refused.value.problems]


SIMPLE = work_of(only(WORK))


# -- random works survive the round trip

WORDS = (
    st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 '()&-./", min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
CODES = {name: st.sampled_from(list(code_names(name))) for name in ("language", "category", "purpose", "instrument")}
SHARES = st.integers(0, 10_000).map(lambda steps: steps * 100)
HALF_SHARES = st.integers(0, 5_000).map(lambda steps: steps * 100)
DATES = st.none() | st.dates(date(1900, 1, 1), date(2099, 12, 31))
SOCIETIES = st.sampled_from(["", "362", "052", "000", "099"])
SECONDS = st.integers(0, 99 * 3600)
ISWCS = st.just("") | st.integers(0, 10**9 - 1).map(lambda n: f"T{n:09d}{iswc_check_digit(f'{n:09d}')}")
IPIS = st.just("") | st.integers(1, 10**9 - 1).map(lambda n: f"{n:09d}{ipi_name_check_digits(f'{n:09d}')}")
NUMBERS = st.text(alphabet="ABCDEFGHIJ0123456789", min_size=1, max_size=9)


def built(cls, **fields):
    return st.builds(cls, **fields)


NATIONALS = st.lists(built(NationalName, name=WORDS, first_name=st.just("") | WORDS), max_size=1).map(tuple)
PUBLISHER_NATIONALS = st.lists(built(NationalName, name=WORDS, language=CODES["language"]), max_size=1).map(tuple)
LINES = st.lists(
    built(
        CollectionLine,
        is_include=st.booleans(),
        tis_code=st.sampled_from(["2136", "0586", "0840"]),
        pr_collection=HALF_SHARES,
        mr_collection=SHARES,
        sr_collection=SHARES,
        shares_change=st.booleans(),
    ),
    max_size=3,
).map(tuple)
OWNED = {
    "pr_society": SOCIETIES,
    "mr_society": SOCIETIES,
    "sr_society": SOCIETIES,
    "pr_ownership": HALF_SHARES,
    "mr_ownership": SHARES,
    "sr_ownership": SHARES,
    "ipi_name_no": IPIS,
    "tax_id": st.integers(0, 999_999_999),
}
PUBLISHERS = built(
    WorkPublisher,
    is_controlled=st.just(True),
    publisher_seq=st.integers(1, 99),
    ip_no=NUMBERS,
    publisher_name=WORDS,
    publisher_type=st.sampled_from(["E", "SE", "AM"]),
    territories=LINES,
    national_names=PUBLISHER_NATIONALS,
    **OWNED,
)
WRITERS = built(
    WorkWriter,
    is_controlled=st.just(True),
    ip_no=NUMBERS,
    last_name=WORDS,
    first_name=st.just("") | WORDS,
    writer_designation=st.sampled_from(list(code_names("writer_role"))),
    personal_no=st.integers(0, 10**12 - 1),
    territories=LINES,
    links=st.lists(
        built(PublisherLink, publisher_ip_no=NUMBERS, publisher_name=WORDS, writer_ip_no=NUMBERS), max_size=2
    ).map(tuple),
    national_names=NATIONALS,
    **OWNED,
)
SOURCES = st.none() | built(WorkSource, title=WORDS, iswc=ISWCS, writer1_last_name=WORDS, national_writers=NATIONALS)
WORKS = built(
    WorkTransaction,
    transaction_type=st.just("NWR"),
    version=st.just("2.1"),
    title=WORDS,
    submitter_work_no=NUMBERS,
    language=CODES["language"],
    iswc=ISWCS,
    copyright_date=DATES,
    distribution_category=CODES["category"],
    duration=SECONDS,
    recorded=st.sampled_from("YNU"),
    component_count=st.integers(0, 999),
    printed_edition_date=DATES,
    publishers=st.lists(PUBLISHERS, max_size=3).map(tuple),
    writers=st.lists(WRITERS, max_size=3).map(tuple),
    titles=st.lists(built(WorkTitle, title=WORDS, title_type=st.sampled_from(["AT", "TT"])), max_size=2).map(tuple),
    excerpt_source=SOURCES,
    version_source=SOURCES,
    performers=st.lists(built(WorkPerformer, last_name=WORDS, ipi_name_no=IPIS), max_size=2).map(tuple),
    recordings=st.lists(
        built(
            WorkRecording, release_date=DATES, release_duration=SECONDS, album_title=WORDS, isrc=st.just("GBABC2000001")
        ),
        max_size=2,
    ).map(tuple),
    origins=st.lists(
        built(WorkOrigin, intended_purpose=CODES["purpose"], library=WORDS, cut_number=st.integers(0, 9999)), max_size=1
    ).map(tuple),
    instrumentations=st.lists(
        built(
            WorkInstrumentation,
            description=WORDS,
            instruments=st.lists(built(WorkInstrument, instrument=CODES["instrument"]), max_size=2).map(tuple),
        ),
        max_size=1,
    ).map(tuple),
    components=st.lists(built(WorkComponent, title=WORDS, iswc=ISWCS, writer1_last_name=WORDS), max_size=1).map(tuple),
)


def uncorrected(transaction):
    """The work as it stands in the file: a random work breaks edits, and its corrections are not the matter here."""
    import dataclasses

    return work_of(dataclasses.replace(transaction, faults=()))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(WORKS, min_size=1, max_size=2, unique_by=lambda work: work.submitter_work_no))
def test_any_work_written_and_read_again_is_the_same_work(works):
    data = written(*works)
    _, transactions = read_all(data)
    assert [uncorrected(transaction) for transaction in transactions] == works
    assert written(*[uncorrected(transaction) for transaction in transactions]) == data
    for text in data.decode("ascii").split("\r\n")[:-1]:
        assert len(text) == layout_of("2.1", text[:3]).length


def test_a_second_writing_of_tolerated_input_is_stable():
    from pathlib import Path

    path = Path(__file__).parents[2] / "data" / "cwr" / "tolerated.V21"
    _, transactions = read_all(path.read_bytes())
    works = [work_of(transaction) for transaction in transactions]
    names_without_commas = [
        work.__class__(**{**fields(work), "writers": tuple(without_comma(writer) for writer in work.writers)})
        for work in works
    ]
    once = [written(work) for work in names_without_commas]
    again = [written(work_of(read_all(data)[1][0])) for data in once]
    assert once == again


def fields(value):
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def without_comma(writer):
    return writer.__class__(**{**fields(writer), "last_name": writer.last_name.replace(",", "")})


def test_written_works_break_no_edit_strictly():
    reading, transactions = read_all(written(SIMPLE), "CW260001362_ALP.V21", STRICT)
    assert (reading.faults, transactions[0].faults) == ((), ())


def test_letters_are_written_upper_case_and_transliterated():
    work = WorkTransaction(**{**fields(SIMPLE), "title": "Šām in Übersee"})
    assert read_all(written(work))[1][0].header["title"] == "SAM IN UEBERSEE"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": "لاہور کی شام"}, ("NWR", "title")),
        ({"title": "X" * 61}, ("NWR", "title")),
        ({"title": " "}, ("NWR", "title")),
        ({"submitter_work_no": ""}, ("NWR", "submitter_work_no")),
        ({"duration": 100 * 3600}, ("NWR", "duration")),
        ({"component_count": 1000}, ("NWR", "component_count")),
    ],
)
def test_a_work_that_cannot_be_written_is_refused_by_field(changes, problem):
    assert problems_of(WorkTransaction(**{**fields(SIMPLE), **changes})) == [problem]


def test_every_problem_of_a_work_is_told():
    writer = WorkWriter(**{**fields(SIMPLE.writers[0]), "last_name": "AHMED, S"})
    work = WorkTransaction(**{**fields(SIMPLE), "title": "", "writers": (writer,)})
    assert problems_of(work) == [("NWR", "title"), ("SWR", "last_name")]


def test_a_share_finer_than_the_file_is_refused():
    writer = WorkWriter(**{**fields(SIMPLE.writers[0]), "pr_ownership": 333_333})
    assert problems_of(WorkTransaction(**{**fields(SIMPLE), "writers": (writer,)})) == [("SWR", "pr_ownership")]


def test_records_of_2_2_are_refused_in_2_1():
    reference = CrossReference(organisation_code="052", identifier="1", identifier_type="W", validity="Y")
    work = WorkTransaction(**{**fields(SIMPLE), "cross_references": (reference,)})
    assert problems_of(work) == [("XRF", "record_type")]
    assert written(work, version="2.2")


def test_a_refused_work_leaves_no_half_of_itself_behind():
    out = io.BytesIO()
    bad = WorkTransaction(**{**fields(SIMPLE), "recordings": (WorkRecording(album_title="Я" * 70),)})
    with pytest.raises(CwrWriteError):
        write_registrations(out, version="2.1", sender=COMP, created=CREATED, groups=[("NWR", [SIMPLE, bad])])
    assert out.getvalue().decode().count("\r\nNWR") == 1


def test_a_sender_number_of_eleven_digits_begins_in_the_type():
    for number, start in (
        ("09000000020", b"HDR09000000020"),
        ("199", b"HDRPB000000199"),
        ("1234567890", b"HDR01234567890"),
    ):
        assert written(SIMPLE, sender=FileSender("PB", number, "X")).startswith(start)
    with pytest.raises(CwrWriteError):
        written(SIMPLE, sender=FileSender("PB", "X1", "X"))


def test_groups_without_works_are_left_out():
    out = io.BytesIO()
    groups = [("NWR", []), ("REV", [SIMPLE])]
    totals = write_registrations(out, version="2.1", sender=COMP, created=CREATED, groups=groups)
    assert (totals.groups, totals.transactions) == (1, 1)
    reading, transactions = read_all(out.getvalue(), profile=STRICT)
    assert (reading.faults[1:], transactions[0].type) == ((), "REV")


def test_the_edits_of_a_work_can_be_asked_before_it_is_sent():
    on = date(2026, 11, 22)
    assert faults_before_sending(SIMPLE, version="2.1", on=on) == ()
    loose = WorkTransaction(**{**fields(SIMPLE), "writers": ()})
    assert "NWR-T-012" in {fault.edit for fault in faults_before_sending(loose, version="2.2", on=on)}
    with pytest.raises(CwrWriteError):
        faults_before_sending(WorkTransaction(**{**fields(SIMPLE), "title": "Ж"}), version="2.1", on=on)


# -- names, characters, codes


def test_file_names_are_written_strictly_and_read_tolerantly():
    name = file_name(year=2026, number=136, sender="362", receiver="ALP", version="2.1")
    assert name == "CW260136362_ALP.V21"
    assert str(parse_file_name("cw260136362_alp.v21")) == name
    assert parse_file_name("catalogue.txt") is None
    assert [version_of_name(text) for text in ("a.V22", "CW220002DMP_0000_V3-0-0.SUB", "a.txt")] == ["2.2", "3.0", ""]
    for wrong in ({"number": 0}, {"number": 10_000}, {"sender": "a"}, {"version": "3.0"}, {"receiver": "TOOLONG"}):
        with pytest.raises(ValueError):
            file_name(**{"year": 2026, "number": 1, "sender": "362", "receiver": "000", "version": "2.1", **wrong})


def test_names_allow_fewer_signs_than_titles():
    assert forbidden_characters("O'NEIL (JR.) & SONS #1 + `X`?", NAMES) == ""
    assert forbidden_characters('A, B; C: "D" * E', NAMES) == ',;:"*'
    assert forbidden_characters('A, B; C: "D" * E', TITLES) == ""
    assert forbidden_characters("café", TITLES) == "É"


def test_letters_of_the_table_have_its_spelling_and_others_lose_their_accents():
    assert transliterated("Äpfel œuvre ñandú Øl") == "AEPFEL OEUVRE NANDU OEL"
    assert transliterated("ā ḍ ẑ") == "A D Z"
    assert transliterated("ل") == "ل"


def test_statuses_mean_different_things_in_different_versions():
    assert answer_state("2.1", "AS") is AnswerState.PAYABLE
    assert answer_state("3.1", "AS") is AnswerState.ACCEPTED
    assert answer_state("2.2", "AC") is not answer_state("3.0", "AC")
    assert answer_state("2.1", "SR") is AnswerState.PAYABLE
    assert answer_state("2.1", "ZZ") is None
    assert statuses_written("2.1") == {"RA", "AS", "AC", "CO", "DU", "RJ", "NP", "RC"}
    assert "SR" in statuses_written("3.1")


def test_the_code_tables_hold_the_codes_worth_knowing():
    assert code_names("language")["UR"] == "Urdu"
    assert "IN" in code_names("language") and "ID" not in code_names("language")
    assert set(code_names("writer_role")) == {"CA", "C", "A", "AR", "AD", "TR", "SA", "SR", "PA"}
    assert societies()["362"].name == "COMP"
    assert (societies()["362"].country, societies()["362"].status) == ("PAKISTAN", "Provisional")
    assert is_society("000") and is_society("099") and is_society("708") and not is_society("998")

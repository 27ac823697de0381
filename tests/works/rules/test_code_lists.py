"""Every code of CWR that describes a work has a name in words, and every language finds its way there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.formats.cwr.codes import code_names
from works.rules import code_lists
from works.rules.instruments import INSTRUMENTS, STANDARD_INSTRUMENTATIONS
from works.rules.languages import FREQUENT, LANGUAGES, cwr_language, language_of
from works.rules.work_types import WORK_TYPES

LISTS = {
    "title_type": code_lists.TITLE_TYPES,
    "category": code_lists.CATEGORIES,
    "version_type": code_lists.VERSION_TYPES,
    "text_music": code_lists.TEXT_MUSIC,
    "composite_type": code_lists.COMPOSITE_TYPES,
    "excerpt_type": code_lists.EXCERPT_TYPES,
    "music_arrangement": code_lists.MUSIC_ARRANGEMENTS,
    "lyric_adaptation": code_lists.LYRIC_ADAPTATIONS,
    "purpose": code_lists.PURPOSES,
    "bltvr": code_lists.PRODUCTION_USES,
    "subject": code_lists.NOTE_SUBJECTS,
    "work_type": WORK_TYPES,
    "instrument": INSTRUMENTS,
    "instrumentation": STANDARD_INSTRUMENTATIONS,
}


@pytest.mark.parametrize("table", LISTS)
def test_a_list_names_exactly_the_codes_of_its_cwr_table(table: str) -> None:
    assert set(LISTS[table]) == {code for code in code_names(table) if code.strip()}


def test_every_language_of_cwr_is_known_and_written_as_it_came() -> None:
    for code in code_names("language"):
        stored = language_of(code)
        assert stored in LANGUAGES, code
        assert cwr_language(stored) == {"MO": "RO"}.get(code, code)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [("IN", "id"), ("IW", "he"), ("JI", "yi"), ("JW", "jv"), ("UR", "ur"), ("ur", "ur"), ("PM", "pap")],
)
def test_old_codes_and_either_case_are_read(sent: str, stored: str) -> None:
    assert language_of(sent) == stored


def test_languages_of_pakistan_that_cwr_has_no_code_for_are_known_and_written_blank() -> None:
    for code in ("bal", "skr", "brh", "khw"):
        assert language_of(code) == code
        assert cwr_language(code) == ""
    assert set(FREQUENT) <= set(LANGUAGES)
    assert cwr_language("") == ""


@given(st.text(max_size=5))
def test_any_text_gives_a_stored_code_or_nothing(text: str) -> None:
    assert language_of(text) in {*LANGUAGES, ""}

"""Names in both scripts, their registration form, their keys."""

import pytest

from cmo_portal.common.tables.errors import ValueRefused
from members.rules import names
from members.rules.texts import read_text


def test_a_roman_name_is_cleaned_and_kept():
    assert names.read_roman_name("  Zoë   D’Souza-Khan ") == "Zoë D’Souza-Khan"


@pytest.mark.parametrize("text", ["نازیہ", "Khan عاصم", "123", "", "K" * 161, "Иван", "a😀"])
def test_what_is_no_roman_name_is_refused(text):
    with pytest.raises(ValueRefused):
        names.read_roman_name(text)


def test_a_name_in_its_own_script_keeps_its_joiners_and_loses_overrides():
    assert names.read_original_name("\u202eمی\u200cخواہم\u0000") == "می\u200cخواہم"


def test_the_registration_form_is_upper_case_ascii():
    assert names.registration_form("Łukasz Østergård D’Souza") == "LUKASZ OSTERGARD D'SOUZA"


def test_the_registration_form_drops_no_letter_silently():
    assert "Җ" in names.registration_form("Җan")


def test_urdu_and_roman_spellings_share_a_skeleton():
    assert names.name_skeleton("نصرت فتح علی خان") == names.name_skeleton("Nusrat Fateh Ali Khan")
    assert names.name_key("Nusrat  FATEH") == "nusrat fateh"


def test_a_text_keeps_its_lines_and_has_an_end():
    assert read_text(" one\r\n\ttwo\u202e \n", limit=20) == "one\ntwo"
    with pytest.raises(ValueRefused):
        read_text("x" * 21, limit=20)

"""Texts are cleaned of what nobody sees; what Urdu spelling needs stays."""

import pytest

from cmo_portal.common.cleaning import clean_lines, clean_text

UNSEEN = "\u200e\u200f\u061c\u200b\u200c\u200d\u2060\ufeff\u202e\u2067\u2069\u00ad\u034f\ufe0f\u2800\u3164\u115f"


@pytest.mark.parametrize("sign", UNSEEN, ids=lambda sign: f"U+{ord(sign):04X}")
def test_a_text_of_one_unseen_sign_alone_is_blank(sign: str) -> None:
    assert clean_text(f" {sign}\n{sign}{sign}") == ""
    assert clean_lines(f"{sign}\n{sign}") == ""


def test_joiners_and_marks_inside_words_stay() -> None:
    assert clean_text("می\u200cروم") == "می\u200cروم"
    assert clean_text("مُحَبّت") == "مُحَبّت"
    assert clean_text("हिन्दी") == "हिन्दी"


def test_marks_of_direction_beside_words_go_and_blanks_become_one() -> None:
    assert clean_text("\u200fدل \u2067کی\u2069\t بات\u200f") == "دل کی بات"
    assert clean_text("  Dil   Ki\nBaat ") == "Dil Ki Baat"


def test_the_lines_of_a_longer_text_stay() -> None:
    assert clean_lines("one\u200f\r\n two  words \n\n\u200f\n") == "one\ntwo words"

"""Keys of titles and names: folded where writings differ by habit, kept apart where they may tell two works apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.spelling import text_key
from royalties.rules.matching.identifiers import isrc_of, iswc_of, number_of
from royalties.rules.matching.normalise import dashed_parts, name_keys, name_set_key, title_forms
from royalties.rules.matching.scripts import scripts_of


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Sohni Dharti", "sohni dharti"),
        ("  SOHNI-dharti!! ", "sohni dharti"),
        ("Café del Mar", "cafe del mar"),
        ("Straße", "strasse"),
        ("Don't Stop", "dont stop"),
        ("Don’t Stop", "dont stop"),
        ("Salt & Pepper", "salt and pepper"),
        ("ﬁne ｆｕｌｌ", "fine full"),
        ("۱۲۳ ١٢٣", "123 123"),
        ("a_b", "a b"),
        ("كي", "کی"),
        ("مُحَمَّد", "محمد"),
        ("آفریںؔ", "افریں"),
        ("سر\u200cگم", "سرگم"),
        ("e\u0301", "e"),
        ("한국", "한국"),
        ("नमस्ते", "नमस्ते"),
        ("?!", ""),
        ("", ""),
    ],
)
def test_a_key_folds_what_differs_by_habit(text, key):
    assert text_key(text) == key


@given(st.text(max_size=40))
def test_a_key_of_a_key_is_the_same_key(text):
    assert text_key(text_key(text)) == text_key(text)


@pytest.mark.parametrize(
    ("title", "forms"),
    [
        ("Sohni Dharti", ("sohni dharti",)),
        ("012-Sohni Dharti", ("012 sohni dharti", "sohni dharti")),
        ("3. Sohni Dharti", ("3 sohni dharti", "sohni dharti")),
        ("Track 05 - Hello", ("track 05 hello", "hello")),
        ("Ranjish (live)", ("ranjish live", "ranjish")),
        ("Ranjish feat. Somebody", ("ranjish feat somebody", "ranjish")),
        ("Ranjish (Live [2001] (feat. X))", ("ranjish live 2001 feat x", "ranjish", "ranjish live 2001")),
        ("(Intro)", ("intro",)),
        ("99 Problems", ("99 problems",)),
        ("1999", ("1999",)),
        ("007", ("007",)),
        ("unknown", ()),
        ("[unk.]", ()),
        ("N.A.", ()),
        ("", ()),
        ("نامعلوم", ()),
    ],
)
def test_a_title_keeps_its_first_form_and_adds_those_without_ornaments(title, forms):
    found = title_forms(title)
    assert found[:1] == forms[:1]
    assert set(found) == set(forms)


def test_the_parts_of_a_dashed_title_are_kept_when_there_are_two():
    assert dashed_parts("Abida Parveen - Yaar Ko Humne") == ("abida parveen", "yaar ko humne")
    assert dashed_parts("Yaar-Ko-Humne") == ()
    assert dashed_parts("unknown - Yaar") == ()


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["Nusrat Fateh Ali Khan & Party feat. Rahat; A/B"], ("nusrat fateh ali khan", "party", "rahat", "a", "b")),
        (["Noor Jehan|Mehdi Hassan"], ("noor jehan", "mehdi hassan")),
        (["Lodhi, Naveed"], ("lodhi", "naveed")),
        (["نور جہاں، مہدی حسن"], ("نور جہاں", "مہدی حسن")),
        (["unknown", "Various Artists", ""], ()),
    ],
)
def test_names_come_apart_at_the_usual_separators_and_null_words_are_no_names(names, keys):
    assert name_keys(names) == keys


def test_a_set_of_names_has_one_key_whatever_the_order():
    assert name_set_key(["Noor Jehan", "Mehdi Hassan"]) == name_set_key(["HASSAN Mehdi|Jehan Noor"])
    assert name_set_key([]) == name_set_key(["n.a."]) == ""


def test_identifiers_are_brought_to_one_form_or_left_empty():
    assert isrc_of("pk-a01-26-00001") == "PKA012600001"
    assert isrc_of("PKA01260000") == ""
    assert iswc_of("T-034.524.680-1") == iswc_of("0345246801") == "T0345246801"
    assert iswc_of("T-034.524.680-2") == "T0345246802"  # a wrong check digit is the title guard's business
    assert iswc_of("T-34") == ""
    assert number_of(" ab 12 ") == "AB12"


def test_the_scripts_of_a_text_are_told():
    assert scripts_of("Sohni") == {"LATIN"}
    assert scripts_of("سوہنی Sohni 12") == {"LATIN", "ARABIC"}
    assert scripts_of("123 !") == frozenset()

"""The consonant skeleton: Urdu and Roman spellings of a word meet, whatever vowels, h or doubled letters were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.spelling import skeleton, skeleton_words


@pytest.mark.parametrize(
    ("urdu", "spellings"),
    [
        ("کامران فاروقی", ["Kamran Farooqi", "Kaamraan Faruqi", "kamran faruki"]),
        ("غزالہ", ["Ghazala", "Gazaala", "Ghazalah"]),
        ("خورشید", ["Khurshid", "Khursheed", "KHURSHEED"]),
        ("چراغ", ["Charagh", "Chiragh", "Chirag"]),
        ("ثریا", ["Surayya", "Suraiya", "Soraya"]),
        ("طاہرہ", ["Tahira", "Taahirah", "Tahera"]),
        ("شبنم", ["Shabnam", "Shabnum"]),
        ("پھول", ["Phool", "Phul"]),
        ("آنکھیں", ["Aankhein", "Ankhen", "Aankhen"]),
        ("گھونگھٹ", ["Ghoonghat", "Ghunghat"]),
        ("محبت", ["Mohabbat", "Muhabbat", "Mohabat"]),
        ("محمد", ["Muhammad", "Mohd", "Mohammed", "Md"]),
        ("دلِ ناداں", ["Dil-e-Nadaan", "Dil e Nadan"]),
        ("وطن", ["Watan", "Vatan"]),
        ("یادیں", ["Yaadein", "Yadain"]),
        ("زندگی", ["Zindagi", "Zindgi"]),
        ("ذوق", ["Zauq", "Zouk"]),
    ],
)
def test_usual_spellings_of_a_word_share_its_skeleton(urdu, spellings):
    assert {skeleton(urdu)} == {skeleton(spelling) for spelling in spellings}


@pytest.mark.parametrize(
    ("one", "other"), [("Kamran", "Imran"), ("Khan", "Kan"), ("Chand", "Jund"), ("Rahat", "Rashid"), ("Shah", "Sah")]
)
def test_other_sounds_have_another_skeleton(one, other):
    assert skeleton(one) != skeleton(other)


def test_blanks_do_not_count_in_the_skeleton_of_a_whole_text():
    assert skeleton("Noorjehan") == skeleton("Noor Jehan") == skeleton("نور جہاں")
    assert skeleton_words("Noor Jehan") == ["nr", "jn"]


def test_words_of_vowels_alone_vanish_and_figures_stay():
    assert skeleton_words("Aao Hai 1999 O") == ["1999"]
    assert skeleton("") == ""


def test_arabic_and_urdu_keyboards_give_the_same_skeleton():
    assert skeleton("كي بھي") == skeleton("کی بھی")


@given(st.text(max_size=60))
def test_any_text_has_a_skeleton_and_it_is_stable(text):
    assert skeleton(text) == skeleton(f" {text} ")

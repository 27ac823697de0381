"""CNIC, IBAN, NTN and telephone: what is read, what is refused, what is masked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.tables.errors import ValueRefused
from members.rules import identity


def refusal(reader, text):
    with pytest.raises(ValueRefused) as caught:
        reader(text)
    assert str(caught.value.message)
    assert str(caught.value.remedy)
    return caught.value.code


@pytest.mark.parametrize(
    "text", ["31111-1111111-1", "3111111111111", " 31111 1111111 1 ", "۳۱۱۱۱-۱۱۱۱۱۱۱-۱", "٣١١١١١١١١١١١١"]
)
def test_a_cnic_is_read_in_every_usual_writing(text):
    assert identity.read_cnic(text).value == "3111111111111"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31111-11A1111-1", "cnic-letters"),
        ("٣١١١١-111111ب-1", "mixed-digits"),
        ("31111-1111111-0", "cnic-last-digit"),
        ("91111-1111111-1", "cnic-area"),
        ("01111-1111111-1", "cnic-area"),
        ("31111-111111-1", "cnic-length"),
        ("31111-11111111-1", "cnic-length"),
        ("31111/1111111/1", "cnic-letters"),
        ("", "blank"),
        (" - ", "blank"),
        ("3" * 61, "number-too-long"),
        ("=31111-1111111-1", "cnic-letters"),
        ("31111-1111111-1\x00", "cnic-letters"),
        ("²1111-1111111-1", "cnic-letters"),
    ],
)
def test_a_wrong_cnic_is_refused_with_its_reason(text, code):
    assert refusal(identity.read_cnic, text) == code


def test_an_unusual_area_is_a_warning_and_no_refusal():
    assert identity.read_cnic("81111-1111111-1").warnings == ("cnic-area",)
    assert identity.read_cnic("31111-1111111-1").warnings == ()


def test_the_standard_sample_iban_is_read():
    assert identity.read_iban("pk36 scbl 0000 0011 2345 6702") == identity.Reading("PK36SCBL0000001123456702")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PK36SCBL0000001123456703", "iban-checksum"),
        ("PK36SCBL000000112345670", "iban-length"),
        ("PK36SCBL00000011234567021", "iban-length"),
        ("PK361234000000112345670A", "iban-bank"),
        ("0036SCBL0000001123456702", "iban-form"),
        ("PKXXSCBL0000001123456702", "iban-form"),
        ("PK36SCBL00000011234567é2", "iban-form"),
        ("DE00", "iban-form"),
        ("GB82WEST1234569876543X", "iban-checksum"),
        ("", "blank"),
    ],
)
def test_a_wrong_iban_is_refused_with_its_reason(text, code):
    assert refusal(identity.read_iban, text) == code


def test_an_iban_abroad_is_taken_with_a_warning():
    reading = identity.read_iban("GB82 WEST 1234 5698 7654 32")
    assert reading == identity.Reading("GB82WEST12345698765432", ("iban-abroad",))


@given(st.integers(0, 10**16 - 1), st.integers(4, 23), st.sampled_from("0123456789"))
def test_no_iban_with_one_changed_digit_passes(account, place, digit):
    body = f"PK00TEST{account:016d}"
    good = f"PK{98 - identity.iban_remainder(body):02d}{body[4:]}"
    assert identity.read_iban(good).value == good
    changed = good[:place] + digit + good[place + 1 :]
    if changed != good:
        with pytest.raises(ValueRefused):
            identity.read_iban(changed)


@pytest.mark.parametrize(
    ("text", "value"), [("1234567-8", "1234567-8"), ("12345678", "1234567-8"), ("1234567", "1234567")]
)
def test_an_ntn_is_read(text, value):
    assert identity.read_ntn(text).value == value


@pytest.mark.parametrize(
    ("text", "code"), [("35202-1234567-1", "ntn-cnic"), ("123456", "ntn-form"), ("A234567", "ntn-form")]
)
def test_a_wrong_ntn_is_refused(text, code):
    assert refusal(identity.read_ntn, text) == code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0300 1234567", "+923001234567"),
        ("(0300) 123-4567", "+923001234567"),
        ("+92 300 1234567", "+923001234567"),
        ("0092 300 1234567", "+923001234567"),
        ("۰۳۰۰ ۱۲۳۴۵۶۷", "+923001234567"),
        ("+44 20 7946 0000", "+442079460000"),
    ],
)
def test_a_telephone_number_is_kept_with_its_country(text, value):
    assert identity.read_phone(text).value == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("300 1234567", "phone-country"),
        ("0300 12E4567", "phone-form"),
        ("+0300 1234567", "phone-country"),
        ("0300", "phone-length"),
        ("+1234567890123456", "phone-length"),
        ("+", "phone-form"),
    ],
)
def test_a_wrong_telephone_number_is_refused(text, code):
    assert refusal(identity.read_phone, text) == code


@given(st.text(max_size=80))
@pytest.mark.parametrize("reader", [identity.read_cnic, identity.read_iban, identity.read_ntn, identity.read_phone])
def test_a_reader_gives_a_value_that_it_reads_again_or_refuses(reader, text):
    try:
        value = reader(text).value
    except ValueRefused:
        return
    assert reader(value).value == value


def test_masks_show_the_ends_only():
    assert identity.mask_cnic("3520212345671") == "35202-*****-1"
    assert identity.mask_iban("PK36SCBL0000001123454321") == "PK** **** … 4321"


def test_numbers_are_printed_as_on_card_and_statement():
    assert identity.print_cnic("3520212345671") == "35202-1234567-1"
    assert identity.print_iban("PK36SCBL0000001123456702") == "PK36 SCBL 0000 0011 2345 6702"

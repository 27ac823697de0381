"""The signed code of a licence: only ours pass, and each in one spelling only."""

import datetime as dt
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given
from hypothesis import strategies as st

from licensing.formats.licence_code import BadCode, LicenceFacts, decode, encode, public_key_pem, shortened, signing_key

SEED = bytes(range(32))
KEY = signing_key(SEED)
FACTS = LicenceFacts("LIC-2026-000012", "کیفے ستار, Lahore", dt.date(2026, 12, 1), dt.date(2027, 11, 30))
CODE = encode(FACTS, KEY)
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."


def test_a_code_is_read_back_offline_with_the_printed_public_key() -> None:
    key = load_pem_public_key(public_key_pem(SEED).encode())
    assert decode(CODE, key) == FACTS
    assert len(CODE) < 300


def test_every_changed_character_is_refused() -> None:
    for position in range(len(CODE)):
        for sign in SIGNS:
            if sign != CODE[position]:
                with pytest.raises(BadCode):
                    decode(CODE[:position] + sign + CODE[position + 1 :], KEY.public_key())


def test_a_changed_byte_under_the_same_text_form_is_refused() -> None:
    for position in range(len(CODE)):
        with pytest.raises(BadCode):
            decode(CODE[:position] + CODE[position + 1 :], KEY.public_key())


@given(st.text(max_size=400))
def test_no_text_at_all_passes_unless_we_signed_it(text: str) -> None:
    with pytest.raises(BadCode):
        decode(text, KEY.public_key())


@given(
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=120),
    st.dates(),
    st.dates(),
)
def test_whatever_we_sign_is_read_back_as_it_was(premises: str, first: dt.date, last: dt.date) -> None:
    facts = LicenceFacts("LIC-2026-000001", premises, first, last)
    assert decode(encode(facts, KEY), KEY.public_key()) == facts


def test_a_code_of_another_key_or_another_purpose_is_refused() -> None:
    with pytest.raises(BadCode):
        decode(encode(FACTS, signing_key(bytes(32))), KEY.public_key())
    with pytest.raises(BadCode):  # the seed itself, not the key derived for licence codes
        decode(encode(FACTS, Ed25519PrivateKey.from_private_bytes(SEED)), KEY.public_key())


def test_ten_thousand_forged_codes_are_all_refused() -> None:
    rng = random.Random(1)
    body = CODE.partition(".")[0]
    accepted = 0
    for _ in range(10_000):
        forged = f"{body}.{''.join(rng.choices(SIGNS[:-1], k=86))}"
        try:
            decode(forged, KEY.public_key())
            accepted += 1
        except BadCode:
            continue
    assert accepted == 0


def test_a_line_break_cannot_smuggle_a_field_into_a_code() -> None:
    with pytest.raises(ValueError, match="one line"):
        encode(LicenceFacts("LIC-1", "Cafe\n2020-01-01", dt.date(2026, 1, 1), dt.date(2026, 1, 2)), KEY)
    assert shortened("Cafe\n  Sitar " + "x" * 200).startswith("Cafe Sitar x")
    assert len(shortened("x" * 500)) == 120

"""Numbers that stand for a person, a company, a bank account or a telephone: one reader for each kind of number.

Forms, the API and imports all call these, so that the verdict is the same everywhere (S10). A reader takes what people
type (Urdu digits, hyphens, blanks, lower case), answers with the one form we keep, and raises ValueRefused with what
is wrong and how to mend it. What may be right although it looks unusual is a warning beside the value, never a refusal.

Sources: domain.md section 14 (CNIC, NTN, IBAN), ISO 13616 and ISO 7064 mod 97-10 (IBAN), ITU-T E.164 (telephone).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cmo_portal.common.numerals import bare_number
from cmo_portal.common.tables.errors import ValueRefused
from cmo_portal.common.texts import Text, _, say

CNIC_AREAS = "1234567"  # Khyber Pakhtunkhwa, former FATA, Punjab, Sindh, Balochistan, Islamabad, Gilgit-Baltistan
CNIC_UNUSUAL_AREAS = "8"  # Azad Kashmir and some overseas cards: not documented well enough to refuse
IBAN_LENGTH = {"PK": 24}
IBAN_SHORTEST, IBAN_LONGEST = 15, 34
PHONE_SHORTEST, PHONE_LONGEST = 8, 15

_SEPARATORS = re.compile(r"[\s\-‐-―.]+")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]+", re.ASCII)
_PAKISTANI_IBAN = re.compile(r"PK\d{2}[A-Z]{4}[A-Z0-9]{16}", re.ASCII)


# What may be right although it looks unusual, by its code: a person looks at it again.
WARNINGS: Mapping[str, Text] = {
    "cnic-area": _("The first digit of this CNIC is unusual. Compare it with the card."),
    "iban-abroad": _("This account is not in Pakistan. A transfer abroad takes longer and may cost more."),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as we keep it, with the codes of its WARNINGS."""

    value: str
    warnings: tuple[str, ...] = ()


def read_cnic(text: str) -> Reading:
    """Thirteen digits without hyphens. There is no check digit: form, area digit and last digit are all that can be
    checked. Raises ValueRefused."""
    bare = _bare(text, _("Write the 13 digits of the CNIC, for example 35202-1234567-1."))
    if not re.fullmatch(r"\d+", bare, re.ASCII):
        raise ValueRefused(
            "cnic-letters",
            _("A CNIC has digits only; this has a letter or another sign in it."),
            _("Copy the 13 digits from the front of the card, for example 35202-1234567-1."),
        )
    if len(bare) != 13:
        raise ValueRefused(
            "cnic-length",
            say(_("A CNIC has 13 digits; this has {count}."), count=len(bare)),
            _("Copy all 13 digits from the front of the card, for example 35202-1234567-1."),
        )
    if bare[-1] == "0":
        raise ValueRefused(
            "cnic-last-digit",
            _("The last digit of a CNIC is never 0."),
            _("Compare the last digit with the card."),
        )
    if bare[0] in CNIC_UNUSUAL_AREAS:
        return Reading(bare, ("cnic-area",))
    if bare[0] not in CNIC_AREAS:
        raise ValueRefused(
            "cnic-area",
            say(_("No CNIC begins with {digit}."), digit=bare[0]),
            _("The first digit stands for the province, 1 to 7. Compare it with the card."),
        )
    return Reading(bare)


def read_iban(text: str) -> Reading:
    """An IBAN in capitals without blanks; the checksum (mod 97) must hold. Raises ValueRefused."""
    bare = _bare(text, _("Write the IBAN, for example PK36 SCBL 0000 0011 2345 6702.")).upper()
    if not _IBAN.fullmatch(bare):
        raise ValueRefused(
            "iban-form",
            _("An IBAN begins with two letters and two digits, and has only the letters A to Z and digits."),
            _("Copy the IBAN from your bank's app, cheque book or statement."),
        )
    wanted = IBAN_LENGTH.get(bare[:2])
    if wanted is not None and len(bare) != wanted:
        raise ValueRefused(
            "iban-length",
            say(_("An IBAN of Pakistan has {wanted} characters; this has {count}."), wanted=wanted, count=len(bare)),
            _("Copy the whole IBAN, without the account number beside it."),
        )
    if not IBAN_SHORTEST <= len(bare) <= IBAN_LONGEST:
        raise ValueRefused(
            "iban-length",
            say(
                _("An IBAN has {low} to {high} characters; this has {count}."),
                low=IBAN_SHORTEST,
                high=IBAN_LONGEST,
                count=len(bare),
            ),
            _("Copy the whole IBAN from your bank."),
        )
    if bare.startswith("PK") and not _PAKISTANI_IBAN.fullmatch(bare):
        raise ValueRefused(
            "iban-bank",
            _("After PK and two digits an IBAN of Pakistan names the bank with four letters."),
            _("Copy the IBAN from your bank's app, cheque book or statement."),
        )
    if iban_remainder(bare) != 1:
        raise ValueRefused(
            "iban-checksum",
            _("The check digits of this IBAN do not fit: a character is wrong or two are swapped."),
            _("Compare it with your bank's app, cheque book or statement, character by character."),
        )
    if not bare.startswith("PK"):
        return Reading(bare, ("iban-abroad",))
    return Reading(bare)


def iban_remainder(iban: str) -> int:
    """Remainder of ISO 7064 mod 97-10 over an IBAN in capitals; 1 when its check digits are right."""
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97


def read_ntn(text: str) -> Reading:
    """A company's tax number: seven digits, then (after a hyphen) its check digit when it is given. The check digit is
    not verified: its rule is not published. Raises ValueRefused."""
    bare = _bare(text, _("Write the NTN, for example 1234567-8."))
    if re.fullmatch(r"\d{13}", bare, re.ASCII):
        raise ValueRefused(
            "ntn-cnic",
            _("These are the 13 digits of a CNIC, not a company's NTN."),
            _("Write the NTN of the company: 7 digits and a check digit. A person leaves this field empty."),
        )
    if not re.fullmatch(r"\d{7,8}", bare, re.ASCII):
        raise ValueRefused(
            "ntn-form",
            _("An NTN has 7 digits and a check digit."),
            _("Copy it from the tax registration certificate, for example 1234567-8."),
        )
    return Reading(bare if len(bare) == 7 else f"{bare[:7]}-{bare[7]}")


def read_phone(text: str, *, calling_code: str = "92") -> Reading:
    """A telephone number as + and 8 to 15 digits; a number with a leading 0 is taken as one of the home country
    (`calling_code`, without +). Raises ValueRefused."""
    bare = re.sub(r"[()/]", "", _bare(text, _("Write the telephone number, for example 0300 1234567.")))
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    elif bare.startswith("0"):
        bare = f"+{calling_code}{bare[1:]}"
    digits = bare.removeprefix("+")
    if not digits.isdigit() or not digits.isascii():
        raise ValueRefused(
            "phone-form",
            _("A telephone number has digits only, with + in front when it names the country."),
            _("Write it as 0300 1234567 or +92 300 1234567."),
        )
    if not bare.startswith("+") or digits.startswith("0"):
        raise ValueRefused(
            "phone-country",
            _("This telephone number has neither a leading 0 nor the code of a country."),
            _("Write it as 0300 1234567 or +92 300 1234567."),
        )
    if not PHONE_SHORTEST <= len(digits) <= PHONE_LONGEST:
        raise ValueRefused(
            "phone-length",
            say(
                _("With the code of its country a telephone number has {low} to {high} digits; this has {count}."),
                low=PHONE_SHORTEST,
                high=PHONE_LONGEST,
                count=len(digits),
            ),
            _("Compare it with your telephone's settings."),
        )
    return Reading(bare)


def mask_cnic(value: str) -> str:
    """`35202-*****-1`: the district and the last digit of thirteen digits."""
    return f"{value[:5]}-*****-{value[-1]}"


def mask_iban(value: str) -> str:
    """`PK** **** … 4321`: the country and the last four characters."""
    return f"{value[:2]}** **** … {value[-4:]}"


def print_cnic(value: str) -> str:
    """Thirteen digits as the card shows them: 35202-1234567-1."""
    return f"{value[:5]}-{value[5:12]}-{value[12:]}"


def print_iban(value: str) -> str:
    """An IBAN in groups of four, as banks print it."""
    return " ".join(value[start : start + 4] for start in range(0, len(value), 4))


def _bare(text: str, remedy: Text) -> str:
    """The characters that count, with digits 0-9. Refuses nothing at all, and two kinds of digits in one number."""
    bare = _SEPARATORS.sub("", bare_number(text))
    if not bare:
        raise ValueRefused("blank", _("Nothing is written here."), remedy)
    return bare

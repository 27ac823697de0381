"""People for tests: parties, members with everything that belongs to them, applications ready to be sent.

Numbers are synthetic and valid by form: CNICs of the made-up block 31111-NNNNNNN-1, IBANs of the bank code TEST.
"""

import datetime as dt
import itertools
import uuid
import zlib
from typing import Any

from django.utils import timezone

from cmo_portal.accounts.models import Audience, User
from members.models import BankAccount, Mandate, Member, MembershipApplication, Party, PartyName, TaxStatus
from members.rules.identity import iban_remainder
from members.rules.names import name_key, name_skeleton, name_words
from members.services import answers, apply
from members.services.documents import Upload
from members.services.sealed import cnic_columns, iban_columns

ADMITTED = dt.date(2020, 1, 1)
PROPOSED = dt.datetime(2020, 1, 1, 9, tzinfo=dt.UTC)
_counter = itertools.count(1)


def cnic(number: int) -> str:
    """A valid CNIC of thirteen digits."""
    return f"31111{number:07d}1"


def iban(number: int, *, bank: str = "TEST") -> str:
    """A valid IBAN of Pakistan."""
    account = f"{bank}{number:016d}"
    check = 98 - iban_remainder(f"PK00{account}")
    return f"PK{check:02d}{account}"


def png(seed: int = 0) -> bytes:
    """A small PNG; another seed gives other bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        whole = kind + body
        return len(body).to_bytes(4, "big") + whole + zlib.crc32(whole).to_bytes(4, "big")

    size = (1).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    pixels = zlib.compress(bytes([0, seed % 256]))
    density = (2835 + seed).to_bytes(4, "big") * 2 + b"\x01"
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"pHYs", density)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def make_party(
    last_name: str = "Khan", first_name: str = "Asad", *, original: str = "", ipi: str | None = None, **facts: Any
) -> Party:
    """A party with one name."""
    roman = f"{first_name} {last_name}".strip()
    party = Party.objects.create(display_name=roman, display_name_original=original, **facts)
    PartyName.objects.create(
        party=party,
        last_name=last_name,
        first_name=first_name,
        original=original,
        ipi_name_number=ipi,
        key=name_key(roman),
        skeleton=name_skeleton(roman),
        words=name_words(roman, original),
    )
    return party


def make_user(audience: str = Audience.MEMBER, *, email: str | None = None, name: str = "") -> User:
    """A user who can sign in."""
    address = email or f"person-{next(_counter)}@music.example"
    return User.objects.create_user(address, "a long enough password 1", audience=audience, name=name or address)


def make_member(
    last_name: str = "Khan",
    first_name: str = "Asad",
    *,
    party: Party | None = None,
    user: User | None = None,
    approver: User | None = None,
    account: bool = True,
    tax_class: str | None = "resident_active",
    rights: tuple[str, ...] = ("PR", "MR"),
    territory: str = "2136",
    number: int | None = None,
    **facts: Any,
) -> Member:
    """An active member with a sign-in, a CNIC, mandates, an approved account and a tax class."""
    count = number if number is not None else next(_counter)
    party = party or make_party(last_name, first_name)
    user = user or make_user(name=party.display_name)
    member = Member(
        party=party, user=user, number=f"T{count:06d}", email=user.email, **{"admitted_on": ADMITTED, **facts}
    )
    for column, value in cnic_columns(cnic(count), table="members_member", uid=member.uid).items():
        setattr(member, column, value)
    member.save()
    for right in rights:
        Mandate.objects.create(member=member, right=right, territory=territory, valid_from=member.admitted_on)
    if account:
        make_account(party, number=count, proposed_by=user, approved_by=approver or make_user(Audience.STAFF))
    if tax_class:
        TaxStatus.objects.create(party=party, tax_class=tax_class, valid_from=member.admitted_on, evidence="test")
    return member


def make_account(
    party: Party, *, number: int | None = None, proposed_by: User, approved_by: User | None = None, **facts: Any
) -> BankAccount:
    """A bank account, proposed, and approved when an approver is given."""
    account = BankAccount(
        party=party,
        title=party.display_name,
        bank_name="Test Bank",
        proposed_by=proposed_by,
        **{"proposed_at": PROPOSED, "cooling_until": PROPOSED, **facts},
    )
    value = iban(number if number is not None else next(_counter) + 5_000_000)
    for column, content in iban_columns(value, table="members_bankaccount", uid=account.uid).items():
        setattr(account, column, content)
    account.save()
    if approved_by is not None:
        account.state, account.approved_by, account.approved_at = "approved", approved_by, timezone.now()
        account.save()
    return account


def make_application(*, number: int | None = None, sent: bool = True, **changed: Any) -> MembershipApplication:
    """An application filled through the services, and sent unless `sent` is False."""
    count = number if number is not None else next(_counter) + 1_000_000
    now = timezone.now()
    application = apply.begin_application(
        email=changed.get("email", f"applicant-{count}@music.example"),
        kind=changed.get("kind", "person"),
        language="en",
        form_key=uuid.uuid4(),
        now=now,
    )
    names = {"last_name": "Bano", "first_name": "Nazia", "original_name": "نازیہ بانو"} | changed.get("names", {})
    answers.save_names(application=application, now=now, **names)
    identity = {"cnic": cnic(count), "born_on": dt.date(1985, 3, 2)} | changed.get("identity", {})
    answers.save_identity(application=application, now=now, today=now.date(), **identity)
    answers.save_contact(application=application, telephone="0300 1234567", address="12 Mall Road, Lahore", now=now)
    answers.save_roles(application=application, roles=["composer"], now=now)
    bank = {"iban": iban(count), "account_title": "Nazia Bano"} | changed.get("bank", {})
    answers.save_bank(application=application, now=now, **bank)
    answers.save_mandate(application=application, scope={"PR": "world", "MR": "home"}, now=now)
    apply.add_document(application=application, kind="identity", upload=Upload("cnic.png", png(count)), now=now)
    application.refresh_from_db()
    if sent:
        application = apply.submit_application(application=application, declared_name="Nazia Bano", now=now)
    return application

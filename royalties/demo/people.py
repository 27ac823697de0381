"""The people of the demo: members admitted from their applications, foreign and unknown writers, sister societies.

Numbers are synthetic and valid by form: CNICs of the block 31111, IBANs of the bank code DEMO, IPI name numbers that
begin with 9.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

from members.models import Member, MembershipApplication, Party
from members.models.parties import PartyKind
from members.rules.identity import iban_remainder
from members.services import answers, apply, bank, members, review
from members.services.documents import Upload
from members.services.outsiders import affiliate_parties, set_outsider_tax_status
from members.services.parties import PartyFacts, register_parties
from royalties.demo import sign_ins
from royalties.demo.frame import DOMAIN, Story, dice, form_key, staff
from royalties.demo.pictures import sample_card
from royalties.demo.words import CITIES, FAMILIES, FIRM, FIRMS, MEN, STREETS, WOMEN, City, Word
from works.rules.identifiers import ipi_name_check_digits

MEMBERS = 200
NEWCOMERS = 10  # admitted after the quarter that is paid: their share of it is held
UNKNOWN_WRITERS = 20
TAX_CLASSES = ("resident_active",) * 14 + ("resident_not_active",) * 5 + ("non_resident",)
SOCIETIES = (("901", "Norrland Society of Songwriters"), ("902", "Gulf Composers' Guild"))
SOCIETY_WITHOUT_ACCOUNT = ("903", "Pacific Islands Music Authors")
FOREIGN_WRITERS = (
    ("901", "Astrid", "Fjellborg"), ("901", "Nils", "Havlund"), ("901", "Ebba", "Skogmark"),
    ("902", "Salim", "Al-Rumaithi"), ("902", "Hessa", "Al-Dhahiri"), ("902", "Faris", "Bin Qasr"),
    ("903", "Malia", "Tupou-Lani"), ("903", "Sione", "Vakatau"),
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Who applies for membership. `number` makes the synthetic numbers; `ipi` is blank where none is known."""

    number: int
    email: str
    first: Word
    last: Word
    is_woman: bool
    city: City
    admitted_on: dt.date
    ipi: str
    pen_name: Word | None = None
    is_firm: bool = False

    @property
    def roman(self) -> str:
        """The name as people say it."""
        return f"{self.first.roman} {self.last.roman}".strip()

    @property
    def urdu(self) -> str:
        """The same in Urdu."""
        return f"{self.first.urdu} {self.last.urdu}".strip()


def load(story: Story) -> None:
    """Staff, members with all that belongs to them, and the parties of other societies."""
    sign_ins.make_staff(story)
    people = list(_people(story))
    known = _register_known(people)
    for person in people:
        application = _apply(person, story)
        _admit(application, person, known.get(person.number), story)
    for sign_in in sign_ins.MEMBERS:
        member = Member.objects.select_related("user").get(email=sign_in.email)
        if member.user is not None:
            sign_ins.set_password(member.user, by=staff("membership"), at=story.at(member.admitted_on))
    _outsiders(story)
    _waiting_application(story)


def later_life(story: Story) -> None:
    """One member died, one left, one is suspended; two wait for their change of bank details to be approved."""
    desk = staff("membership")
    people = list(_people(story))[12:17]
    died, left, held, *changing = [_member(person) for person in people]
    members.record_death(member=died, died_on=story.ago(20), reason="Told by the family", by=desk)
    members.resign_member(member=left, left_on=story.ago(15), reason="Moves abroad", by=desk)
    members.suspend_member(member=held, reason="Identity card has expired", by=desk)
    for number, member in enumerate(changing):
        bank.propose_account(
            party=member.party,
            iban=iban_number(7000 + number),
            title=member.party.display_name,
            bank_name="Second Demo Bank",
            by=staff("finance"),
            form_key=form_key("account change", number),
            now=story.at(story.ago(2 + 3 * number)),
        )


# --- who there is ----------------------------------------------------------------------------------------------------


def _people(story: Story) -> Iterator[Person]:
    throw = dice("people")
    names = [(first, last, True) for first, last in product(WOMEN, FAMILIES)]
    names += [(first, last, False) for first, last in product(MEN, FAMILIES)]
    throw.shuffle(names)
    special = {number: sign_in.email for number, sign_in in enumerate(sign_ins.MEMBERS)}
    for number in range(MEMBERS):
        first, last, is_woman = names[number]
        firm = FIRMS[number - 2] if 2 <= number < 2 + len(FIRMS) else ""
        pen = throw.choice(FIRM) if throw.random() < 0.1 and not firm else None
        yield Person(
            number=number,
            email=special.get(number, f"member{number:03d}@{DOMAIN}"),
            first=Word("", "") if firm else first,
            last=Word(firm, "") if firm else last,
            is_woman=is_woman,
            city=throw.choice(CITIES),
            admitted_on=_admission_day(number, throw, story),
            ipi=ipi_number(number) if firm or number < 2 or throw.random() < 0.6 else "",
            pen_name=pen,
            is_firm=bool(firm),
        )


def _admission_day(number: int, throw: Random, story: Story) -> dt.date:
    """Over the years before the paid quarter; the last ones after it. The founders come first."""
    if number >= MEMBERS - NEWCOMERS:
        return story.last_quarter.start + dt.timedelta(days=throw.randrange(60))
    span = (story.paid_quarter.start - story.beginning).days - 20
    return story.beginning + dt.timedelta(days=10 + (0 if number < 12 else throw.randrange(span)))


def ipi_number(number: int) -> str:
    """A synthetic IPI name number with right check digits."""
    nine = f"9{number:08d}"
    return nine + ipi_name_check_digits(nine)


def iban_number(number: int) -> str:
    """A synthetic IBAN with right check digits."""
    account = f"DEMO{number:016d}"
    return f"PK{98 - iban_remainder(f'PK00{account}'):02d}{account}"


def cnic_number(number: int, *, is_woman: bool) -> str:
    """A synthetic CNIC: the last digit is even for women and odd for men."""
    return f"31111{number:07d}{2 if is_woman else 1}"


def _register_known(people: list[Person]) -> dict[int, Party]:
    """The parties that the register of names knows already when they apply, by the number of the person."""
    listed = [person for person in people if person.ipi]
    facts = [
        PartyFacts(
            last_name=person.last.roman,
            first_name=person.first.roman,
            original=person.urdu,
            kind=PartyKind.ORGANISATION if person.is_firm else PartyKind.PERSON,
            ipi_name_number=person.ipi,
        )
        for person in listed
    ]
    found = register_parties(parties=facts, by=staff("documentation"), source="register of names")
    return {person.number: party for person, party in zip(listed, found, strict=True)}


# --- from application to admission -----------------------------------------------------------------------------------


def _apply(person: Person, story: Story) -> MembershipApplication:
    """The application of a person, page by page, sent a week before her admission."""
    now = story.at(person.admitted_on - dt.timedelta(days=7))
    application = apply.begin_application(
        email=person.email,
        kind="organisation" if person.is_firm else "person",
        language="ur" if person.number % 3 == 0 else "en",
        form_key=form_key("member", person.number),
        now=now,
    )
    answers.save_names(
        application=application,
        last_name=person.last.roman,
        first_name=person.first.roman,
        original_name=person.urdu,
        pen_name=person.pen_name.roman if person.pen_name else "",
        pen_name_original=person.pen_name.urdu if person.pen_name else "",
        now=now,
    )
    _save_identity(application, person, now)
    answers.save_contact(
        application=application,
        telephone=f"0300 {person.number + 10_000:07d}",
        address=f"{person.number % 90 + 1} {STREETS[person.number % len(STREETS)]}, {person.city.roman}",
        language=application.language,
        now=now,
    )
    roles = (
        ["publisher"] if person.is_firm else (["composer"], ["lyricist"], ["composer", "lyricist"])[person.number % 3]
    )
    answers.save_roles(application=application, roles=roles, now=now)
    answers.save_bank(
        application=application,
        iban=iban_number(person.number),
        account_title=person.roman,
        bank_name="Demo Bank",
        now=now,
    )
    answers.save_mandate(application=application, scope={"PR": "world", "MR": "world"}, now=now)
    card = Upload("card.png", sample_card(person.number))
    apply.add_document(application=application, kind="identity", upload=card, now=now)
    application.refresh_from_db()
    return apply.submit_application(application=application, declared_name=person.roman, now=now)


def _save_identity(application: MembershipApplication, person: Person, now: dt.datetime) -> None:
    if person.is_firm:
        ntn = f"{4_000_000 + person.number}-5"
        answers.save_identity(application=application, ntn=ntn, now=now, today=now.date())
        return
    answers.save_identity(
        application=application,
        cnic=cnic_number(person.number, is_woman=person.is_woman),
        born_on=dt.date(1950 + person.number % 50, person.number % 12 + 1, person.number % 28 + 1),
        now=now,
        today=now.date(),
    )


def _admit(application: MembershipApplication, person: Person, party: Party | None, story: Story) -> None:
    tax_class = "resident_active" if person.is_firm else TAX_CLASSES[person.number % len(TAX_CLASSES)]
    admission = review.Admission(
        tax_class=tax_class,
        tax_evidence="Sample: list of active taxpayers, looked up at admission",
        party=party,
        alarms_seen="Looked at; another person of that name.",
    )
    now = story.at(person.admitted_on)
    review.admit_application(application=application, admission=admission, by=staff("membership"), now=now)


# --- others ---------------------------------------------------------------------------------------------------------


def _outsiders(story: Story) -> None:
    """Sister societies with their writers; one has given no bank account yet. And writers of whom little is known."""
    clerk, desk = staff("documentation"), staff("membership")
    codes = (*SOCIETIES, SOCIETY_WITHOUT_ACCOUNT)
    facts = [PartyFacts(last_name=name, kind=PartyKind.SOCIETY, society_code=code) for code, name in codes]
    societies = register_parties(parties=facts, by=clerk, source="representation agreements")
    for number, society in enumerate(societies):
        writers = [
            PartyFacts(last_name=last, first_name=first, ipi_name_number=ipi_number(5000 + place))
            for place, (code, first, last) in enumerate(FOREIGN_WRITERS)
            if code == society.society_code
        ]
        found = register_parties(parties=writers, by=clerk, source=f"society {society.society_code}")
        affiliate_parties(parties=found, society=society, rights=("PR", "MR"), by=desk)
        set_outsider_tax_status(
            party=society, tax_class="non_resident", valid_from=story.beginning, evidence="Sample: treaty", by=desk
        )
        if society.society_code != SOCIETY_WITHOUT_ACCOUNT[0]:
            _give_account(society, number, story)
    throw = dice("unknown writers")
    unknown = [
        PartyFacts(last_name=family.roman, first_name=first.roman, original=f"{first.urdu} {family.urdu}")
        for first, family in zip(
            throw.sample(MEN, UNKNOWN_WRITERS), throw.sample(FAMILIES, UNKNOWN_WRITERS), strict=True
        )
    ]
    register_parties(parties=unknown, by=clerk, source="covers of albums")


def _give_account(party: Party, number: int, story: Story) -> None:
    account = bank.propose_account(
        party=party,
        iban=iban_number(9000 + number),
        title=party.display_name,
        bank_name="Demo Bank",
        by=staff("finance"),
        form_key=form_key("account", party.display_name),
        now=story.at(story.beginning),
    )
    bank.approve_account(account=account, by=staff("approver"), now=story.at(story.beginning + dt.timedelta(days=1)))


def _member(person: Person) -> Member:
    return Member.objects.select_related("party", "user").get(email=person.email)


def _waiting_application(story: Story) -> None:
    """Somebody applied three days ago and waits."""
    waiting = Person(
        number=MEMBERS + 1,
        email=f"applicant@{DOMAIN}",
        first=Word("Mahjabeen", "ماہ جبین"),
        last=Word("Sahiwalvi", "ساہیوالوی"),
        is_woman=True,
        city=CITIES[0],
        admitted_on=story.ago(-4),
        ipi="",
    )
    _apply(waiting, story)

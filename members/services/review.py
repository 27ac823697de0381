"""Review of applications (T6): ask, refuse with a reason, admit. Admission makes the member with all that belongs to
her in one transaction: party and names, mandates, bank account, tax status, sign-in."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import Audience, User
from cmo_portal.accounts.services import invite, make_account
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from members.mail import send_welcome
from members.models import (
    ApplicationNote,
    BankAccount,
    Mandate,
    Member,
    MembershipApplication,
    Party,
    PartyAffiliation,
    TaxStatus,
)
from members.models.applications import DECIDED
from members.models.parties import NameType
from members.policy import policy
from members.queries.applications import alarms_of, mandate_scope
from members.rules.names import name_key
from members.rules.texts import LONGEST_NOTE, read_text
from members.services.affiliations import make_room
from members.services.apply import renew_link
from members.services.errors import read_field, refuse_field
from members.services.parties import PartyFacts, add_name, register_party
from members.services.sealed import cnic_columns, iban_columns, open_cnic, open_iban

REVIEW = "members.review_applications"


@dataclass(frozen=True, slots=True)
class Admission:
    """What the reviewer decides beside the applicant's own answers. `alarms_seen` is her word on the alarms shown."""

    tax_class: str
    tax_evidence: str
    party: Party | None = None
    alarms_seen: str = ""


@transaction.atomic
def ask_question(*, application: MembershipApplication, text: str, by: User, now: dt.datetime) -> None:
    """Put a question to the applicant, who may then change answers and add documents. Raises ValidationError."""
    require(by, REVIEW)
    locked = _locked(application, "submitted")
    question = read_field("text", read_text, text, limit=LONGEST_NOTE)
    if not question:
        refuse_field("text", _("Write the question."))
    locked.state = "question"
    locked.save(update_fields=["state"])
    _note(locked, "question", question, by, now)
    renew_link(locked, "question", now)
    record_act(by=by, verb="ask_question", on=locked, facts={})


@transaction.atomic
def refuse_application(*, application: MembershipApplication, reason: str, by: User, now: dt.datetime) -> None:
    """Refuse with a reason that the applicant reads. A second click changes nothing. Raises ValidationError."""
    require(by, REVIEW)
    locked = _locked(application, "submitted", "question", "refused")
    if locked.state == "refused":
        return
    text = read_field("reason", read_text, reason, limit=LONGEST_NOTE)
    if not text:
        refuse_field("reason", _("Say why, so that the applicant knows what to do."))
    _decide(locked, "refused", by, now, reason=text)
    _note(locked, "refused", text, by, now)
    renew_link(locked, "refused", now)
    record_act(by=by, verb="refuse_application", on=locked, facts={"reason": text})


@transaction.atomic
def admit_application(
    *, application: MembershipApplication, admission: Admission, by: User, now: dt.datetime
) -> Member:
    """Admit the applicant; returns the member. A second click returns the same member. Raises ValidationError.

    Nobody admits herself; one CNIC is one living member (M26); the account is proposed by the member's own sign-in and
    approved by the reviewer, two people (M14).
    """
    require(by, REVIEW)
    locked = _locked(application, "submitted", "admitted")
    if locked.state == "admitted" and locked.member is not None:
        return locked.member
    _check_admissible(locked, admission, by)
    user = make_account(
        email=locked.email, name=locked.display_name, audience=Audience.MEMBER, language=locked.language, by=by
    )
    party = _party_of(locked, admission.party, by)
    faultpoint("admission.party.after_write")
    member = _make_member(locked, party, user, by, business_date(now))
    _give_mandates(locked, member)
    _open_account(locked, party, user, by, now)
    TaxStatus.objects.create(
        party=party,
        tax_class=admission.tax_class,
        valid_from=member.admitted_on,
        evidence=admission.tax_evidence[:200],
    )
    locked.documents.filter(quarantined=False).update(party=party)
    faultpoint("admission.member.after_write")
    _decide(locked, "admitted", by, now, member=member)
    _note(locked, "admitted", "", by, now)
    send_welcome(user, invite(user=user, by=by, now=now), party)
    facts = {"application": locked.reference, "number": member.number, "alarms_seen": admission.alarms_seen}
    record_act(by=by, verb="admit_member", on=member, facts=facts)
    return member


def _check_admissible(application: MembershipApplication, admission: Admission, by: User) -> None:
    if application.email.lower() == by.email.lower():
        raise ValidationError(_("You cannot admit yourself. Ask a colleague."))
    alarms = alarms_of(application)
    blocking = [str(alarm.text) for alarm in alarms if alarm.blocking]
    if blocking:
        raise ValidationError(
            [*blocking, _("Settle this first: ask the applicant, or refuse the application with this reason.")]
        )
    if alarms and not admission.alarms_seen.strip():
        refuse_field("alarms_seen", _("There are alarms. Say what you found when you looked at them."))
    if not admission.tax_class:
        refuse_field("tax_class", _("Choose a tax class."))
    if not admission.tax_evidence.strip():
        refuse_field("tax_evidence", _("Say what the tax class rests on."))
    if admission.party is not None and Member.objects.filter(party=admission.party).exists():
        refuse_field("party", _("This party is a member already."))


def _party_of(application: MembershipApplication, known: Party | None, by: User) -> Party:
    """The party that the applicant is: one known from works, or a new one; with the names of the application."""
    answers = application.answers
    legal = PartyFacts(
        last_name=answers["last_name"],
        first_name=answers.get("first_name", ""),
        original=answers.get("original_name", ""),
        kind=application.kind,
    )
    party = known or register_party(facts=legal, by=by, source=f"application {application.reference}")
    party.born_on = application.born_on
    party.display_name_original = party.display_name_original or answers.get("original_name", "")
    party.save(update_fields=["born_on", "display_name_original"])
    if known is not None and not party.names.filter(key=name_key(legal.roman)).exists():
        add_name(party=party, facts=legal, by=by)
    if answers.get("pen_name"):
        pen = PartyFacts(
            last_name=answers["pen_name"], original=answers.get("pen_name_original", ""), name_type=NameType.PSEUDONYM
        )
        add_name(party=party, facts=pen, by=by)
    return party


def _make_member(
    application: MembershipApplication, party: Party, user: User, by: User, admitted_on: dt.date
) -> Member:
    member = Member(
        party=party,
        user=user,
        number=_next_number(),
        roles=application.answers.get("roles", []),
        email=application.email,
        telephone=application.answers.get("telephone", ""),
        address=application.answers.get("address", ""),
        language=application.language,
        admitted_on=admitted_on,
        admitted_by=by,
        ntn=application.answers.get("ntn", ""),
    )
    cnic = open_cnic(application)
    if cnic:
        for column, value in cnic_columns(cnic, table=Member._meta.db_table, uid=member.uid).items():
            setattr(member, column, value)
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError as error:
        if "one_cnic_one_active_member" not in str(error):
            raise
        raise ValidationError(_("Another member has the same CNIC. One person is one member.")) from error
    return member


def _give_mandates(application: MembershipApplication, member: Member) -> None:
    deed = application.documents.filter(kind="deed", quarantined=False).first()
    scope = mandate_scope(application)
    Mandate.objects.bulk_create(
        Mandate(
            member=member,
            right=right,
            territory=territory,
            valid_from=member.admitted_on,
            exclusive=policy().mandate_exclusive,
            document=deed,
        )
        for right, territory in scope.items()
    )
    for right, territory in scope.items():
        make_room(party=member.party, rights=[right], territory=territory, valid_from=member.admitted_on)
    PartyAffiliation.objects.bulk_create(
        PartyAffiliation(
            party=member.party,
            society_code=settings.SOCIETY["cisac_code"],
            right=right,
            territory=territory,
            valid_from=member.admitted_on,
        )
        for right, territory in scope.items()
        if settings.SOCIETY["cisac_code"]
    )


def _open_account(application: MembershipApplication, party: Party, user: User, by: User, now: dt.datetime) -> None:
    """The first account: given by the applicant, seen by the reviewer. It needs no cooling: nothing is replaced."""
    iban = open_iban(application)
    account = BankAccount(
        party=party,
        title=application.answers["account_title"],
        bank_name=application.answers.get("bank_name", ""),
        proposed_by=user,
        proposed_at=application.submitted_at or now,
        cooling_until=application.submitted_at or now,
    )
    for column, value in iban_columns(iban, table=BankAccount._meta.db_table, uid=account.uid).items():
        setattr(account, column, value)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        if "one_iban_one_party" not in str(error):
            raise
        raise ValidationError(_("Another member is paid to the same bank account.")) from error
    account.state, account.approved_by, account.approved_at = "approved", by, now
    account.save(update_fields=["state", "approved_by", "approved_at"])


def _decide(application: MembershipApplication, state: str, by: User, now: dt.datetime, **columns: object) -> None:
    """Close the application. Its sealed numbers go: the member's own rows hold them now, or nobody needs them."""
    application.state = state
    application.decided_at, application.decided_by = now, by
    application.cnic_sealed = application.iban_sealed = None
    for column, value in columns.items():
        setattr(application, column, value)
    application.save(update_fields=["state", "decided_at", "decided_by", "cnic_sealed", "iban_sealed", *columns])


def _locked(application: MembershipApplication, *states: str) -> MembershipApplication:
    locked = MembershipApplication.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if locked.state not in states:
        if locked.state in DECIDED:
            raise ValidationError(_("This application is decided already."))
        raise ValidationError(_("This application is with the applicant now. Wait until it is sent again."))
    return locked


def _note(application: MembershipApplication, kind: str, text: str, by: User, now: dt.datetime) -> None:
    ApplicationNote.objects.create(application=application, kind=kind, at=now, text=text, by=by)


def _next_number() -> str:
    """The next member number; a number of a failed admission is not used again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('members_number')")
        return f"M{cursor.fetchone()[0]:06d}"

"""The life of a membership after admission: contact, tax status, suspension, resignation, death; opening of numbers."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.models import (
    BankAccount,
    Document,
    Mandate,
    Member,
    MembershipApplication,
    PartyAffiliation,
    TaxStatus,
)
from members.models.membership import LIVING, MEMBER_MOVES
from members.policy import policy
from members.rules.identity import print_cnic, print_iban, read_phone
from members.rules.texts import read_text
from members.services.affiliations import make_room
from members.services.documents import Upload, keep_document
from members.services.errors import read_field, refuse_field
from members.services.sealed import open_cnic, open_iban

EDIT = "members.edit_members"


@transaction.atomic
def change_contact(*, member: Member, telephone: str, address: str, language: str, by: User) -> None:
    """New telephone, address or language: by the member herself or by staff. Raises ValidationError by field."""
    if member.user_id != by.pk:
        require(by, EDIT)
    locked = Member.objects.select_for_update(of=("self",)).select_related("user").get(pk=member.pk)
    locked.telephone = read_field("telephone", read_phone, telephone, calling_code=policy().calling_code).value
    locked.address = read_field("address", read_text, address, limit=300)
    if language not in dict(settings.LANGUAGES):
        refuse_field("language", _("Choose a language."))
    locked.language = language
    locked.save(update_fields=["telephone", "address", "language"])
    if locked.user is not None:
        locked.user.language = language
        locked.user.save(update_fields=["language"])
    record_act(by=by, verb="change_contact", on=locked, facts={"language": language})


@transaction.atomic
def set_tax_status(*, member: Member, tax_class: str, valid_from: dt.date, evidence: str, by: User) -> TaxStatus:
    """A new tax class from a day on; the earlier one ends the day before. Raises ValidationError by field."""
    require(by, EDIT)
    text = read_field("evidence", read_text, evidence, limit=200)
    if not text:
        refuse_field("evidence", _("Say what the tax class rests on."))
    if not tax_class:
        refuse_field("tax_class", _("Choose a tax class."))
    Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    statuses = TaxStatus.objects.filter(party=member.party_id)
    if statuses.filter(valid_from__gte=valid_from).exists():
        refuse_field("valid_from", _("There is a tax class from this day or a later one. Choose a later day."))
    statuses.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from)).update(
        valid_to=valid_from - dt.timedelta(days=1)
    )
    status = TaxStatus.objects.create(party=member.party, tax_class=tax_class, valid_from=valid_from, evidence=text)
    facts = {"class": tax_class, "from": valid_from, "evidence": text}
    record_act(by=by, verb="set_tax_status", on=member, facts=facts)
    return status


@transaction.atomic
def change_mandate(
    *,
    member: Member,
    right: str,
    territory: str,
    valid_from: dt.date,
    exclusive: bool = False,
    reason: str,
    by: User,
) -> Mandate | None:
    """From a day on a right is administered in this territory (a TIS number), or, with a blank one, no longer.

    Mandates of the right that run on that day end the day before. Returns the new mandate, None when there is none.
    Raises ValidationError by field.
    """
    require(by, EDIT)
    text = read_field("reason", read_text, reason, limit=500)
    if not text:
        refuse_field("reason", _("Say why."))
    locked = Member.objects.select_for_update(of=("self",)).select_related("party").get(pk=member.pk)
    if locked.state not in LIVING:
        raise ValidationError(_("This membership has ended; its mandates can no longer be changed."))
    mandates = Mandate.objects.filter(member=locked, right=right)
    if mandates.filter(valid_from__gte=valid_from).exists():
        refuse_field("valid_from", _("A mandate of this right begins on this day or a later one. Choose a later day."))
    _end(mandates, valid_from - dt.timedelta(days=1))
    affiliations = PartyAffiliation.objects.filter(party=locked.party, society_code=_own_code(), right=right)
    _end(affiliations.filter(valid_from__lt=valid_from), valid_from - dt.timedelta(days=1))
    mandate = _begin_mandate(locked, right, territory, valid_from, exclusive) if territory else None
    facts = {"right": right, "territory": territory, "from": valid_from, "reason": text}
    record_act(by=by, verb="change_mandate", on=locked, facts=facts)
    return mandate


@transaction.atomic
def add_member_document(*, member: Member, kind: str, upload: Upload, by: User) -> Document:
    """Keep a document that a member, or staff for her, hands in. The same file again is the same document."""
    if member.user_id != by.pk:
        require(by, EDIT)
    if member.party.documents.count() >= policy().documents_per_member:
        refuse_field("file", _("There are as many documents as we can take. Send further ones to us by e-mail."))
    return keep_document(upload=upload, kind=kind, party=member.party, by=by)


@transaction.atomic
def suspend_member(*, member: Member, reason: str, by: User) -> None:
    """Hold a membership: mandates and money stay, payments wait. Raises ValidationError."""
    _move(member, "suspended", reason, by)


@transaction.atomic
def reinstate_member(*, member: Member, reason: str, by: User) -> None:
    """End a suspension. Raises ValidationError."""
    _move(member, "active", reason, by)


@transaction.atomic
def resign_member(*, member: Member, left_on: dt.date, reason: str, by: User) -> None:
    """The member leaves on a day: mandates end then, money for earlier use goes on. Raises ValidationError."""
    if left_on < member.admitted_on:
        refuse_field("left_on", _("This is before the day of admission."))
    locked = _move(member, "resigned", reason, by, left_on=left_on)
    _end_mandates(locked, left_on)


@transaction.atomic
def record_death(*, member: Member, died_on: dt.date, reason: str, by: User) -> None:
    """A member died: payments stop until heirs are known, mandates stay with the estate, her sign-in ends at once."""
    locked = _move(member, "deceased", reason, by, died_on=died_on)
    locked.party.died_on = died_on
    locked.party.save(update_fields=["died_on"])
    if locked.user is not None:
        locked.user.is_active = False
        locked.user.save(update_fields=["is_active"])


@transaction.atomic
def reveal_number(*, row: Member | BankAccount | MembershipApplication, number: str, reason: str, by: User) -> str:
    """Open one masked number (`cnic` or `iban`) for a person with a reason; it is noted who, what and why (S63).

    Raises ValidationError without a reason. The caller holds the fresh sign-in.
    """
    _may_reveal(row, by)
    text = read_field("reason", read_text, reason, limit=500)
    if len(text) < 5:
        refuse_field("reason", _("Say in a few words why you need to see the whole number."))
    shown = ""
    if number == "cnic" and not isinstance(row, BankAccount) and row.cnic_sealed:
        shown = print_cnic(open_cnic(row))
    elif number == "iban" and not isinstance(row, Member) and row.iban_sealed:
        shown = print_iban(open_iban(row))
    if not shown:
        raise ValidationError(_("There is no such number here."))
    record_act(by=by, verb="reveal_number", on=row, facts={"number": number, "reason": text})
    return shown


def _may_reveal(row: Member | BankAccount | MembershipApplication, by: User) -> None:
    if isinstance(row, MembershipApplication):
        require(by, "members.review_applications")
    elif isinstance(row, BankAccount) and by.has_perm("members.approve_bank"):
        require(by, "members.approve_bank")
    else:
        require(by, EDIT)


def _move(member: Member, state: str, reason: str, by: User, **facts: Any) -> Member:
    require(by, EDIT)
    text = read_field("reason", read_text, reason, limit=500)
    if not text:
        refuse_field("reason", _("Say why."))
    locked = Member.objects.select_for_update(of=("self",)).select_related("party", "user").get(pk=member.pk)
    if (locked.state, state) not in MEMBER_MOVES:
        raise ValidationError(
            _("A membership that is %(state)s cannot take this step.") % {"state": locked.get_state_display().lower()}
        )
    if locked.user_id == by.pk:
        raise ValidationError(_("You cannot decide on your own membership. Ask a colleague."))
    locked.state = state
    locked.left_on = facts.get("left_on", locked.left_on)
    locked.save(update_fields=["state", "left_on"])
    record_act(by=by, verb=f"member_{state}", on=locked, facts={"reason": text, **facts})
    return locked


def _end_mandates(member: Member, left_on: dt.date) -> None:
    _end(Mandate.objects.filter(member=member, valid_from__lte=left_on), left_on)
    own = PartyAffiliation.objects.filter(party=member.party, society_code=_own_code())
    _end(own.filter(valid_from__lte=left_on), left_on)


def _end(rows: QuerySet[Any], day: dt.date) -> None:
    """Let the rows that run longer end on this day."""
    rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day)).update(valid_to=day)


def _begin_mandate(member: Member, right: str, territory: str, valid_from: dt.date, exclusive: bool) -> Mandate:
    if _own_code():
        make_room(party=member.party, rights=[right], territory=territory, valid_from=valid_from)
        PartyAffiliation.objects.create(
            party=member.party, society_code=_own_code(), right=right, territory=territory, valid_from=valid_from
        )
    return Mandate.objects.create(
        member=member, right=right, territory=territory, valid_from=valid_from, exclusive=exclusive
    )


def _own_code() -> str:
    return str(settings.SOCIETY["cisac_code"])

"""More days for evidence: asked for by a side and agreed to by all the others, or given by the society with a reason;
never more than its rule allows."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_lines
from cmo_portal.wording import date_text
from works.mail import send_dispute_news
from works.models import Claim, Dispute, DisputeExtension, ExtensionConsent
from works.queries.disputes import asked_extension, latest_deadline
from works.services.contact_data import must_hold_no_contact_data
from works.services.disputes.opening import locked
from works.services.disputes.sides import speaks_for


@transaction.atomic
def ask_extension(*, claim: Claim, until: dt.date, reason: str, by: User, on: dt.date) -> DisputeExtension:
    """A side asks the others for more days. Raises ValidationError."""
    speaks_for(claim, by)
    dispute = locked(claim.dispute)
    _check(dispute, until, reason, on)
    must_hold_no_contact_data(reason)
    if asked_extension(dispute):
        raise ValidationError(_("A side has asked for more days already. Answer that first."))
    if not _others(dispute, claim.party_id):
        raise ValidationError(_("No other side stands by its claim any more. More days would change nothing."))
    extension = DisputeExtension.objects.create(
        dispute=dispute,
        asked_by=claim.party,
        asked_on=on,
        was=dispute.deadline,
        until=until,
        reason=clean_lines(reason),
    )
    send_dispute_news(dispute, by=by)
    facts = {"party": str(claim.party.uid), "until": until, "reason": clean_lines(reason)[:200]}
    record_act(by=by, verb="ask_extension", on=dispute, facts=facts)
    return extension


@transaction.atomic
def answer_extension(*, claim: Claim, agrees: bool, by: User, now: dt.datetime, on: dt.date) -> DisputeExtension:
    """Another side agrees to the days that were asked for, or does not. When all of them have agreed, the days are
    given; one that does not agree ends the request."""
    speaks_for(claim, by)
    dispute = locked(claim.dispute)
    extension = asked_extension(dispute)
    if extension is None or dispute.state != "open" or dispute.deadline < on:
        raise ValidationError(_("Nobody asks for more days any more. Look at how the dispute stands."))
    if extension.asked_by_id == claim.party_id:
        raise PermissionDenied(_("You asked for the days yourself. The other sides answer."))
    if agrees:
        ExtensionConsent.objects.get_or_create(extension=extension, party=claim.party, defaults={"by": by, "at": now})
    agreed = set(extension.consents.values_list("party", flat=True))
    if not agrees:
        _decide(extension, "refused", on)
    elif _others(dispute, extension.asked_by_id) <= agreed:
        _decide(extension, "given", on)
        _move(dispute, extension.until, by)
    facts = {"party": str(claim.party.uid), "agrees": agrees, "state": extension.state}
    record_act(by=by, verb="answer_extension", on=dispute, facts=facts)
    return extension


@transaction.atomic
def extend_deadline(*, dispute: Dispute, until: dt.date, reason: str, by: User, on: dt.date) -> DisputeExtension:
    """The society gives more days, with a reason that the sides read. What a side has asked for is answered with it."""
    require(by, "works.edit_works")
    dispute = locked(dispute)
    _check(dispute, until, reason, on)
    lapse_extension(dispute, on)
    extension = DisputeExtension.objects.create(
        dispute=dispute, asked_on=on, was=dispute.deadline, until=until, reason=clean_lines(reason), state="given",
        given_by=by, decided_on=on,
    )  # fmt: skip
    _move(dispute, until, by)
    record_act(by=by, verb="extend_deadline", on=dispute, facts={"until": until, "reason": clean_lines(reason)[:200]})
    return extension


def lapse_extension(dispute: Dispute, on: dt.date) -> None:
    """What was asked and not decided is asked no more; `dispute` is locked."""
    dispute.extensions.filter(state="asked").update(state="lapsed", decided_on=on)


def _check(dispute: Dispute, until: dt.date, reason: str, on: dt.date) -> None:
    if dispute.state != "open" or dispute.deadline < on:
        raise ValidationError(_("Days can only be added while the days for evidence run."))
    faults = []
    latest = latest_deadline(dispute)
    if until <= dispute.deadline:
        faults.append(_("Name a day after %(day)s.") % {"day": date_text(dispute.deadline)})
    elif until > latest:
        faults.append(
            _("By the society's rule, evidence is due on %(day)s at the latest.") % {"day": date_text(latest)}
        )
    if not clean_lines(reason):
        faults.append(_("Say why more days are needed. The sides read it."))
    if faults:
        raise ValidationError(faults)


def _others(dispute: Dispute, party_id: int | None) -> set[int]:
    """The parties that still claim a part, beside one."""
    return set(dispute.claims.filter(share__gt=0).values_list("party", flat=True)) - {party_id}


def _decide(extension: DisputeExtension, state: str, on: dt.date) -> None:
    extension.state, extension.decided_on = state, on
    extension.save(update_fields=["state", "decided_on"])


def _move(dispute: Dispute, until: dt.date, by: User) -> None:
    dispute.deadline, dispute.version = until, dispute.version + 1
    dispute.save(update_fields=["deadline", "version"])
    send_dispute_news(dispute, by=by)

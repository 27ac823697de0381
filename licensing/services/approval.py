"""Approving an application: licensee, sign-in, premises, licence and invoice come into being in one transaction."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import Audience, User
from cmo_portal.accounts.services import invite, make_account
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from cmo_portal.jobs.services import add_job
from cmo_portal.wording import money_text, words_text
from licensing.models import Invoice, Licence, LicenceApplication, Licensee, LicenseeAccess, Premises, Province, Quote
from licensing.queries.applications import last_quote, price_of
from licensing.queries.pricing import Price
from licensing.services.invoices import issue_invoice
from licensing.services.numbers import next_number


@dataclass(frozen=True, slots=True)
class Approval:
    """What an approval made. `token` invites a new user to set her password; empty when she has a sign-in already or
    when the application had been approved before."""

    licence: Licence
    invoice: Invoice
    user: User | None = None
    token: str = ""


@transaction.atomic
def approve_application(*, application: LicenceApplication, by: User, now: dt.datetime) -> Approval:
    """Accept the quote and issue licence (waiting for payment) and invoice. Approving twice has one effect.

    Refused when the price is no longer the one that the applicant accepted: ask her to look at it and send again.
    """
    require(by, "licensing.review_applications")
    application = LicenceApplication.objects.select_for_update().get(pk=application.pk)
    if application.state == "approved":
        return _made_before(application)
    if application.state != "submitted":
        raise ValidationError(_("Only an application in review can be approved."))
    today = business_date(now)
    quote, price = _standing_quote(application, today)
    faultpoint("licensing.approve.before_write")
    licensee, user, token = _licensee_of(application, by, now)
    licence = _make_licence(application, quote, price, licensee)
    application.state, application.licensee = "approved", licensee
    application.decided_by, application.decided_at = by, now
    application.save(update_fields=["state", "licensee", "decided_by", "decided_at"])
    invoice = issue_invoice(licence=licence, by=by, today=today)
    faultpoint("licensing.approve.after_write")
    if not token:
        add_job(
            kind="licensing.notice",
            key=f"licensing.notice:approved:{application.pk}",
            args={"application": application.pk, "what": "approved"},
        )
    record_act(
        by=by,
        verb="approve_licence_application",
        on=application,
        facts={"licence": licence.number, "invoice": invoice.number, "total": invoice.total},
    )
    return Approval(licence, invoice, user, token)


def _made_before(application: LicenceApplication) -> Approval:
    licence = Licence.objects.get(application=application)
    return Approval(licence, licence.invoices.order_by("pk")[0])


def _standing_quote(application: LicenceApplication, today: dt.date) -> tuple[Quote, Price]:
    """The accepted quote, provided that it still holds and that the price worked out today is the same."""
    quote = last_quote(application)
    price, complaints = price_of(application, on=today)
    if price is None:
        raise ValidationError([words_text(complaint.words) for complaint in complaints])
    if quote is None or today > quote.valid_until or not price.same_as(quote):
        raise ValidationError(
            _("The accepted quote no longer holds: the price today is %(price)s. Ask the applicant to send again.")
            % {"price": money_text(price.total)}
        )
    return quote, price


def _licensee_of(application: LicenceApplication, by: User, now: dt.datetime) -> tuple[Licensee, User | None, str]:
    """The licensee of an application: the one who applied signed in, or a new one with her first sign-in."""
    if application.licensee is not None:
        return application.licensee, None, ""
    business = application.answers["business"]
    licensee = Licensee.objects.create(
        number=next_number("U"),
        email=application.email,
        language=application.language,
        **{name: business.get(name, "") for name in ("name", "name_ur", "contact_name", "telephone", "ntn")},
        **{name: business.get(name, "") for name in ("address", "city")},
    )
    user = User.objects.filter(email__iexact=application.email, audience=Audience.LICENSEE).first()
    token = ""
    if user is None:
        user = make_account(
            email=application.email,
            name=business["contact_name"],
            audience=Audience.LICENSEE,
            language=application.language,
            by=by,
        )
        token = invite(user=user, by=by, now=now)
    LicenseeAccess.objects.create(user=user, licensee=licensee)
    return licensee, user, token


def _make_licence(application: LicenceApplication, quote: Quote, price: Price, licensee: Licensee) -> Licence:
    place = application.answers["premises"]
    province = Province.objects.get(code=place["province"])
    premises, _made = Premises.objects.get_or_create(
        licensee=licensee,
        name=place["name"],
        city=place["city"],
        kind=place["kind"],
        defaults={"name_ur": place.get("name_ur", ""), "address": place["address"], "province": province},
    )
    return Licence.objects.create(
        number=next_number(f"LIC-{price.period.start.year}"),
        licensee=licensee,
        premises=premises,
        tariff_version=quote.tariff_version,
        application=application,
        quote=quote,
        starts_on=price.period.start,
        ends_on=price.period.end,
    )


@transaction.atomic
def invite_again(*, licensee: Licensee, by: User, now: dt.datetime) -> tuple[User, str] | None:
    """A fresh invitation for the owner who has not set a password yet; None when everybody has one."""
    require(by, "licensing.review_applications")
    for access in licensee.access.filter(ended_at=None).select_related("user").order_by("pk"):
        if access.user.is_active and not access.user.has_usable_password():
            token = invite(user=access.user, by=by, now=now)
            record_act(by=by, verb="invite_licensee_again", on=licensee, facts={})
            return access.user, token
    return None

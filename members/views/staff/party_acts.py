"""What the desk adds to a party and corrects: names, the base number, people of a group, societies."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.opened import Opened
from members.forms.fields import add_errors
from members.forms.parties import (
    AffiliationForm,
    EndForm,
    FindPersonForm,
    GroupDaysForm,
    GroupPersonForm,
    NameForm,
    PartyNumbersForm,
    ReasonForm,
    typed_name,
)
from members.models import GroupMembership, Party, PartyAffiliation, PartyKind, PartyName
from members.queries.party_register import find_parties, parties_in_register
from members.rules.isni import format_isni
from members.services.affiliations import affiliate_party, end_affiliation
from members.services.groups import add_to_group, correct_group_days
from members.services.party_names import (
    NumberTaken,
    add_party_name,
    correct_party_name,
    correct_party_numbers,
    remove_party_name,
)
from members.views.staff.parties import EDIT, STAFF

FOUND_PERSONS = 10


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def party_name_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One more name."""
    found = get_object_or_404(Party, uid=uid)
    form = NameForm(request.POST or None)
    by = acting(request)
    return _act_page(
        request, found, form, _("Add a name"),
        lambda data: add_party_name(party=found, name=form.said(), reason=data["reason"], by=by),
    )  # fmt: skip


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def party_name(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Correct a name."""
    row = get_object_or_404(PartyName.objects.select_related("party"), uid=uid)
    form = NameForm(request.POST or None, initial=typed_name(row))
    by = acting(request)
    return _act_page(
        request, row.party, form, _("Correct a name"),
        lambda data: correct_party_name(row=row, name=form.said(), reason=data["reason"], by=by),
        standing=(row, lambda now: NameForm(initial=typed_name(now))),
    )  # fmt: skip


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def party_name_remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Remove a name that is not the party's."""
    row = get_object_or_404(PartyName.objects.select_related("party"), uid=uid)
    by = acting(request)
    return _act_page(
        request, row.party, ReasonForm(request.POST or None), _("Remove the name %(name)s") % {"name": row},
        lambda data: remove_party_name(row=row, by=by, **data), submit_label=_("Remove this name"),
    )  # fmt: skip


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def party_number(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The IPI base number and the ISNI."""
    found = get_object_or_404(Party, uid=uid)
    form = PartyNumbersForm(request.POST or None, initial=_numbers(found))
    by = acting(request)
    return _act_page(
        request, found, form, _("Numbers of the party"),
        lambda data: correct_party_numbers(party=found, by=by, **data),
        standing=(found, lambda now: PartyNumbersForm(initial=_numbers(now))),
    )  # fmt: skip


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def party_person_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Find a person and add her to the group."""
    group = get_object_or_404(Party.objects.filter(kind=PartyKind.GROUP), uid=uid)
    find_form = FindPersonForm(request.GET or None)
    text = find_form.cleaned_data["q"] if find_form.is_bound and find_form.is_valid() else ""
    found = find_parties(text, parties_in_register(kind=PartyKind.PERSON), limit=FOUND_PERSONS) if text else []
    form = GroupPersonForm(request.POST or None, found=found)
    by = acting(request)
    more: dict[str, Any] = {"find_form": find_form, "found": found, "looked_for": text}
    return _act_page(
        request, group, form, _("Add a person to the group"),
        lambda data: add_to_group(
            group=group, person=form.chosen(), joined_on=data["joined_on"], left_on=data["left_on"],
            reason=data["reason"], by=by,
        ),
        "party_person_new.html", **more,
    )  # fmt: skip


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def party_person(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Correct the days of a person in a group."""
    row = get_object_or_404(GroupMembership.objects.select_related("group", "person"), uid=uid)
    form = GroupDaysForm(request.POST or None, initial=_group_days(row))
    by = acting(request)
    return _act_page(
        request, row.group, form, _("Days of %(name)s in the group") % {"name": row.person},
        lambda data: correct_group_days(membership=row, by=by, **data),
        standing=(row, lambda now: GroupDaysForm(initial=_group_days(now))),
    )  # fmt: skip


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def party_society_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Note which society collects."""
    found = get_object_or_404(Party, uid=uid)
    form = AffiliationForm(request.POST or None)
    by = acting(request)
    return _act_page(request, found, form, _("Add a society"), lambda data: affiliate_party(party=found, by=by, **data))


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def party_society_end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The last day of an affiliation."""
    row = get_object_or_404(PartyAffiliation.objects.select_related("party"), uid=uid)
    form = EndForm(request.POST or None, initial={"last_day": row.valid_to})
    title = _("Last day with society %(code)s, %(right)s") % {
        "code": row.society_code,
        "right": row.get_right_display(),
    }
    by = acting(request)
    return _act_page(
        request, row.party, form, title,
        lambda data: end_affiliation(affiliation=row, by=by, **data),
        standing=(row, lambda now: EndForm(initial={"last_day": now.valid_to})),
    )  # fmt: skip


def _numbers(party: Party) -> dict[str, Any]:
    return {"ipi_base_number": party.ipi_base_number or "", "isni": format_isni(party.isni or "")}


def _group_days(row: GroupMembership) -> dict[str, Any]:
    return {"joined_on": row.joined_on, "left_on": row.left_on}


def _begun(record: models.Model, form: Callable[[Any], forms.Form]) -> forms.Form:
    """The form as it begins with the record as it stands now."""
    return form(type(record)._default_manager.get(pk=record.pk))


def _act_page(
    request: HttpRequest,
    party: Party,
    form: forms.Form,
    title: str,
    act: Callable[[dict[str, Any]], object],
    template: str = "party_form.html",
    *,
    standing: tuple[models.Model, Callable[[Any], forms.Form]] | None = None,
    **more: object,
) -> HttpResponse:
    """Show the form; do the act when it is sent whole, and go back to the party. `standing`: the row that is edited,
    and how it makes the form begin."""
    back = reverse("members:staff-party", args=[party.uid])
    taken: Party | None = None
    record = standing[0] if standing else None
    opened = Opened(request, lambda: [_begun(*standing)] if standing else [])
    if request.method == "POST" and form.is_valid():
        try:
            with opened.unchanged(record, [form]):
                act(form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
            taken = error.party if isinstance(error, NumberTaken) else None
        else:
            messages.success(request, _("The change is noted with your name and reason."))
            return redirect(back)
    context = {"party": party, "form": form, "title": title, "taken": taken, "submit_label": _("Save")}
    context["opened"] = opened
    return render(request, f"members/staff/{template}", {**context, **more, "cancel_url": back, "layout": STAFF})

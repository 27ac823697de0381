"""The register of interested parties: its list and the page of one party. Never CNIC, bank or contact data."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.accounts.models import User
from cmo_portal.common import clock
from cmo_portal.paging import Page, csv_address, keyset_page
from members.forms.fields import add_errors
from members.forms.parties import PartyFilter, PartyForm
from members.models import Party, PartyKind
from members.queries.acts import acts_on_record
from members.queries.party_register import find_parties, listed_parties, parties_in_register, party_record
from members.rules.isni import format_isni
from members.services.party_names import LooksAlike, NumberTaken, add_party
from members.views.downloads import csv_download

VIEW, EDIT = "members.view_parties", "members.edit_parties"
STAFF = "layouts/staff.html"


@staff_page(VIEW)
@require_safe
def party_list(request: HttpRequest) -> HttpResponse:
    """Parties by name, or the best matches of a search; the same rows as a file."""
    chosen = PartyFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    text = wanted.get("q", "").strip()
    rows = parties_in_register(**{name: wanted.get(name, "") for name in ("kind", "society", "ipi")})
    if not chosen.is_valid():  # what was asked is not understood: all parties are no answer to it
        rows = rows.none()
    found = find_parties(text, rows) if text else []
    if request.GET.get("format") == "csv":
        return _as_file(found if text else rows.order_by("display_name", "pk").iterator(chunk_size=1000))
    ordered = ("display_name", "pk")
    page = Page(found, "", "") if text else keyset_page(rows, order=ordered, query=request.GET)
    context = {
        "page": page,
        "rows": listed_parties(page.rows),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("No party fits. Try another spelling, or an IPI number."),
        "layout": STAFF,
    }
    return render(request, "members/staff/party_list.html", context)


@staff_page(VIEW)
@require_safe
def party(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One party: every name in its three forms, numbers, groups, societies, and who changed what."""
    found = get_object_or_404(Party.objects.select_related("member"), uid=uid)
    context = {
        "party": found,
        "record": party_record(found),
        "is_group": found.kind == PartyKind.GROUP,
        "today": clock.today(),
        "acts": acts_on_record(found),
        "may_edit": request.user.has_perm(EDIT),
        "layout": STAFF,
    }
    return render(request, "members/staff/party.html", context)


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def party_new(request: HttpRequest) -> HttpResponse:
    """A party that nobody brought yet; one that a number names already, or that bears the name, is shown."""
    form = PartyForm(request.POST or None)
    taken: Party | None = None
    alike: list[Party] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = _made(form, acting(request))
        except LooksAlike as error:
            form, alike = PartyForm(request.POST, asks=True), error.parties
            add_errors(form, error)
        except ValidationError as error:
            add_errors(form, error)
            taken = error.party if isinstance(error, NumberTaken) else None
        else:
            return redirect("members:staff-party", uid=made.uid)
    context = {
        "form": form,
        "taken": taken,
        "alike": listed_parties(alike),
        "title": _("Register a party"),
        "submit_label": _("Register this party"),
        "cancel_url": reverse("members:staff-party-list"),
        "layout": STAFF,
    }
    return render(request, "members/staff/party_form.html", context)


def _made(form: PartyForm, by: User) -> Party:
    """The party of a form; validated before."""
    said = form.cleaned_data
    return add_party(
        kind=said["kind"],
        name=form.said(),
        ipi_base_number=said["ipi_base_number"],
        is_another=said.get("is_another", False),
        reason=said["reason"],
        by=by,
    )


def _as_file(parties: Iterable[Party]) -> HttpResponse:
    headings = [
        _("Name"), _("Name in its own script"), _("Kind"), _("IPI base number"), "ISNI",
        _("IPI name numbers"), _("Society code"), _("Other names"),
    ]  # fmt: skip
    cells = (
        [
            row.party.display_name,
            row.party.display_name_original,
            row.party.get_kind_display(),
            row.party.ipi_base_number or "",
            format_isni(row.party.isni or ""),
            ", ".join(row.numbers),
            row.party.society_code,
            ", ".join(row.other_names),
        ]
        for row in listed_parties(parties)
    )
    return csv_download("parties", headings, cells)

"""T3, a member from all sides (thin): list, record, contact, tax, state; bank details with two people; documents."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.attachments import attachment
from cmo_portal.common import clock
from cmo_portal.common.tables import ValueRefused
from cmo_portal.paging import csv_address, keyset_page
from cmo_portal.wording import date_text
from members.access import fresh_sign_in, staff_document
from members.forms.fields import add_errors
from members.forms.staff import ContactForm, FindForm, MandateForm, MemberFilter, RevealForm, StateForm, TaxForm
from members.models import Member
from members.queries.applications import mandate_territories
from members.queries.members import acts_on, filtered_members, member_of_cnic, profile_of
from members.rules.identity import read_cnic
from members.services import members as services
from members.services.documents import first_page, open_document
from members.views.downloads import csv_download
from members.views.summaries import events_of, role_text, state_text, tax_text

VIEW, EDIT = "members.view_members", "members.edit_members"


@staff_page(VIEW)
@require_safe
def member_list(request: HttpRequest) -> HttpResponse:
    """Members by number; filters in the address; the same rows as a file."""
    chosen = MemberFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    rows = filtered_members(text=wanted.get("q", ""), state=wanted.get("state", ""))
    if request.GET.get("format") == "csv":
        return _as_file(rows.order_by("number", "pk"))
    context = {
        "page": keyset_page(rows, order=("number", "pk"), query=request.GET),
        "filter_form": chosen,
        "find_form": FindForm(),
        "export_url": csv_address(request.GET),
        "empty_text": _("No member fits. Members come into being when an application is admitted."),
        "layout": "layouts/staff.html",
    }
    return render(request, "members/staff/member_list.html", context)


@sensitive_post_parameters("cnic")
@staff_page(VIEW)
@require_POST
def member_find(request: HttpRequest) -> HttpResponse:
    """From a CNIC to its member, without the number in any address."""
    form = FindForm(request.POST)
    try:
        reading = read_cnic(form.data.get("cnic", ""))
    except ValueRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("members:staff-member-list")
    member = member_of_cnic(reading.value)
    if member is None:
        messages.warning(request, _("No member has this CNIC."))
        return redirect("members:staff-member-list")
    return redirect("members:staff-member", uid=member.uid)


@staff_page(VIEW)
@require_safe
def member(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One member: identity by masks, names, mandates, bank details, tax, documents, acts."""
    found = _member(uid)
    profile = profile_of(found)
    context = {
        "member": found,
        "profile": profile,
        "roles": role_text(found.roles),
        "tax": tax_text(profile.tax_class(clock.today())),
        "statuses": [(status, tax_text(status.tax_class)) for status in profile.tax_statuses],
        "events": events_of(acts_on(found)),
        "may_open_documents": request.user.has_perm(EDIT) or request.user.has_perm("members.approve_bank"),
    }
    return render(request, "members/staff/member.html", context)


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def member_contact(request: HttpRequest, uid: UUID) -> HttpResponse:
    """New telephone, address or language, told by the member."""
    found = _member(uid)
    saved = {"telephone": found.telephone, "address": found.address, "language": found.language}
    form = ContactForm(request.POST or None, initial=saved)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_contact(member=found, by=acting(request), **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return _done(request, found, _("The contact details are saved."))
    return _form_page(request, found, form, _("Contact details"), _("Save"))


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def member_tax(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Another tax class from a day on."""
    found = _member(uid)
    form = TaxForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_tax_status(member=found, by=acting(request), **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return _done(request, found, _("The tax class is saved."))
    return _form_page(request, found, form, _("Tax class"), _("Save the tax class"))


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def member_mandate(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Another scope of the mandate for one right, from a day on."""
    found = _member(uid)
    form = MandateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = {**form.cleaned_data, "territory": mandate_territories().get(form.cleaned_data["territory"], "")}
        try:
            services.change_mandate(member=found, by=acting(request), **facts)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return _done(request, found, _("The mandate is changed."))
    return _form_page(request, found, form, _("Change a mandate"), _("Save the mandate"))


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def member_state(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Suspension and its end, resignation, death: each with its reason."""
    found = _member(uid)
    form = StateForm(request.POST or None, state=found.state)
    if request.method == "POST" and form.is_valid():
        try:
            _take_step(found, form, request)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return _done(request, found, _("The step is recorded."))
    return _form_page(request, found, form, _("State of the membership"), _("Record this step"))


@staff_page(EDIT)
@fresh_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def member_reveal(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Open the masked CNIC, with a reason."""
    found = _member(uid)
    form, shown = RevealForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            shown = services.reveal_number(
                row=found, number="cnic", reason=form.cleaned_data["reason"], by=acting(request)
            )
        except ValidationError as error:
            add_errors(form, error)
    context = {"form": form, "shown": shown, "number": "cnic", "subject": str(found), "back": _page(found)}
    return render(request, "members/staff/reveal.html", {**context, "layout": "layouts/staff.html"})


@staff_page(VIEW)
@require_safe
def document(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A document as a file; who opened it is noted."""
    found = staff_document(request, uid)
    try:
        content = open_document(document=found, by=acting(request))
    except FileNotFoundError as error:
        raise Http404 from error
    return attachment(content, name=found.original_name, content_type=found.content_type)


@staff_page(VIEW)
@require_safe
def document_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The first page of a PDF as a picture of our own drawing, to stand beside the form."""
    found = staff_document(request, uid)
    picture = first_page(document=found, by=acting(request))
    if not picture:
        raise Http404
    return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": "no-store"})


def _member(uid: UUID) -> Member:
    return get_object_or_404(
        Member.objects.select_related("party", "user", "admitted_by").defer("cnic_sealed"), uid=uid
    )


def _page(member: Member) -> str:
    return reverse("members:staff-member", args=[member.uid])


def _done(request: HttpRequest, member: Member, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("members:staff-member", uid=member.uid)


def _form_page(request: HttpRequest, member: Member, form: object, title: str, submit_label: str) -> HttpResponse:
    context = {
        "member": member,
        "form": form,
        "title": title,
        "submit_label": submit_label,
        "cancel_url": _page(member),
        "layout": "layouts/staff.html",
    }
    return render(request, "members/staff/member_form.html", context)


def _take_step(member: Member, form: StateForm, request: HttpRequest) -> None:
    act, day, reason = form.cleaned_data["act"], form.cleaned_data["day"], form.cleaned_data["reason"]
    if act == "suspend":
        services.suspend_member(member=member, reason=reason, by=acting(request))
    elif act == "reinstate":
        services.reinstate_member(member=member, reason=reason, by=acting(request))
    elif act == "resign":
        services.resign_member(member=member, left_on=day, reason=reason, by=acting(request))
    elif act == "death":
        services.record_death(member=member, died_on=day, reason=reason, by=acting(request))
    else:
        raise PermissionDenied


def _as_file(rows: object) -> HttpResponse:
    headings = [_("Number"), _("Name"), _("Name in its own script"), _("Roles"), _("State"), _("Admitted")]
    cells = (
        [
            row.number,
            row.party.display_name,
            row.party.display_name_original,
            role_text(row.roles),
            state_text(row.state, "member"),
            date_text(row.admitted_on),
        ]
        for row in rows.iterator(chunk_size=1000)  # type: ignore[attr-defined]
    )
    return csv_download("members", headings, cells)

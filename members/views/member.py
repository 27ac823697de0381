"""A member's own pages: profile (C19), bank details (C20), documents (C21)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting
from cmo_portal.attachments import attachment
from cmo_portal.common import clock
from members.access import fresh_sign_in, member_page
from members.formats.documents import too_large
from members.forms.apply import DocumentForm
from members.forms.fields import add_errors
from members.forms.staff import AccountForm, ContactForm
from members.models import Member
from members.policy import policy
from members.queries.members import accounts_of, profile_of
from members.services.bank import propose_account, withdraw_account
from members.services.documents import open_document
from members.services.members import add_member_document, change_contact
from members.uploads import limited_upload, was_too_large
from members.views.summaries import role_text, tax_text


@member_page
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """C19: names, contact, mandates, the account by its mask, tax."""
    member = _member(request)
    found = profile_of(member)
    context = {
        "member": member,
        "profile": found,
        "roles": role_text(member.roles),
        "tax": tax_text(found.tax_class(clock.today())),
    }
    return render(request, "members/member/profile.html", context)


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """New telephone, address or language."""
    member = _member(request)
    saved = {"telephone": member.telephone, "address": member.address, "language": member.language}
    form = ContactForm(request.POST or None, initial=saved)
    if request.method == "POST" and form.is_valid():
        try:
            change_contact(member=member, by=acting(request), **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Your contact details are saved."))
            return redirect("members:member-profile")
    context = {"form": form, "cancel_url": "../", "submit_label": _("Save"), "layout": "layouts/member.html"}
    return render(request, "members/member/contact.html", context)


@member_page
@require_safe
def bank(request: HttpRequest) -> HttpResponse:
    """C20: the account in use, a change under way, earlier accounts: by their masks, with who and when."""
    accounts = accounts_of(_member(request).party_id)
    context = {
        "current": next((account for account in accounts if account.state == "approved"), None),
        "waiting": next((account for account in accounts if account.state == "proposed"), None),
        "earlier": [account for account in accounts if account.state not in ("approved", "proposed")],
        "hours": policy().bank_cooling_hours,
    }
    return render(request, "members/member/bank.html", context)


@sensitive_post_parameters("iban")
@member_page
@fresh_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def bank_change(request: HttpRequest) -> HttpResponse:
    """Propose another account; after a fresh sign-in with the second step only."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            propose_account(party=_member(request).party, by=acting(request), now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Your change is noted. We told you by e-mail too."))
            return redirect("members:member-bank")
    context = {
        "form": form,
        "cancel_url": "../",
        "hours": policy().bank_cooling_hours,
        "submit_label": _("Propose this account"),
        "layout": "layouts/member.html",
    }
    return render(request, "members/member/bank_change.html", context)


@member_page
@require_POST
def bank_withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a change back: always possible at once, because it makes nothing worse."""
    account = get_object_or_404(_member(request).party.bank_accounts, uid=uid)
    try:
        withdraw_account(account=account, by=acting(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The change is withdrawn. Your account in use stays as it is."))
    return redirect("members:member-bank")


@limited_upload
@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def document_list(request: HttpRequest) -> HttpResponse:
    """C21: the member's documents and mandates; a further document is handed in here."""
    member = _member(request)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and was_too_large(request):
        form.errors.pop("file", None)
        form.add_error("file", str(too_large(policy().document_bytes)))
    if request.method == "POST" and form.is_valid():
        facts = {"kind": form.cleaned_data["kind"], "upload": form.cleaned_data["file"]}
        try:
            kept = add_member_document(member=member, by=acting(request), **facts)
        except ValidationError as error:
            add_errors(form, error)
        else:
            if kept.quarantined:
                messages.error(request, _("A virus was found in the file. It was locked away; send another file."))
            else:
                messages.success(request, _("The document is saved."))
            return redirect("members:member-document-list")
    context = {
        "form": form,
        "documents": member.party.documents.filter(quarantined=False).order_by("-pk"),
        "mandates": member.mandates.order_by("right", "territory", "valid_from"),
    }
    return render(request, "members/member/document_list.html", context)


@member_page
@require_safe
def document(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One of her documents, as a file."""
    found = get_object_or_404(_member(request).party.documents.filter(quarantined=False), uid=uid)
    try:
        content = open_document(document=found, by=acting(request))
    except FileNotFoundError as error:
        raise Http404 from error
    return attachment(content, name=found.original_name, content_type=found.content_type)


def _member(request: HttpRequest) -> Member:
    member: Member = request.member  # type: ignore[attr-defined]
    return member

"""C16: usage without a known work that may be the member's: what speaks for it, her claims, what she set aside."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting
from cmo_portal.common import clock
from cmo_portal.paging import csv_address, keyset_page
from members.models import Member
from royalties.access import member_page
from royalties.exports.unmatched import unmatched_list_csv
from royalties.forms.unmatched import ClaimFilter, SuggestionFilter, TextClaimForm, WorkSearch
from royalties.models import UnmatchedText
from royalties.queries.unmatched import ORDER, Bands
from royalties.queries.unmatched_members import suggested_texts, suggestions
from royalties.services import unmatched
from royalties.services.unmatched import CLAIMABLE
from works.models import Work
from works.queries.repertoire import my_works, works_of
from works.queries.titles import own_titles

PAGE = 20
WORKS_SHOWN = 12


@member_page
@require_safe
def unmatched_list(request: HttpRequest, member: Member) -> HttpResponse:
    """What may be hers, the most used first, each with its reasons; or what she said is not hers."""
    chosen = SuggestionFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    put_aside = wanted.get("show") == "aside"
    texts = suggested_texts(member, words=wanted.get("q", ""), put_aside=put_aside)
    bands = Bands(clock.today())
    if request.GET.get("format") == "csv":
        return unmatched_list_csv(texts, bands)
    page = keyset_page(texts, order=ORDER, query=request.GET, size=PAGE)
    context = {
        "page": page,
        "rows": [(one, bands.text(one.text.held)) for one in suggestions(member, page.rows)],
        "put_aside": put_aside,
        "open_claims": member.text_claims.filter(state="open").count(),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("You have set nothing aside.")
        if put_aside
        else _("No usage without a known work is near your names and titles now. Look again after the next files."),
    }
    return render(request, "royalties/member/unmatched_list.html", context)


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def unmatched_claim(request: HttpRequest, member: Member, uid: UUID) -> HttpResponse:
    """“This is mine”: one of her works, and how she knows."""
    text = get_object_or_404(UnmatchedText, uid=uid)
    search = WorkSearch(request.GET)
    words = search.cleaned_data["q"].strip() if search.is_valid() else ""
    suggested = suggestions(member, [text])[0]
    own = works_of(member.party).filter(state__in=CLAIMABLE)
    form = TextClaimForm(
        request.POST if request.method == "POST" else None,
        works=own,
        offered=_offered(own, member, words, suggested.works),
    )
    if request.method == "POST" and form.is_valid():
        try:
            unmatched.claim_text(text=text, member=member, by=acting(request), now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Your claim is with the matching desk. Here you see what becomes of it."))
            return redirect("royalties:member-text-claim-list")
    context = {
        "text": text,
        "reasons": suggested.reasons,
        "band": Bands(clock.today()).text(text.held),
        "search": search,
        "words": words,
        "form": form,
        "cancel_url": reverse("royalties:member-unmatched-list"),
        "layout": "layouts/member.html",
    }
    return render(request, "royalties/member/unmatched_claim.html", context)


def _offered(own: QuerySet[Work], member: Member, words: str, suggested: Sequence[Work]) -> QuerySet[Work]:
    """The works to choose from: those found by words, or those that speak for the text, or the newest."""
    if words:
        found = my_works(member.party, text=words).values("pk")
        return own.filter(pk__in=found).order_by("title", "pk")[:WORKS_SHOWN]
    if suggested:
        return own.filter(pk__in=[work.pk for work in suggested][:WORKS_SHOWN]).order_by("title", "pk")
    return own.order_by("-pk")[:WORKS_SHOWN]


@member_page
@require_POST
def unmatched_aside(request: HttpRequest, member: Member, uid: UUID) -> HttpResponse:
    """“Not mine”, and taking that back."""
    text = get_object_or_404(UnmatchedText, uid=uid)
    if request.POST.get("act") == "back":
        unmatched.take_up_again(text=text, member=member, by=acting(request))
        messages.success(request, _("It may be suggested to you again."))
        return redirect("royalties:member-unmatched-list")
    try:
        unmatched.set_aside(text=text, member=member, by=acting(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Remembered: this is not yours. It is not suggested to you again."))
    return redirect("royalties:member-unmatched-list")


@member_page
@require_safe
def text_claim_list(request: HttpRequest, member: Member) -> HttpResponse:
    """Her claims and what became of them."""
    chosen = ClaimFilter(request.GET)
    state = chosen.cleaned_data["state"] if chosen.is_valid() else ""
    claims = member.text_claims.filter(state=state) if state else member.text_claims.all()
    claims = claims.select_related("work").prefetch_related(own_titles("work__"))
    context = {
        "page": keyset_page(claims, order=("-pk",), query=request.GET, size=PAGE),
        "filter_form": chosen,
        "empty_text": _("You have no claim of this kind."),
        "layout": "layouts/member.html",
    }
    return render(request, "royalties/member/text_claim_list.html", context)


@member_page
@require_POST
def text_claim_withdraw(request: HttpRequest, member: Member, uid: UUID) -> HttpResponse:
    """Take an open claim back."""
    claim = get_object_or_404(member.text_claims, uid=uid)
    try:
        unmatched.withdraw_claim(claim=claim, by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Your claim is withdrawn."))
    return redirect("royalties:member-text-claim-list")

"""C14: a member's works with their recordings and those without any; she links recordings to works of her own."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting
from cmo_portal.common.cleaning import clean_text
from cmo_portal.paging import csv_address, keyset_page
from members.models import Party
from works.access import member_page
from works.exports import own_recordings_csv
from works.forms.recordings import OwnRecordingForm, OwnRecordingsFilter, PerformerRows
from works.models import LinkRequest, RecordingWork
from works.queries.link_requests import asked_by_others, requests_for
from works.queries.recordings import own_recordings, suggestions
from works.queries.repertoire import my_works, works_of
from works.queries.titles import own_titles
from works.services.recordings import link_own_recording, unlink_own_recording, withdraw_link_request

PAGE = 20


@member_page
@require_safe
def recording_list(request: HttpRequest, party: Party) -> HttpResponse:
    """C14: each registered work with its ISRCs; where there is none, what may fit by its title."""
    chosen = OwnRecordingsFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    works = my_works(party, text=wanted.get("q", ""), show=wanted.get("show", "")).filter(state="registered")
    if request.GET.get("format") == "csv":
        return own_recordings_csv(works.order_by("title", "pk"))
    page = keyset_page(works.prefetch_related(own_titles()), order=("title", "pk"), query=request.GET, size=PAGE)
    links, asked = own_recordings(page.rows), requests_for(page.rows)
    offers = suggestions([work for work in page.rows if not links[work.pk]], party)
    context = {
        "page": page,
        "rows": [(work, links[work.pk], asked[work.pk], offers.get(work.pk, [])) for work in page.rows],
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("Every work that fits has a recording, or no work of yours fits. Show all of them."),
        "layout": "layouts/member.html",
    }
    return render(request, "works/member/recording_list.html", context)


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def recording_link(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Link a recording to one of my works by its ISRC; sent twice it is linked once. One that stands with a work of
    others waits for the documentation desk."""
    work = get_object_or_404(works_of(party).filter(state="registered"), uid=uid)
    sent = request.POST if request.method == "POST" else None
    form, performers = OwnRecordingForm(sent, needs_title=False), PerformerRows(sent)
    form.fields["isrc"].required = True
    if sent is not None and all([form.is_valid(), performers.is_valid()]):
        try:
            new, reason = form.new(performers), clean_text(form.cleaned_data["reason"])
            link = link_own_recording(party=party, work=work, new=new, reason=reason, by=acting(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _told(link))
            return redirect("works:member-recording-link", uid=uid)
    context = {
        "work": work,
        "party": party,
        "links": own_recordings([work])[work.pk],
        "asked": requests_for([work])[work.pk],
        "by_others": asked_by_others(work),
        "offers": suggestions([work], party)[work.pk],
        "form": form,
        "performers": performers,
        "forms": [form, *performers],
        "submit_label": _("Link this recording"),
        "cancel_url": reverse("works:member-recording-list"),
        "layout": "layouts/member.html",
    }
    return render(request, "works/member/recording_link.html", context)


def _told(link: RecordingWork | LinkRequest) -> str:
    if isinstance(link, RecordingWork):
        return _("The recording is linked. Plays of it now reach this work.")
    return _("Your request waits for the documentation desk. Until it has decided, plays reach the works as before.")


@member_page
@require_POST
def link_request_withdraw(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Take back a link that I asked for."""
    rows = LinkRequest.objects.filter(work__in=works_of(party), asked_by=party).select_related("work")
    asked = get_object_or_404(rows, uid=uid)
    try:
        withdraw_link_request(party=party, request=asked, by=acting(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Your request is withdrawn."))
    return redirect("works:member-recording-link", uid=asked.work.uid)


@member_page
@require_POST
def recording_unlink(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Take back a link that I made myself."""
    links = RecordingWork.objects.filter(work__in=works_of(party), linked_by=party)
    link = get_object_or_404(links.select_related("recording", "work"), uid=uid)
    unlink_own_recording(party=party, link=link, by=acting(request))
    messages.success(request, _("The link is taken back."))
    return redirect("works:member-recording-link", uid=link.work.uid)

"""Cue sheets: productions, their episodes, and the cues of each, entered by hand and linked to works."""

from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.forms import typed_text
from cmo_portal.opened import Opened
from cmo_portal.paging import csv_address, keyset_page
from works.cue_exports import cues_csv, production_list_csv
from works.forms.cue_sheets import (
    CueForm,
    EpisodeForm,
    ProductionFilter,
    ProductionForm,
    SheetForm,
    WhyForm,
    country_name,
)
from works.models import Cue, CueSheet, Episode, Production
from works.queries.cue_sheets import (
    cues_for_export,
    episodes_of,
    found_productions,
    next_open_cue,
    number_faults,
    sheets_with_sums,
)
from works.queries.titles import led_titles
from works.queries.work_pages import acts_on
from works.rules.audiovisual import format_isan, music_exceeds
from works.services import cue_sheets
from works.views.staff.works import EDIT, STAFF, VIEW

FORM = "works/staff/cue_form.html"
Row = TypeVar("Row", Production | None, Episode | None, Cue)


@staff_page(VIEW)
@require_safe
def production_list(request: HttpRequest) -> HttpResponse:
    """Productions, the newest first; the same rows as a file."""
    chosen = ProductionFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    found = found_productions(text=wanted.get("q", ""), kind=wanted.get("kind", ""), show=wanted.get("show", ""))
    if request.GET.get("format") == "csv":
        return production_list_csv(found.order_by("number").iterator(chunk_size=2000))
    context = {
        "page": keyset_page(found, order=("-number",), query=request.GET),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("No production of this kind. List the first one, or hand in a table of cue sheets."),
        "layout": STAFF,
    }
    return render(request, "works/staff/production_list.html", context)


@staff_page(VIEW)
@require_safe
def production_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One production: its numbers, its episodes and how far their cue sheets are."""
    production = get_object_or_404(Production, uid=uid)
    if request.GET.get("format") == "csv":
        sheets = CueSheet.objects.filter(episode__production=production).exclude(state="withdrawn")
        return cues_csv(f"cues-{production.number}.csv", cues_for_export(sheets))
    context = {
        "production": production,
        "country": country_name(production.country),
        "isan": format_isan(production.isan),
        "episodes": episodes_of(production),
        "events": acts_on(production),
    }
    return render(request, "works/staff/production_detail.html", context)


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def production_edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """List a production, or change one."""
    production = get_object_or_404(Production, uid=uid) if uid else None
    form = ProductionForm(request.POST if request.method == "POST" else None, production=production)
    opened = Opened(request, lambda: [ProductionForm(production=_now(production))])
    if request.method == "POST" and form.is_valid():
        try:
            with opened.unchanged(production, [form]):
                row = cue_sheets.save_production(entry=form.entry(), by=acting(request), production=production)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The production is saved."))
            return redirect("works:staff-production-detail", uid=row.uid)
    back = reverse("works:staff-production-detail", args=[uid]) if uid else reverse("works:staff-production-list")
    title = production.title if production else _("List a production")
    return _form(request, form, title, back, opened=opened)


@staff_page(EDIT)
@require_POST
def production_withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a production without cue sheets off the list."""
    production = get_object_or_404(Production, uid=uid)
    return _told(
        request,
        lambda: cue_sheets.withdraw_production(production=production, by=acting(request)),
        _("The production is withdrawn."),
        reverse("works:staff-production-detail", args=[uid]),
    )


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def episode_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Add an episode to a production."""
    production = get_object_or_404(Production, uid=uid)
    return _episode_form(request, production, None)


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def episode_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change an episode."""
    episode = _episode(uid)
    return _episode_form(request, episode.production, episode)


def _episode_form(request: HttpRequest, production: Production, episode: Episode | None) -> HttpResponse:
    form = EpisodeForm(request.POST if request.method == "POST" else None, episode=episode)
    opened = Opened(request, lambda: [EpisodeForm(episode=_now(episode))])
    if request.method == "POST" and form.is_valid():
        entry, by = form.entry(), acting(request)
        try:
            with opened.unchanged(production, [form]):
                row = cue_sheets.save_episode(production=production, entry=entry, by=by, episode=episode)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The episode is saved."))
            return redirect("works:staff-episode-detail", uid=row.uid)
    title = str(episode) if episode else _("Add an episode: %(title)s") % {"title": production.title}
    back = reverse("works:staff-production-detail", args=[production.uid])
    return _form(request, form, title, back, opened=opened)


@staff_page(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def episode_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The cue sheet of an episode; where there is none, one is begun here."""
    episode = _episode(uid)
    sheet = sheets_with_sums(CueSheet.objects.filter(episode=episode)).select_related("file").first()
    if request.GET.get("format") == "csv" and sheet:
        return cues_csv(f"cues-{episode.production.number}-{episode.pk}.csv", _cues_of(sheet))
    form = SheetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.user.has_perm(EDIT) and form.is_valid():
        try:
            cue_sheets.open_sheet(episode=episode, by=acting(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The cue sheet is begun. Add its cues."))
            return redirect("works:staff-episode-detail", uid=uid)
    cues = _cues(sheet) if sheet else []
    faults = number_faults(cues)
    context = {
        "episode": episode,
        "sheet": sheet,
        "cues": [(cue, faults.get(cue.pk, [])) for cue in cues],
        "over": music_exceeds([cue.duration for cue in cues], episode.duration),
        "first_open": next_open_cue(sheet) if sheet else None,
        "withdrawn": episode.sheets.filter(state="withdrawn").select_related("file").order_by("-pk"),
        "form": form,
        "why_form": WhyForm(prefix="why"),
        "events": acts_on(sheet) if sheet else [],
    }
    return render(request, "works/staff/episode_detail.html", context, status=400 if form.errors else 200)


@staff_page(EDIT)
@require_POST
def sheet_decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Confirm a sheet, open it again, or withdraw it with a reason."""
    sheet = get_object_or_404(CueSheet.objects.select_related("episode"), uid=uid)
    by, act = acting(request), request.POST.get("act")
    if act == "withdraw":
        reason = typed_text(request, "why-reason", 300)
        acts = (lambda: cue_sheets.withdraw_sheet(sheet=sheet, reason=reason, by=by), _("The cue sheet is withdrawn."))
    elif act == "reopen":
        acts = (lambda: cue_sheets.reopen_sheet(sheet=sheet, by=by), _("The cue sheet can be changed again."))
    else:
        acts = (lambda: cue_sheets.confirm_sheet(sheet=sheet, by=by), _("The cue sheet is confirmed."))
    return _told(request, *acts, reverse("works:staff-episode-detail", args=[sheet.episode.uid]))


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def cue_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Add a cue to a sheet; “save and add the next” goes on."""
    sheet = get_object_or_404(CueSheet.objects.select_related("episode__production"), uid=uid)
    last = sheet.cues.order_by("-sequence").first()
    return _cue_form(request, sheet, None, {"sequence": last.sequence + 1 if last else 1})


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def cue_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change a cue."""
    cue = get_object_or_404(Cue.objects.select_related("sheet__episode__production", "cue_type"), uid=uid)
    return _cue_form(request, cue.sheet, cue, _cue_facts(cue))


@staff_page(EDIT)
@require_POST
def cue_remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a cue out of a sheet that is being entered."""
    cue = get_object_or_404(Cue.objects.select_related("sheet__episode"), uid=uid)
    return _told(
        request,
        lambda: cue_sheets.remove_cue(cue=cue, by=acting(request)),
        _("The cue is removed."),
        reverse("works:staff-episode-detail", args=[cue.sheet.episode.uid]),
    )


def _cue_form(request: HttpRequest, sheet: CueSheet, cue: Cue | None, initial: dict[str, Any]) -> HttpResponse:
    form = CueForm(request.POST if request.method == "POST" else None, initial=initial, on=clock.today())
    back = reverse("works:staff-episode-detail", args=[sheet.episode.uid])
    opened = Opened(request, lambda: [CueForm(initial=_cue_facts(_now(cue)), on=clock.today())] if cue else [])
    if request.method == "POST" and form.is_valid():
        try:
            with opened.unchanged(sheet, [form]):
                saved = cue_sheets.save_cue(sheet=sheet, entry=form.entry(), by=acting(request), cue=cue)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The cue is saved."))
            for fault in number_faults([saved]).get(saved.pk, ()):
                messages.warning(request, " ".join((fault.value, str(fault.message), str(fault.remedy))))
            more = "more" in request.POST
            return redirect(reverse("works:staff-cue-new", args=[sheet.uid]) if more else back)
    title = cue.title if cue else _("Add a cue")
    return _form(request, form, title, back, episode=sheet.episode, may_add=cue is None, opened=opened)


def _cue_facts(cue: Cue) -> dict[str, Any]:
    """A cue as its form begins with it."""
    return {name: getattr(cue, name) for name in CueForm.base_fields} | {"cue_type": cue.cue_type.code}


def _now(row: Row) -> Row:
    """A row as it stands now; of a new one nothing stands."""
    return type(row)._default_manager.get(pk=row.pk) if row is not None else row


def _form(request: HttpRequest, form: forms.Form, title: str, back: str, **more: Any) -> HttpResponse:
    context = {"form": form, "form_title": title, "cancel_url": back, "submit_label": _("Save"), "layout": STAFF}
    return render(request, FORM, context | more, status=400 if form.errors else 200)


def _told(request: HttpRequest, act: Any, done: str, back: str) -> HttpResponse:
    """Do the act and say how it went."""
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect(back)


def _episode(uid: UUID) -> Episode:
    return get_object_or_404(Episode.objects.select_related("production"), uid=uid)


def _cues_of(sheet: CueSheet) -> Any:
    return cues_for_export(CueSheet.objects.filter(pk=sheet.pk))


def _cues(sheet: CueSheet) -> list[Cue]:
    """The cues with the works that stand for theirs."""
    rows = sheet.cues.select_related("cue_type", "work__merged_into").order_by("sequence")
    return list(rows.prefetch_related(*led_titles("work__")))

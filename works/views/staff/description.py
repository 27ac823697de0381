"""T5: correcting what describes a work, section by section; what its sources and free parts propose for its shares."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.common.texts import Text
from cmo_portal.leading import leads_on
from cmo_portal.opened import Changed, Opened
from members.models.parties import Right
from works.forms.description import (
    BaseRows,
    FactsForm,
    FreeRow,
    NumberRow,
    PerformerRow,
    ReasonForm,
    Row,
    SettingRow,
    SourceRow,
    TitleRow,
    rows_of,
    typed_section,
)
from works.models import Work
from works.queries.description_texts import instruments_text, writers_text
from works.queries.descriptions import composite_proposal, free_share_proposal
from works.queries.standing import standing_here
from works.rules.extents import Extent
from works.rules.identifiers import format_iswc
from works.rules.languages import LANGUAGES
from works.services import documenting
from works.services.describing import WorkFacts
from works.services.documenting import Line
from works.services.shares import contested

EDIT = "works.edit_works"
FACTS = tuple(WorkFacts.__dataclass_fields__)
SINGLE = ("iswc", "category", "version_type", "duration")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the description: its name, its rows on the work, the form of a row, the act that stores it."""

    name: Text
    relation: str
    form: type[Row]
    act: Callable[..., None]
    hint: Text


SECTIONS = {
    "titles": Section(
        gettext_lazy("Titles"),
        "titles",
        TitleRow,
        documenting.correct_titles,
        gettext_lazy("One row is the original title. A title that is taken away stays in the history."),
    ),
    "sources": Section(
        gettext_lazy("Made from"),
        "sources",
        SourceRow,
        documenting.correct_sources,
        gettext_lazy("The works that this one contains, arranges or translates. Components stand in their order."),
    ),
    "public-domain": Section(
        gettext_lazy("Public domain"),
        "public_domain_elements",
        FreeRow,
        documenting.correct_public_domain,
        gettext_lazy("One row for each author. Whether it is free is computed from the law; no share changes by it."),
    ),
    "performers": Section(
        gettext_lazy("Performers"), "performers", PerformerRow, documenting.correct_performers, ""
    ),
    "settings": Section(
        gettext_lazy("Instrumentation"), "instrumentations", SettingRow, documenting.correct_settings, ""
    ),
    "numbers": Section(
        gettext_lazy("Numbers of others"), "identifiers", NumberRow, documenting.correct_numbers, ""
    ),
}  # fmt: skip


@staff_page(EDIT)
@leads_on
@require_http_methods(["GET", "HEAD", "POST"])
def facts_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Correct the facts that are single values, with the reason."""
    work = _work(uid)
    sent = request.POST if request.method == "POST" else None
    form, reason = FactsForm(sent, initial=_facts(work)), ReasonForm(sent)
    opened = Opened(request, lambda: [FactsForm(initial=_facts(_work(uid)))])
    if sent is not None and all([form.is_valid(), reason.is_valid()]):
        data = form.cleaned_data
        facts = WorkFacts(**{name: data[name] for name in FACTS})
        single = {name: data[name] for name in SINGLE}
        why, by = reason.cleaned_data["reason"], acting(request)
        try:
            with opened.unchanged(work, [form]):
                documenting.correct_facts(work=work, facts=facts, **single, reason=why, by=by)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _done(request, work)
    context = {"work": work, "form": form, "reason": reason, "forms": [form, reason], "cancel_url": _home(work)}
    return render(request, "works/staff/facts_edit.html", {**context, "opened": opened})


@staff_page(EDIT)
@leads_on
@require_http_methods(["GET", "HEAD", "POST"])
def section_edit(request: HttpRequest, uid: UUID, section: str) -> HttpResponse:
    """Correct the rows of a section; one button gives a further blank row without a script."""
    if section not in SECTIONS:
        raise Http404
    work, chosen = _work(uid), SECTIONS[section]
    standing = _standing(work, chosen.relation)
    opened = Opened(request, lambda: [chosen.form(initial=_initial(row)) for row in _standing(work, chosen.relation)])
    formset_class = rows_of(chosen.form)
    is_sent = request.method == "POST" and "add" not in request.POST
    reason = ReasonForm(request.POST if is_sent else None, initial={"reason": request.POST.get("reason", "")[:500]})
    if is_sent:
        rows = formset_class(request.POST)
        if all([rows.is_valid(), reason.is_valid()]):
            try:
                with opened.unchanged(work, rows.forms):
                    _store(request, work, chosen, rows, standing, reason)
                return _done(request, work)
            except Changed as error:
                reason.add_error(None, error)
                rows = formset_class(initial=_typed_over(chosen.form, request.POST, _standing(work, chosen.relation)))
            except ValidationError as error:
                reason.add_error(None, error)
    elif request.method == "POST":
        rows = formset_class(initial=typed_section(chosen.form, request.POST))
    else:
        rows = formset_class(initial=[*(_initial(row) for row in standing), {}])
    context = {
        "work": work,
        "section": chosen,
        "rows": rows,
        "names": LANGUAGES.values() if section == "titles" else (),
        "reason": reason,
        "opened": opened,
        "forms": [reason, *rows],
        "cancel_url": _home(work),
    }
    return render(request, "works/staff/section_edit.html", context)


@staff_page(EDIT)
@leads_on
@require_safe
def share_proposal(request: HttpRequest, uid: UUID, right: str) -> HttpResponse:
    """What the components and the society's rules on free parts propose; staff take it into the editor of shares."""
    if right not in Right.values:
        raise Http404
    work, today = _work(uid), clock.today()
    context = {
        "work": work,
        "right": Right(right),
        "rights": Right.choices,
        "composite": composite_proposal(work, right, on=today),
        "free": free_share_proposal(work, right, on=today),
        "contested": contested(work, right, Extent(first=today, last=today)),
        "cancel_url": _home(work),
    }
    return render(request, "works/staff/share_proposal.html", context)


def _store(
    request: HttpRequest, work: Work, section: Section, rows: BaseRows, standing: Iterable[Any], reason: ReasonForm
) -> None:
    known = {row.uid: row for row in standing}
    lines = []
    for form in rows.kept():
        uid = form.cleaned_data.get("uid")
        lines.append(Line(uid, form.values(known.get(uid))))
    section.act(work=work, lines=lines, reason=reason.cleaned_data["reason"], by=acting(request))


def _typed_over(form: type[Row], data: Mapping[str, Any], standing: Sequence[Any]) -> list[dict[str, Any]]:
    """What was typed over rows that changed meanwhile: a row that went is a new one now, and a row that came stays."""
    rows = typed_section(form, data)
    there = {str(row.uid) for row in standing}
    for row in rows:
        if row.get("uid") not in there:
            row["uid"] = ""
    known = {row.get("uid") for row in rows}
    came = [_initial(row) for row in standing if str(row.uid) not in known]
    return [*rows[:-1], *came, {}]


def _facts(work: Work) -> dict[str, Any]:
    """The single values of a work as their form begins with them."""
    values = {name: getattr(work, name) for name in (*SINGLE, *FACTS)}
    return values | {"iswc": format_iswc(work.iswc) if work.iswc else ""}


def _initial(row: Any) -> dict[str, Any]:
    """A standing row as its form begins with it."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    values["uid"] = str(row.uid)
    if hasattr(row, "writers"):
        values["our_number"] = row.source.number if row.source else ""
        values["writers"] = writers_text(row.writers)
    if hasattr(row, "instruments"):
        values["instruments"] = instruments_text([(each.instrument, each.players) for each in row.instruments.all()])
    return values


def _standing(work: Work, relation: str) -> list[Any]:
    """The rows of a section as they stand, with what their forms show of other tables; two queries at most."""
    rows = getattr(work, relation).order_by("pk")
    if relation == "sources":
        return list(rows.select_related("source").order_by("position", "pk"))
    return list(rows.prefetch_related("instruments") if relation == "instrumentations" else rows)


def _work(uid: UUID) -> Work:
    return standing_here(get_object_or_404(Work.objects.select_related("merged_into"), uid=uid))


def _home(work: Work) -> str:
    return reverse("works:staff-work-detail", args=[work.uid])


def _done(request: HttpRequest, work: Work) -> HttpResponse:
    messages.success(request, _("The description is corrected."))
    return redirect(_home(work))

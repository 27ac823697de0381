"""The documentation desk registers a work, on her own or for a text of the matching queue that sent her here."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.common.spelling import script_of
from works.forms.member import DeskRows, DeskTitleForm, PersonsForm, typed_rows
from works.models import Work
from works.queries.repertoire import look_alikes
from works.queries.work_pages import listed, same_named_parties
from works.services.drafts import equal_parts, register_typed

MOST_CREATORS = 12  # carried over from a text


@staff_page("works.edit_works")
@require_http_methods(["GET", "HEAD", "POST"])
def work_new(request: HttpRequest) -> HttpResponse:
    """Title and shares on one page, begun with what the address carries; afterwards back to where `next` says."""
    sent = request.POST if request.method == "POST" else None
    form = DeskTitleForm(sent, initial=_carried_title(request))
    persons = PersonsForm(None, doubtful=[])
    if sent is None:
        formset = DeskRows(initial=_carried_rows(request))
    elif {"add", "equal"} & set(sent):
        form = DeskTitleForm(initial=sent.dict())
        formset = DeskRows(initial=typed_rows(sent, add="add" in sent, equal="equal" in sent, own=False))
    else:
        formset = DeskRows(sent)
        if formset.is_valid() and form.is_valid():
            rows = formset.answers()
            doubtful = same_named_parties(rows)
            known = any(f"person-{place}" in sent for place, _name, _parties in doubtful)
            persons = PersonsForm(sent if known or not doubtful else None, doubtful=doubtful)
            if persons.is_valid():
                work = _register(request, form, rows, persons)
                if work is not None:
                    return redirect(_after(request, work))
    context = {
        "form": form,
        "formset": formset,
        "rows": list(formset),
        "persons": persons,
        "forms": [form, *formset, persons],
        "alike": listed(_alike(form), on=clock.today()),
        "layout": "layouts/staff.html",
    }
    return render(request, "works/staff/work_new.html", context)


def _register(
    request: HttpRequest, form: DeskTitleForm, rows: list[dict[str, Any]], persons: PersonsForm
) -> Work | None:
    chosen = {int(name.removeprefix("person-")): value for name, value in persons.cleaned_data.items()}
    meant = {place: None if value == "new" else UUID(value) for place, value in chosen.items()}
    try:
        work = register_typed(title=form.cleaned_data, shares=rows, persons=meant, by=acting(request))
    except ValidationError as error:
        form.add_error(None, error)
        return None
    messages.success(request, _("The work is registered as %(number)s.") % {"number": work.number})
    return work


def _carried_title(request: HttpRequest) -> dict[str, str]:
    """The title of the text in the field of its script, with what else the text says."""
    title = request.GET.get("title", "").strip()[:400]
    kept = {name: request.GET.get(name, "").strip()[:200] for name in ("iswc", "isrc", "performer")}
    if not kept["isrc"]:
        kept["performer"] = ""  # a performer alone says nothing
    return {**kept, "title" if script_of(title) in ("Latn", "") else "title_original": title}


def _carried_rows(request: HttpRequest) -> list[dict[str, Any]]:
    """A row for each creator of the text, in equal parts; two empty rows where the text names nobody."""
    names = [name.strip()[:200] for name in request.GET.getlist("creator") if name.strip()][:MOST_CREATORS]
    parts = equal_parts(len(names))
    return [
        {"name": name, "role": "CA", "performing": part, "mechanical": part}
        for name, part in zip(names, parts, strict=True)
    ] or [{}, {}]


def _alike(form: DeskTitleForm) -> list[Work]:
    titles = [str(form[name].value() or "") for name in ("title", "title_original")]
    return look_alikes([title for title in titles if title.strip()], [])


def _after(request: HttpRequest, work: Work) -> str:
    """Back to the page that sent her, which learns the work's number; else the work itself."""
    back = request.GET.get("next", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return f"{back}{'&' if '?' in back else '?'}{urlencode({'work': work.number})}"
    return f"/staff/works/{work.uid}/"

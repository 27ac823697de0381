"""T7: how files are read: usage sources, and the mapping of a table's columns, looked at before it is used."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.common.tables import TableLayout
from cmo_portal.paging import keyset_page
from royalties.formats.mapped_csv import ColumnMapping
from royalties.formats.usage_line import UsageLine, clock_text
from royalties.forms.usage import MappingForm, SourceForm
from royalties.models import UsageFile, UsageSource
from royalties.services import usage

LAYOUT = {"layout": "layouts/staff.html"}


@staff_page("royalties.view_usage")
@require_safe
def source_list(request: HttpRequest) -> HttpResponse:
    """Who reports usage."""
    context = {
        "page": keyset_page(UsageSource.objects.select_related("licensee"), order=("code",), query=request.GET),
        "empty_text": _("Nobody reports usage yet. Add the first station, venue or service."),
    }
    return render(request, "royalties/staff/usage_sources.html", {**context, **LAYOUT})


@staff_page("royalties.ingest_usage")
@require_http_methods(["GET", "HEAD", "POST"])
def source_edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """Add a source, or change one."""
    source = get_object_or_404(UsageSource, uid=uid) if uid else None
    form = SourceForm(request.POST or None, instance=source)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            usage.save_source(
                source=source,
                code=data["code"],
                name=data["name"],
                format=data["format"],
                licensee=data["licensee"],
                by=acting(request),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The source is saved."))
            return redirect("royalties:staff-usage-sources")
    context = {"form": form, "source": source, "cancel_url": reverse("royalties:staff-usage-sources")}
    context["submit_label"] = _("Save")
    return render(
        request, "royalties/staff/usage_source.html", {**context, **LAYOUT}, status=400 if form.errors else 200
    )


@staff_page("royalties.ingest_usage")
@require_http_methods(["GET", "HEAD", "POST"])
def file_mapping(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What the table looks like, which column is what, and what its first rows become; then a yes reads the file."""
    file = get_object_or_404(UsageFile.objects.select_related("source").filter(source__format="table"), uid=uid)
    if file.state not in {"received", "mapping", "checked"}:
        return redirect("royalties:staff-usage-detail", uid=uid)
    look = usage.look_at(file)
    known = ColumnMapping.from_dict(file.mapping) if file.mapping_version else None
    fits = known is not None and not known.missing_headings(look.headings)
    mapping = known if fits else look.guess.mapping
    if request.method != "POST":
        form = MappingForm(layout=look.layout, headings=look.headings, mapping=mapping)
        return _show(request, file, look, form, mapping)
    form = MappingForm(request.POST, layout=look.layout, headings=look.headings, mapping=mapping)
    if not form.is_valid():
        return _show(request, file, look, form, None)
    if (layout := form.chosen_layout()) != look.layout:
        return _look_again(request, file, layout, form)
    chosen = form.chosen_mapping()
    if chosen is None:
        return _show(request, file, look, form, None)
    if request.POST.get("act") != "confirm":
        return _show(request, file, look, form, chosen)
    try:
        usage.confirm_mapping(file=file, layout=layout, mapping=chosen, by=acting(request), now=clock.now())
    except ValidationError as error:
        form.add_error(None, error)
        return _show(request, file, look, form, None)
    return redirect("royalties:staff-usage-detail", uid=uid)


def _shown(line: UsageLine) -> dict[str, Any]:
    """A line as the page shows it."""
    return {
        "row": line.row_no,
        "title": line.title,
        "creators": line.creators.replace("|", ", "),
        "performers": line.performers.replace("|", ", "),
        "day": line.used_on,
        "time": line.used_at,
        "channel": line.channel,
        "plays": line.plays,
        "length": clock_text(line.seconds) if line.seconds else "",
        "isrc": line.isrc,
    }


def _look_again(request: HttpRequest, file: UsageFile, layout: TableLayout, form: MappingForm) -> HttpResponse:
    """Another encoding, delimiter or heading row changes the columns: they are shown anew before anything is read."""
    try:
        look = usage.look_at(file, layout)
    except ValidationError as error:
        form.add_error(None, error)
        return _show(request, file, usage.look_at(file), form, None)
    usage.keep_layout(file=file, layout=layout, headings=look.headings, by=acting(request))
    fresh = MappingForm(layout=layout, headings=look.headings, mapping=look.guess.mapping)
    messages.info(request, _("The table is shown with the new layout. Check the columns."))
    return _show(request, file, look, fresh, look.guess.mapping)


def _show(
    request: HttpRequest, file: UsageFile, look: usage.Look, form: MappingForm, mapping: ColumnMapping | None
) -> HttpResponse:
    trial = usage.try_mapping(file, look, mapping) if mapping else None
    context: dict[str, Any] = {
        "file": file,
        "look": look,
        "form": form,
        "trial": trial,
        "trial_rows": [_shown(line) for line in trial.lines] if trial else [],
        "sample": [(row.number, list(zip(look.headings, row.cells, strict=False))) for row in look.rows],
        "report": usage.spoken(file.report),
        "cancel_url": reverse("royalties:staff-usage-detail", args=[file.uid]),
    }
    status = 400 if form.errors else 200
    return render(request, "royalties/staff/usage_mapping.html", {**context, **LAYOUT}, status=status)

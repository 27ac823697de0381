"""T5: the correction of the shares of one right, in the days and countries that it is about."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.forms import typed_text
from cmo_portal.leading import leads_on
from cmo_portal.opened import Opened
from members.models.parties import Right
from works.forms.shares import CorrectionForm, PeriodForm, standing_share
from works.forms.staff import rows_of_shares
from works.models import Work
from works.queries.share_periods import SharePeriod, mark_of, period_here, share_periods, shares_of_right, touched
from works.rules.extents import Extent
from works.services.registration import NewShare
from works.services.shares import contested, replace_shares
from works.views.staff.owners import OwnerEditor, is_being_edited, owner_editor
from works.views.staff.works import EDIT, work_with_right


@staff_page(EDIT)
@leads_on
@require_http_methods(["GET", "HEAD", "POST"])
def share_edit(request: HttpRequest, uid: UUID, right: str) -> HttpResponse:
    """Replace the shares of one right in some days and countries, with the reason; contested parts stay."""
    work = work_with_right(uid, right)
    periods = share_periods(shares_of_right(work, right))
    begun = PeriodForm(request.GET).extent() or period_here(periods, on=clock.today())
    editor = owner_editor(request, rows_of_shares(_rows_in(periods, begun)))
    sent = request.method == "POST" and not is_being_edited(request)
    form = CorrectionForm(request.POST if sent else None, initial=_typed(request, begun))
    opened = Opened(request, lambda: [standing_share(row) for row in shares_of_right(work, right)])
    is_whole = sent and all([form.is_valid(), editor.rows.is_valid()])
    if is_whole and _replaced(request, work, right, editor, form, opened):
        messages.success(request, _("The shares are replaced."))
        return redirect("works:staff-work-detail", uid=uid)
    periods = share_periods(shares_of_right(work, right))
    extent = form.extent() if is_whole else begun
    lost = touched(periods, extent) if is_whole else []
    context = {
        "work": work,
        "right": Right(right),
        "periods": periods,
        "extent": extent,
        "lost": lost,
        "lost_mark": mark_of(lost),
        "is_meant": bool(lost) and request.POST.get("loses", "") == mark_of(lost),
        "opened": opened,
        "editor": editor,
        "form": form,
        "forms": [form, *editor.rows],
        "contested": contested(work, right, extent),
        "cancel_url": reverse("works:staff-work-detail", args=[uid]),
    }
    return render(request, "works/staff/share_edit.html", context)


def _replaced(
    request: HttpRequest, work: Work, right: str, editor: OwnerEditor, form: CorrectionForm, opened: Opened
) -> bool:
    """Whether the shares are replaced; what hinders it stands above the form. The losses are looked for while the work
    is held, so that those agreed to are those that happen."""
    shares = [NewShare(party, role, right, share) for party, role, share in editor.named()]
    try:
        with opened.unchanged(work, []):
            lost = touched(share_periods(shares_of_right(work, right)), form.extent())
            if lost and request.POST.get("loses", "") != mark_of(lost):
                raise ValidationError(
                    _("Other shares would go or be cut. They are named below: tick that this is meant, and save again.")
                )
            replace_shares(work=work, right=right, shares=shares, by=acting(request), **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def _rows_in(periods: Sequence[SharePeriod], extent: Extent) -> list[Any]:
    """The rows of a period and area without those that disputes hold."""
    found = next((period.rows for period in periods if period.extent.is_same(extent)), ())
    return [row for row in found if row.state != "disputed"]


def _typed(request: HttpRequest, begun: Extent) -> dict[str, Any]:
    """What was typed beside the rows when a button of the editor was pressed; else the period that it begins with."""
    initial = {"territory": begun.territory, "valid_from": begun.first, "valid_to": begun.last}
    typed = {name: typed_text(request, name, 2000) for name in CorrectionForm.base_fields if name in request.POST}
    return {**initial, **typed}

"""Opening a dispute about a right of a work."""

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
from cmo_portal.leading import leads_on
from members.models.parties import Right
from members.models.territories import LONGEST_AREA
from works.forms.staff import ContestedForm, rows_of_sides
from works.queries.rooms import standing_in_one_place
from works.services.disputes import open_dispute
from works.views.staff.owners import is_being_edited, owner_editor
from works.views.staff.works import EDIT, work_with_right


@staff_page(EDIT)
@leads_on
@require_http_methods(["GET", "HEAD", "POST"])
def dispute_open(request: HttpRequest, uid: UUID, right: str) -> HttpResponse:
    """Open a dispute about a right of a work; the rows begin with who holds it now."""
    work, today = work_with_right(uid, right), clock.today()
    standing = standing_in_one_place(work, right, on=today, wanted=request.GET.get("territory", ""))
    editor = owner_editor(request, rows_of_sides(standing.sides))
    sent = request.method == "POST" and not is_being_edited(request)
    typed = {
        "kind": request.POST.get("kind", "")[:12],
        "sampled": request.POST.get("sampled", "")[:20],
        "territory": request.POST.get("territory", standing.area)[:LONGEST_AREA],
        "ground": request.POST.get("ground", "")[:200],
        "takes_open_part": request.method != "POST" or "takes_open_part" in request.POST,
    }
    form = ContestedForm(request.POST if sent else None, initial=typed)
    if sent and all([form.is_valid(), editor.rows.is_valid()]):
        facts = dict(form.cleaned_data)
        claims = editor.claims(reference=facts.pop("ground"), stated_on=today)
        try:
            dispute = open_dispute(work=work, right=right, claims=claims, by=acting(request), on=today, **facts)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The dispute is open and its part is held."))
            return redirect("royalties:staff-dispute-detail", uid=dispute.uid)
    context = {
        "work": work,
        "right": Right(right),
        "standing": standing,
        "editor": editor,
        "form": form,
        "forms": [form, *editor.rows],
        "cancel_url": reverse("works:staff-work-detail", args=[uid]),
    }
    return render(request, "works/staff/dispute_open.html", context)

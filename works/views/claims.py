"""A member's counter-claim, begun from the page of a work that others have on record."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmo_portal.accounts.access import acting
from cmo_portal.common import clock
from members.models import Party
from works.access import member_page
from works.forms.claims import CounterClaimForm
from works.models import Work
from works.queries.work_pages import in_force
from works.services.disputes import file_counter_claim


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def claim_new(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Claim a share that others have on record; the society accepts the claim before anything is held."""
    work, today = get_object_or_404(Work, uid=uid, state="registered"), clock.today()
    standing = work.shares.filter(in_force(today), state="active").exclude(party=party)
    rows = list(standing.select_related("party").order_by("right", "-share", "pk"))
    form = CounterClaimForm(request.POST or None, rows=rows)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        against = set(data.pop("against"))
        chosen = [row for row in rows if str(row.uid) in against]
        rights = {row.right for row in chosen}
        if len(rights) > 1:
            form.add_error("against", _("One claim is about one right. File another claim for the other right."))
        else:
            try:
                dispute = file_counter_claim(
                    work=work, right=rights.pop(), against=chosen, by=acting(request), on=today, now=clock.now(), **data
                )
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Your claim is filed. Send your documents here."))
                return redirect("royalties:member-dispute-detail", uid=dispute.uid)
    context = {
        "work": work,
        "form": form,
        "layout": "layouts/member.html",
        "cancel_url": reverse("works:public-work-detail", args=[uid]),
    }
    return render(request, "works/member/claim_new.html", context)

"""The society's rules on disputes: drafted here, approved here by another person."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from works.forms.claims import DisputeRuleForm
from works.models import DisputeRule
from works.models.claims import HOLDS
from works.models.settlements import AT_DEADLINE
from works.queries.disputes import rule_on
from works.services.disputes import approve_rule, discard_rule, draft_rule
from works.views.staff.works import EDIT, STAFF, VIEW


@staff_page(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def rule_list(request: HttpRequest) -> HttpResponse:
    """How disputes are handled, since when and on whose word; the desk drafts the next rule."""
    user, terms = acting(request), rule_on(clock.today())
    form = DisputeRuleForm(request.POST or None) if user.has_perm(EDIT) else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                draft_rule(by=user, on=clock.today(), **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("The rule is drafted. Another person must approve it."))
                return redirect("works:staff-dispute-rules")
    context = {
        "rules": DisputeRule.objects.select_related("proposed_by", "approved_by").order_by("-valid_from", "-pk"),
        "terms": terms,
        "holds": dict(HOLDS)[terms.holds],
        "at_deadline": dict(AT_DEADLINE)[terms.at_deadline],
        "form": form,
        "layout": STAFF,
    }
    return render(request, "works/staff/dispute_rules.html", context)


@staff_page("works.settle_disputes")
@require_POST
def rule_approve(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Put a drafted rule into force."""
    rule = get_object_or_404(DisputeRule, uid=uid)
    try:
        approve_rule(rule=rule, by=acting(request), on=clock.today())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except PermissionDenied as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The rule is approved."))
    return redirect("works:staff-dispute-rules")


@staff_page(VIEW)
@require_POST
def rule_discard(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a draft back; who may confirm outcomes refuses one of somebody else."""
    rule = get_object_or_404(DisputeRule, uid=uid)
    try:
        discard_rule(rule=rule, by=acting(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The draft is discarded."))
    return redirect("works:staff-dispute-rules")

"""T18: the society's rules, drafted by one person and approved by another."""

import json
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from royalties.forms.pools import RuleFilter, VersionForm
from royalties.models import Rule, RuleVersion
from royalties.services import rules

LAYOUT = {"layout": "layouts/staff.html"}


@staff_page("royalties.view_runs")
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """All rules with their versions."""
    chosen = RuleFilter(request.GET)
    rows = Rule.objects.prefetch_related("versions")
    if chosen.is_valid() and (wanted := chosen.cleaned_data["q"].strip()):
        rows = rows.filter(name__icontains=wanted) | rows.filter(code__icontains=wanted)
    context = {
        "page": keyset_page(rows, order=("code",), query=request.GET),
        "filter_form": chosen,
        "empty_text": _("No rule yet."),
    }
    return render(request, "royalties/staff/rule_list.html", {**context, **LAYOUT})


@staff_page("royalties.view_runs")
@require_safe
def rule_version(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One version: in words, its parameters, who drafted and who approved it."""
    version = get_object_or_404(RuleVersion.objects.select_related("rule", "proposed_by", "approved_by"), uid=uid)
    context = {
        "version": version,
        "parameters": json.dumps(version.parameters, indent=2, ensure_ascii=False),
        "may_approve": request.user.has_perm("royalties.approve_rules") and version.proposed_by_id != request.user.pk,
    }
    return render(request, "royalties/staff/rule_version.html", context)


@staff_page("royalties.edit_rules")
@require_http_methods(["GET", "HEAD", "POST"])
def rule_draft(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Draft the next version of a rule, beginning with the parameters of the last."""
    rule = get_object_or_404(Rule, uid=uid)
    last = rule.versions.order_by("-version").first()
    first = {"parameters": last.parameters, "text": last.text, "text_ur": last.text_ur} if last else {}
    form = VersionForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            version = rules.draft_version(rule=rule, **form.cleaned_data, by=acting(request))
        except ValidationError as error:
            form.add_error("parameters", error)
        else:
            return redirect("royalties:staff-rule-version", uid=version.uid)
    return render(request, "royalties/staff/rule_draft.html", {"form": form, "rule": rule, **LAYOUT})


@staff_page("royalties.approve_rules")
@require_POST
def rule_approve(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A second person puts a draft into force."""
    version = get_object_or_404(RuleVersion, uid=uid)
    try:
        rules.approve_version(version=version, by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The version is approved."))
    return redirect("royalties:staff-rule-version", uid=uid)

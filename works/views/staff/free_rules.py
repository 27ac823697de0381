"""The dated rules about what belongs to nobody: read by all of staff, kept by the documentation desk."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmo_portal.accounts.access import acting, staff_page
from works.forms.free_rules import FreeShareRuleForm, TermForm
from works.models import ProtectionTerm, PublicDomainRule
from works.services.free_rules import add_free_share_rule, add_protection_term

ACTS: dict[str, tuple[type[forms.Form], Callable[..., Any]]] = {
    "term": (TermForm, add_protection_term),
    "rule": (FreeShareRuleForm, add_free_share_rule),
}


@staff_page("works.view_works")
@require_http_methods(["GET", "HEAD", "POST"])
def free_rules(request: HttpRequest) -> HttpResponse:
    """Terms of protection and rules on free shares, the newest first, and a form to add the next of each."""
    act = request.POST.get("act", "")
    shown = {name: form(request.POST if name == act else None, prefix=name) for name, (form, _act) in ACTS.items()}
    if request.method == "POST" and act in ACTS and shown[act].is_valid():
        try:
            ACTS[act][1](**shown[act].cleaned_data, by=acting(request))
        except ValidationError as error:
            shown[act].add_error(None, error)
        else:
            messages.success(request, _("The rule is recorded."))
            return redirect("works:staff-free-rules")
    context = {
        "terms": ProtectionTerm.objects.order_by("territory", "-valid_from")[:300],
        "rules": PublicDomainRule.objects.order_by("element", "-valid_from")[:100],
        "term_form": shown["term"],
        "rule_form": shown["rule"],
        "forms": list(shown.values()),
    }
    return render(request, "works/staff/free_rules.html", context)

"""For everybody: usage without a known work (P8), and the society's rules in words, on which every statement rests."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cmo_portal.common import clock
from cmo_portal.limits import searched
from cmo_portal.paging import csv_address, keyset_page
from royalties.exports.unmatched import unmatched_list_csv
from royalties.forms.unmatched import UnmatchedFilter
from royalties.models import RuleVersion
from royalties.models.frozen import PURPOSES
from royalties.queries.unmatched import ORDER, Bands, listed_at, unmatched_pot, unmatched_texts
from royalties.queries.why_words import FORMULAS, in_reader_language, percent_text, plain_number
from royalties.rules.deductions import read_deductions
from royalties.rules.points import Weighted, read_line_rule

Rows = list[tuple[str, str, str]]
UNMATCHED_PAGE = 20


@require_safe
def rule_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One version of a rule: its words, its numbers, its source, and from when to when it holds."""
    shown = RuleVersion.objects.filter(state__in=("approved", "withdrawn")).select_related("rule")
    version = get_object_or_404(shown, uid=uid)
    urdu = (get_language() or "").startswith("ur") and version.text_ur
    context = {
        "version": version,
        "name": in_reader_language(version.rule.name, version.rule.name_ur),
        "text": version.text_ur if urdu else version.text,
        "deductions": _deductions(version),
        "weights": _weights(version),
        "others": version.rule.versions.filter(state__in=("approved", "withdrawn")).order_by("-version"),
    }
    return render(request, "royalties/public/rule_detail.html", context)


@require_safe
@searched("unmatched")
def unmatched_list(request: HttpRequest) -> HttpResponse:
    """P8: the list, the most used first; how much of it there is, which money band it holds, until when it is kept."""
    chosen = UnmatchedFilter(request.GET)
    chosen.is_valid()
    wanted = chosen.cleaned_data  # a field that cannot be read says so itself; the others choose
    texts = unmatched_texts(
        words=wanted.get("q", ""),
        kind=wanted.get("kind", ""),
        since=wanted.get("since"),
        until=wanted.get("until"),
    )
    bands = Bands(clock.today())
    if request.GET.get("format") == "csv":
        return unmatched_list_csv(texts, bands)
    page = keyset_page(texts, order=ORDER, query=request.GET, size=UNMATCHED_PAGE)
    context = {
        "page": page,
        "rows": [(text, bands.text(text.held)) for text in page.rows],
        "pot": unmatched_pot(bands),
        "bands": bands.version,
        "listed_at": listed_at(),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("No usage without a known work fits. Try another spelling, or only one word of the title."),
    }
    return render(request, "royalties/public/unmatched_list.html", context)


def _deductions(version: RuleVersion) -> list[dict[str, Any]]:
    """The steps of a deduction rule: purpose, rate, what the rate is of, ceiling."""
    if version.rule.kind != "deductions":
        return []
    steps, _complaints = read_deductions(version.parameters)
    purposes = {step.order: str(dict(PURPOSES)[step.purpose]) for step in steps}
    return [
        {
            "purpose": purposes[step.order],
            "rate": percent_text(step.rate),
            "basis": _("what is left after: %(step)s") % {"step": purposes[step.basis_after_order]}
            if step.basis_after_order
            else _("the money received, without sales tax"),
            "ceiling": percent_text(step.ceiling) if step.ceiling is not None else "",
        }
        for step in steps
    ]


def _weights(version: RuleVersion) -> dict[str, Any]:
    """The weights of a distribution rule: the formula, the uses, the times of day."""
    if version.rule.kind != "distribution":
        return {}
    rule, complaints = read_line_rule(version.parameters)
    if complaints:
        return {}
    return {
        "formula": _(FORMULAS[rule.formula]),
        "uses": _table(rule.uses),
        "dayparts": _table(rule.dayparts),
        "assumed": rule.assumed_seconds,
    }


def _table(entries: tuple[Weighted, ...]) -> Rows:
    return [(entry.code, _span(entry), plain_number(entry.weight)) for entry in entries if entry.code]


def _span(entry: Weighted) -> str:
    if entry.from_minute is None or entry.to_minute is None:
        return ""
    return f"{_clock(entry.from_minute)}–{_clock(entry.to_minute)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"

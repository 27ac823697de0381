"""How a price and a tariff are laid out on a page: values for the components of the design, no decisions."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cmo_portal.common.words import in_language
from cmo_portal.wording import grouped, money_text, words_text
from licensing.models import Quote
from licensing.queries.pricing import Price, steps_of, tax_words
from licensing.rules.schedule import schedule
from licensing.rules.tariff_pricing import Step
from licensing.rules.tariff_terms import Input
from licensing.rules.tariff_terms import Tariff as Terms


def language() -> str:
    """The language of the page, two letters."""
    return (get_language() or "en").split("-")[0]


def fee_steps(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Each line of the working with its rule; what it adds to the fee stands as its figure."""
    return [_fee_step(step) for step in steps]


def _fee_step(step: Step) -> dict[str, Any]:
    name = in_language(step.names, language())
    notes = [_("Rule %(rule)s") % {"rule": step.rule}] if step.rule else []
    row: dict[str, Any] = {"text": f"{name}: {words_text(step.words)}" if name else words_text(step.words)}
    if step.kind == "working":
        row["value"] = money_text(step.amount) if step.amount is not None else ""
    elif step.effect.denominator == 1:
        row["amount"] = int(step.effect)
        row["operator"] = "+" if step.effect > 0 and step.running != step.effect else ""
    else:
        row["value"] = money_text(step.amount or 0)
        notes.append(_("shown to the whole paisa, reckoned on exactly"))
    row["note"] = " · ".join(notes)
    return row


def price_card(fee: int, steps: Iterable[Step], taxes: list[dict[str, Any]], total: int) -> dict[str, Any]:
    """The why card of a price: the working, the fee, each tax, the total as the last line."""
    rows = fee_steps(steps)
    rows.append({"text": _("Licence fee"), "amount": fee, "operator": "="})
    for charge in taxes:
        rows.append({"text": words_text(tax_words(charge)), "amount": charge["amount"], "operator": "+"})
    rows.append({"text": _("To pay"), "amount": total, "operator": "="})
    return {"title": _("How this price comes about"), "amount": total, "steps": rows}


def card_of_price(price: Price) -> dict[str, Any]:
    """The card of a price worked out now."""
    return price_card(price.fee, price.assessment.steps, [charge.as_json() for charge in price.taxes], price.total)


def card_of_quote(quote: Quote) -> dict[str, Any]:
    """The card of a quote, from its snapshot."""
    return price_card(quote.fee, steps_of(quote), quote.tax_lines, quote.total)


def price_figures(fee: int, tax: int, total: int) -> list[dict[str, Any]]:
    """The summary strip of a price: what is to be paid first."""
    return [
        {"label": _("To pay"), "amount": total},
        {"label": _("Licence fee"), "amount": fee},
        {"label": _("Sales tax"), "amount": tax},
    ]


def answer_rows(terms: Terms, answers: dict[str, Any]) -> list[dict[str, Any]]:
    """The questions of a tariff with the answers given, in words."""
    return [
        {"label": in_language(asked.names, language()), "value": _answer(asked, answers.get(asked.name))}
        for asked in terms.inputs
    ]


def _answer(asked: Input, value: Any) -> str:
    if asked.kind == "boolean":
        return _("Yes") if value in (True, "true") else _("No")
    if asked.kind == "choice":
        return next((in_language(c.names, language()) for c in asked.choices if c.value == value), "")
    text = _grouped(str(value if value not in (None, "") else asked.default or ""))
    unit = in_language(asked.unit, language()) or ("%" if asked.kind == "percent" else "")
    return f"{text} {unit}".strip()


def _grouped(text: str) -> str:
    """A plain decimal as figures are written elsewhere: 1234567.89 as 1,234,567.89."""
    whole, point, decimals = text.partition(".")
    return f"{grouped(int(whole))}{point}{decimals}" if whole.isascii() and whole.isdigit() else text


def schedule_rows(terms: Terms) -> list[dict[str, str]]:
    """A tariff in words and figures, a row for each rate, band, bound and factor."""
    return [
        {
            "rule": line.rule,
            "name": in_language(line.names, language()),
            "text": words_text(line.words),
            "only_if": words_text(line.only_if) if line.only_if else "",
        }
        for line in schedule(terms)
    ]


def example_rows(terms: Terms) -> list[dict[str, Any]]:
    """The worked examples of a tariff: the answers in words and the fee."""
    rows: list[dict[str, Any]] = []
    for example in terms.examples:
        answers = dict(example.answers)
        given = [row for row in answer_rows(terms, answers) if row["value"]]
        text = "; ".join(f"{row['label']}: {row['value']}" for row in given)
        rows.append({"text": text, "note": example.note, "fee": example.fee, "period": example.period})
    return rows

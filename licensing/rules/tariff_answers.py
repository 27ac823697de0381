"""Reading the answers that a tariff asks for, with every complaint at once.

Answers come as plain decimals, choices and true or false: from a stored quote, a published example, or a form that has
already read what a person typed.
"""

from collections.abc import Mapping
from fractions import Fraction

from cmo_portal.common.money import AmountError, Currency, decimal_text, parse_fraction
from cmo_portal.common.ruledata import Complaint
from cmo_portal.common.words import Words, gettext_noop, number, say, text

from .tariff_terms import Answer, Input, Tariff

RawAnswers = Mapping[str, str | bool | None]

_YES_NO = {True: True, False: False, "true": True, "false": False}


def read_answers(tariff: Tariff, raw: RawAnswers, currency: Currency) -> tuple[dict[str, Answer], list[Complaint]]:
    """The typed answer to each input: money in minor units, a missing answer filled by the default of the input.

    Use the answers only when there is no complaint.
    """
    answers: dict[str, Answer] = {}
    complaints: list[Complaint] = []
    for asked in tariff.inputs:
        given = raw.get(asked.name)
        given = asked.default if given is None or given == "" else given
        answer = _read(asked, given, currency)
        if isinstance(answer, Words):
            complaints.append(Complaint(asked.name, "" if given is None else str(given)[:200], answer))
        else:
            answers[asked.name] = answer
    known = {asked.name for asked in tariff.inputs}
    for name in raw:
        if name not in known:
            words = say(gettext_noop("This tariff does not ask for it."))
            complaints.append(Complaint(name, str(raw[name])[:200], words))
    return answers, complaints


def _read(asked: Input, given: str | bool | None, currency: Currency) -> Answer | Words:
    if asked.kind == "boolean":
        return _read_flag(given)
    if given is None:
        return say(gettext_noop("An answer is needed."))
    if asked.kind == "choice":
        return _read_choice(asked, str(given))
    return _read_number(asked, str(given), currency)


def _read_flag(given: str | bool | None) -> Answer | Words:
    if given is None:
        return False
    flag = _YES_NO.get(given)
    return say(gettext_noop("Answer yes or no.")) if flag is None else flag


def _read_choice(asked: Input, given: str) -> Answer | Words:
    values = [choice.value for choice in asked.choices]
    if given in values:
        return given
    return say(gettext_noop("Choose one of: %(options)s."), options=text(", ".join(values)))


def _read_number(asked: Input, given: str, currency: Currency) -> Answer | Words:
    try:
        value = parse_fraction(given)
    except AmountError:
        return say(gettext_noop("Write a plain number such as 1250 or 7.5."))
    places = 0 if asked.kind == "integer" else currency.decimals if asked.kind == "money" else asked.places
    if (value * 10**places).denominator != 1:
        if places == 0:
            return say(gettext_noop("Write a whole number."))
        return say(gettext_noop("Write at most %(places)s decimals."), places=number(places))
    if value < asked.least:
        return say(gettext_noop("The least allowed is %(least)s."), least=number(asked.least))
    if asked.most is not None and value > asked.most:
        return say(gettext_noop("The most allowed is %(most)s."), most=number(asked.most))
    return value * currency.scale if asked.kind == "money" else value


def answers_as_text(tariff: Tariff, answers: Mapping[str, Answer], currency: Currency) -> dict[str, str | bool]:
    """The answers as `read_answers` takes them back: what a quote or invoice stores."""
    return {asked.name: _as_text(asked, answers[asked.name], currency) for asked in tariff.inputs}


def _as_text(asked: Input, answer: Answer, currency: Currency) -> str | bool:
    if not isinstance(answer, Fraction):
        return answer
    return decimal_text(answer / currency.scale if asked.kind == "money" else answer)

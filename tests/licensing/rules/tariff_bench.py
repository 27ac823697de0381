"""What the tests of the tariff engine share: small inputs, a short way to write a tariff, a strict way to price it."""

from datetime import date

from cmo_portal.common.money import Currency
from cmo_portal.common.periods import Period
from cmo_portal.common.words import plain
from licensing.rules.tariffs import assess_answers, replay, tariff_from

PKR = Currency("PKR", 2)
YEAR = Period(date(2026, 7, 1), date(2027, 6, 30))

SEATS = {"name": "seats", "type": "integer", "label": "Seats", "unit": "seats", "minimum": "1", "maximum": "5000"}
AREA = {"name": "area", "type": "decimal", "label": "Area", "unit": "m²", "maximum": "100000"}
EVENTS = {"name": "events", "type": "integer", "label": "Events", "unit": "events", "minimum": "1", "default": "1"}
BOX = {"name": "box_office", "type": "money", "label": "Box office"}
ASSOCIATION = {"name": "association", "type": "boolean", "label": "Member of the association"}
CITY = {
    "name": "city",
    "type": "choice",
    "label": "City class",
    "choices": [{"value": "A", "label": "Class A"}, {"value": "B", "label": "Other"}],
}


def data(inputs, components, modifiers=(), **more):
    return {
        "code": "SAMPLE",
        "version": "1",
        "name": "Sample",
        "charged_per": "year",
        "valid_from": "2026-07-01",
        "inputs": list(inputs),
        "components": [{"code": f"C{n}", "name": "Part"} | part for n, part in enumerate(components)],
        "modifiers": [{"code": f"M{n}", "name": "Change"} | part for n, part in enumerate(modifiers)],
    } | more


def fee(terms, answers, period=None):
    tariff = tariff_from(terms, PKR)
    found, complaints = assess_answers(tariff, answers, PKR, period)
    assert complaints == []
    assert replay(found.steps) == found.fee
    assert found.steps == () or found.steps[-1].running == found.fee
    assert sum(part for _, part in found.funds) == found.fee
    return found


def told(found):
    return [plain(step.words, PKR) for step in found.steps]


PER_SEAT = data(
    [SEATS], [{"kind": "per_unit", "quantity": "seats", "rates": "600.00", "rule": "§ 2"}],
    [{"kind": "minimum", "amounts": "12000.00", "rule": "§ 3"}],
)  # fmt: skip

FUNDS = [{"key": "creators", "name": "Creators"}, {"key": "related", "name": "Related rights"}]


def changed(*modifiers, inputs=(SEATS,), **more):
    return data(inputs, [{"kind": "per_unit", "quantity": "seats", "rates": "100"}], modifiers, **more)


def banded(mode, **more):
    bands = [{"up_to": "100", "rates": "10"}, {"up_to": "300", "rates": "8"}, {"rates": "5"}]
    return data([AREA], [{"kind": "banded", "on": "area", "mode": mode, "bands": bands} | more])

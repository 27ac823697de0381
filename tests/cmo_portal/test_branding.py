"""A society's own colour replaces the brand token, and only a colour that people can read."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from cmo_portal.branding import brand_css, contrast, lightened, stylesheet


def test_without_a_colour_of_its_own_the_design_stands() -> None:
    assert stylesheet({}) == ""


def test_the_society_s_colours_replace_the_tokens_in_both_schemes() -> None:
    css = stylesheet({"brand": "#7A1F5C", "brand_dark": "#f0a0d8"})
    assert css.startswith(":root{--brand:#7a1f5c;--on-brand:#ffffff}")
    assert "prefers-color-scheme:dark){:root{--brand:#f0a0d8;--on-brand:#0d1714}}" in css


def test_a_dark_colour_alone_is_lightened_for_dark_screens() -> None:
    assert contrast(lightened("#7a1f5c"), "#20252a") >= 4.5
    assert lightened("#7a1f5c") in stylesheet({"brand": "#7a1f5c"})


@pytest.mark.parametrize("brand", ["red", "#fff", "#0b5d4b; } body { display: none", "#ffee00"])
def test_what_is_no_colour_or_cannot_be_read_is_refused(brand: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        stylesheet({"brand": brand})


def test_black_and_white_differ_by_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_the_stylesheet_is_served_as_css(settings: Any) -> None:
    settings.SOCIETY = settings.SOCIETY | {"brand": "#7a1f5c"}
    response = brand_css(RequestFactory().get("/brand.css"))
    assert response["Content-Type"].startswith("text/css")
    assert b"--brand:#7a1f5c" in response.content

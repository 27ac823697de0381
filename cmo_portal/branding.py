"""The brand colour of a society as a stylesheet of its own address: the content security policy allows no inline style.

SOCIETY["brand"] is a colour as #RRGGBB, and SOCIETY["brand_dark"] one for dark screens; without the second a lighter
one is derived from the first. A colour that could not be read on the paper of the pages is refused: it is used for
headings and buttons.
"""

import re
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
LEGIBLE: Final = 4.5  # WCAG 2.2, 1.4.3
LIGHT_GROUND, DARK_GROUND = "#f5f3ec", "#20252a"  # of the grounds of the tokens, those nearest to a text colour
WHITE, BLACK = "#ffffff", "#0d1714"


@require_safe
@cache_control(public=True, max_age=86400)
def brand_css(request: HttpRequest) -> HttpResponse:
    """Answer with the tokens that the society's colours replace."""
    return HttpResponse(stylesheet(settings.SOCIETY), content_type="text/css; charset=utf-8")


def stylesheet(society: dict[str, str]) -> str:
    """The tokens in both schemes; empty when the society keeps the design's own colour."""
    light = _legible_colour(society, "brand", LIGHT_GROUND)
    if not light:
        return ""
    dark = _legible_colour(society, "brand_dark", DARK_GROUND) or lightened(light)
    return f":root{{{_tokens(light)}}}@media (prefers-color-scheme:dark){{:root{{{_tokens(dark)}}}}}"


def _tokens(colour: str) -> str:
    text = WHITE if contrast(WHITE, colour) >= contrast(BLACK, colour) else BLACK
    return f"--brand:{colour};--on-brand:{text}"


def _legible_colour(society: dict[str, str], key: str, ground: str) -> str:
    value = str(society.get(key) or "")
    if not value:
        return ""
    if not COLOUR.fullmatch(value):
        raise ImproperlyConfigured(f"SOCIETY[{key!r}] must be a colour as #RRGGBB, not {value!r}.")
    if contrast(value, ground) < LEGIBLE:
        raise ImproperlyConfigured(f"SOCIETY[{key!r}] {value} cannot be read on {ground}. Choose another shade.")
    return value.lower()


def lightened(colour: str) -> str:
    """The colour mixed with white, in sixteenths, until it can be read on a dark page."""
    channels = _channels(colour)
    mixed = (
        "#" + "".join(f"{channel + (255 - channel) * part // 16:02x}" for channel in channels) for part in range(17)
    )
    return next(shade for shade in mixed if contrast(shade, DARK_GROUND) >= LEGIBLE)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours as WCAG 2.2 defines it, from 1 to 21."""
    bright, dim = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]

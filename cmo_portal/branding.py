"""The brand colour of a society as a stylesheet of its own address: the content security policy allows no inline style.

SOCIETY["brand"] and SOCIETY["brand_dark"] are colours as #RRGGBB; without them the design's own colour stands.
"""

import re

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@require_GET
@cache_control(public=True, max_age=86400)
def brand_css(request: HttpRequest) -> HttpResponse:
    """Answer with the tokens that the society's colours replace."""
    light = _colour("brand")
    dark = _colour("brand_dark") or light
    css = f":root{{--brand:{light}}}@media (prefers-color-scheme:dark){{:root{{--brand:{dark}}}}}" if light else ""
    return HttpResponse(css, content_type="text/css; charset=utf-8")


def _colour(key: str) -> str:
    value = str(settings.SOCIETY.get(key, ""))
    if value and not COLOUR.fullmatch(value):
        raise ImproperlyConfigured(f"SOCIETY[{key!r}] must be a colour as #RRGGBB, not {value!r}.")
    return value

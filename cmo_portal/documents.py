"""Documents as PDF: a typst template, data as JSON, our own fonts. The same data give the same bytes.

Data reach the template through `sys.inputs` and are never code. Templates stand below `templates/`
(`<app>/documents/<name>.typ`) and import their frame from `/documents/frame.typ`. Every document is tagged
for screen readers (PDF/UA-1): tables have headers, pictures have texts.
"""

import functools
import io
import json
import logging
from pathlib import Path
from typing import Any

import qrcode
import qrcode.image.svg
import typst
from django.conf import settings
from django.utils import translation

from cmo_portal import states

log = logging.getLogger(__name__)
TEMPLATES = Path(settings.BASE_DIR) / "templates"
FONTS = Path(settings.BASE_DIR) / "cmo_portal" / "static" / "fonts"


class DocumentFailed(RuntimeError):
    """A template could not be set in type; the message is the compiler's and is for the log, not for a reader."""


@functools.cache
def _fonts() -> typst.Fonts:
    """Our own fonts alone, so that a document looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def render_pdf(template: str, data: dict[str, Any]) -> bytes:
    """Set `templates/<template>` with `data` (plain JSON values) and return the PDF.

    The frame finds `language` (en, ur), `direction` and `society` in the data; what the caller gives goes first.
    Raises DocumentFailed; takes about 25 ms a page.
    """
    language = (translation.get_language() or settings.LANGUAGE_CODE).split("-")[0]
    frame = {
        "language": language,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "society": {key: str(value) for key, value in settings.SOCIETY.items()},
        "currency": str(settings.CURRENCY["symbol"]),
    }
    body = json.dumps(frame | data, ensure_ascii=False, sort_keys=True)
    try:
        return _set(template, body, accessible=True)
    except typst.TypstError as error:
        if "PDF/UA" not in str(error):
            raise DocumentFailed(f"{template}: {error}") from error
    # A name holds a sign that none of our fonts has (an emoji, another script). The standard forbids a document with
    # it; people still need theirs, so it is set without the promise, and the sign shows as an empty box.
    log.warning("%s holds a sign without a glyph and is set without PDF/UA", template)
    try:
        return _set(template, body, accessible=False)
    except typst.TypstError as error:
        raise DocumentFailed(f"{template}: {error}") from error


def _set(template: str, body: str, *, accessible: bool) -> bytes:
    return typst.compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": body},
        pdf_standards=["ua-1"] if accessible else [],
        timestamp=0,  # a clock in the file would make two copies differ
    )


def state_mark(code: str, kind: str) -> dict[str, str]:
    """A state for a document: its word, its tone, and its shape as a drawing (`state-mark` in the frame shows it)."""
    found = states.look_up(code, kind)
    path = f'<path d="{found.path}" fill="COLOUR"/>'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 12">{path}</svg>'
    return {"label": str(found.label), "tone": found.tone, "drawing": drawing}


def qr_svg(text: str) -> str:
    """A QR code as SVG, for pages and documents: black on white, quiet zone included, readable when a tenth is lost."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4, box_size=10)
    code.add_data(text)
    code.make(fit=True)
    picture = io.BytesIO()
    code.make_image(image_factory=qrcode.image.svg.SvgPathFillImage).save(picture)
    return picture.getvalue().decode()

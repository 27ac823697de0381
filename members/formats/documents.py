"""Documents from strangers: PDF, JPEG and PNG, checked for being what they say, cleaned of what nobody asked for.

`read_document` looks at the extension, the first bytes and the whole structure; all three must agree. Pictures are
written anew from their own parts without location, comments or anything after their end, so that a picture that is
also something else (a script, an archive) leaves as a picture only. A PDF that runs code, holds other files or is
locked is refused.

Sources: ISO/IEC 10918-1 (JPEG markers), Exif 2.3 (orientation), W3C PNG (chunks), ISO 32000 (PDF names, streams).
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from cmo_portal.common.tables.errors import FileRefused
from cmo_portal.common.texts import Text, _, say
from members.formats.pdf import read_pdf
from members.formats.pictures import PictureFault, clean_jpeg, clean_png

MAX_BYTES = 8 * 1024 * 1024
LONGEST_NAME = 120
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
_BY_EXTENSION = {".pdf": PDF, ".jpg": JPEG, ".jpeg": JPEG, ".png": PNG}
_EXTENSION_OF = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
_SIGNATURES = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document that may be kept: its cleaned bytes, its kind, and a name fit to be shown and downloaded."""

    name: str
    content: bytes
    content_type: str
    extension: str


def read_document(name: str, content: bytes, *, max_bytes: int = MAX_BYTES) -> CheckedDocument:
    """Check and clean one uploaded file. Raises FileRefused, which says what is wrong and what to do."""
    if not content:
        raise FileRefused("empty", _("The file is empty."), _("Choose the file again, or take a new picture."))
    if len(content) > max_bytes:
        raise too_large(max_bytes)
    shown = clean_file_name(name)
    stated = _BY_EXTENSION.get(PurePosixPath(shown).suffix.lower())
    found = next((kind for signature, kind in _SIGNATURES if content.startswith(signature)), None)
    if stated is None or found is None:
        raise FileRefused(
            "kind",
            _("This is not a PDF, JPEG or PNG file."),
            _("Send a photo or scan as JPEG or PNG, or a PDF."),
        )
    if stated != found:
        raise FileRefused(
            "disagree",
            _("The ending of the file's name does not fit what is inside."),
            _("Save the file again from the program that made it, and send that."),
        )
    return CheckedDocument(shown, _cleaned(content, found), found, _EXTENSION_OF[found])


def too_large(max_bytes: int) -> FileRefused:
    """The refusal of a file above the limit."""
    return FileRefused(
        "too-big",
        say(_("The file is larger than {limit} megabytes."), limit=max_bytes // (1024 * 1024)),
        _("Take the picture with a lower resolution, or save the PDF with smaller pictures."),
    )


def carries_test_virus(content: bytes) -> bool:
    """Whether the harmless test signature that every virus scanner knows (EICAR) stands in the bytes."""
    return EICAR in content


def clean_file_name(name: str) -> str:
    """The last part of a name without path, control and direction-override characters; Urdu letters stay."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(
        sign for sign in unicodedata.normalize("NFC", last)
        if sign in _JOINERS or not unicodedata.category(sign).startswith("C")
    )  # fmt: skip
    kept = re.sub(r'[<>:"|?*]', "", kept).strip(" .")
    path = PurePosixPath(kept or "document")
    suffix = path.suffix if len(path.suffix) <= 6 else ""
    stem = path.name.removesuffix(suffix)[: LONGEST_NAME - len(suffix)]
    return f"{stem or 'document'}{suffix}"


def _cleaned(content: bytes, kind: str) -> bytes:
    if kind == PDF:
        return read_pdf(content)
    try:
        return clean_jpeg(content) if kind == JPEG else clean_png(content)
    except PictureFault as fault:
        remedy = _("Take the picture again, or save it anew.")
        raise FileRefused("broken-picture", _picture_message(fault), remedy) from fault


def _picture_message(fault: PictureFault) -> Text:
    if fault.too_large:
        return _("The picture has more points than we can open safely.")
    return _("The picture is cut off or damaged.")

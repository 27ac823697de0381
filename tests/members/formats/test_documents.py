"""Uploaded documents: what is taken, what is cleaned away, what is refused."""

import struct
import tracemalloc
import zlib

import pytest

from cmo_portal.common.tables.errors import FileRefused
from members.formats import documents
from members.formats.documents import EICAR, carries_test_virus, clean_file_name, read_document
from tests.factories.members import png

JPEG_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
FRAME = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 4, 4, 1) + b"\x01\x11\x00"
SCAN = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 0, 63, 0) + b"\x12\xff\x00\x34\xff\xd0\x56"
PLACE = b"GPS 31.5204 N 74.3587 E"


def exif(turn: int) -> bytes:
    tiff = b"II*\0" + struct.pack("<IH", 8, 2)
    tiff += struct.pack("<HHII", 0x010F, 2, len(PLACE), 38) + struct.pack("<HHIHH", 0x0112, 3, 1, turn, 0)
    body = b"Exif\0\0" + tiff + struct.pack("<I", 0) + PLACE
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def jpeg(*segments: bytes, tail: bytes = b"") -> bytes:
    return JPEG_HEAD + b"".join(segments) + FRAME + SCAN + b"\xff\xd9" + tail


def pdf(body: bytes = b"1 0 obj <</Type/Catalog>> endobj\n", tail: bytes = b"") -> bytes:
    return b"%PDF-1.7\n" + body + b"startxref\n9\n%%EOF" + tail


def object_stream(content: bytes, kind: bytes = b"/ObjStm") -> bytes:
    packed = zlib.compress(content, 9)
    return (
        b"5 0 obj <</Type"
        + kind
        + b"/Filter/FlateDecode/Length %d>>\nstream\n" % len(packed)
        + packed
        + b"\nendstream\n"
    )


def refused(name: str, content: bytes, **options) -> str:
    with pytest.raises(FileRefused) as caught:
        read_document(name, content, **options)
    assert str(caught.value.message)
    assert str(caught.value.remedy)
    return caught.value.code


def test_a_plain_picture_comes_through_unchanged():
    assert read_document("card.png", png()).content == png()
    assert read_document("card.JPG", jpeg()).content == jpeg()
    assert read_document("card.jpeg", jpeg()).extension == ".jpg"


def test_a_photo_loses_its_location_and_comments_and_keeps_its_orientation():
    cleaned = read_document("photo.jpg", jpeg(exif(6), b"\xff\xfe\x00\x08secret")).content
    assert PLACE not in cleaned
    assert b"secret" not in cleaned
    assert b"Exif\0\0MM" in cleaned
    assert read_document("photo.jpg", cleaned).content == cleaned
    assert b"Exif" not in read_document("photo.jpg", jpeg(exif(1))).content


def test_what_follows_the_end_of_a_picture_is_cut_off():
    assert read_document("x.jpg", jpeg(tail=b"PK\x03\x04<script>")).content == jpeg()
    assert read_document("x.png", png() + b"PK\x03\x04").content == png()


def test_texts_of_a_png_are_dropped():
    text = b"tEXtComment\0secret"
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    picture = png()
    assert read_document("x.png", picture[:33] + chunk + picture[33:]).content == picture


@pytest.mark.parametrize("cut", [1, 9, 20, 40, -1, -3])
def test_a_cut_off_picture_is_refused(cut):
    assert refused("x.png", png()[:cut]) in {"broken-picture", "kind"}
    assert refused("x.jpg", jpeg()[:cut]) in {"broken-picture", "kind"}


def test_a_picture_of_too_many_points_is_refused():
    bomb = jpeg().replace(struct.pack(">HH", 4, 4), struct.pack(">HH", 65000, 65000))
    assert refused("x.jpg", bomb) == "broken-picture"


def test_a_damaged_checksum_of_a_png_is_refused():
    broken = bytearray(png())
    broken[-20] ^= 1
    assert refused("x.png", bytes(broken)) == "broken-picture"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.pdf", b"", "empty"),
        ("x.pdf", b"M", "kind"),
        ("x.pdf", b"MZ\x90\x00", "kind"),
        ("x.png", b"<svg onload=alert(1)>", "kind"),
        ("x.csv", b"a,b\n", "kind"),
        ("x.html", pdf(), "kind"),
        ("x", pdf(), "kind"),
        ("x.jpg", png(), "disagree"),
        ("x.pdf", png(), "disagree"),
        ("x.png", jpeg(), "disagree"),
        ("x.gif", b"GIF89a/*", "kind"),
        ("x.pdf.exe", pdf(), "kind"),
        ("fdp.\u202exe.pdf", b"MZ", "kind"),
        ("x.pdf", EICAR, "kind"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(name, content, code):
    assert refused(name, content) == code


def test_a_file_at_the_limit_is_taken_and_one_byte_more_is_not():
    content = pdf()
    assert read_document("x.pdf", content, max_bytes=len(content)).content_type == documents.PDF
    assert refused("x.pdf", content, max_bytes=len(content) - 1) == "too-big"


def test_a_plain_pdf_ends_at_its_end_mark():
    assert read_document("x.pdf", pdf(tail=b"\nPK\x03\x04zip")).content == pdf() + b"\n"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"1 0 obj <</S/JavaScript/JS(app.alert)>> endobj\n", "pdf-active"),
        (b"1 0 obj <</S/J#61vaScript>> endobj\n", "pdf-active"),
        (b"1 0 obj <</S/Launch/F(cmd.exe)>> endobj\n", "pdf-active"),
        (b"1 0 obj <</Names<</EmbeddedFiles 2 0 R>>>> endobj\n", "pdf-active"),
        (b"1 0 obj <</AcroForm<</XFA 2 0 R>>>> endobj\n", "pdf-active"),
        (b"trailer <</Encrypt 3 0 R>>\n", "pdf-locked"),
        (b"2 0 obj <</Type/Pages/Count 10000>> endobj\n", "pdf-pages"),
        (b"3 0 obj <</Type /Page>> endobj\n" * 301, "pdf-pages"),
        (object_stream(b"1 0 <</S/JavaScript>>"), "pdf-active"),
        (object_stream(b"1 0 <</S/JavaScript>>", b"/Obj#53tm"), "pdf-active"),
        (object_stream(bytes(30 * 1024 * 1024)), "pdf-bomb"),
    ],
)
def test_a_dangerous_pdf_is_refused(body, code):
    assert refused("x.pdf", pdf(body)) == code


@pytest.mark.parametrize("part", [0.01, 0.4, 0.9])
def test_a_cut_off_pdf_is_refused(part):
    content = pdf(b"x" * 1000)
    assert refused("x.pdf", content[: int(len(content) * part)]) in {"pdf-cut-off", "kind"}


def test_names_inside_pictures_of_a_pdf_do_not_matter():
    body = b"5 0 obj <</Type/XObject/Length 20>>\nstream\n/JS /JavaScript \nendstream\nendobj\n"
    assert read_document("x.pdf", pdf(body)).content_type == documents.PDF


def test_a_pdf_bomb_needs_little_memory():
    bomb = pdf(object_stream(bytes(200 * 1024 * 1024)))
    tracemalloc.start()
    assert refused("x.pdf", bomb) == "pdf-bomb"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * 1024 * 1024


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\card.png", "card.png"),
        ("/abs/card.png", "card.png"),
        ("ca\x00rd.png", "card.png"),
        ("fdp\u202egnp.exe.png", "fdpgnp.exe.png"),
        (".hidden.pdf", "hidden.pdf"),
        ("شناختی کارڈ.jpg", "شناختی کارڈ.jpg"),
        ('a"b\r\nSet-Cookie: x.pdf', "abSet-Cookie x.pdf"),
        ("CON", "CON"),
        ("", "document"),
        ("...", "document"),
        ("🎵.pdf", "🎵.pdf"),
    ],
)
def test_a_name_is_cleaned_and_urdu_stays(given, kept):
    assert clean_file_name(given) == kept


def test_a_name_of_300_signs_keeps_its_ending():
    kept = clean_file_name("x" * 300 + ".pdf")
    assert len(kept) == 120
    assert kept.endswith(".pdf")


def test_the_test_virus_is_known_wherever_it_stands():
    assert carries_test_virus(png() + EICAR)
    assert not carries_test_virus(png())

"""The virus scanner's hook, against a small scanner that speaks clamd's INSTREAM; and pictures of PDF pages."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import typst
from django.core.exceptions import ValidationError

from cmo_portal.common.tables.errors import FileRefused
from members.formats.documents import read_document
from members.formats.preview import page_picture
from members.services.documents import Upload, keep_document
from members.services.scanning import is_infected
from tests.factories.members import make_party, png


def received(link: socket.socket, count: int) -> bytes:
    whole = b""
    while len(whole) < count:
        piece = link.recv(count - len(whole))
        if not piece:
            return whole
        whole += piece
    return whole


@contextmanager
def scanner(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A scanner that reads one stream and gives this answer."""
    seen: list[bytes] = []
    door = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        link, _address = door.accept()
        with link:
            assert received(link, 10) == b"zINSTREAM\0"
            content = b""
            while size := struct.unpack(">I", received(link, 4))[0]:
                content += received(link, size)
            seen.append(content)
            link.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"tcp:127.0.0.1:{door.getsockname()[1]}", seen
    finally:
        door.close()
        thread.join(5)


def test_without_a_scanner_every_file_passes():
    assert not is_infected(b"anything")


def test_a_clean_file_passes_and_is_seen_whole(settings):
    content = bytes(range(256)) * 1000
    with scanner(b"stream: OK\0") as (address, seen):
        settings.MEMBERS = {"virus_scanner": address}
        assert not is_infected(content)
    assert seen == [content]


def test_an_infected_file_is_found(settings):
    with scanner(b"stream: Win.Test.EICAR_HDB-1 FOUND\0") as (address, _seen):
        settings.MEMBERS = {"virus_scanner": address}
        assert is_infected(b"x")


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0"])
def test_a_scanner_without_a_verdict_closes_the_door(settings, answer):
    with scanner(answer) as (address, _seen):
        settings.MEMBERS = {"virus_scanner": address}
        with pytest.raises(FileRefused):
            is_infected(b"x")


@pytest.mark.parametrize("address", ["tcp:127.0.0.1:1", "unix:/nowhere/clamd.sock"])
def test_a_scanner_that_is_away_closes_the_door(settings, address):
    settings.MEMBERS = {"virus_scanner": address}
    with pytest.raises(FileRefused):
        is_infected(b"x")


@pytest.mark.django_db
def test_a_file_that_the_scanner_condemns_is_quarantined(settings):
    party = make_party()
    with scanner(b"stream: Trojan FOUND\0") as (address, _seen):
        settings.MEMBERS = {"virus_scanner": address}
        assert keep_document(upload=Upload("a.png", png()), kind="other", by=None, party=party).quarantined
    settings.MEMBERS = {"virus_scanner": "tcp:127.0.0.1:1"}
    with pytest.raises(ValidationError):
        keep_document(upload=Upload("b.png", png(1)), kind="other", by=None, party=party)
    assert party.documents.count() == 1


def test_a_page_of_a_pdf_becomes_a_picture():
    pdf = typst.compile(b"A list of works", format="pdf")
    assert read_document("works.pdf", pdf).content_type == "application/pdf"
    assert page_picture(pdf).startswith(b"\x89PNG")
    assert page_picture(pdf, 2) == b""


def test_what_is_no_pdf_gives_no_picture():
    assert page_picture(b"%PDF-1.7 broken") == b""
    assert page_picture(b"") == b""

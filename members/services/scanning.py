"""The hook to a virus scanner: clamd's INSTREAM command, when the society runs one.

Policy `virus_scanner` names its address. A scanner that is set but does not answer closes the door: a file that was not
looked at is not taken.
"""

import socket
import struct

from cmo_portal.common.tables.errors import FileRefused
from cmo_portal.common.texts import _
from members.policy import policy

PATIENCE = 20.0  # seconds that the scanner has for one file
CHUNK = 64 * 1024


def is_infected(content: bytes) -> bool:
    """Whether the scanner found something; False when the society runs none. Raises FileRefused when it is silent."""
    address = policy().virus_scanner
    if not address:
        return False
    try:
        verdict = _ask(address, content)
    except OSError as error:
        raise _silent() from error
    if verdict.endswith(b"OK"):
        return False
    if b"FOUND" in verdict:
        return True
    raise _silent()


def _ask(address: str, content: bytes) -> bytes:
    with _connect(address) as link:
        link.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK):
            piece = content[start : start + CHUNK]
            link.sendall(struct.pack(">I", len(piece)) + piece)
        link.sendall(struct.pack(">I", 0))
        answer = b""
        while piece := link.recv(4096):
            answer += piece
    return answer.strip(b"\0\r\n ")


def _connect(address: str) -> socket.socket:
    kind, _colon, place = address.partition(":")
    if kind == "unix":
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(PATIENCE)
        link.connect(place)
        return link
    host, _colon, port = place.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def _silent() -> FileRefused:
    return FileRefused(
        "scanner",
        _("We could not check the file for viruses just now, so it was not taken."),
        _("Try again in a few minutes."),
    )

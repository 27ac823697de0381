"""A picture that stands for an identity card: two grey fields, each person's a little different."""

import struct
import zlib

WIDTH, HEIGHT = 160, 100


def sample_card(number: int) -> bytes:
    """A grey PNG of 160 × 100 points whose band depends on the number."""
    band = 20 + number % 60
    rows = [b"\0" + bytes([200 if line < band else 235]) * WIDTH for line in range(HEIGHT)]
    size = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", size) + _chunk(b"IDAT", zlib.compress(b"".join(rows))) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

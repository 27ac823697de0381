"""JPEG and PNG, taken apart and put together again without anything but the picture.

Dropped: Exif with its location (only the orientation stays, or phone photos would lie on their side), comments, text,
times, thumbnails, and whatever follows the end of the picture.
"""

import struct
import zlib

MAX_POINTS = 100_000_000
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs", b"iCCP"}
_JPEG_KEPT = {0xE0, 0xE2, 0xEE}  # JFIF, colour profile, Adobe's colour transform
_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_APP1, _COMMENT, _SCAN, _END = 0xE1, 0xFE, 0xDA, 0xD9
_ORIENTATION = 0x0112


class PictureFault(ValueError):
    """The picture is damaged, or too large to be opened safely."""

    def __init__(self, message: str, *, too_large: bool = False) -> None:
        super().__init__(message)
        self.too_large = too_large


def clean_png(content: bytes) -> bytes:
    """The picture's own chunks, each with a right checksum, up to its end. Raises PictureFault."""
    kept, place, sized = [_PNG_START], len(_PNG_START), False
    while True:
        head = content[place : place + 8]
        if len(head) < 8:
            raise PictureFault("cut off")
        length, kind = struct.unpack(">I4s", head)
        whole = content[place : place + 12 + length]
        if len(whole) < 12 + length or zlib.crc32(whole[4:-4]) != struct.unpack(">I", whole[-4:])[0]:
            raise PictureFault("a part is damaged")
        if not sized:
            if kind != b"IHDR" or length != 13:
                raise PictureFault("no size")
            _check_size(*struct.unpack(">II", whole[8:16]))
            sized = True
        if kind in _PNG_KEPT:
            kept.append(whole)
        if kind == b"IEND":
            return b"".join(kept)
        place += 12 + length


def clean_jpeg(content: bytes) -> bytes:
    """The picture's own segments up to its end, with the orientation alone of its Exif. Raises PictureFault."""
    kept, place, sized = [b"\xff\xd8"], 2, False
    while True:
        marker, place = _marker(content, place)
        if marker == _END:
            if not sized:
                raise PictureFault("no picture before the end")
            return b"".join([*kept, b"\xff\xd9"])
        if marker in _ALONE:
            continue
        segment = _segment(content, place)
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", segment[3:7].ljust(4, b"\0"))
            _check_size(width, height)
            sized = True
        kept.append(_kept_segment(marker, segment))
        place += len(segment)
        if marker == _SCAN:
            stop = _end_of_scan(content, place)
            kept.append(content[place:stop])
            place = stop


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_POINTS:
        raise PictureFault("too many points", too_large=True)
    if not width or not height:
        raise PictureFault("no size")


def _marker(content: bytes, place: int) -> tuple[int, int]:
    """The marker at this place and the place after it; fill bytes before it are skipped."""
    if content[place : place + 1] != b"\xff":
        raise PictureFault("a marker is missing")
    while content[place : place + 1] == b"\xff":
        place += 1
    if place >= len(content):
        raise PictureFault("cut off")
    return content[place], place + 1


def _segment(content: bytes, place: int) -> bytes:
    """The segment with its two bytes of length."""
    head = content[place : place + 2]
    length = struct.unpack(">H", head)[0] if len(head) == 2 else 0
    segment = content[place : place + length]
    if length < 2 or len(segment) < length:
        raise PictureFault("cut off")
    return segment


def _kept_segment(marker: int, segment: bytes) -> bytes:
    if marker == _APP1:
        return _orientation_only(segment)
    if marker == _COMMENT or (0xE0 <= marker <= 0xEF and marker not in _JPEG_KEPT):
        return b""
    return bytes([0xFF, marker]) + segment


def _end_of_scan(content: bytes, place: int) -> int:
    """Where the coded picture data ends: at the first marker that is neither a stuffed zero nor a restart."""
    while True:
        place = content.find(b"\xff", place)
        if place < 0 or place + 1 >= len(content):
            raise PictureFault("cut off")
        following = content[place + 1]
        if following == 0 or 0xD0 <= following <= 0xD7:
            place += 2
        elif following == 0xFF:
            place += 1
        else:
            return place


def _orientation_only(segment: bytes) -> bytes:
    """An Exif segment with the orientation of the given one; nothing when there is none."""
    if segment[2:8] != b"Exif\0\0":
        return b""
    turn = _orientation(segment[8:])
    if not 2 <= turn <= 8:
        return b""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turn, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _orientation(tiff: bytes) -> int:
    """The orientation (1 to 8) in the first directory of a TIFF header; 0 when it has none or is damaged."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return 0
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(min(count, 200)):
            tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * number)
            if tag == _ORIENTATION:
                return int(value)
    except struct.error:
        return 0
    return 0

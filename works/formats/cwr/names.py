"""Names of CWR files: CWyynnnnSSS_RRR.V21, read tolerantly and written strictly."""

import re
from dataclasses import dataclass

from works.formats.cwr.layouts import VERSIONS

_NAME = re.compile(r"CW(\d{2})(\d{4})([A-Z0-9]{2,4})_([A-Z0-9]{2,4})\.V(\d)(\d)", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:\.V(\d)(\d)|_V(\d)-(\d)-\d\.\w+)$", re.IGNORECASE)
_CODE = re.compile(r"[A-Z0-9]{2,4}")


@dataclass(frozen=True, slots=True)
class CwrFileName:
    """The parts of a 2.x file name. `year` has two digits; `receiver` is 000 when there is no particular one."""

    year: int
    number: int
    sender: str
    receiver: str
    version: str

    def __str__(self) -> str:
        return f"CW{self.year:02d}{self.number:04d}{self.sender}_{self.receiver}.V{self.version.replace('.', '')}"


def file_name(*, year: int, number: int, sender: str, receiver: str, version: str) -> str:
    """The name of a file to send. `year` may have four digits. ValueError when a part does not fit the pattern."""
    fits = 1 <= number <= 9999 and version in VERSIONS and _CODE.fullmatch(sender) and _CODE.fullmatch(receiver)
    if not fits:
        raise ValueError((year, number, sender, receiver, version))
    return str(CwrFileName(year % 100, number, sender, receiver, version))


def parse_file_name(name: str) -> CwrFileName | None:
    """The parts of a received file's name, or None when it is named otherwise (which is no fault)."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    year, number, sender, receiver, major, minor = match.groups()
    return CwrFileName(int(year), int(number), sender.upper(), receiver.upper(), f"{major}.{minor}")


def version_of_name(name: str) -> str:
    """The version that a file's name claims, such as "2.1"; blank when it claims none."""
    match = _EXTENSION.search(name)
    if match is None:
        return ""
    return ".".join(part for part in match.groups() if part is not None)

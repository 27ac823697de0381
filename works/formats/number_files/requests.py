"""Facts of requests → the bytes of a file. Nothing is taken from anywhere else, so that a lost file is made again.

A line is a mapping of column names to texts; several titles or writers are parted by " | ", the parts of a writer by
" / ": last name / first name / role / IPI name number.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cmo_portal.common.tables.writing import inert
from cmo_portal.common.texts import Text, _, say
from works.formats.cwr.characters import NAMES, TITLES, forbidden_characters, transliterated

Line = Mapping[str, str]

ISWC_COLUMNS = (
    "request", "act", "society", "work_number", "iswc", "other_work_number", "other_iswc", "title", "other_titles",
    "language", "category", "version", "duration_seconds", "writers", "performers", "isrcs",
)  # fmt: skip
IPI_COLUMNS = (
    "request", "society", "kind", "name_type", "last_name", "first_name", "name_in_own_script", "birth_date",
    "death_date", "ipi_base_number", "known_ipi_name_numbers", "works",
)  # fmt: skip
PART, WITHIN = " | ", " / "
LONGEST_TITLE, LONGEST_NAME = 60, 45


@dataclass(frozen=True, slots=True)
class IsrHeader:
    """What the envelope of an ISR file says; dates and times as CWR writes them."""

    society: str
    name: str
    date: str
    time: str
    filename: str
    software: str
    version: str

    def as_dict(self) -> dict[str, str]:
        """Plain values for a JSON column."""
        return {field: getattr(self, field) for field in self.__slots__}


def write_table(columns: Sequence[str], lines: Sequence[Line]) -> bytes:
    """A CSV table in UTF-8 with CR LF; a cell that a spreadsheet would run has an apostrophe in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([inert(line.get(name, "")) for name in columns] for line in lines)
    return text.getvalue().encode()


def isr_filename(year: int, number: int, society: str) -> str:
    """The name of an ISR file by the rule of CWR 3.0: year, number of the file, sender, receiver, version."""
    return f"CW{year % 100:02d}{number % 10_000:04d}{society}_0000_V3-0-0.ISR"


def writers_of(line: Line) -> list[tuple[str, str, str, str]]:
    """Last name, first name, role and IPI name number of each writer."""
    parts = [writer.split(WITHIN) for writer in line.get("writers", "").split(PART) if writer.strip()]
    return [(last, first, role, ipi) for last, first, role, ipi in parts]


def isr_faults(line: Line) -> list[Text]:
    """Why a request cannot stand in an ISR file; it can in the table."""
    faults: list[Text] = []
    if line["act"] != "NEW":
        faults.append(_("An ISR file asks for new numbers only."))
    if bad := _odd(line["title"], TITLES):
        faults.append(say(_("The title has characters that CWR does not know: {signs}."), signs=bad))
    writers = writers_of(line)
    if not writers:
        faults.append(_("No writer is known."))
    for last, first, _role, ipi in writers:
        if not ipi:
            faults.append(say(_("{name} has no IPI name number yet."), name=f"{first} {last}".strip()))
        if bad := _odd(last + first, NAMES):
            faults.append(say(_("A name has characters that CWR does not know: {signs}."), signs=bad))
    return faults


def write_isr(header: IsrHeader, lines: Sequence[Line]) -> bytes:
    """A CWR 3.0 file of one group of ISR transactions. Lines with `isr_faults` must be left out before."""
    records = [_header(header), "GRHISR0000103.000000000000"]
    for number, line in enumerate(lines):
        records.append(_work(number, line))
        for place, (last, first, role, ipi) in enumerate(writers_of(line), 1):
            records.append(_writer(number, place, line["work_number"], (last, first, role, ipi)))
    inside = len(records) - 1  # the group with its header, its trailer still to come
    records.append(f"GRT00001{len(lines):08d}{inside + 1:08d}")
    records.append(f"TRL00001{len(lines):08d}{len(records) + 1:08d}")
    return "".join(f"{record}\r\n" for record in records).encode("ascii")


def _header(header: IsrHeader) -> str:
    return (
        f"HDRSO{header.society:<4}{_fit(header.name, 45)}{'':11}{header.date}{header.time}{header.date}{'':15}3.0000"
        f"{_fit(header.software, 30)}{_fit(header.version, 30)}{_fit(header.filename, 27)}"
    )


def _work(number: int, line: Line) -> str:
    iswc = line["iswc"]
    return (
        f"ISR{number:08d}00000000{_fit(line['title'], LONGEST_TITLE)}{_fit(line['language'], 2)}"
        f"{_fit(line['work_number'], 14)}{_fit(iswc, 11)}{'U' if iswc else ' '}"
    )


def _writer(number: int, place: int, work_number: str, writer: tuple[str, str, str, str]) -> str:
    last, first, role, ipi = writer
    return (
        f"WRI{number:08d}{place:08d}{_fit(work_number, 14)}{_fit(ipi, 11)}{_fit(last, LONGEST_NAME)}"
        f"{_fit(first, LONGEST_NAME)}{_fit(role, 2)}"
    )


def _fit(text: str, length: int) -> str:
    return f"{transliterated(text)[:length]:<{length}}"


def _odd(text: str, kind: str) -> str:
    return forbidden_characters(transliterated(text), kind)

"""Usage files for tests: small tables as bytes, received, read and taken by the services that people use."""

import datetime as dt
import io
import uuid
from collections.abc import Sequence

from cmo_portal.common.periods import Period
from royalties.formats.mapped_csv import ColumnMapping, guess_mapping
from royalties.models import UsageFile, UsageSource
from royalties.services import matching, usage
from tests.factories.licensing import person

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
QUARTER = Period(dt.date(2026, 7, 1), dt.date(2026, 9, 30))
HEAD = "Date,Time,Station,Title,Artist,Composer,ISRC,Duration,Plays"


def clerk():
    """The person of the distribution desk."""
    return person("distribution")


def source(code: str = "FM100", format: str = "table") -> UsageSource:
    """A usage source."""
    known = UsageSource.objects.filter(code=code).first()
    return known or usage.save_source(code=code, name=f"Radio {code}", format=format, by=clerk())


def row(title: str = "Chand Raat", **given: str) -> str:
    """A row of a station's log."""
    cells = {
        "date": "15/07/2026",
        "time": "10:05:00",
        "station": "FM 100",
        "title": title,
        "artist": "Tahira Naz",
        "composer": "Kamran Lodhi",
        "isrc": "",
        "duration": "3:30",
        "plays": "2",
    }
    return ",".join((cells | given).values())


def table(*rows: str, head: str = HEAD) -> bytes:
    """A CSV file."""
    return "\r\n".join([head, *rows, ""]).encode()


def received(
    data: bytes, filename: str = "july.csv", *, of: UsageSource | None = None, period: Period = QUARTER, **given: object
) -> UsageFile:
    """A file that was handed in."""
    return usage.receive_file(
        source=of or source(),
        upload=io.BytesIO(data),
        filename=filename,
        period=period,
        by=clerk(),
        now=NOW,
        form_key=uuid.uuid4(),
        **given,
    )


def mapped(file: UsageFile, mapping: ColumnMapping | None = None) -> UsageFile:
    """The file read under this mapping, or under the one that is proposed."""
    look = usage.look_at(file)
    chosen = mapping or guess_mapping(look.headings, look.rows).mapping
    assert chosen is not None
    return usage.confirm_mapping(file=file, layout=look.layout, mapping=chosen, by=clerk(), now=NOW)


def read(data: bytes, filename: str = "july.csv", **given: object) -> UsageFile:
    """A file that was handed in and read."""
    file = received(data, filename, **given)
    if file.state == "mapping":
        return mapped(file)
    return usage.start_reading(file=file, by=clerk(), now=NOW)


def landed(*rows: str, data: bytes = b"", match: bool = True, **given: object) -> UsageFile:
    """A file that was taken and matched; rows of another source than the usual one name its code as their station."""
    made = data or table(*rows)
    if not data and "of" in given:
        made = made.replace(b"FM 100", given["of"].code.encode())
    file = usage.land_file(file=read(made, **given), by=clerk(), now=NOW)
    return matching.match_file(file=file, now=NOW) if match else file


def rows(titles: Sequence[str]) -> list[str]:
    """A row for each title, one after the other in time."""
    return [row(title, time=f"{number // 60:02d}:{number % 60:02d}:00") for number, title in enumerate(titles)]

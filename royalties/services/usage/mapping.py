"""Which column is what: shown, confirmed by a person, saved for the source, used for tables with the same headings."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.tables import FileRefused, Row, RowError, TableLayout, open_table
from cmo_portal.wording import comma_list
from royalties.formats.mapped_csv import ColumnMapping, MappedReader, MappingGuess, guess_mapping
from royalties.formats.usage_line import UsageLine
from royalties.models import UsageFile
from royalties.services.usage.opening import limits
from royalties.services.usage.reading import read_file, start_reading
from royalties.services.usage.sources import keep_mapping
from royalties.services.usage.spool import drop_spool

SAMPLE_ROWS = 20
MAPPABLE = ("received", "mapping", "reading", "checked")


@dataclass(frozen=True, slots=True)
class Look:
    """A table under a layout: its headings, its first rows, and the mapping that would be proposed for it."""

    layout: TableLayout
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    guess: MappingGuess


@dataclass(frozen=True, slots=True)
class Trial:
    """What the first rows become under a mapping."""

    lines: tuple[UsageLine, ...]
    errors: tuple[RowError, ...]


def look_at(file: UsageFile, layout: TableLayout | None = None) -> Look:
    """The headings and first rows of a table. Raises ValidationError when the layout does not fit the file."""
    layout = layout or TableLayout.from_dict(file.report["layout"])
    try:
        with open_table(Path(file.file.path), filename=file.filename, layout=layout, limits=limits()) as table:
            rows = tuple(next(iter(table), [])[:SAMPLE_ROWS])
            return Look(layout, table.headings, rows, guess_mapping(table.headings, rows))
    except FileRefused as refusal:
        raise ValidationError(str(refusal)) from refusal


def try_mapping(file: UsageFile, look: Look, mapping: ColumnMapping) -> Trial:
    """The first rows read under the mapping."""
    errors: list[RowError] = []
    reader = MappedReader(mapping, look.headings, filename=file.filename, period=(file.period_start, file.period_end))
    chunk = reader.read(look.rows, lambda error, _row: errors.append(error))
    return Trial(tuple(chunk.lines()), tuple(errors))


@transaction.atomic
def keep_layout(*, file: UsageFile, layout: TableLayout, headings: tuple[str, ...], by: User) -> None:
    """Keep another layout for a table that waits for its mapping; what was read by the old one counts no more."""
    require(by, "royalties.ingest_usage")
    locked = UsageFile.objects.select_for_update().get(pk=file.pk)
    if locked.state not in MAPPABLE:
        raise ValidationError(_("This file was decided already. Its mapping stands."))
    spool = locked.report.get("spool")
    transaction.on_commit(lambda: drop_spool(spool))
    locked.state, locked.mapping, locked.mapping_version = "mapping", {}, 0
    locked.report |= {"layout": layout.as_dict(), "headings": list(headings), "spool": None}
    locked.encoding = layout.encoding
    locked.save()
    record_act(by=by, verb="lay_out_usage", on=locked, facts=layout.as_dict())


def confirm_mapping(
    *, file: UsageFile, layout: TableLayout, mapping: ColumnMapping, by: User, now: dt.datetime, at_once: bool = False
) -> UsageFile:
    """Save the mapping for the source and read the file by it, a large one by a worker unless `at_once`. Raises
    ValidationError when the mapping does not fit the table or the file stands already."""
    require(by, "royalties.ingest_usage")
    look = look_at(file, layout)
    if missing := mapping.missing_headings(look.headings):
        raise ValidationError(_("These columns are not in the table: %(names)s.") % {"names": comma_list(missing)})
    with transaction.atomic():
        locked = UsageFile.objects.select_for_update(of=("self",)).select_related("source").get(pk=file.pk)
        if locked.state not in MAPPABLE:
            raise ValidationError(_("This file was decided already. Its mapping stands."))
        version = keep_mapping(locked.source, list(look.headings), mapping, layout.encoding)
        locked.mapping, locked.mapping_version = replace(mapping, version=version).as_dict(), version
        locked.encoding = layout.encoding
        locked.report |= {"layout": layout.as_dict(), "headings": list(look.headings), "certain": True}
        locked.state = "received"
        locked.save()
        facts = {"source": locked.source.code, "version": version, "columns": dict(mapping.columns)}
        record_act(by=by, verb="confirm_usage_mapping", on=locked, facts=facts)
    return read_file(file=locked, by=by, now=now) if at_once else start_reading(file=locked, by=by, now=now)


def allow_repeats(*, file: UsageFile, allowed: bool, by: User, now: dt.datetime) -> UsageFile:
    """Say whether rows that an earlier file has already are further plays, and read the file again."""
    require(by, "royalties.ingest_usage")
    with transaction.atomic():
        locked = UsageFile.objects.select_for_update().get(pk=file.pk)
        if locked.state != "checked":
            raise ValidationError(_("This file was decided already."))
        locked.repeats_allowed = allowed
        locked.save(update_fields=["repeats_allowed"])
        facts = {"allowed": allowed, "rows": locked.report.get("known_rows", 0)}
        record_act(by=by, verb="allow_usage_repeats", on=locked, facts=facts)
    return start_reading(file=locked, by=by, now=now)

"""Usage sources: who reports, and by which mappings their tables are read."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from licensing.models import Licensee
from royalties.formats.mapped_csv import ColumnMapping, headings_key
from royalties.models import UsageSource


@transaction.atomic
def save_source(
    *,
    code: str,
    name: str,
    format: str,
    by: User,
    licensee: Licensee | None = None,
    source: UsageSource | None = None,
) -> UsageSource:
    """Make a source or change one. Raises ValidationError when the code is taken, or files have the other format."""
    require(by, "royalties.ingest_usage")
    row = UsageSource.objects.select_for_update().get(pk=source.pk) if source else UsageSource()
    others = UsageSource.objects.filter(code__iexact=code).exclude(pk=row.pk)
    if others.exists():
        raise ValidationError({"code": _("Another source has this code. Choose another.")})
    if row.pk and row.format != format and row.files.exclude(state="refused").exists():
        text = _("Files of this source were read already. Make a new source for the other format.")
        raise ValidationError({"format": text})
    row.code, row.name, row.format, row.licensee = code, name, format, licensee
    row.save()
    record_act(by=by, verb="save_usage_source", on=row, facts={"code": code, "format": format})
    return row


def saved_mapping(source: UsageSource, headings: list[str] | tuple[str, ...]) -> tuple[ColumnMapping, str] | None:
    """The mapping saved for tables with these headings and the encoding it was confirmed with, or None."""
    entry = source.mapping.get(headings_key(headings))
    return (ColumnMapping.from_dict(entry["mapping"]), str(entry["encoding"])) if entry else None


def keep_mapping(source: UsageSource, headings: list[str], mapping: ColumnMapping, encoding: str) -> int:
    """Save a mapping for tables with these headings, inside the caller's transaction; returns its version."""
    locked = UsageSource.objects.select_for_update().get(pk=source.pk)
    key, values = headings_key(headings), mapping.as_dict()
    known: dict[str, Any] | None = locked.mapping.get(key)
    if known and known["encoding"] == encoding and _same(known["mapping"], values):
        return int(known["mapping"]["version"])
    locked.mapping_version += 1
    entry = {"mapping": values | {"version": locked.mapping_version}, "encoding": encoding, "headings": list(headings)}
    locked.mapping = locked.mapping | {key: entry}
    locked.save(update_fields=["mapping", "mapping_version"])
    return locked.mapping_version


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {**one, "version": 0} == {**other, "version": 0}

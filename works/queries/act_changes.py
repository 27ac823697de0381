"""What a correction changed, in words: each value as it was and as it became, what was added and what was taken away.

An act keeps plain values by the names of columns; the tables say what the columns are called and what codes mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from cmo_portal.audit.models import Act
from cmo_portal.common.texts import Text
from cmo_portal.wording import comma_list, date_text, share_text
from members.models.territories import territory_text
from works.models import (
    Agreement,
    AgreementWork,
    Instrumentation,
    PublicDomainElement,
    Recording,
    SourceWork,
    Work,
    WorkIdentifier,
    WorkPerformer,
    WorkTitle,
)
from works.queries.description_texts import instruments_text, writers_text
from works.rules.identifiers import format_iswc
from works.rules.languages import LANGUAGES

TABLES: dict[str, type[models.Model]] = {
    "correct_facts": Work,
    "correct_titles": WorkTitle,
    "correct_sources": SourceWork,
    "correct_public_domain": PublicDomainElement,
    "correct_performers": WorkPerformer,
    "correct_settings": Instrumentation,
    "correct_numbers": WorkIdentifier,
    "save_recording": Recording,
    "correct_agreement": Agreement,
    "name_works_of_agreement": AgreementWork,
    "drop_works_of_agreement": AgreementWork,
}
LABELS: dict[str, Text] = {
    "duration": gettext_lazy("Length"),
    "source": gettext_lazy("Our work"),
    "performers": gettext_lazy("Performers"),
}
UNTOLD = {"key", "skeleton", "script", "position", "given_by"}  # they follow from what is told
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Change:
    """One value that changed: what it is, of which row, as it was and as it became. Of a row that was added only
    `after` speaks, of one that was taken away only `before`."""

    label: Text
    before: str = ""
    after: str = ""
    row: str = ""


def changes_of(act: Act) -> list[Change]:
    """What an act on a work, a recording or an agreement changed; nothing for acts that keep no values."""
    table = TABLES.get(act.verb)
    return list(_changes(table, act.facts)) if table is not None else []


def _changes(table: type[models.Model], facts: dict[str, Any]) -> Iterator[Change]:
    yield from (_change(table, name, *pair) for name, pair in facts.get("changes", {}).items())
    for name, before in (facts.get("before") or {}).items():
        after = facts.get("after", {}).get(name)
        if before != after:
            yield _change(table, name, before, after)
    for row in facts.get("changed", ()):
        if isinstance(row, dict):  # older acts kept what stood before alone, without the names of columns
            for name, (was, became) in row["values"].items():
                if name not in UNTOLD:
                    yield _change(table, name, was, became, row["row"])
    if "instruments" in facts:
        before, after = ("; ".join(map(instruments_text, side)) or NOTHING for side in facts["instruments"])
        yield Change(gettext("Instruments"), before, after)
    yield from (Change(gettext("Added"), after=text) for text in facts.get("added", ()))
    yield from (Change(gettext("Taken away"), before=text) for text in facts.get("ended", ()))


def _change(table: type[models.Model], name: str, before: Any, after: Any, row: str = "") -> Change:
    known = {field.name: field for field in table._meta.concrete_fields}
    field = known.get(name)
    label = LABELS.get(name) or (capfirst(str(getattr(field, "verbose_name", name))))
    return Change(label, _told(field, name, before), _told(field, name, after), row)


def _told(field: Any, name: str, value: Any) -> str:
    """A kept value as people read it."""
    if value in (None, "", []):
        return NOTHING
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list):
        return writers_text(value) if isinstance(value[0], dict) else comma_list(map(str, value))
    if name == "duration":
        return f"{value // 60}:{value % 60:02d}"
    if name == "iswc":
        return format_iswc(value)
    if name == "territory":
        return territory_text(value)
    if name == "part":
        return share_text(value)
    if name == "language":
        return str(LANGUAGES.get(value, value))
    if isinstance(field, models.DateField):
        return date_text(date.fromisoformat(value))
    choices = dict(getattr(field, "flatchoices", ()))
    return str(choices.get(value, value))

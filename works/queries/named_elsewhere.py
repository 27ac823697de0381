"""What names a work of an import without being part of it: the rows on which people or others rely.

What came with a work goes with it, and what the portal works out by itself is made anew without it: neither makes it
rest. tests/works/test_undo_references.py decides every table that names a work, so that none is forgotten.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.texts import Text
from works.models import Agreement, ImportedRecord, RegistrationFile

MOST_NAMED = 3  # rows of one kind that a reason names


@dataclass(frozen=True, slots=True)
class Naming:
    """A column that names works, the rows that make them rest, and what to call such a row to the reader."""

    column: str  # model.field
    words: Text  # with %(what)s where the rows are named
    what: str = ""  # the path to what a row is called
    rows: Q | None = None  # without: every row
    made_as: str = ""  # the kind under which an import notes rows that it makes itself


# Agreements that publisher chains of a file list go with the file.
OF_CHAINS = Q(agreement__in=Agreement.objects.filter(~Q(submitter=""), submitter_number=""))
ASKED = Q(state__in=("waiting", "sent", "person", "answered"), sent_at__isnull=False)
IN_FORCE = Q(state__in=("proposed", "done"))
# Found by the number that a file states, as text beside it: without the work the text stands for itself again.
FOUND_BY_NUMBER = ~Q(title="") & (~Q(iswc="") | ~Q(number=""))
_AGENCY = _("An agency was asked for its international number (request %(what)s).")
_REGROUPED = _("A merge or split of it is proposed or done.")
RESTS = (
    Naming("agreementwork.work", _("Agreement %(what)s lists it."), "agreement__number", ~OF_CHAINS, "listing"),
    Naming("cue.work", _("The cue sheet of “%(what)s” names it."), "sheet__episode__production__title"),
    Naming("dispute.work", _("There is or was a dispute about it.")),
    Naming("dispute.sampled", _("In a dispute about another work it is what was sampled.")),
    Naming("exportedwork.work", _("It was sent to other societies: %(what)s."), "file__filename"),
    Naming("numberrequest.work", _AGENCY, "number", ASKED),
    Naming("numberrequest.other_work", _AGENCY, "number", ASKED),
    Naming("regrouping.work", _REGROUPED, "", IN_FORCE),
    Naming("regrouping.other", _REGROUPED, "", IN_FORCE),
    Naming("sourcework.source", _("Work %(what)s was made from it."), "work__number", ~FOUND_BY_NUMBER),
)


def named_elsewhere(file: RegistrationFile, ids: Sequence[int], since: dt.datetime | None) -> dict[int, list[str]]:
    """Work → why it rests, in the reader's language. With `since` only what came later counts; what the file itself
    made goes with it."""
    found: dict[int, list[str]] = defaultdict(list)
    for naming in RESTS:
        for work_id, names in _names(file, naming, ids, since).items():
            shown = ", ".join(sorted(filter(None, names))[:MOST_NAMED])
            more = " …" if len(names) > MOST_NAMED else ""
            found[work_id].append(str(naming.words) % {"what": f"{shown}{more}"})
    return found


def _names(
    file: RegistrationFile, naming: Naming, ids: Sequence[int], since: dt.datetime | None
) -> dict[int, set[str]]:
    """Work → what the rows that name it are called."""
    model_name, column = naming.column.split(".")
    model = apps.get_model("works", model_name)
    rows: Any = model._default_manager.filter(naming.rows or Q(), **{f"{column}__in": list(ids)})
    if naming.made_as:
        made = ImportedRecord.objects.filter(file=file, act="made", kind=naming.made_as)
        rows = rows.exclude(pk__in=made.values("record_id"))
    if since is not None:
        rows = rows.filter(created_at__gt=since)
    names: dict[int, set[str]] = defaultdict(set)
    for work_id, name in rows.values_list(f"{column}_id", naming.what or "pk").distinct():
        names[work_id].add(str(name) if naming.what else "")
    return names

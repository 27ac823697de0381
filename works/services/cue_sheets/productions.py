"""Productions and their episodes: listed, changed, withdrawn."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.common.spelling import skeleton, text_key
from works.models import CueFile, CueSheet, Episode, Production

EDIT = "works.edit_works"
TAKEN = {
    "isan": gettext_lazy("ISAN"),
    "eidr": gettext_lazy("EIDR"),
    "avi_number": gettext_lazy("AV index number"),
}


@dataclass(frozen=True, slots=True)
class ProductionEntry:
    """What is known of a production; `country` is a TIS code, identifiers are in their kept forms."""

    title: str
    kind: str
    title_script: str = ""
    original_title: str = ""
    country: str = ""
    year: int | None = None
    isan: str = ""
    eidr: str = ""
    own_number: str = ""
    avi_number: str = ""
    avi_society: str = ""


@dataclass(frozen=True, slots=True)
class EpisodeEntry:
    """What is known of an episode; `duration` in seconds."""

    number: str = ""
    title: str = ""
    title_script: str = ""
    broadcast_on: dt.date | None = None
    duration: int | None = None


@transaction.atomic
def save_production(*, entry: ProductionEntry, by: User, production: Production | None = None) -> Production:
    """List a production, or change one. Raises ValidationError when another listed one bears one of its numbers."""
    require(by, EDIT)
    entry = replace(entry, own_number=digits_to_ascii(entry.own_number), avi_number=digits_to_ascii(entry.avi_number))
    row = Production.objects.select_for_update().get(pk=production.pk) if production else None
    faults = _faults(entry, row)
    if faults:
        raise ValidationError(faults)
    if row is None:
        row = production_rows([entry])[0]
    else:
        fill(row, entry)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # another session was faster with the same number
        raise ValidationError(_faults(entry, row) or [_("Another production has one of these numbers.")]) from None
    facts = {name: value for name, value in asdict(entry).items() if value}
    record_act(by=by, verb="save_production", on=row, facts=facts)
    return row


@transaction.atomic
def save_episode(*, production: Production, entry: EpisodeEntry, by: User, episode: Episode | None = None) -> Episode:
    """Add an episode to a production, or change one. Its number is unique within the production; a duration shorter
    than the music of its confirmed sheet is refused by `confirm_sheet`, and shown on the page until then."""
    require(by, EDIT)
    number = digits_to_ascii(entry.number)
    production = Production.objects.select_for_update().get(pk=production.pk)
    row = Episode.objects.select_for_update().get(pk=episode.pk) if episode else Episode(production=production)
    if production.episodes.filter(number__iexact=number).exclude(pk=row.pk).exists():
        text = _("Another episode of this production has this number.")
        raise ValidationError({"number": text})
    if row.pk and row.sheets.filter(used_at__isnull=False).exists() and row.duration != entry.duration:
        raise ValidationError(
            {"duration": _("Money was paid from the cue sheet of this episode: its duration stands.")}
        )
    row.number, row.broadcast_on, row.duration = number, entry.broadcast_on, entry.duration
    row.title, row.title_script = clean_text(entry.title)[:400], clean_text(entry.title_script)[:400]
    row.save()
    record_act(by=by, verb="save_episode", on=row, facts={"production": production.number, "number": row.number})
    return row


@transaction.atomic
def withdraw_production(*, production: Production, by: User) -> None:
    """Take a production without a standing cue sheet off the list."""
    require(by, EDIT)
    row = Production.objects.select_for_update().get(pk=production.pk)
    if CueSheet.objects.filter(episode__production=row).exclude(state="withdrawn").exists():
        raise ValidationError(_("This production has cue sheets. Withdraw them first."))
    row.state = "withdrawn"
    row.save(update_fields=["state"])
    record_act(by=by, verb="withdraw_production", on=row, facts={})


def production_rows(entries: Sequence[ProductionEntry], file: CueFile | None = None) -> list[Production]:
    """Rows of productions with their numbers, not saved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('works_production_number') FROM generate_series(1, %s)", [len(entries)])
        numbers = [row[0] for row in cursor.fetchall()]
    rows = []
    for number, entry in zip(numbers, entries, strict=True):
        row = Production(number=f"AV{number:07d}", made_by_file=file)
        fill(row, entry)
        rows.append(row)
    return rows


def fill(row: Production, entry: ProductionEntry) -> None:
    """Put the facts into the row, with the keys by which it is found."""
    for name, value in asdict(entry).items():
        setattr(row, name, clean_text(value) if isinstance(value, str) else value)
    titles = list(dict.fromkeys(filter(None, (row.title, row.title_script, row.original_title))))
    row.key = text_key(row.title)[:400]
    # The sign before a skeleton keeps sounds from being found as words.
    row.search = " ".join([*map(text_key, titles), *(f"~{skeleton(title)}" for title in titles)])


def _faults(entry: ProductionEntry, row: Production | None) -> list[str]:
    faults = [] if clean_text(entry.title) else [_("Give the title of the production.")]
    if bool(entry.avi_number) != bool(entry.avi_society):
        faults.append(_("An AV index number and its society belong together: give both or neither."))
    others = Production.objects.filter(state="listed")
    if row is not None:
        others = others.exclude(pk=row.pk)
    for name, words in TAKEN.items():
        value = getattr(entry, name)
        same = others.filter(**{name: value})
        if name == "avi_number":
            same = same.filter(avi_society=entry.avi_society)
        if value and (other := same.first()):
            faults.append(
                _("The %(kind)s %(value)s belongs to %(other)s already. Correct one of the two.")
                % {"kind": words, "value": value, "other": other}
            )
    return faults

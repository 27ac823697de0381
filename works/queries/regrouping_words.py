"""A merge or split in words: what was chosen, and which rows it changed."""

from collections import Counter
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from cmo_portal.wording import comma_list, date_text, share_text
from members.models.parties import Right
from members.models.territories import WORLD, territory_text
from works.models import Recording, Regrouping, Work, WorkIdentifier, WorkShare, WorkTitle
from works.queries.regrouping import RightChoice
from works.rules.regrouping import CONTEST, WORK


def chosen_words(regrouping: Regrouping) -> list[tuple[str, str]]:
    """What was chosen, a label and a text each, in the language of the page."""
    if regrouping.kind == "merge":
        return _of_merge(regrouping)
    return _of_split(regrouping.choices)


def change_words(regrouping: Regrouping) -> list[tuple[str, int, int, int]]:
    """For each table the rows that were changed, removed and added; the table as people call it."""
    counts: dict[str, Counter[str]] = {}
    for model, before, after in regrouping.changes.order_by("order").values_list("model", "before", "after"):
        kind = "added" if before is None else "removed" if after is None else "changed"
        counts.setdefault(model, Counter())[kind] += 1
    return [(_table(model), count["changed"], count["removed"], count["added"]) for model, count in counts.items()]


def hindrance_words(right: RightChoice) -> str:
    """Why the difference of two works cannot be put into a dispute, with the shares for whose sake it cannot."""
    if not right.hindering:
        return _("All that the two works claim fits beside each other: there is nothing to hold.")
    shares = "; ".join(_share_words(row) for row in right.hindering)
    return _(
        "A dispute is opened only about shares that hold all over the world, without a day, and are neither contested"
        " nor waiting for co-writers. Here it cannot be, because of: %(shares)s."
    ) % {"shares": shares}


def _share_words(row: WorkShare) -> str:
    facts = [f"{row.party or row.get_state_display()} {share_text(row.share)} ({row.work.number})"]
    if row.territory != WORLD:
        facts.append(territory_text(row.territory))
    if row.valid_from:
        facts.append(_("from %(day)s") % {"day": date_text(row.valid_from)})
    if row.valid_to:
        facts.append(_("until %(day)s") % {"day": date_text(row.valid_to)})
    if row.party and row.state != "active":
        facts.append(row.get_state_display())
    return comma_list(facts)


def _table(model: str) -> str:
    name = str(apps.get_model(model)._meta.verbose_name_plural)
    return name[:1].upper() + name[1:]


def _of_merge(regrouping: Regrouping) -> list[tuple[str, str]]:
    assert regrouping.other is not None
    numbers = {WORK: regrouping.work.number, "other": regrouping.other.number}
    found = []
    for name, side in regrouping.choices.get("fields", {}).items():
        label = str(Work._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        found.append((label[:1].upper() + label[1:], _("as in %(work)s") % {"work": numbers[side]}))
    for right, side in regrouping.choices.get("rights", {}).items():
        label = _("%(right)s right") % {"right": Right(right).label}
        contest = _("a dispute is opened about what differs")
        found.append((label, contest if side == CONTEST else _("shares of %(work)s") % {"work": numbers[side]}))
    return found


def _of_split(choices: dict[str, Any]) -> list[tuple[str, str]]:
    found = [(_("Title of the new work"), str(choices.get("title", "")))]
    lists = (
        (_("Titles that go"), WorkTitle.objects.filter(pk__in=choices.get("titles", ())), "text"),
        (_("Numbers that go"), WorkIdentifier.objects.filter(pk__in=choices.get("identifiers", ())), "value"),
        (_("Recordings that go"), Recording.objects.filter(pk__in=choices.get("recordings", ())), "title"),
    )
    for label, rows, column in lists:
        texts = [str(text) for text in rows.order_by("pk").values_list(column, flat=True)]
        if texts:
            found.append((label, comma_list(texts)))
    if texts := choices.get("texts", ()):
        found.append((_("Usage that means the new work"), str(len(texts))))
    places = {"goes": _("goes to the new work"), "both": _("holds for both")}
    moved = {int(row): places[where] for row, where in choices.get("shares", {}).items() if where in places}
    for row in WorkShare.objects.filter(pk__in=moved).select_related("party").order_by("right", "-share", "pk"):
        who = str(row.party) if row.party else _("Owner not known yet")
        found.append((f"{row.get_right_display()}: {who}, {share_text(row.share)}", moved[row.pk]))
    return found

"""The second person: a proposed merge or split is done, every changed row is written down.

Nothing of a merged work is lost: its titles, numbers and recordings go to the work that stands for it, its shares stay
where they are unless they were chosen. Usage that was matched to it is followed at the next freeze.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from members.models import Party
from members.models.territories import WORLD
from works.models import (
    Basis,
    Claim,
    Dispute,
    RecordingWork,
    Regrouping,
    Work,
    WorkShare,
)
from works.queries.regrouping import FIELDS, RightChoice, parts_of, right_choices, shares_digest, works_digest
from works.rules.regrouping import CONTEST, OTHER, WORK, sides_of
from works.services.disputes import NewClaim, open_dispute
from works.services.registration import NewTitle, NewWork, store_works
from works.services.regrouping.changes import Changes
from works.services.regrouping.following import follow, follow_disputes, follow_requests, lead_on
from works.services.regrouping.proposing import merge_faults, split_faults

REGROUPING_LOCK = 0x52454752
ORIGINAL, ALTERNATIVE = "OT", "AT"


def hold_regroupings() -> None:
    """Until the end of this transaction nobody merges or splits: a run that freezes its inputs sees each merge whole or
    not at all, and a merge that comes later is a change since (F23)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGROUPING_LOCK])


@transaction.atomic
def merge_works(*, regrouping: Regrouping, seen: str, by: User, now: dt.datetime) -> Regrouping:
    """Do a proposed merge. `seen` is the digest of the works that was on the page (`works_digest`).

    Refused with ValidationError: to the person who proposed it, when a work has changed since it was looked at, and for
    everything that `merge_faults` finds now.
    """
    regrouping, done = _take_up(regrouping, by)
    if done:
        return regrouping
    assert regrouping.other is not None  # a merge names both works from the start
    work, other = regrouping.work, regrouping.other
    _check_seen([work.pk, other.pk], seen)
    if faults := merge_faults(work, other, regrouping.choices):
        raise ValidationError(faults)
    changes = Changes(regrouping)
    faultpoint("works.merge.before_write")
    _merge_shares(changes, work, other, regrouping.choices.get("rights", {}), business_date(now))
    _move_titles(changes, work, other, regrouping.choices.get("fields", {}).get("title", WORK))
    _move_numbers_and_recordings(changes, work, other, by)
    _merge_fields(changes, work, other, regrouping.choices.get("fields", {}))
    try:
        with transaction.atomic():
            follow(changes, work, other)
    except IntegrityError as error:  # the database knows every way from work to work
        raise ValidationError(
            _("The works made from these two would lead back to them. Correct the sources first.")
        ) from error
    follow_disputes(changes, work, other)
    follow_requests(changes, work, other)
    lead_on(changes, work, other, by, now)
    changes.write()
    faultpoint("works.merge.after_write")
    return _finish(regrouping, by, now, len(changes.rows))


@transaction.atomic
def apply_split(*, regrouping: Regrouping, seen: str, by: User, now: dt.datetime) -> Regrouping:
    """Do a proposed split: the new work is made and gets what was chosen. The usage that means it is moved by the
    caller, in the same transaction (royalties.services.regrouping)."""
    regrouping, done = _take_up(regrouping, by)
    if done:
        return regrouping
    work, chosen = regrouping.work, regrouping.choices
    _check_seen([work.pk], seen)
    if faults := split_faults(work, chosen):
        raise ValidationError(faults)
    changes = Changes(regrouping)
    faultpoint("works.split.before_write")
    part = _new_work(work, str(chosen["title"]).strip())
    for title in work.titles.filter(pk__in=chosen.get("titles", ())):
        if part.titles.filter(text=title.text).exists():
            changes.remove(title)
        else:
            changes.change(title, work=part, title_type=ALTERNATIVE)
    _keep_main_title(changes, work)
    for identifier in work.identifiers.filter(pk__in=chosen.get("identifiers", ())):
        changes.change(identifier, work=part)
    for link in RecordingWork.objects.filter(work=work, recording__in=chosen.get("recordings", ())):
        changes.change(link, work=part, decided_by=by)
    _split_shares(changes, work, part, chosen.get("shares", {}))
    changes.write()
    faultpoint("works.split.after_write")
    regrouping.other = part
    return _finish(regrouping, by, now, len(changes.rows))


def parties_to(regrouping: Regrouping) -> list[int]:
    """The works of a regrouping."""
    return [pk for pk in (regrouping.work_id, regrouping.other_id) if pk is not None]


# --- guards ----------------------------------------------------------------------------------------------------------


def _take_up(regrouping: Regrouping, by: User) -> tuple[Regrouping, bool]:
    """The regrouping and its works, locked; and whether it is done by this person already (a double click)."""
    require(by, "works.confirm_merges")
    hold_regroupings()
    regrouping = Regrouping.objects.select_for_update().get(pk=regrouping.pk)
    locked = Work.objects.select_for_update(no_key=True).filter(pk__in=parties_to(regrouping)).order_by("pk")
    works = {work.pk: work for work in locked}
    regrouping.work = works[regrouping.work_id]
    if regrouping.other_id:
        regrouping.other = works[regrouping.other_id]
    if regrouping.state == "done" and regrouping.confirmed_by_id == by.pk:
        return regrouping, True
    if regrouping.state != "proposed":
        raise ValidationError(_("This does not wait for a second person any more."))
    if regrouping.proposed_by_id == by.pk:
        raise ValidationError(_("You proposed this. Another person must confirm it."))
    return regrouping, False


def _check_seen(works: list[int], seen: str) -> None:
    if works_digest(works) != seen:
        raise ValidationError(_("The works have changed since you looked. Look at them again."))


def _finish(regrouping: Regrouping, by: User, now: dt.datetime, rows: int) -> Regrouping:
    regrouping.state, regrouping.confirmed_by, regrouping.confirmed_at = "done", by, now
    regrouping.shares_after = shares_digest(parties_to(regrouping))
    regrouping.save(update_fields=["state", "other", "confirmed_by", "confirmed_at", "shares_after"])
    facts = {"works": [regrouping.work.number, regrouping.other.number if regrouping.other else ""], "rows": rows}
    if regrouping.kind == "merge":
        record_act(by=by, verb="merge_works", on=regrouping, facts=facts)
    else:
        record_act(by=by, verb="split_work", on=regrouping, facts=facts)
    return regrouping


# --- a merge ---------------------------------------------------------------------------------------------------------


def _merge_shares(changes: Changes, work: Work, other: Work, choices: dict[str, str], on: dt.date) -> None:
    for right in right_choices(work, other):
        choice = choices.get(right.right, WORK)
        if choice == OTHER:
            for row in right.of_work:
                changes.remove(row)
            for row in right.of_other:
                changes.change(row, work=work)
            disputes = Dispute.objects.filter(pk__in=[row.dispute_id for row in right.of_other if row.dispute_id])
            for dispute in disputes.order_by("pk"):
                changes.change(dispute, work=work)
        elif choice == CONTEST:
            _contest(changes, work, right, on)


def _contest(changes: Changes, work: Work, right: RightChoice, on: dt.date) -> None:
    """Open the dispute that holds what the two works differ in: an act of the person who proposed it."""
    by = changes.regrouping.proposed_by
    noted = changes.watch(work.disputes.all(), Claim.objects.filter(dispute__work=work), work.shares.all())
    sides = sides_of(parts_of(right.of_work), parts_of(right.of_other), WORLD)
    names = Party.objects.in_bulk([side.party for side in sides])
    claims = [NewClaim(names[side.party], side.role, side.share, Basis.RECORD) for side in sides]
    open_dispute(work=work, right=right.right, claims=claims, by=by, on=on)
    noted()


def _move_titles(changes: Changes, work: Work, other: Work, choice: str) -> None:
    """Every title of the other work that the work does not have yet; the one that was not chosen is an alternative."""
    known = {title.text for title in work.titles.all()}
    for title in other.titles.order_by("pk"):
        if title.text in known:
            continue
        kind = ALTERNATIVE if title.title_type == ORIGINAL else title.title_type
        changes.change(title, work=work, title_type=kind)
        known.add(title.text)
    if choice == OTHER:
        _make_main(changes, work, other.title)


def _make_main(changes: Changes, work: Work, text: str) -> None:
    for title in work.titles.filter(title_type=ORIGINAL).exclude(text=text):
        changes.change(title, title_type=ALTERNATIVE)
    for title in work.titles.filter(text=text).order_by("pk")[:1]:
        changes.change(title, title_type=ORIGINAL)


def _move_numbers_and_recordings(changes: Changes, work: Work, other: Work, by: User) -> None:
    for identifier in other.identifiers.order_by("pk"):
        changes.change(identifier, work=work)
    links = RecordingWork.objects
    known = set(links.filter(work=work).values_list("recording_id", flat=True))
    for link in links.filter(work=other).order_by("pk"):
        if link.recording_id not in known:
            changes.change(link, work=work, decided_by=by)


def _merge_fields(changes: Changes, work: Work, other: Work, choices: dict[str, str]) -> None:
    """The chosen values; an ISWC is borne by one work, so the two are exchanged."""
    chosen: dict[str, Any] = {}
    for name in (*FIELDS, "title"):
        mine, theirs = getattr(work, name), getattr(other, name)
        takes = choices.get(name, OTHER if mine in (None, "") else WORK)
        if takes == OTHER and theirs not in (None, ""):
            chosen[name] = theirs
    if "iswc" in chosen:
        mine = work.iswc
        changes.change(work, iswc=None)
        changes.change(other, iswc=mine)
    changes.change(work, **chosen)


# --- a split ---------------------------------------------------------------------------------------------------------


def _new_work(work: Work, title: str) -> Work:
    """The work that is split off: it shares what the register says of both, and has no number of others yet."""
    new = NewWork(
        title=NewTitle(title, ORIGINAL, work.language),
        category=work.category,
        version_type=work.version_type,
        duration=None,
    )
    return store_works(news=[new], source="split", registered_by=work.registered_by)[0]


def _keep_main_title(changes: Changes, work: Work) -> None:
    """The work's own title is one that stayed with it."""
    staying = list(work.titles.order_by("pk"))
    if all(title.text != work.title for title in staying):
        main = next((title for title in staying if title.title_type == ORIGINAL), staying[0])
        changes.change(work, title=main.text)
    if all(title.title_type != ORIGINAL for title in staying):
        _make_main(changes, work, work.title)


def _split_shares(changes: Changes, work: Work, part: Work, choices: dict[str, str]) -> None:
    for row in work.shares.order_by("pk"):
        where = choices.get(str(row.pk), "stays")
        if where == "goes":
            changes.change(row, work=part)
        elif where == "both":
            copy = WorkShare.objects.get(pk=row.pk)
            copy.pk, copy.uid, copy.work, copy._state.adding = None, WorkShare().uid, part, True
            copy.save()
            changes.added(copy)

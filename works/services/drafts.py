"""A member's registration, step by step: every step is kept on the server, sent once, and found again if left."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.money import allocate
from members.models import Party
from members.models.territories import WORLD
from members.queries.parties import same_name_parties
from members.services.parties import register_parties
from works.models import Work, WorkDraft
from works.queries.made_from import sources_of_others
from works.rules.splits import WHOLE
from works.services.naming import party_facts, refuse_other_names
from works.services.recordings import NewRecording
from works.services.registration import NewShare, NewTitle, NewWork, register_work
from works.services.splits import open_first_rounds, withdraw_rounds
from works.services.typed_descriptions import typed_description, version_of, with_works_of_ours

NOBODY = "PD"  # the role of a row that is the part of words which belong to nobody
STEPS = ("title", "known", "shares")


@transaction.atomic
def start_draft(*, party: Party) -> WorkDraft:
    """A fresh registration of this member; one that holds nothing yet is used again."""
    Party.objects.select_for_update(no_key=True).get(pk=party.pk)
    blank = WorkDraft.objects.filter(party=party, work=None, answers={}).first()
    return blank or WorkDraft.objects.create(party=party)


@transaction.atomic
def save_step(*, draft: WorkDraft, step: str, answers: Any) -> WorkDraft:
    """Keep the answers of one step: `title` a dict, `known` whether the works that look alike are others, `shares` a
    list of dicts whose shares count 1/10,000 of a percent. A changed title asks for look-alikes again."""
    draft = WorkDraft.objects.select_for_update().get(pk=draft.pk)
    if draft.work_id:
        raise ValidationError(_("This registration was sent already."))
    if step == "title" and answers != draft.answers.get("title"):
        draft.answers.pop("known", None)
    draft.answers[step] = answers
    draft.save(update_fields=["answers"])
    return draft


@transaction.atomic
def discard_draft(*, draft: WorkDraft) -> None:
    """Throw an unfinished registration away; one that was sent stays."""
    WorkDraft.objects.filter(pk=draft.pk, work=None).delete()


def next_step(draft: WorkDraft) -> str:
    """The first step that is not answered yet; `check` when all are."""
    return next((step for step in STEPS if not draft.answers.get(step)), "check")


def equal_parts(count: int) -> list[int]:
    """The whole in equal parts, as equal as whole units allow, in 1/10,000 of a percent."""
    return list(allocate(WHOLE, [(place, 1) for place in range(count)]).values()) if count else []


@transaction.atomic
def send_draft(
    *, draft: WorkDraft, by: User, persons: dict[int, UUID | None], is_doubtful: bool, now: dt.datetime
) -> Work:
    """Register the work of a complete draft and ask the others whom it names; sent twice it answers with the same work.

    `persons` says for rows of the shares which known party is meant, None for a new one. A doubtful work, one that may
    be registered already, waits for the documentation desk, and so does one that is made from a work of others. Raises
    ValidationError; then nothing is registered.
    """
    draft = WorkDraft.objects.select_for_update().get(pk=draft.pk)
    if draft.work is not None:
        return draft.work
    if next_step(draft) != "check":
        raise ValidationError(_("Fill in the title and the shares first."))
    new = typed_work(draft.answers["title"], draft.answers["shares"], draft.party, by, persons)
    waits = is_doubtful or is_made_from_others(new, draft.party)
    state = "submitted" if waits else "registered"
    draft.work = register_work(new=new, by=by, source="member", registered_by=draft.party, state=state, asks=True)
    open_first_rounds(works=[(draft.work, new.shares)], party=draft.party, by=by, now=now)
    draft.save(update_fields=["work"])
    return draft.work


@transaction.atomic
def decide_submitted(*, work: Work, accept: bool, reason: str, by: User, now: dt.datetime) -> Work:
    """The documentation desk registers or refuses a work that waited for its look."""
    require(by, "works.edit_works")
    work = Work.objects.select_for_update(no_key=True).get(pk=work.pk)
    if work.state != "submitted":
        raise ValidationError(_("This work was decided already."))
    if not accept and not reason.strip():
        raise ValidationError(_("Say why the work is refused: the member reads it."))
    work.state, work.refusal = ("registered", "") if accept else ("refused", reason.strip())
    work.save(update_fields=["state", "refusal"])
    if not accept:
        withdraw_rounds(work_ids=[work.pk], now=now)
    verb = "accept_work" if accept else "refuse_work"
    record_act(by=by, verb=verb, on=work, facts={"reason": reason.strip()[:500]})
    return work


@transaction.atomic
def register_typed(
    *, title: dict[str, Any], shares: list[dict[str, Any]], persons: dict[int, UUID | None], by: User
) -> Work:
    """Register what the documentation desk typed: a title and shares as the steps of a member's registration keep
    them, and beside the title the `territory` of the shares (blank: the world). `persons` as in `send_draft`. Raises
    ValidationError; then nothing is registered."""
    require(by, "works.edit_works")
    return register_work(new=typed_work(title, shares, None, by, persons), by=by, source="staff")


def typed_work(
    title: dict[str, Any],
    rows: list[dict[str, Any]],
    own: Party | None,
    by: User | None,
    persons: dict[int, UUID | None],
) -> NewWork:
    """The work of a title and shares as the steps of a registration keep them; people who are new get their entry, so
    this belongs into the transaction that registers the work."""
    length = (title.get("minutes") or 0) * 60 + (title.get("seconds") or 0)
    original = title.get("title_original") or ""
    language = title.get("language") or ""
    recording = NewRecording(title.get("isrc") or "", title["title"], title.get("performer") or "", length or None)
    description = with_works_of_ours(typed_description(title))
    return NewWork(
        title=NewTitle(title["title"], "OT", language),
        other_titles=(NewTitle(original, "OL", language),) if original else (),
        iswc=title.get("iswc") or "",
        duration=length or None,
        shares=tuple(_shares(rows, own, by, persons, title.get("territory") or WORLD)),
        recordings=(recording,) if recording.isrc else (),
        version_type=version_of(description.facts),
        description=description,
    )


def is_made_from_others(new: NewWork, party: Party | None) -> bool:
    """Whether a work that `party` registers is made from one of which others own shares."""
    sources = new.description.sources if new.description else ()
    return bool(sources_of_others([each.source.number if each.source else each.title for each in sources], party))


def _shares(
    rows: list[dict[str, Any]], own: Party | None, by: User | None, persons: dict[int, UUID | None], territory: str
) -> list[NewShare]:
    chosen = {party.uid: party for party in Party.objects.filter(uid__in=[uid for uid in persons.values() if uid])}
    known = {place: chosen[uid] for place, uid in persons.items() if uid in chosen}
    known.update(_found(rows))
    if own is not None:
        known.update({place: own for place, row in enumerate(rows) if row.get("own")})
    others = [place for place, row in enumerate(rows) if place not in known and row["role"] != NOBODY]
    facts = {place: party_facts(rows[place]["name"], rows[place]["role"], rows[place].get("ipi")) for place in others}
    refuse_other_names(facts.values())
    wanted = list(dict.fromkeys(facts.values()))  # who stands in two roles is one person
    if wanted:
        made = register_parties(parties=wanted, by=by, source="member" if own else "staff")
        new = dict(zip(wanted, made, strict=True))
        known.update({place: new[each] for place, each in facts.items()})
    return [
        NewShare(known.get(place), "A" if row["role"] == NOBODY else row["role"], right, row[field], territory)
        for place, row in enumerate(rows)
        for right, field in (("PR", "performing"), ("MR", "mechanical"))
        if row[field]
    ]


def _found(rows: list[dict[str, Any]]) -> dict[int, Party]:
    """The rows whose person was found by search and still bears that name."""
    wanted = {place: row["found"] for place, row in enumerate(rows) if row.get("found")}
    found = {str(party.uid): party for party in Party.objects.filter(uid__in=set(wanted.values()))}
    return {
        place: found[uid]
        for place, uid in wanted.items()
        if uid in found and found[uid] in same_name_parties(rows[place]["name"])
    }

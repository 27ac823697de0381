"""Taking what was decided: new works in bulk, revisions one by one; each slice whole or not at all."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.faults import faultpoint
from members.models import Party
from works.formats.cwr.edits import remark_of
from works.formats.cwr.records import CwrFault
from works.formats.cwr.work_view import work_of
from works.models import ImportedTransaction, RegistrationFile, Work, WorkShare
from works.queries.exports import our_issuer
from works.queries.splits import LIVE, last_split
from works.rules.languages import language_of
from works.services.cwr_chains import TakenWork, take_chains
from works.services.cwr_differences import chain_faults, society_faults
from works.services.cwr_links import TakenLinks, take_links
from works.services.cwr_works import told_works
from works.services.deciding import ACCEPTED, Decision, complaints_of
from works.services.descriptions import revise_description
from works.services.disputes import open_file_conflicts
from works.services.linking import CONFLICT, NOTED
from works.services.made import note_revision, noting
from works.services.noting import note
from works.services.recordings import link_recordings
from works.services.registration import (
    NewWork,
    SharesAboveWhole,
    lock_register,
    names_others,
    share_row,
    store_works,
    title_row,
    write_shares,
)
from works.services.splits import ask_again, is_split_of, open_first_rounds

SLICE = 200


def take_slice(
    *,
    file: RegistrationFile,
    decisions: Sequence[Decision],
    sender: str,
    by: User,
    now: dt.datetime,
    dated: dt.date | None = None,
) -> int:
    """Store what is accepted of a slice and keep what became of each transaction; returns how many were taken.

    `dated` is the day of the file, from which its publisher chains hold; the day it was received where it names none.
    A member's file registers for her: what it names of others waits until they have agreed, also when it is revised.
    Inside the caller's transaction. What an earlier run has taken is left as it is, so a slice may be taken again.
    """
    lock_register()
    numbers = [decision.transaction.number for decision in decisions]
    kept = {row.number: row for row in ImportedTransaction.objects.filter(file=file, number__in=numbers, taken=False)}
    open_ones = [decision for decision in decisions if decision.transaction.number in kept]
    told = [decision.transaction for decision in open_ones if decision.status == NOTED]
    if told:
        note(file=file, rows=told, sender=sender, by=by)
    on = dated or file.created_at.date()
    with noting(file):
        works, taken = _store(file, open_ones, sender, by, now, kept)
        refused = _take_agreements(file, taken, sender, by, on)
    differing, societies = (
        chain_faults(taken=taken, refused=refused, on=on),
        society_faults([(each.number, each.sent, each.told) for each in taken]),
    )
    faultpoint("works.import.after_works")
    for decision in open_ones:
        row = kept[decision.transaction.number]
        row.status, row.work = works.get(row.number, (decision.status, decision.work))
        excess = _excess(decision) if row.status == CONFLICT != decision.status else ()
        faults = (*decision.faults, *excess, *differing.get(row.number, ()), *societies.get(row.number, ()))
        row.complaints, row.taken = complaints_of(faults), True
    ImportedTransaction.objects.bulk_update(kept.values(), ["status", "work", "complaints", "taken"], batch_size=SLICE)
    return sum(row.status in ACCEPTED for row in kept.values())


def _store(
    file: RegistrationFile,
    decisions: Sequence[Decision],
    sender: str,
    by: User,
    now: dt.datetime,
    kept: Mapping[int, ImportedTransaction],
) -> tuple[dict[int, tuple[str, Work | None]], list[TakenWork]]:
    """Transaction number → final status and work, for all whose work is only known now; and what was
    told of each work that is accepted."""
    accepted = [decision for decision in decisions if decision.status in ACCEPTED]
    sent = [work_of(each.transaction) for each in accepted]
    told = told_works(works=sent, sender=sender, by=by, file=file) if sent else []
    pairs = [(each, one.new) for each, one in zip(accepted, told, strict=True)]
    fresh = [(each, new) for each, new in pairs if not _is_known(each)]
    stored = _register([new for _each, new in fresh], file.party, sender, by, now)
    found: dict[int, tuple[str, Work | None]] = {
        each.transaction.number: (each.status, work) for (each, _new), work in zip(fresh, stored, strict=True)
    }
    revisions = {each.transaction.number: new for each, new in pairs if _is_known(each)}
    for each in decisions:
        number = each.transaction.number
        work = each.work or (found.get(each.earlier, ("", None))[1] if each.earlier else None)
        if number in revisions and work is not None:
            is_taken = _revise(work, revisions[number], sender, by, now, kept[number])
            found[number] = each.status if is_taken else CONFLICT, work
        elif number not in found:
            found[number] = each.status, work
    of_number = {each.transaction.number: (row, one) for each, row, one in zip(accepted, sent, told, strict=True)}
    taken = {  # a work that the slice tells of twice: its last word
        work.pk: TakenWork(number, *of_number[number], work)
        for number, (status, work) in sorted(found.items(), key=lambda each: each[0])
        if number in of_number and work is not None and status in ACCEPTED
    }
    return found, list(taken.values())


def _take_agreements(
    file: RegistrationFile, taken: Sequence[TakenWork], sender: str, by: User, on: dt.date
) -> dict[int, list[str]]:
    """The agreements that chains stand for, and those that the links of a file of our own name; what could not be
    taken, by transaction."""
    links = TakenLinks()
    if sender == our_issuer():
        links = take_links(taken=taken, sender=sender, by=by, on=on)
    refused = take_chains(file=file, taken=taken, linked=links.listed, sender=sender, by=by, on=on)
    for number, reasons in links.refused.items():
        refused[number] += reasons
    return refused


def _register(news: Sequence[NewWork], party: Party | None, sender: str, by: User, now: dt.datetime) -> Sequence[Work]:
    desk = _desk(sender, party, by)
    works = store_works(news=news, source=sender, registered_by=party, asks=party is not None, decided_by=desk)
    if party is not None:
        rounds = [(work, new.shares) for work, new in zip(works, news, strict=True)]
        open_first_rounds(works=rounds, party=party, by=by, now=now)
    return works


def _desk(sender: str, party: Party | None, by: User) -> User | None:
    """Who decided on the links of recordings: a file of our own says what our desk decided, all others only ask."""
    return by if sender == our_issuer() and party is None else None


def _is_known(decision: Decision) -> bool:
    return decision.work is not None or decision.earlier is not None


def _excess(decision: Decision) -> tuple[CwrFault, ...]:
    """Why the database has refused the shares of a revision."""
    return decision.excess or (remark_of(decision.transaction, "shares_conflict"),)


def _revise(work: Work, new: NewWork, sender: str, by: User, now: dt.datetime, row: ImportedTransaction) -> bool:
    """A revision replaces the shares that this sender brought; those from elsewhere and contested parts stay. What
    would then make more than the whole is a conflict: its contested part is held, and nothing else is taken. Returns
    whether it was taken."""
    before = _share_facts(work, sender)
    try:
        with transaction.atomic():
            Work.objects.select_for_update(no_key=True).get(pk=work.pk)
            standing = WorkShare.objects.filter(work=work, source=sender).exclude(state="disputed")
            old = list(standing)
            note_revision(file=row.file, work=work, shares=old)
            standing.delete()
            _write_revised(work, new, sender, by, now, row.file.party, {each.party_id for each in old} - {None})
    except SharesAboveWhole:
        on = row.file.created_at.date()
        open_file_conflicts(work=work, shares=new.shares, sender=sender, row=row, by=by, on=on)
        return False
    _revise_facts(work, new)
    revise_description(work, new.description, sender)
    links = [(work, recording) for recording in new.recordings]
    link_recordings(links, source=sender, decided_by=_desk(sender, row.file.party, by))
    record_act(by=by, verb="revise_work", on=work, facts={"before": before, "after": _share_facts(work, sender)})
    return True


def _write_revised(
    work: Work, new: NewWork, sender: str, by: User, now: dt.datetime, party: Party | None, named: set[Any]
) -> None:
    """Store revised shares. Those of a member's file wait, and everybody is asked, unless all sides have agreed to just
    these; a round that asks about just these goes on."""
    last = last_split(work)
    is_asked = is_split_of(last, new.shares) and last is not None and last.state in (*LIVE, "agreed")
    is_agreed = is_asked and last is not None and last.state == "agreed"
    others = party is not None and (names_others(new.shares, party) or bool(named - {party.pk}))
    waits = others and not is_agreed
    write_shares([share_row(work, part, sender, unconfirmed=waits) for part in new.shares])
    if party is not None and waits and not is_asked:
        ask_again(work=work, shares=new.shares, named=named, party=party, by=by, now=now)


def _revise_facts(work: Work, new: NewWork) -> None:
    """Titles that are new are added, and the first becomes the title; what the revision leaves blank is kept."""
    known = {row.text for row in work.titles.all()}
    if clean_text(new.title.text) not in known:
        work.titles.filter(title_type="OT").update(title_type="AT")
    wanted = [title for title in (new.title, *new.other_titles) if clean_text(title.text)]
    work.titles.bulk_create(
        title_row(work, title) for title in dict.fromkeys(wanted) if clean_text(title.text) not in known
    )
    work.title = clean_text(new.title.text) or work.title
    work.language = language_of(new.title.language) or work.language
    work.duration = new.duration or work.duration
    if new.iswc and not work.iswc and not Work.objects.filter(iswc=new.iswc).exists():
        work.iswc = new.iswc
    work.category, work.version_type = new.category, new.version_type
    work.save(update_fields=["title", "language", "duration", "iswc", "category", "version_type"])


def _share_facts(work: Work, sender: str) -> list[Any]:
    rows = WorkShare.objects.filter(work=work, source=sender).order_by("right", "pk")
    return [list(row) for row in rows.values_list("right", "party_id", "share")]

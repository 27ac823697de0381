"""Where the collection that a file states for our territory, or a society it names, is not what our books now give:
told, transaction by transaction, so that nothing is taken otherwise in silence."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from members.models import Party, PartyAffiliation
from members.models.territories import own_territory
from works.formats.cwr.collection import share_at
from works.formats.cwr.layouts import is_third
from works.formats.cwr.records import CwrFault, Severity
from works.formats.cwr.texts import text_of
from works.formats.cwr.values import SHARE_UNITS_PER_STEP as STEP
from works.formats.cwr.values import percent
from works.formats.cwr.work import WorkPublisher, WorkTransaction, WorkWriter
from works.models import RegistrationFile
from works.queries.chains import ONE_WORK, load_chains, question
from works.queries.export_chains import RIGHTS
from works.services.counting import rehearsal
from works.services.cwr_chains import TakenWork
from works.services.cwr_societies import names_society
from works.services.cwr_works import TOLERANCE, ToldWork, told_works

Held = dict[int, list[int]]  # party → shares of the rights


def chain_faults(
    *, taken: Sequence[TakenWork], refused: Mapping[int, Sequence[str]], on: dt.date
) -> dict[int, list[CwrFault]]:
    """What could not be taken, and every party whose collection differs, by transaction."""
    faults: dict[int, list[CwrFault]] = defaultdict(list)
    for number, reasons in refused.items():
        faults[number] += [_fault("chain_not_taken", "SPT", "tis_code", "", reason=reason) for reason in reasons]
    stating = [each for each in taken if not is_third(each.sent.version) and _has_lines(each.sent)]
    found = collected_in([each.work.pk for each in stating], own_territory(), on)
    for each in stating:
        faults[each.number] += _differences(each, found[each.work.pk], on)
    return faults


def _has_lines(sent: WorkTransaction) -> bool:
    return any(one.territories for one in sent.publishers) or any(one.territories for one in sent.writers)


def collected_in(works: Sequence[int], territory: str, on: dt.date) -> dict[int, Held]:
    """Who collects works in a country on a day, by work and party."""
    found: dict[int, Held] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    if not works:
        return found
    for place, right in enumerate(RIGHTS):
        loaded = load_chains(right=right, territory=territory, on=on, works=ONE_WORK, parameters={"works": list(works)})
        parts = loaded.followed(question(on)).answer()
        for work, party, kept in zip(parts.work_id.tolist(), parts.party_id.tolist(), parts.kept.tolist(), strict=True):
            found[work][party][place] += kept
    return found


def stated_in(taken: TakenWork, territory: str, on: dt.date) -> Held:
    """What the file lets each party collect in a country. Where it says nothing of a party there, what it owns."""
    held: Held = defaultdict(lambda: [0, 0, 0])
    sent = taken.sent
    for writer, party in zip(sent.writers, taken.told.writers, strict=True):
        at = share_at(writer.territories, territory, on)
        for right in range(3):
            held[party.pk if party else 0][right] += at[right] if any(at) else writer.ownership[right]
    parties = iter(taken.told.publishers)
    for chain in sent.chains():
        lines = [share_at(one.territories, territory, on) for one in chain]
        for one, at in zip(chain, lines, strict=True):
            party = next(parties)
            for right in range(3):
                is_told = any(each[right] for each in lines)
                held[party.pk if party else 0][right] += at[right] if is_told else one.ownership[right]
    return held


def _differences(each: TakenWork, found: Held, on: dt.date) -> Iterator[CwrFault]:
    stated = stated_in(each, own_territory(), on)
    names = {party.pk: party.display_name for party in (*each.told.writers, *each.told.publishers) if party}
    for party in sorted({*stated, *found} - {0}):
        for place, right in enumerate(RIGHTS):
            told, kept = stated[party][place], found[party][place]
            if abs(told - kept) > TOLERANCE:
                yield _fault(
                    "collection_differs", "SPT", f"{right.lower()}_collection", percent(told // STEP), right=right,
                    party=names.get(party, str(party)), stated=percent(told // STEP), found=percent(kept // STEP),
                )  # fmt: skip


def rehearsed_societies(
    *, sent: Mapping[int, WorkTransaction], sender: str, file: RegistrationFile
) -> dict[int, list[CwrFault]]:
    """As `society_faults`, by transaction, before anything is taken."""
    with rehearsal():
        told = told_works(works=list(sent.values()), sender=sender, by=file.received_by, file=file) if sent else []
        return society_faults(list(zip(sent, sent.values(), told, strict=True)))


def society_faults(taken: Sequence[tuple[int, WorkTransaction, ToldWork]]) -> dict[int, list[CwrFault]]:
    """By transaction, each society of the file that the register does not name for that party and right. One query."""
    parties = {party.pk for _number, _sent, told in taken for party in (*told.writers, *told.publishers) if party}
    kept: dict[tuple[int, str], list[str]] = defaultdict(list)
    rows = PartyAffiliation.objects.standing().filter(party__in=parties).order_by("pk")
    for party_id, right, code in rows.values_list("party_id", "right", "society_code"):
        kept[party_id, right].append(code)
    faults: dict[int, list[CwrFault]] = defaultdict(list)
    for number, sent, told in taken:
        found = [*_societies_of("SWR", sent.writers, told.writers)]
        found += _societies_of("SPU", sent.publishers, told.publishers)
        for record, party, right, code in dict.fromkeys(found):
            if code not in kept[party.pk, right]:
                known = ", ".join(dict.fromkeys(kept[party.pk, right])) or "–"
                field, facts = f"{right.lower()}_society", {"party": party.display_name, "right": right, "kept": known}
                faults[number].append(_fault("society_not_taken", record, field, code, **facts))
    return faults


def _societies_of(
    record: str, sent: Sequence[WorkWriter | WorkPublisher], told: Sequence[Party | None]
) -> Iterator[tuple[str, Party, str, str]]:
    for one, party in zip(sent, told, strict=True):
        for right, code in zip(RIGHTS, (one.pr_society, one.mr_society, one.sr_society), strict=True):
            if party and names_society(code):
                yield record, party, right, code.zfill(3)


def _fault(key: str, record: str, field: str, value: str, **facts: str) -> CwrFault:
    message, remedy = text_of(key)
    return CwrFault("", Severity.WARNING, 0, record, 0, 0, field, value, message, remedy, {**facts, "value": value})

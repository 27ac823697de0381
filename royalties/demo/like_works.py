"""Like works of the demo: a song that was registered twice and waits to be merged, and a merge that was a mistake.

The comparison itself is a job, so this part is not one transaction; every step can be repeated.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from members.models import Member
from royalties.demo.frame import Story, form_key, staff
from royalties.demo.repertoire import SOURCE, WORKS, all_works, famous_works
from royalties.demo.workers import do_jobs
from royalties.queries.stakes import held_money
from royalties.services import duplicates, regrouping
from works.models import DuplicatePair, Regrouping, Work, WorkShare
from works.queries.regrouping import works_digest
from works.rules.identifiers import iswc_check_digit
from works.services import regrouping as works
from works.services.recordings import NewRecording
from works.services.registration import NewShare, NewTitle, NewWork, register_work

ISSUER = "Saaz Publishers"  # who gave the later registrations their numbers
NUMBERS = {"twin": "SZ-0417", "namesake": "SZ-0522"}
ALIKE = 16  # the place of the work with a namesake among the famous works
SPELLINGS = (("ee", "i"), ("aa", "a"), ("i", "ee"), ("a", "aa"))


def load(story: Story) -> None:
    """Two works registered anew, the comparison, one merge proposed and one undone."""
    famous = famous_works()
    twice = _half_known(all_works()[:WORKS])
    twin = _twin(twice, "twin", completes=True)
    namesake = _twin(famous[ALIKE], "namesake", completes=False)
    if not DuplicatePair.objects.exists():
        duplicates.start_sweep(by=staff("documentation"), now=story.at(story.today))
        do_jobs(story.at(story.today))
    rights = {"PR": "other", "MR": "other"}
    _propose("twin", twice, twin, rights, "The same recording; the second registration names the lyricist.", story)
    _merge_and_undo(famous[ALIKE], namesake, story)


def _half_known(registered: list[Work]) -> Work:
    """The work for whose unknown owner the last distribution holds most."""
    nobodys = set(WorkShare.objects.filter(party=None, state="unclaimed", right="PR").values_list("work_id", flat=True))
    candidates = [work for work in registered if work.pk in nobodys]
    held = held_money([work.pk for work in candidates])
    return max(candidates, key=lambda work: (held.get(work.pk, 0), -work.pk))


def _twin(work: Work, name: str, *, completes: bool) -> Work:
    """A later registration of a work under another spelling; `completes` names an owner for the part without one."""
    made = Regrouping.objects.filter(form_key=form_key("merge", name)).select_related("other").first()
    if made and made.other:
        return made.other
    number = NUMBERS[name]
    if known := Work.objects.filter(identifiers__issuer=ISSUER, identifiers__value=number).first():
        return known
    unknown = Member.objects.order_by("number")[15].party if completes else None
    shares = tuple(
        NewShare(row.party or unknown, row.role, row.right, row.share)
        for row in work.shares.select_related("party").order_by("pk")
    )
    recordings = work.recordings.order_by("pk")[:1] if completes else ()
    nine = "987654321"
    new = NewWork(
        title=NewTitle(_misspelt(work.title), "OT", work.language),
        iswc="" if completes else f"T{nine}{iswc_check_digit(nine)}",
        duration=work.duration,
        shares=shares,
        recordings=tuple(NewRecording(row.isrc or "", row.title) for row in recordings),
        identifiers=((ISSUER, number),),
    )
    return register_work(new=new, by=staff("documentation"), source=SOURCE)


def _misspelt(title: str) -> str:
    """The title as somebody else would write it in Roman letters."""
    for one, other in SPELLINGS:
        if one in title:
            return title.replace(one, other, 1)
    return f"{title} (Remix)"


def _propose(name: str, work: Work, other: Work, rights: Mapping[str, str], reason: str, story: Story) -> Regrouping:
    return works.propose_merge(
        work=work,
        other=other,
        choices={"fields": {}, "rights": dict(rights)},
        reason=reason,
        by=staff("documentation"),
        now=_day(story, 5),
        form_key=form_key("merge", name),
    )


def _merge_and_undo(work: Work, other: Work, story: Story) -> None:
    one: Any = _propose("namesake", work, other, {}, "The same title and the same writers.", story)
    if one.state == "proposed":
        seen = works_digest([work.pk, other.pk])
        one = works.merge_works(regrouping=one, seen=seen, by=staff("approver"), now=_day(story, 4))
    if one.state == "done" and one.undo_asked_by_id is None:
        reason = "The ISWC agency lists two works: the second one is the film version."
        one = regrouping.ask_undo(regrouping=one, reason=reason, by=staff("documentation"), now=_day(story, 2))
    if one.state == "done":
        regrouping.undo_regrouping(regrouping=one, by=staff("approver"), now=_day(story, 1))


def _day(story: Story, back: int) -> dt.datetime:
    return story.at(story.today - dt.timedelta(days=back))

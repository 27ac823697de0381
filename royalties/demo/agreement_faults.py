"""Agreements of the demo that cannot all be true: one song is given away twice, one goes in a circle between three
publishers, and for a third somebody passes on what nobody gave to them. The first two hold money."""

import datetime as dt

from members.models import Member, Party
from members.models.parties import PartyKind
from royalties.demo.agreements import record
from royalties.demo.frame import Story, staff
from royalties.demo.repertoire import FAMOUS, famous_works
from royalties.demo.workers import do_jobs
from royalties.services.agreement_faults import start_sweep
from works.models import AgreementFault, Work, WorkShare
from works.services.agreements import Terms

FIRST = 17  # the place among the famous works from which they are taken: those before it have stories of their own
LAST = FAMOUS - 10
SIXTY_PERCENT = 600_000


def load(story: Story) -> None:
    """Five agreements about two songs that publishers have, and one about a song that none has."""
    start = story.beginning - dt.timedelta(days=200)
    terms = Terms("PS", start, signed_on=start)
    (twice, giver), (round_about, first) = _published()[:2]
    for taker in _others(giver)[:2]:
        record(giver, taker, terms, twice, units=SIXTY_PERCENT)
    second, third = _others(first)[2:4]
    for passes_on, gets in ((first, second), (second, third), (third, first)):
        record(passes_on, gets, terms, round_about)
    record(third, second, terms, _unpublished())


def look(story: Story) -> None:
    """The workers have looked through the agreements."""
    if not AgreementFault.objects.exists():
        start_sweep(by=staff("documentation"), now=story.at(story.today))
        do_jobs(story.at(story.today))


def _published() -> list[tuple[Work, Party]]:
    """Famous works of which a publisher that is a member owns a part, with that publisher."""
    songs = {work.pk: work for work in famous_works()[FIRST:LAST]}
    rows = WorkShare.objects.filter(work__in=songs, right="PR", role="E", state="active").select_related("party")
    owned = rows.filter(party__member__isnull=False).order_by("work__number")
    return [(songs[row.work_id], row.party) for row in owned if row.party]


def _unpublished() -> Work:
    """A famous work of which no publisher owns a part."""
    published = WorkShare.objects.filter(party__kind=PartyKind.ORGANISATION).values("work")
    taken = set(Work.objects.filter(pk__in=published).values_list("pk", flat=True))
    return next(work for work in famous_works()[FIRST:LAST] if work.pk not in taken)


def _others(publisher: Party) -> list[Party]:
    """The other publishers that are members."""
    firms = Member.objects.filter(party__kind=PartyKind.ORGANISATION).exclude(party=publisher).order_by("number")
    return [member.party for member in firms.select_related("party")]

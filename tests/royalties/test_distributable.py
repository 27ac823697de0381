"""The distributable status of a work is what a run does with it."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import F

from cmo_portal.common.money import WHOLE_SHARE
from members.models import Mandate
from royalties.models import RunShare, SuspenseLine
from royalties.rules.kernel import DISPUTE, NO_MANDATE, PUBLIC_DOMAIN, UNCLAIMED, UNCONFIRMED, UNDOCUMENTED
from tests.factories import royalties as make
from tests.factories.members import make_member, make_party
from works.models import SplitProposal, Work, WorkShare
from works.queries.distributable import statuses
from works.rules.distributable import HeldPart
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement

pytestmark = pytest.mark.django_db
BUCKETS = {
    "disputed": DISPUTE,
    "disputed_whole": DISPUTE,
    "over_claimed": DISPUTE,
    "conflict": DISPUTE,
    "cycle": DISPUTE,
    "no_mandate": NO_MANDATE,
    "unrepresented": UNCLAIMED,
    "unclaimed": UNCLAIMED,
    "unconfirmed": UNCONFIRMED,
    "undocumented": UNDOCUMENTED,
    "free": PUBLIC_DOMAIN,
}


def whole() -> Work:
    return make.song("Whole", (make_member().party, 60), (make_member().party, 40))


def half_known() -> Work:
    """Somebody who is no member, an owner nobody knows, and a part that is not documented."""
    return make.song("Half known", (make_member().party, 30), (make_party("Far Away"), 30), (None, 20))


def without_mandate() -> Work:
    member = make_member()
    Mandate.objects.filter(member=member, right="PR").update(valid_to=F("valid_from"))
    return make.song("Without mandate", (member.party, 100))


def contradicting(desk: Any) -> Work:
    giver, one, other = (make_member().party for _ in range(3))
    song = make.song("Contradicting", (giver, 50), (make_member().party, 50))
    song.shares.filter(party=giver).update(role="E")
    for taker in (one, other):
        sides = (NewSide(giver, "AS", (400_000,) * 3), NewSide(taker, "AC", (600_000,) * 3))
        record_agreement(new=NewAgreement(Terms("PG", dt.date(2020, 1, 1)), sides), by=desk)
    return song


def unconfirmed() -> Work:
    song = make.song("Unconfirmed", (make_member().party, 50), (make_member().party, 50))
    WorkShare.objects.filter(work=song).update(state="unconfirmed")
    return song


def sung_verse() -> Work:
    """New music to words that belong to nobody; the words of the twin are not known to be free."""
    song = make.song("Sung verse", (make_member().party, 50), (None, 50))
    song.shares.filter(party=None).update(role="A")
    song.public_domain_elements.create(element="words", reason="folk")
    return song


def test_the_status_of_works_is_what_a_run_pays_and_holds(staff: Any) -> None:
    works = [
        whole(),
        half_known(),
        without_mandate(),
        contradicting(staff("documentation")),
        unconfirmed(),
        sung_verse(),
    ]
    plays = [make.Play(work.title, work) for work in works]
    run = make.frozen_run(make.pool(files=[make.usage(*plays)]))
    found = statuses([work.pk for work in works], right="PR", on=run.period_end)
    for work in works:
        frozen: dict[int, int] = {}
        for payee, units in RunShare.objects.filter(run_id=run.pk, work_id=work.pk).values_list("payee_id", "units"):
            bucket = min(payee, 0)
            frozen[bucket] = frozen.get(bucket, 0) + units
        said = {0: found[work.pk].pays}
        for part in found[work.pk].held:
            said[BUCKETS[part.reason]] = said.get(BUCKETS[part.reason], 0) + part.units
        assert {bucket: units for bucket, units in said.items() if units} == frozen, work.title
    assert [found[work.pk].status for work in works] == ["full", "partial", "none", "partial", "none", "full"]


def test_a_member_sees_why_a_part_does_not_pay_and_what_cures_it(sign_in: Any) -> None:
    member = make_member()
    song = make.song("Half known", (member.party, 30), (make_party("Far Away"), 70))
    client = sign_in(member.user)
    page = client.get(f"/my/works/{song.uid}/").content.decode()
    assert "In part" in page and "the owner is no member" in page and "The owner can join" in page
    assert "In part" in client.get("/my/works/").content.decode()


def test_the_money_of_words_that_belong_to_nobody_is_held_under_its_own_name(sign_in: Any, run_jobs: Any) -> None:
    song = sung_verse()
    run = make.finalised_run(run_jobs, make.pool(files=[make.usage(make.Play(song.title, song))]))
    held = SuspenseLine.objects.filter(run=run)
    assert set(held.values_list("reason", flat=True)) == {"public_domain"}
    member = song.shares.exclude(party=None).first().party.member
    page = sign_in(member.user).get(f"/my/works/{song.uid}/").content.decode()
    assert "In full" in page and "public domain: belongs to nobody" in page and "owner not known" not in page
    assert statuses([song.pk], right="PR", on=dt.date(1970, 1, 1))[song.pk].held[0].reason == "free"  # folk: always


@pytest.mark.parametrize("state", ["submitted", "refused", "withdrawn"])
def test_nothing_of_a_work_that_is_not_registered_is_said_to_pay(state: str, sign_in: Any) -> None:
    member = make_member()
    song = make.song("Not yet", (member.party, 100))
    Work.objects.filter(pk=song.pk).update(state=state)
    found = statuses([song.pk], right="PR", on=dt.date(2026, 6, 30))[song.pk]
    assert (found.status, [part.reason for part in found.held]) == ("none", ["not_registered"])


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_nobody_is_asked_for_the_missing_shares_of_a_work_that_is_refused_or_withdrawn(state: str) -> None:
    song = make.song("Undone")
    assert statuses([song.pk], right="PR", on=dt.date(2026, 6, 30))[song.pk].held[0].reason == "undocumented"
    Work.objects.filter(pk=song.pk).update(state=state)
    found = statuses([song.pk], right="PR", on=dt.date(2026, 6, 30))[song.pk]
    assert found.held == (HeldPart("not_registered", WHOLE_SHARE),)


def test_what_a_refused_split_needs_is_another_proposal() -> None:
    song = unconfirmed()
    days = {"remind_on": dt.date(2026, 6, 1), "answer_by": dt.date(2026, 6, 30)}
    round_ = SplitProposal.objects.create(work=song, round=1, parts=[], digest=bytes(32), **days)
    assert statuses([song.pk], right="PR", on=dt.date(2026, 6, 30))[song.pk].held[0].reason == "unconfirmed"
    SplitProposal.objects.filter(pk=round_.pk).update(state="refused")
    assert statuses([song.pk], right="PR", on=dt.date(2026, 6, 30))[song.pk].held[0].reason == "refused_split"

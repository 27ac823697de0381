"""A run from the draft to the digest: what is frozen, what every level adds up to, and who waits for what reason."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Sum

from members.models import Mandate, PartyAffiliation
from royalties.models import (
    AllocationLine,
    LineResult,
    PayeeTotal,
    RuleVersion,
    RunDeduction,
    RunPool,
    RunShare,
    RunText,
    SuspenseLine,
    TextResult,
    UsageClaim,
    UsageMatch,
)
from royalties.queries import readiness
from royalties.services import runs
from royalties.services.pools import Section
from tests.factories import royalties as make
from tests.factories.members import make_member, make_party
from works.models import Dispute, WorkShare

pytestmark = pytest.mark.django_db


def totals(run) -> dict[int, int]:
    """Minor units by payee over all pools."""
    rows = PayeeTotal.objects.filter(run_id=run.pk).values_list("payee_id").annotate(sum=Sum("amount"))
    return {payee: int(amount) for payee, amount in rows}


def test_a_run_shares_its_pool_out_to_the_paisa(run_jobs):
    one, two = make_member("Noor").party, make_member("Jahan").party
    song = make.song("Song", (one, 50), (two, 50))
    file = make.usage(make.Play("song", song, plays=3), make.Play("unknown", plays=1))
    run = make.calculated_run(run_jobs, make.pool(1_000_01, files=[file]))
    assert totals(run) == {one.pk: 37_501, two.pk: 37_500, -1: 25_000}


def test_every_level_of_a_run_adds_up_to_the_one_above(run_jobs):
    owners = [make_member(f"Third{number}").party for number in range(3)]
    works = [make.song(f"Work {n}", *((owner, 33) for owner in owners)) for n in range(7)]
    plays = [
        make.Play(f"text {n}", works[n % 7] if n % 5 else None, plays=n % 4 + 1, seconds=31 * n + 7) for n in range(40)
    ]
    file = make.usage(*plays, *plays[::2])
    run = make.calculated_run(run_jobs, make.pool(7_777_77, files=[file], deductions=make.TWENTY_AND_FIVE), slices=3)
    leaf = RunPool.objects.get(run=run)
    units = leaf.amount * 10_000
    assert sum(totals(run).values()) == leaf.amount
    for table in (PayeeTotal, AllocationLine, TextResult, LineResult):
        assert table.objects.filter(run_id=run.pk).aggregate(sum=Sum("units"))["sum"] == units
    assert AllocationLine.objects.filter(run_id=run.pk).aggregate(sum=Sum("amount"))["sum"] == leaf.amount
    assert LineResult.objects.filter(run_id=run.pk).count() == 60


def test_deductions_are_taken_before_the_pool_is_shared(run_jobs):
    run = make.calculated_run(run_jobs, make.pool(1_000_00, deductions=make.TWENTY_AND_FIVE))
    leaf = RunPool.objects.get(run=run)
    taken = list(
        RunDeduction.objects.filter(run=run).order_by("order").values_list("code", "basis", "amount", "purpose")
    )
    assert taken == [("ADMIN", 100_000, 20_000, "administration"), ("SOCIAL", 80_000, 4_000, "social")]
    assert (leaf.gross, leaf.deducted, leaf.amount) == (100_000, 24_000, 76_000)


def test_a_pool_without_usage_waits_whole(run_jobs):
    run = make.calculated_run(run_jobs, make.pool(500_00))
    assert totals(run) == {-6: 50_000}


def test_a_pool_whose_lines_weigh_nothing_waits_whole(run_jobs):
    song = make.song("Song", (make_member().party, 100))
    run = make.calculated_run(run_jobs, make.pool(500_00, files=[make.usage(make.Play("song", song, plays=0))]))
    assert {payee: amount for payee, amount in totals(run).items() if amount} == {-6: 50_000}
    assert TextResult.objects.get(run_id=run.pk).units == 0


def test_an_ignored_text_takes_no_part(run_jobs):
    owner = make_member().party
    song = make.song("Song", (owner, 100))
    file = make.usage(make.Play("song", song), make.Play("news", plays=50, ignored=True))
    run = make.calculated_run(run_jobs, make.pool(500_00, files=[file]))
    assert totals(run) == {owner.pk: 50_000}
    assert LineResult.objects.filter(run_id=run.pk).count() == 1


def test_a_disputed_part_is_held_and_the_rest_is_paid(run_jobs):
    owner = make_member().party
    song = make.song("Song", (owner, 60))
    dispute = Dispute.objects.create(
        work=song, right="PR", share=400_000, opened_on=dt.date(2026, 1, 1), deadline=dt.date(2027, 1, 1)
    )
    WorkShare.objects.create(work=song, role="CA", right="PR", share=400_000, state="disputed", dispute=dispute)
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("song", song))]))
    assert totals(run) == {owner.pk: 6_000, -2: 4_000}


def test_shares_that_not_all_sides_have_agreed_to_are_held_and_the_rest_of_the_pool_pays(run_jobs):
    one, two, three = (make_member(name).party for name in ("Noor", "Jahan", "Other"))
    waits, pays = make.song("Waits", (one, 50), (two, 50)), make.song("Pays", (three, 100))
    WorkShare.objects.filter(work=waits).update(state="unconfirmed")
    file = make.usage(make.Play("waits", waits), make.Play("pays", pays))
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[file]))
    assert totals(run) == {three.pk: 5_000, -7: 5_000}
    with pytest.raises(IntegrityError, match="disputed or unconfirmed"), transaction.atomic():
        share = WorkShare.objects.filter(work=waits, right="PR").first()
        RunShare.objects.create(
            run_id=make.draft_run(make.pool()).pk,
            right="PR",
            work_id=waits.pk,
            share_id=share.pk,
            payee_id=one.pk,
            party_id=one.pk,
            role="CA",
            units=1_000_000,
        )


def test_what_is_missing_to_a_hundred_percent_is_held_as_undocumented(run_jobs):
    owner = make_member().party
    song = make.song("Song", (owner, 75))
    empty = make.song("Empty")
    file = make.usage(make.Play("song", song), make.Play("empty", empty))
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[file]))
    assert totals(run) == {owner.pk: 3_750, -3: 6_250}


def test_a_member_without_a_mandate_for_the_right_is_held(run_jobs):
    with_mandate, without = make_member("With"), make_member("Without", rights=("MR",))
    song = make.song("Song", (with_mandate.party, 50), (without.party, 50))
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("song", song))]))
    assert totals(run) == {with_mandate.party.pk: 5_000, -5: 5_000}


def test_a_mandate_that_ended_before_the_period_counts_no_more(run_jobs):
    member = make_member("Gone")
    Mandate.objects.filter(member=member).update(valid_to=dt.date(2026, 6, 30))
    song = make.song("Song", (member.party, 100))
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("song", song))]))
    assert totals(run) == {-5: 10_000}


def test_an_owner_who_is_no_member_is_held_as_unclaimed(run_jobs):
    song = make.song("Song", (make_party("Nobody"), 50), (None, 50))
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("song", song))]))
    assert totals(run) == {-4: 10_000}


def test_an_owner_of_a_sister_society_is_paid_through_it(run_jobs):
    society = make_party("Society X", kind="society", society_code="072")
    foreign = make_party("Foreign")
    PartyAffiliation.objects.create(party=foreign, society_code="072", right="PR")
    song = make.song("Song", (foreign, 50), (society, 50))
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("song", song))]))
    assert totals(run) == {society.pk: 10_000}


def test_shares_of_another_day_or_territory_do_not_count(run_jobs):
    early, late, abroad, home = (make_member(name).party for name in ("Early", "Late", "Abroad", "Home"))
    song = make.song("Song")
    for party, facts in (
        (early, {"valid_to": dt.date(2026, 8, 31)}),
        (late, {"valid_from": dt.date(2026, 9, 1)}),
        (abroad, {"territory": "0840"}),
    ):
        WorkShare.objects.create(work=song, party=party, role="CA", right="PR", share=500_000, **facts)
    WorkShare.objects.create(work=song, party=home, role="CA", right="PR", share=500_000, territory="0586")
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("song", song))]))
    assert totals(run) == {late.pk: 5_000, home.pk: 5_000}


def test_a_text_of_a_merged_work_pays_the_work_that_took_it_over(run_jobs):
    owner = make_member().party
    old, middle, last = make.song("Old"), make.song("Middle"), make.song("Last", (owner, 100))
    for work in (old, middle):  # a chain cannot be stored: what was merged earlier is led on
        work.merged_into, work.state = last, "merged"
        work.save()
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("old", old))]))
    assert RunText.objects.get(run_id=run.pk).work_id == last.pk
    assert totals(run) == {owner.pk: 10_000}


def test_the_last_revision_of_a_match_counts(run_jobs):
    wrong, right = make_member("Wrong").party, make_member("Right").party
    file = make.usage(make.Play("song", make.song("Wrong", (wrong, 100))))
    better = make.song("Right", (right, 100))
    UsageMatch.objects.create(file=file, text_no=1, revision=2, outcome="matched", work=better, stage="clerk")
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[file]))
    assert totals(run) == {right.pk: 10_000}


def test_one_file_pays_two_rights_each_once(run_jobs):
    performing, mechanical = make_member("Performing", rights=("PR",)), make_member("Mechanical", rights=("MR",))
    song = make.song("Song")
    WorkShare.objects.create(work=song, party=performing.party, role="CA", right="PR", share=1_000_000)
    WorkShare.objects.create(work=song, party=mechanical.party, role="CA", right="MR", share=1_000_000)
    file = make.usage(make.Play("song", song))
    run = make.calculated_run(
        run_jobs, make.pool(100_00, files=[file], right="PR"), make.pool(70_00, files=[file], right="MR")
    )
    assert totals(run) == {performing.party.pk: 10_000, mechanical.party.pk: 7_000}
    assert UsageClaim.objects.filter(run=run).count() == 2


def test_a_file_that_feeds_two_pools_of_one_right_is_refused():
    file = make.usage(make.Play("song"))
    run = make.draft_run(make.pool(files=[file]), make.pool(files=[file]))
    with pytest.raises(ValidationError, match="can be paid only once"):
        runs.freeze_run(run=run, by=make.maker(), now=make.NOW)


def test_a_second_run_over_the_same_file_is_refused(run_jobs):
    file = make.usage(make.Play("song"), name="june.csv")
    first = make.finalised_run(run_jobs, make.pool(files=[file]))
    second = make.draft_run(make.pool(files=[file]))
    with pytest.raises(ValidationError, match=f"june.csv was paid for this right in run {first.number}"):
        runs.freeze_run(run=second, by=make.maker(), now=make.NOW)


def test_a_run_says_all_its_faults_before_it_is_frozen():
    poor = make.pool(0, code="POOR")
    file = make.usage(make.Play("song", use="jukebox"), name="july.csv")
    type(file).objects.filter(pk=file.pk).update(matched_at=None)
    weighed = make.pool(files=[file], weights=make.WEIGHED)
    with pytest.raises(ValidationError) as refused:
        runs.freeze_run(run=make.draft_run(poor, weighed), by=make.maker(), now=make.NOW)
    assert len(refused.value.messages) == 2
    assert "holds no money" in refused.value.messages[0]
    assert "july.csv was not matched" in refused.value.messages[1]


def test_a_pool_beyond_the_arithmetic_of_a_run_is_named_before_the_freeze(monkeypatch):
    monkeypatch.setattr(readiness, "MOST_MINOR_UNITS", 99_999)
    with pytest.raises(ValidationError, match="Split it into several pools"):
        runs.freeze_run(run=make.draft_run(make.pool(100_000)), by=make.maker(), now=make.NOW)


def test_a_run_is_not_frozen_without_a_rule_on_how_long_held_money_waits():
    pool = make.pool()
    RuleVersion.objects.filter(rule__kind="claims").update(valid_to=make.QUARTER.start)
    with pytest.raises(
        ValidationError, match="exactly one approved rule on claims to held money for 30 September 2026"
    ):
        runs.freeze_run(run=make.draft_run(pool), by=make.maker(), now=make.NOW)


@pytest.mark.parametrize(("years", "last_day"), [("1", dt.date(2028, 6, 30)), ("5", dt.date(2032, 6, 30))])
def test_held_money_waits_as_long_as_the_frozen_rule_says(run_jobs, years, last_day):
    frozen_by = make.rule("claims", {"years": years})
    run = make.finalised_run(run_jobs, make.pool())
    assert run.claim_rule == frozen_by
    assert set(SuspenseLine.objects.filter(run=run).values_list("prescribes_on", flat=True)) == {last_day}


def test_a_code_without_a_weight_is_named_with_its_lines():
    file = make.usage(
        make.Play("song", use="jukebox", daypart="prime"), make.Play("other", use="feature", daypart="dawn")
    )
    with pytest.raises(ValidationError) as refused:
        runs.freeze_run(
            run=make.draft_run(make.pool(files=[file], weights=make.WEIGHED)), by=make.maker(), now=make.NOW
        )
    assert [("jukebox" in text, "dawn" in text) for text in refused.value.messages] == [(False, True), (True, False)]


def test_a_line_without_a_daypart_takes_that_of_its_time(run_jobs):
    night = {"code": "night", "weight": "1", "from": "22:00", "to": "06:00"}
    day = {"code": "day", "weight": "3", "from": "06:00", "to": "22:00"}
    weights = {"formula": "plays", "dayparts": [night, day]}
    lines = [make.Play(f"t{n}", at=at) for n, at in enumerate(("23:59:59", "25:30:00", "06:00:00", "21:59:00"))]
    run = make.calculated_run(run_jobs, make.pool(files=[make.usage(*lines)], weights=weights))
    assert list(LineResult.objects.filter(run_id=run.pk).order_by("line_key").values_list("weight", flat=True)) == [
        1,
        1,
        3,
        3,
    ]


def test_usage_of_an_unknown_section_is_refused():
    sections = [Section("headliner", "Headliner", 80), Section("support", "Support", 20)]
    file = make.usage(make.Play("song", section="encore"))
    with pytest.raises(ValidationError, match="has no section “encore”"):
        runs.freeze_run(run=make.draft_run(make.pool(files=[file], sections=sections)), by=make.maker(), now=make.NOW)


def test_the_frozen_shares_of_each_work_make_the_whole(run_jobs):
    song = make.song("Song", (make_member().party, 30))
    run = make.calculated_run(run_jobs, make.pool(files=[make.usage(make.Play("song", song))]))
    assert list(RunShare.objects.filter(run_id=run.pk).order_by("share_id").values_list("payee_id", "units")) == [
        (-3, 700_000),
        (song.shares.get(right="PR").party_id, 300_000),
    ]


def test_a_recording_of_two_works_counts_half_for_each(run_jobs):
    one, two = make_member("One").party, make_member("Two").party
    file = make.usage(
        make.Play("medley a", make.song("A", (one, 100)), facts={"parts": 2, "source_row": 2}),
        make.Play("medley b", make.song("B", (two, 100)), facts={"parts": 2, "source_row": 2}),
        make.Play("single", make.song("C", (two, 100))),
    )
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[file]))
    assert RunPool.objects.get(run=run).weight_scale == 2
    assert totals(run) == {one.pk: 2_500, two.pk: 7_500}


def test_recordings_of_two_and_of_three_works_share_their_plays_exactly(run_jobs):
    """A common measure of halves and thirds: neither divides the other."""
    facts = [{"parts": 2}] * 2 + [{"parts": 3}] * 3
    lines = [make.Play(f"t{n}", seconds=60, facts=each) for n, each in enumerate(facts)]
    run = make.calculated_run(run_jobs, make.pool(120_00, files=[make.usage(*lines)]))
    units = LineResult.objects.filter(run_id=run.pk).order_by("line_key").values_list("units", flat=True)
    assert [unit // 10_000 for unit in units] == [30_00, 30_00, 20_00, 20_00, 20_00]


def test_a_share_is_paid_until_its_last_day_that_of_the_period_included(run_jobs):
    first, last = make_member("First").party, make_member("Last").party
    ends, ended = make.song("Ends", (first, 100)), make.song("Ended", (last, 100))
    WorkShare.objects.filter(work=ends).update(valid_to=make.QUARTER.end)
    WorkShare.objects.filter(work=ended).update(valid_to=make.QUARTER.end - dt.timedelta(days=1))
    file = make.usage(make.Play("Ends", ends), make.Play("Ended", ended))
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[file]))
    paid = dict(PayeeTotal.objects.filter(run_id=run.pk).values_list("payee_id", "amount"))
    assert paid.pop(first.pk) == 50_00 and list(paid.values()) == [50_00] and last.pk not in paid

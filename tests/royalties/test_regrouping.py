"""Merges and splits and money: runs keep what they froze and name what changed, effects are worked out before, and
nothing that was paid on is undone (F23)."""

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from royalties import fsck
from royalties.fsck import Scope
from royalties.models import PayeeTotal, RunShare, RunText, UsageMatch
from royalties.queries.frozen_shares import changes_since
from royalties.queries.regrouping_effect import effect_of
from royalties.queries.stakes import stakes_of
from royalties.services import regrouping, runs
from tests.conftest import examples
from tests.factories import royalties as make
from tests.factories.licensing import person
from tests.factories.members import make_member
from works.models import Regrouping, Work
from works.queries.regrouping import works_digest
from works.services import regrouping as works
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement
from works.services.registration import NewShare
from works.services.shares import replace_shares

NOW = make.NOW


def clerk():
    return person("documentation")


def merge(one: Work, two: Work, **choices: Any) -> Regrouping:
    made = works.propose_merge(
        work=one, other=two, choices=choices, reason="the same song", by=clerk(), now=NOW, form_key=uuid.uuid4()
    )
    return works.merge_works(regrouping=made, seen=works_digest([one.pk, two.pk]), by=make.approver(), now=NOW)


def undo(made: Regrouping) -> Regrouping:
    regrouping.ask_undo(regrouping=made, reason="two songs", by=clerk(), now=NOW)
    return regrouping.undo_regrouping(regrouping=made, by=make.approver(), now=NOW)


def propose_split(song: Work, **choices: Any) -> Regrouping:
    chosen = {"title": "The other song", **choices}
    return works.propose_split(
        work=song, choices=chosen, reason="two songs", by=clerk(), now=NOW, form_key=uuid.uuid4()
    )


def split(song: Work, **choices: Any) -> Regrouping:
    made = propose_split(song, **choices)
    return regrouping.split_work(regrouping=made, seen=works_digest([song.pk]), by=make.approver(), now=NOW)


def paid(run: Any) -> dict[int, int]:
    return {row.payee_id: row.amount for row in PayeeTotal.objects.filter(run_id=run.pk) if row.amount}


def keys_of(file: Any, *titles: str) -> list[str]:
    from royalties.models import UsageText

    rows = UsageText.objects.filter(file_id=file.pk, title__in=titles)
    return [bytes(key).hex() for key in rows.values_list("memory_key", flat=True)]


@pytest.fixture
def pair(db: None) -> tuple[Work, Work, Any, Any]:
    one, two = make_member("Noor").party, make_member("Jahan").party
    return make.song("Song", (one, 100)), make.song("Song again", (two, 100)), one, two


def both_played(pair: tuple[Work, Work, Any, Any]) -> Any:
    return make.usage(make.Play("song", pair[0], plays=3), make.Play("song again", pair[1], plays=1))


@pytest.mark.django_db
def test_a_run_frozen_after_a_merge_pays_the_survivors_owners(pair, run_jobs) -> None:
    one, two, first, _second = pair
    file = both_played(pair)
    merge(one, two, rights={"PR": "work", "MR": "work"})
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[file]))
    assert paid(run) == {first.pk: 10_000}
    assert not changes_since(run).works


@pytest.mark.django_db
def test_a_run_keeps_its_snapshot_and_names_a_merge_that_came_later(pair, run_jobs) -> None:
    one, two, first, second = pair
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[both_played(pair)]))
    run = runs.send_for_review(run=run, by=make.maker(), now=NOW)
    merge(one, two, rights={"PR": "work", "MR": "work"})
    assert paid(run) == {first.pk: 7_500, second.pk: 2_500}
    assert changes_since(run).regrouped == ((two.pk, one.pk),)
    digest = bytes(run.digest).hex()
    with pytest.raises(ValidationError, match=f"{two.number} → {one.number}"):
        runs.approve_run(run=run, digest=digest, by=make.approver(), now=NOW)
    run = runs.approve_run(run=run, digest=digest, by=make.approver(), now=NOW, accept_changes=True)
    run = runs.finalise_run(run=run, digest=digest, by=make.maker(), now=NOW)
    assert run.state == "finalised" and fsck.findings(Scope(run)) == []


@pytest.mark.django_db
def test_a_merge_between_approval_and_posting_stops_the_posting(pair, run_jobs) -> None:
    run = make.approved_run(run_jobs, make.pool(100_00, files=[both_played(pair)]))
    merge(pair[0], pair[1], rights={"PR": "work", "MR": "work"})
    with pytest.raises(ValidationError, match="after the approval"):
        runs.finalise_run(run=run, digest=bytes(run.digest).hex(), by=make.maker(), now=NOW)


@pytest.mark.django_db
def test_an_undone_merge_is_a_change_for_a_run_that_froze_it(pair) -> None:
    one, two, *_owners = pair
    file = both_played(pair)
    made = merge(one, two, rights={"PR": "work", "MR": "work"})
    run = make.frozen_run(make.pool(100_00, files=[file]))
    undo(made)
    assert changes_since(run).regrouped == ((one.pk, two.pk),)


@pytest.mark.django_db
def test_a_merge_that_was_paid_on_is_not_undone_until_the_run_is_reversed(pair, run_jobs) -> None:
    file = both_played(pair)
    made = merge(pair[0], pair[1], rights={"PR": "work", "MR": "work"})
    run = make.finalised_run(run_jobs, make.pool(100_00, files=[file]))
    with pytest.raises(ValidationError, match=f"Distribution {run.number} was posted"):
        undo(made)
    runs.reverse_run(run=run, reason="wrong works", by=make.approver(), now=NOW)
    assert undo(made).state == "undone"


@pytest.mark.django_db
def test_what_is_paid_between_asking_and_undoing_keeps_a_merge(pair, run_jobs) -> None:
    file = both_played(pair)
    made = merge(pair[0], pair[1], rights={"PR": "work", "MR": "work"})
    regrouping.ask_undo(regrouping=made, reason="two songs", by=clerk(), now=NOW)
    run = make.finalised_run(run_jobs, make.pool(100_00, files=[file]))
    with pytest.raises(ValidationError, match=f"Distribution {run.number} was posted"):
        regrouping.undo_regrouping(regrouping=made, by=make.approver(), now=NOW)
    assert Regrouping.objects.get(pk=made.pk).state == "done"


@pytest.mark.django_db
@pytest.mark.parametrize("right", ["other", "contest"])
def test_a_merge_whose_shares_paid_the_work_s_own_usage_is_not_undone(pair, run_jobs, right) -> None:
    song, again, _first, second = pair
    made = merge(song, again, rights={"PR": right, "MR": "work"})
    run = make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("song", song))]))
    assert paid(run) == {second.pk if right == "other" else -2: 10_000}
    with pytest.raises(ValidationError, match=f"Distribution {run.number} was posted"):
        undo(made)
    runs.reverse_run(run=run, reason="wrong shares", by=make.approver(), now=NOW)
    assert undo(made).state == "undone"


@pytest.mark.django_db
def test_a_run_over_a_right_that_a_merge_left_alone_does_not_keep_it(pair, run_jobs) -> None:
    made = merge(pair[0], pair[1], rights={"PR": "work", "MR": "other"})
    make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("song", pair[0]))]))
    assert undo(made).state == "undone"


@pytest.mark.django_db
def test_the_effect_is_what_a_run_over_the_merged_work_pays(pair, run_jobs) -> None:
    one, two, first, second = pair
    other = make.song("Other", (make_member("Third").party, 33), (None, 67))
    file = make.usage(
        make.Play("song", one, plays=3), make.Play("song again", two, plays=2), make.Play("other", other, plays=7)
    )
    run = make.finalised_run(run_jobs, make.pool(1_000_01, files=[file]))
    made = works.propose_merge(
        work=one, other=two, choices={"rights": {"PR": "work", "MR": "work"}}, reason="same", by=clerk(), now=NOW,
        form_key=uuid.uuid4(),
    )  # fmt: skip
    effect = effect_of(made)
    would = {row.payee_id: row.would for row in effect.runs[0].rows}
    before = paid(run)
    runs.reverse_run(run=run, reason="anew", by=make.approver(), now=NOW)
    works.merge_works(regrouping=made, seen=works_digest([one.pk, two.pk]), by=make.approver(), now=NOW)
    pool = run.pool_claims.get().pool
    anew = paid(make.calculated_run(run_jobs, pool))
    assert before | would == {first.pk: 0, second.pk: 0} | before | anew | {second.pk: 0}
    assert effect.moved == before[second.pk] and effect.freed == 0


@pytest.mark.django_db
def test_the_effect_follows_agreements_as_a_run_does(run_jobs) -> None:
    """The other work is covered by a specific agreement; merged, the agreement and the effect go with it."""
    writer, firm, other_firm = (make_member(name).party for name in ("Noor", "Firm", "Other Firm"))
    one, two = make.song("Song", (firm, 100)), make.song("Song again", (firm, 100))
    sides = (NewSide(firm, "AS", (0, 0, 0)), NewSide(other_firm, "AC", (1_000_000,) * 3))
    terms = Terms(agreement_type="PS", start_date=dt.date(2020, 1, 1), shares_change=True)
    record_agreement(new=NewAgreement(terms, sides, (two,)), by=clerk())
    file = make.usage(make.Play("song", one, plays=3), make.Play("song again", two))
    run = make.finalised_run(run_jobs, make.pool(100_00, files=[file]))
    assert paid(run) == {firm.pk: 7_500, other_firm.pk: 2_500} and writer.pk not in paid(run)
    made = works.propose_merge(
        work=one, other=two, choices={}, reason="same", by=clerk(), now=NOW, form_key=uuid.uuid4()
    )
    assert {row.payee_id: row.would for row in effect_of(made).runs[0].rows} == {firm.pk: 0, other_firm.pk: 10_000}
    runs.reverse_run(run=run, reason="anew", by=make.approver(), now=NOW)
    works.merge_works(regrouping=made, seen=works_digest([one.pk, two.pk]), by=make.approver(), now=NOW)
    assert paid(make.calculated_run(run_jobs, run.pool_claims.get().pool)) == {other_firm.pk: 10_000}


@pytest.mark.django_db
def test_the_effect_of_a_contested_merge_is_money_that_would_be_held(pair, run_jobs) -> None:
    one, two, first, second = pair
    make.finalised_run(run_jobs, make.pool(100_00, files=[both_played(pair)]))
    made = works.propose_merge(
        work=one, other=two, choices={"rights": {"PR": "contest", "MR": "work"}}, reason="same", by=clerk(), now=NOW,
        form_key=uuid.uuid4(),
    )  # fmt: skip
    effect = effect_of(made)
    assert {row.payee_id: row.would for row in effect.runs[0].rows} == {first.pk: 0, second.pk: 0, -2: 10_000}
    assert effect.freed == -10_000


@pytest.mark.django_db
def test_the_effect_of_a_merge_leaves_out_what_else_changed_since_the_run(pair, run_jobs) -> None:
    one, two, first, second = pair
    third = make_member("Third").party
    make.finalised_run(run_jobs, make.pool(100_00, files=[both_played(pair)]))
    shares = [NewShare(first, "CA", "PR", 600_000), NewShare(third, "CA", "PR", 400_000)]
    replace_shares(work=one, right="PR", shares=shares, reason="letter", by=clerk())
    made = works.propose_merge(
        work=one, other=two, choices={"rights": {"PR": "work", "MR": "work"}}, reason="same", by=clerk(), now=NOW,
        form_key=uuid.uuid4(),
    )  # fmt: skip
    effect = effect_of(made)
    assert {row.payee_id: (row.without, row.would) for row in effect.runs[0].rows} == {
        first.pk: (4_500, 6_000), third.pk: (3_000, 4_000), second.pk: (2_500, 0),
    }  # fmt: skip
    assert (effect.moved, effect.freed) == (2_500, 0)


@pytest.mark.django_db
def test_held_money_of_an_undocumented_twin_would_be_paid(run_jobs) -> None:
    owner = make_member("Noor").party
    one, two = make.song("Song", (owner, 100)), make.song("Song again")
    make.finalised_run(
        run_jobs, make.pool(100_00, files=[make.usage(make.Play("song", one), make.Play("song again", two))])
    )
    made = works.propose_merge(
        work=one, other=two, choices={"rights": {"PR": "work", "MR": "work"}}, reason="same", by=clerk(), now=NOW,
        form_key=uuid.uuid4(),
    )  # fmt: skip
    assert effect_of(made).freed == 5_000
    assert stakes_of([one.pk, two.pk])[two.pk].held == 5_000


@pytest.mark.django_db
def test_usage_that_waits_for_a_distribution_is_at_stake(pair) -> None:
    make.pool(100_00, files=[both_played(pair)])
    stakes = stakes_of([pair[0].pk, pair[1].pk])
    assert stakes[pair[1].pk].texts == 1
    assert make.frozen_run  # nothing is frozen: the estimate needs no run


# --- splits ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_split_moves_what_was_chosen_and_an_undoing_brings_it_back(run_jobs) -> None:
    one, two = make_member("Noor").party, make_member("Jahan").party
    song = make.song("Song", (one, 50), (two, 50))
    file = make.usage(make.Play("song", song), make.Play("song two", song))
    shares = {str(row.pk): "goes" if row.party_id == two.pk else "both" for row in song.shares.all()}
    before = [list(song.shares.order_by("pk").values()), list(song.titles.order_by("pk").values())]
    made = split(song, shares=shares, texts=keys_of(file, "song two"))
    part = made.other
    assert part is not None
    assert set(part.shares.values_list("party_id", "share")) == {(one.pk, 500_000), (two.pk, 500_000)}
    assert set(song.shares.values_list("party_id", flat=True)) == {one.pk}
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[file]))
    assert paid(run) == {one.pk: 5_000, two.pk: 2_500, -3: 2_500}
    runs.cancel_run(run=run, reason="test", by=make.maker(), now=NOW)
    undo(made)
    part.refresh_from_db()
    assert (part.state, part.merged_into_id) == ("merged", song.pk)
    assert [list(song.shares.order_by("pk").values()), list(song.titles.order_by("pk").values())] == before
    newest = UsageMatch.objects.filter(file=file).order_by("text_no", "-revision").distinct("text_no")
    assert {row.work_id for row in newest} == {song.pk}


@pytest.mark.django_db
def test_a_split_whose_parted_shares_were_held_by_a_posted_run_is_not_undone(run_jobs) -> None:
    one, two = make_member("Noor").party, make_member("Jahan").party
    song = make.song("Song", (one, 50), (two, 50))
    shares = {str(row.pk): "goes" if row.party_id == two.pk else "stays" for row in song.shares.all()}
    made = split(song, shares=shares, texts=[])
    run = make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("song", song))]))
    assert paid(run) == {one.pk: 5_000, -3: 5_000}
    with pytest.raises(ValidationError, match=f"Distribution {run.number} was posted"):
        undo(made)


@pytest.mark.django_db
def test_a_run_names_a_split_that_came_later_and_keeps_its_snapshot() -> None:
    song = make.song("Song", (make_member("Noor").party, 100))
    file = make.usage(make.Play("song", song), make.Play("song two", song))
    run = make.frozen_run(make.pool(100_00, files=[file]))
    made = split(song, texts=keys_of(file, "song two"))
    assert made.other is not None
    assert changes_since(run).regrouped == ((song.pk, made.other.pk),)
    assert set(RunText.objects.filter(run_id=run.pk).values_list("work_id", flat=True)) == {song.pk}
    undo(made)
    assert changes_since(run).regrouped == ()


@pytest.mark.django_db
def test_the_effect_of_a_split_is_worked_out_by_its_texts(run_jobs) -> None:
    one, two = make_member("Noor").party, make_member("Jahan").party
    song = make.song("Song", (one, 50), (two, 50))
    file = make.usage(make.Play("song", song), make.Play("song two", song))
    make.finalised_run(run_jobs, make.pool(100_00, files=[file]))
    shares = {str(row.pk): "goes" if row.party_id == two.pk else "stays" for row in song.shares.all()}
    effect = effect_of(propose_split(song, shares=shares, texts=keys_of(file, "song two")))
    assert {row.payee_id: row.would for row in effect.runs[0].rows} == {one.pk: 2_500, two.pk: 2_500, -3: 5_000}


@pytest.mark.django_db
def test_a_split_with_every_share_in_both_works_has_no_effect_whatever_changed_since(run_jobs) -> None:
    one, two = make_member("Noor").party, make_member("Jahan").party
    song, merged_in = make.song("Song", (one, 100)), make.song("Song again", (one, 100))
    file = make.usage(make.Play("song", song), make.Play("song two", song), make.Play("song again", merged_in))
    make.finalised_run(run_jobs, make.pool(100_01, files=[file]))
    merge(song, merged_in, rights={"PR": "work", "MR": "work"})
    shares = [NewShare(one, "CA", "PR", 500_000), NewShare(two, "CA", "PR", 500_000)]
    replace_shares(work=song, right="PR", shares=shares, reason="the dispute is settled", by=clerk())
    both = {str(row.pk): "both" for row in song.shares.all()}
    effect = effect_of(propose_split(song, shares=both, texts=keys_of(file, "song two")))
    assert [run.rows for run in effect.runs] == [()] and (effect.moved, effect.freed) == (0, 0)


# --- two sessions ----------------------------------------------------------------------------------------------------


def _two_sessions(first: Any, then: Any) -> list[str]:
    """`first` acts and stays uncommitted until `then` has begun; what each came to."""
    acted, began, outcome = threading.Event(), threading.Event(), {}

    def session(name: str, act: Any, wait: threading.Event | None, tell: threading.Event, hold: bool) -> None:
        try:
            if wait:
                wait.wait(10)
                tell.set()
            with transaction.atomic():
                act()
                if hold:
                    tell.set()
                    began.wait(10)
                    assert not done_second.wait(0.5), "the second session does not pass the first"
            outcome[name] = "done"
        except Exception as error:
            outcome[name] = repr(error)
        finally:
            if name == "then":
                done_second.set()
            connections.close_all()

    done_second = threading.Event()
    threads = [
        threading.Thread(target=session, args=("first", first, None, acted, True)),
        threading.Thread(target=session, args=("then", then, acted, began, False)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcome["first"], outcome["then"]]


def _prepared() -> tuple[Any, Work, Work, Any, Any]:
    one, two = make_member("Noor").party, make_member("Jahan").party
    pair = (make.song("Song", (one, 100)), make.song("Song again", (two, 100)), one, two)
    run = make.draft_run(make.pool(100_00, files=[both_played(pair)]))
    made = works.propose_merge(
        work=pair[0], other=pair[1], choices={"rights": {"PR": "work", "MR": "work"}}, reason="same", by=clerk(),
        now=NOW, form_key=uuid.uuid4(),
    )  # fmt: skip
    make.approver(), make.maker()
    return run, pair[0], pair[1], made, one


@pytest.mark.django_db(transaction=True)
def test_a_merge_waits_for_a_freeze_and_is_a_change_since() -> None:
    run, one, two, made, _owner = _prepared()
    seen = works_digest([one.pk, two.pk])
    assert _two_sessions(
        lambda: runs.freeze_run(run=run, by=make.maker(), now=NOW),
        lambda: works.merge_works(regrouping=made, seen=seen, by=make.approver(), now=NOW),
    ) == ["done", "done"]
    run.refresh_from_db()
    assert set(RunText.objects.filter(run_id=run.pk).values_list("work_id", flat=True)) == {one.pk, two.pk}
    assert changes_since(run).regrouped == ((two.pk, one.pk),)
    assert fsck.findings(Scope(run)) == []


@pytest.mark.django_db(transaction=True)
def test_a_freeze_waits_for_a_merge_and_freezes_the_merged_work() -> None:
    run, one, two, made, owner = _prepared()
    seen = works_digest([one.pk, two.pk])
    assert _two_sessions(
        lambda: works.merge_works(regrouping=made, seen=seen, by=make.approver(), now=NOW),
        lambda: runs.freeze_run(run=run, by=make.maker(), now=NOW),
    ) == ["done", "done"]
    run.refresh_from_db()
    assert set(RunText.objects.filter(run_id=run.pk).values_list("work_id", flat=True)) == {one.pk}
    assert set(RunShare.objects.filter(run_id=run.pk).values_list("payee_id", flat=True)) == {owner.pk}
    assert not changes_since(run).works and fsck.findings(Scope(run)) == []


def _posted_or_undone(run_jobs: Any) -> tuple[Any, Regrouping, Any, Any]:
    """A run over a merge that is approved, a wish to undo the merge, and both acts."""
    one, two = make_member("Noor").party, make_member("Jahan").party
    pair = (make.song("Song", (one, 100)), make.song("Song again", (two, 100)), one, two)
    file = both_played(pair)
    made = merge(pair[0], pair[1], rights={"PR": "work", "MR": "work"})
    run = make.approved_run(run_jobs, make.pool(100_00, files=[file]))
    regrouping.ask_undo(regrouping=made, reason="two songs", by=clerk(), now=NOW)
    maker, approver, digest = make.maker(), make.approver(), bytes(run.digest).hex()
    return (
        run,
        made,
        lambda: runs.finalise_run(run=run, digest=digest, by=maker, now=NOW),
        lambda: regrouping.undo_regrouping(regrouping=made, by=approver, now=NOW),
    )


@pytest.mark.django_db(transaction=True)
def test_an_undoing_waits_for_a_posting_and_is_refused(run_jobs) -> None:
    run, made, post, take_back = _posted_or_undone(run_jobs)
    posting, undoing = _two_sessions(post, take_back)
    assert posting == "done" and f"Distribution {run.number} was posted on the strength of this" in undoing
    run.refresh_from_db()
    made.refresh_from_db()
    assert (run.state, made.state) == ("finalised", "done")


@pytest.mark.django_db(transaction=True)
def test_a_posting_waits_for_an_undoing_and_is_refused(run_jobs) -> None:
    run, made, post, take_back = _posted_or_undone(run_jobs)
    undoing, posting = _two_sessions(take_back, post)
    assert undoing == "done" and "An approver has to give the run back first" in posting
    run.refresh_from_db()
    made.refresh_from_db()
    assert (run.state, made.state) == ("approved", "undone")


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_posting_and_an_undoing_both_succeed(run_jobs, monkeypatch) -> None:
    _run, made, post, take_back = _posted_or_undone(run_jobs)
    monkeypatch.setattr("royalties.services.runs.finalising.hold_regroupings", lambda: None)
    assert _two_sessions(post, take_back)[1] == "done"
    made.refresh_from_db()
    assert made.state == "undone"


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_freeze_reads_past_a_merge_that_is_under_way(monkeypatch) -> None:
    """Not silent even so: the run names the merge as a change since its freeze."""
    run, one, two, made, _owner = _prepared()
    monkeypatch.setattr("royalties.services.runs.freezing.hold_regroupings", lambda: None)
    seen = works_digest([one.pk, two.pk])
    _two_sessions(
        lambda: works.merge_works(regrouping=made, seen=seen, by=make.approver(), now=NOW),
        lambda: runs.freeze_run(run=run, by=make.maker(), now=NOW),
    )
    run.refresh_from_db()
    assert set(RunText.objects.filter(run_id=run.pk).values_list("work_id", flat=True)) == {one.pk, two.pk}
    assert changes_since(run).regrouped == ((two.pk, one.pk),)


# --- properties ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=False)
@settings(max_examples=examples(6, 24), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_effect_moves_money_and_makes_none(run_jobs, data) -> None:
    """Over any shares and choices the differences of a run sum to nothing, and each payee keeps a whole amount."""
    with transaction.atomic():
        owners = [make_member(f"O{number}").party for number in range(3)]
        split = st.lists(st.integers(0, 50), min_size=3, max_size=3).filter(lambda parts: 0 < sum(parts) <= 100)
        songs = [
            make.song(f"Song {n}", *((o, p) for o, p in zip(owners, data.draw(split), strict=True) if p))
            for n in range(3)
        ]
        plays = [make.Play(f"t{n}", songs[n % 3], plays=data.draw(st.integers(1, 9))) for n in range(5)]
        pool = make.pool(data.draw(st.integers(1, 999_999)), files=[make.usage(*plays)])
        make.finalised_run(run_jobs, pool)
        for choice in ("work", "other"):
            one = Regrouping(kind="merge", work=songs[0], other=songs[1], choices={"rights": {"PR": choice}})
            assert sum(row.difference for row in effect_of(one).runs[0].rows) == 0
        transaction.set_rollback(True)

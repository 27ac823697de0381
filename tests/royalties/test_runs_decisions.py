"""Two people and a digest: creating, approving, posting, publishing, cancelling and reversing a run."""

import uuid

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import Sum

from cmo_portal.audit.models import Act
from cmo_portal.common.periods import Period
from cmo_portal.form_keys import KeyReused
from cmo_portal.jobs.models import Job
from royalties import fsck
from royalties.models import Journal, LedgerLine, Run, SuspenseLine
from royalties.services import runs
from tests.factories import royalties as make
from tests.factories.licensing import person
from tests.factories.members import make_member, make_party
from works.models import WorkShare
from works.services.disputes import NewClaim, open_dispute

pytestmark = pytest.mark.django_db


def red() -> list[str]:
    """Everything that any check finds."""
    return [f"{one.code} {one.object}: {one.what}" for one in fsck.findings(fsck.Scope())]


def song_pool(net: int = 1_000_00):
    """A pool with one song of one member, and something unidentified."""
    owner = make_member().party
    file = make.usage(make.Play("song", make.song("Song", (owner, 100)), plays=2), make.Play("unknown"))
    return make.pool(net, files=[file], deductions=make.TWENTY_AND_FIVE)


def digest_of(run: Run) -> str:
    """The digest as a page shows it."""
    return bytes(run.digest).hex()


def approve(run: Run, by=None, digest: str | None = None, **given) -> Run:
    """Approval by the second person."""
    return runs.approve_run(run=run, digest=digest or digest_of(run), by=by or make.approver(), now=make.NOW, **given)


@pytest.fixture
def reviewed(run_jobs) -> Run:
    """A run that waits for approval."""
    return runs.send_for_review(run=make.calculated_run(run_jobs, song_pool()), by=make.maker(), now=make.NOW)


class TestCreating:
    """Who has which pool."""

    def test_a_pool_is_in_one_live_run(self):
        pool = make.pool()
        first = make.draft_run(pool)
        with pytest.raises(ValidationError, match=f"already in run {first.number}, started by distribution"):
            make.draft_run(pool)

    def test_the_same_form_makes_one_run(self):
        given = {
            "form_key": uuid.uuid4(),
            "name": "Once",
            "period": make.QUARTER,
            "pools": [make.pool()],
            "by": make.maker(),
            "now": make.NOW,
        }
        assert runs.create_run(**given) == runs.create_run(**given)
        assert Run.objects.count() == 1
        for other in (
            {"name": "Twice"},
            {"pools": [make.pool()]},
            {"period": Period(make.QUARTER.start, make.NOW.date())},
        ):
            with pytest.raises(KeyReused):
                runs.create_run(**given | other)

    def test_a_run_needs_a_name_and_a_pool(self):
        with pytest.raises(ValidationError) as refused:
            make.draft_run(name=" ")
        assert len(refused.value.messages) == 2

    def test_only_the_distribution_desk_makes_runs(self):
        with pytest.raises(PermissionDenied):
            runs.create_run(
                form_key=uuid.uuid4(), name="X", period=make.QUARTER, pools=[], by=make.approver(), now=make.NOW
            )

    def test_freezing_twice_has_one_effect(self):
        run = make.frozen_run(make.pool())
        again = runs.freeze_run(run=run, by=make.maker(), now=make.NOW)
        assert bytes(again.input_digest) == bytes(run.input_digest)

    def test_starting_twice_makes_the_jobs_once(self):
        run = make.frozen_run(make.pool())
        for _ in range(2):
            runs.start_calculation(run=run, by=make.maker(), now=make.NOW, slices=3)
        assert Job.objects.filter(step="weigh").count() == 3


class TestApproving:
    """Maker and checker."""

    def test_another_person_approves_the_digest(self, reviewed):
        run = approve(reviewed)
        assert (run.state, run.approved_by) == ("approved", make.approver())
        assert bytes(run.approved_digest) == bytes(run.digest)
        assert Act.objects.filter(verb="approve_run", actor=make.approver()).exists()

    def test_the_maker_cannot_approve(self, run_jobs):
        both = person("distribution", "approver")
        run = runs.create_run(
            form_key=uuid.uuid4(), name="Mine", period=make.QUARTER, pools=[song_pool()], by=both, now=make.NOW
        )
        runs.freeze_run(run=run, by=both, now=make.NOW)
        runs.start_calculation(run=run, by=both, now=make.NOW)
        run_jobs()
        run = runs.send_for_review(run=run, by=make.maker(), now=make.NOW)
        with pytest.raises(ValidationError, match="Another person"):
            approve(run, by=both)

    def test_whoever_sent_it_cannot_approve(self, run_jobs):
        both = person("distribution", "approver")
        run = runs.send_for_review(run=make.calculated_run(run_jobs, song_pool()), by=both, now=make.NOW)
        with pytest.raises(ValidationError, match="Another person"):
            approve(run, by=both)

    def test_a_stale_digest_is_refused(self, reviewed):
        with pytest.raises(ValidationError, match="figures have changed since you looked"):
            approve(reviewed, digest="0" * 64)

    def test_a_second_click_has_one_effect(self, reviewed):
        assert approve(reviewed).approved_at == approve(reviewed).approved_at
        assert Act.objects.filter(verb="approve_run").count() == 1

    def test_a_second_approver_hears_who_was_first(self, reviewed):
        approve(reviewed)
        with pytest.raises(ValidationError, match="was approved by approver on"):
            approve(reviewed, by=person("approver", "auditor"))

    def test_changed_shares_need_an_explicit_yes(self, reviewed):
        share = WorkShare.objects.get(right="PR")
        WorkShare.objects.filter(pk=share.pk).update(share=900_000)
        with pytest.raises(ValidationError, match="shares of 1 work have changed"):
            approve(reviewed)
        assert approve(reviewed, accept_changes=True).state == "approved"
        assert Act.objects.get(verb="approve_run").facts["works_changed"] == 1

    def test_the_approver_gives_it_back_with_a_reason(self, reviewed):
        with pytest.raises(ValidationError, match="Say why"):
            runs.return_to_maker(run=reviewed, reason=" ", by=make.approver(), now=make.NOW)
        with pytest.raises(ValidationError, match="since you looked"):
            runs.return_to_maker(run=reviewed, reason="x", by=make.approver(), now=make.NOW, seen="approved")
        run = runs.return_to_maker(
            run=reviewed, reason="Check pool 2", by=make.approver(), now=make.NOW, seen="reviewed"
        )
        assert (run.state, run.reviewed_by, run.reason) == ("calculated", None, "Check pool 2")

    def test_a_draft_cannot_be_sent_for_approval(self):
        with pytest.raises(ValidationError, match="Only a calculated run"):
            runs.send_for_review(run=make.draft_run(make.pool()), by=make.maker(), now=make.NOW)


class TestPosting:
    """Finalising and publishing."""

    def test_a_finalised_run_is_one_balanced_journal(self, reviewed):
        run = runs.finalise_run(run=approve(reviewed), digest=digest_of(reviewed), by=make.maker(), now=make.NOW)
        lines = LedgerLine.objects.filter(journal__key=f"run:{run.uid}:finalise")
        assert dict(lines.values_list("account__code").annotate(sum=Sum("amount"))) == {
            "2400": 100_000,
            "4000": -20_000,
            "2800": -4_000,
            "2500": -50_667,
            "2600": -25_333,
        }
        assert SuspenseLine.objects.get(run=run).amount == 25_333
        assert red() == []

    def test_only_what_was_approved_is_posted(self, reviewed):
        with pytest.raises(ValidationError, match="Only what was approved"):
            runs.finalise_run(run=reviewed, digest=digest_of(reviewed), by=make.maker(), now=make.NOW)

    @pytest.mark.parametrize("digest", ["", "0" * 64])
    def test_another_digest_than_was_approved_is_not_posted(self, reviewed, digest):
        approved = approve(reviewed)
        with pytest.raises(ValidationError, match="Only what was approved"):
            runs.finalise_run(run=approved, digest=digest, by=make.maker(), now=make.NOW)
        assert not Journal.objects.filter(kind="distribution").exists()

    def test_a_dispute_after_the_approval_stops_the_posting_until_it_is_approved_anew(self, reviewed):
        share, approved = WorkShare.objects.get(right="PR"), approve(reviewed)
        open_dispute(
            work=share.work,
            right="PR",
            claims=[
                NewClaim(share.party, share.role, share.share),
                NewClaim(make_party("Claimant", "X"), "CA", 400_000),
            ],
            takes_open_part=False,
            by=person("documentation"),
            on=make.NOW.date(),
        )
        given = {"digest": digest_of(approved), "by": make.maker(), "now": make.NOW}
        with pytest.raises(ValidationError, match="a dispute was opened after the approval"):
            runs.finalise_run(run=approved, **given)
        back = runs.return_to_maker(run=approved, reason="A dispute", by=make.approver(), now=make.NOW)
        assert (back.state, back.approved_by, back.approved_digest) == ("calculated", None, None)
        again = approve(runs.send_for_review(run=back, by=make.maker(), now=make.NOW), accept_changes=True)
        assert runs.finalise_run(run=again, **given).state == "finalised"

    def test_other_changes_than_were_accepted_stop_the_posting(self, reviewed):
        share = WorkShare.objects.filter(right="PR")
        share.update(share=900_000)
        approved = approve(reviewed, accept_changes=True)
        share.update(share=800_000)
        with pytest.raises(ValidationError, match="Shares changed"):
            runs.finalise_run(run=approved, digest=digest_of(approved), by=make.maker(), now=make.NOW)

    def test_finalising_twice_posts_once(self, reviewed):
        approved = approve(reviewed)
        for _ in range(2):
            runs.finalise_run(run=approved, digest=digest_of(approved), by=make.maker(), now=make.NOW)
        assert Journal.objects.filter(kind="distribution").count() == 1

    def test_a_finalised_run_is_published_once(self, reviewed):
        run = runs.finalise_run(run=approve(reviewed), digest=digest_of(reviewed), by=make.maker(), now=make.NOW)
        first = runs.publish_run(run=run, by=make.maker(), now=make.NOW)
        assert runs.publish_run(run=run, by=make.maker(), now=make.NOW).published_at == first.published_at
        assert red() == []

    def test_an_approved_run_is_not_published_before_it_is_posted(self, reviewed):
        with pytest.raises(ValidationError, match="Only a finalised run"):
            runs.publish_run(run=approve(reviewed), by=make.maker(), now=make.NOW)


class TestEnding:
    """Cancelled before, reversed after."""

    def test_a_cancelled_run_leaves_nothing_and_frees_its_pools_and_files(self, run_jobs):
        pool = song_pool()
        run = make.calculated_run(run_jobs, pool)
        runs.cancel_run(run=run, reason="wrong period", by=make.maker(), now=make.NOW)
        run_jobs()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_class WHERE relname ~ %s", [f"_r{run.pk}$"])
            assert cursor.fetchone()[0] == 0
        again = make.calculated_run(run_jobs, pool)
        assert digest_of(again) == digest_of(run)
        assert red() == []

    def test_cancelling_takes_the_jobs_from_their_workers(self):
        run = runs.start_calculation(run=make.frozen_run(make.pool()), by=make.maker(), now=make.NOW)
        runs.cancel_run(run=run, reason="wrong", by=make.maker(), now=make.NOW)
        assert set(Job.objects.filter(step="weigh").values_list("state", flat=True)) == {"cancelled"}

    def test_cancelling_needs_a_reason(self):
        with pytest.raises(ValidationError, match="Say why"):
            runs.cancel_run(run=make.draft_run(make.pool()), reason="", by=make.maker(), now=make.NOW)

    def test_a_posted_run_is_reversed_not_cancelled(self, run_jobs):
        run = make.finalised_run(run_jobs, song_pool())
        with pytest.raises(ValidationError, match="can be reversed, not cancelled"):
            runs.cancel_run(run=run, reason="late", by=make.maker(), now=make.NOW)

    def test_a_reversal_gives_every_paisa_back_and_the_pool_can_run_again(self, run_jobs):
        pool = song_pool()
        run = make.finalised_run(run_jobs, pool)
        runs.reverse_run(run=run, reason="wrong shares", by=make.approver(), now=make.NOW)
        sums = LedgerLine.objects.filter(run=run).values_list("account__code").annotate(sum=Sum("amount"))
        assert set(dict(sums).values()) == {0}
        assert red() == []
        make.finalised_run(run_jobs, pool)
        assert red() == []

    def test_the_maker_cannot_reverse(self, run_jobs):
        run = make.finalised_run(run_jobs, song_pool())
        make.maker().groups.add(Group.objects.get(name="approver"))
        with pytest.raises(ValidationError, match="Another person must reverse"):
            runs.reverse_run(run=run, reason="wrong", by=make.maker(), now=make.NOW)

    def test_the_distribution_desk_alone_cannot_reverse(self, run_jobs):
        run = make.finalised_run(run_jobs, song_pool())
        with pytest.raises(PermissionDenied):
            runs.reverse_run(run=run, reason="wrong", by=make.maker(), now=make.NOW)

    def test_reversing_twice_posts_once(self, run_jobs):
        run = make.finalised_run(run_jobs, song_pool())
        for _ in range(2):
            runs.reverse_run(run=run, reason="wrong", by=make.approver(), now=make.NOW)
        assert Journal.objects.filter(kind="reversal").count() == 1

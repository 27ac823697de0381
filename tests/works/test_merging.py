"""Merging works: one person proposes, another confirms, and everything can be put back as it was."""

import datetime as dt
import threading
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connections, transaction

from cmo_portal.accounts.models import User
from members.services.areas import write_area
from tests.conftest import as_superuser
from tests.factories.licensing import person
from tests.factories.works import PERCENT, party, work
from works.models import (
    AgreementWork,
    Dispute,
    DuplicatePair,
    RecordingWork,
    Regrouping,
    SourceWork,
    Work,
    WorkIdentifier,
    WorkPerformer,
    WorkReport,
    WorkShare,
    WorkTitle,
)
from works.queries.regrouping import works_digest
from works.queries.search import search_works
from works.services import regrouping as acts
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement
from works.services.registration import NewShare
from works.services.shares import replace_shares

NOW = dt.datetime(2026, 11, 22, 14, 0, tzinfo=ZoneInfo("Asia/Karachi"))  # the society's clock, not the database's


def clerk() -> User:
    return person("documentation")


def second() -> User:
    return person("approver")


def proposed(one: Work, two: Work, **choices: Any) -> Regrouping:
    return acts.propose_merge(
        work=one, other=two, choices=choices, reason="the same song", by=clerk(), now=NOW, form_key=uuid.uuid4()
    )


def merged(one: Work, two: Work, **choices: Any) -> Regrouping:
    made = proposed(one, two, **choices)
    return acts.merge_works(regrouping=made, seen=works_digest([one.pk, two.pk]), by=second(), now=NOW)


def undone(made: Regrouping) -> Regrouping:
    acts.ask_undo(regrouping=made, reason="two songs after all", by=clerk(), now=NOW)
    return acts.undo_regrouping(regrouping=made, by=second(), now=NOW)


def everything(*works: Work) -> list[Any]:
    """All that the register says of works, by row."""
    ids = [one.pk for one in works]
    return [
        list(model.objects.filter(**{f"{field}__in": ids}).order_by("pk").values())
        for model, field in (
            (Work, "pk"), (WorkTitle, "work"), (WorkIdentifier, "work"), (WorkShare, "work"), (Dispute, "work"),
            (RecordingWork, "work"), (WorkReport, "work"), (SourceWork, "work"), (WorkPerformer, "work"),
        )
    ]  # fmt: skip


def without_disputes(rows: list[Any]) -> list[Any]:
    """A dispute is kept for ever: it ends where all else goes back."""
    return [*rows[:4], *rows[5:]]


@pytest.fixture
def twins(db: None) -> tuple[Work, Work]:
    """Two registrations of one song that differ in everything but their shares."""
    alia, bilal = party("Alia Rahman"), party("Bilal Hussain")
    one = work("Chandni Raat", (alia, "C", 50), (bilal, "A", 50), isrc="PKA012500001")
    two = work(
        "Chandnee Rat", (alia, "C", 50), (bilal, "A", 50), original="چاندنی رات", isrc="PKA012500002",
        iswc="T9800000015",
    )  # fmt: skip
    WorkIdentifier.objects.create(work=two, issuer="DMP", value="77")
    WorkReport.objects.create(work=two, kind="title", message="It is Chandni.", form_key=uuid.uuid4())
    return one, two


def test_the_survivor_gets_titles_numbers_recordings_and_reports(twins: tuple[Work, Work]) -> None:
    one, two = twins
    merged(one, two)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (two.state, two.merged_into_id) == ("merged", one.pk)
    assert set(one.titles.values_list("text", "title_type")) == {
        ("Chandni Raat", "OT"), ("Chandnee Rat", "AT"), ("چاندنی رات", "OL"),
    }  # fmt: skip
    assert one.iswc == "T9800000015" and two.iswc is None
    assert set(one.recordings.values_list("isrc", flat=True)) == {"PKA012500001", "PKA012500002"}
    assert WorkIdentifier.objects.get(issuer="DMP").work_id == one.pk
    assert WorkReport.objects.get().work_id == one.pk
    assert one.shares.count() == 4, "shares that are the same are not added up"


@pytest.mark.parametrize("text", ["Chandnee Rat", "چاندنی رات", "PKA012500002", "T9800000015"])
def test_the_survivor_is_found_by_what_the_other_work_was_called(twins: tuple[Work, Work], text: str) -> None:
    one, two = twins
    merged(one, two)
    assert [found.pk for found in search_works(text)] == [one.pk]


def test_the_survivor_is_found_by_the_number_and_the_writers_of_the_other_work(twins: tuple[Work, Work]) -> None:
    one, two = twins
    merged(one, two)
    assert [found.pk for found in search_works(two.number)] == [one.pk]
    assert [found.pk for found in search_works("Bilal Hussain")] == [one.pk]


def test_an_undone_merge_leaves_both_works_exactly_as_they_were(twins: tuple[Work, Work]) -> None:
    before = everything(*twins)
    made = merged(*twins, fields={"title": "other", "iswc": "other"})
    assert everything(*twins) != before
    undone(made)
    assert everything(*twins) == before
    assert made.changes.exists(), "the history stays"


def differing() -> tuple[Work, Work]:
    alia, bilal, celia = party("Alia Rahman"), party("Bilal Hussain"), party("Celia Khan")
    one = work("Chandni Raat", (alia, "C", 50), (bilal, "A", 50))
    two = work("Chandni Raat", (alia, "C", 50), (celia, "A", 50))
    return one, two


@pytest.mark.django_db
def test_shares_that_differ_are_never_merged_without_a_choice() -> None:
    with pytest.raises(ValidationError, match="Choose whose shares survive"):
        proposed(*differing())


@pytest.mark.django_db
def test_the_chosen_sides_shares_survive_and_are_not_added_up() -> None:
    one, two = differing()
    before = everything(one, two)
    made = merged(one, two, rights={"PR": "other", "MR": "work"})
    held = {right: {str(row.party).split()[-1] for row in one.shares.filter(right=right)} for right in ("PR", "MR")}
    assert held == {"PR": {"Rahman", "Khan"}, "MR": {"Rahman", "Hussain"}}
    undone(made)
    assert everything(one, two) == before


@pytest.mark.django_db
def test_a_difference_that_cannot_be_contested_is_refused_with_the_shares_for_whose_sake_it_cannot() -> None:
    one, two = differing()
    two.shares.filter(right="PR", role="A").update(territory=write_area("0586"), valid_from=dt.date(2024, 1, 1))
    with pytest.raises(ValidationError) as refused:
        proposed(one, two, rights={"PR": "contest", "MR": "work"})
    (told,) = refused.value.messages
    assert "because of: Celia Khan 50\N{NO-BREAK SPACE}%" in told and "Pakistan, from" in told
    assert "Alia Rahman" not in told, "only the shares that are in the way are named"
    assert merged(one, two, rights={"PR": "work", "MR": "work"}).state == "done"


@pytest.mark.django_db
def test_a_contested_difference_is_held_by_the_dispute_service() -> None:
    one, two = differing()
    before = everything(one, two)
    made = merged(one, two, rights={"PR": "contest", "MR": "work"})
    dispute = Dispute.objects.get()
    assert (dispute.work_id, dispute.share, dispute.right) == (one.pk, 50 * PERCENT, "PR")
    assert {str(claim.party).split()[-1]: claim.share for claim in dispute.claims.all()} == {
        "Hussain": 50 * PERCENT,
        "Khan": 50 * PERCENT,
    }
    assert sum(one.shares.filter(right="PR").values_list("share", flat=True)) == 100 * PERCENT
    undone(made)
    dispute.refresh_from_db()
    assert (dispute.state, dispute.held_shares.count()) == ("settled", 0)
    assert without_disputes(everything(one, two)) == without_disputes(before)


@pytest.mark.django_db
def test_the_person_who_proposed_a_merge_cannot_confirm_it() -> None:
    one, two = differing()
    both = person("documentation", "approver")
    made = acts.propose_merge(
        work=one, other=two, choices={"rights": {"PR": "work", "MR": "work"}}, reason="same", by=both, now=NOW,
        form_key=uuid.uuid4(),
    )  # fmt: skip
    with pytest.raises(ValidationError, match="Another person"):
        acts.merge_works(regrouping=made, seen=works_digest([one.pk, two.pk]), by=both, now=NOW)
    with pytest.raises(IntegrityError, match="regrouping_four_eyes"), transaction.atomic():
        Regrouping.objects.filter(pk=made.pk).update(
            state="done", confirmed_by=both, confirmed_at=NOW, shares_after=bytes(32)
        )


def test_a_clerk_without_the_right_to_confirm_cannot_confirm(twins: tuple[Work, Work]) -> None:
    made = proposed(*twins)
    with pytest.raises(PermissionDenied):
        acts.merge_works(regrouping=made, seen="", by=person("licensing"), now=NOW)


def test_a_merge_is_refused_when_a_work_changed_since_it_was_looked_at(twins: tuple[Work, Work]) -> None:
    made, seen = proposed(*twins), works_digest([work.pk for work in twins])
    twins[1].titles.create(text="Moonlit night", key="moonlit night", skeleton="mnltngt")
    with pytest.raises(ValidationError, match="have changed since you looked"):
        acts.merge_works(regrouping=made, seen=seen, by=second(), now=NOW)


def test_confirming_twice_is_one_merge(twins: tuple[Work, Work]) -> None:
    made = merged(*twins)
    rows = made.changes.count()
    acts.merge_works(regrouping=made, seen="whatever", by=second(), now=NOW)
    assert made.changes.count() == rows


def test_an_undoing_is_refused_after_a_later_change_of_shares(twins: tuple[Work, Work]) -> None:
    made = merged(*twins)
    alia = WorkShare.objects.filter(work=twins[0], role="C").first().party
    replace_shares(
        work=twins[0], right="PR", shares=[NewShare(alia, "C", "PR", 100 * PERCENT)], reason="letter", by=clerk()
    )
    with pytest.raises(ValidationError, match="shares of these works have changed since"):
        acts.ask_undo(regrouping=made, reason="wrong", by=clerk(), now=NOW)


def test_an_undoing_is_refused_when_a_moved_row_was_changed_since(twins: tuple[Work, Work]) -> None:
    made = merged(*twins)
    WorkIdentifier.objects.filter(issuer="DMP").update(work=work("Another song"))
    with pytest.raises(ValidationError, match="changed since"):
        acts.ask_undo(regrouping=made, reason="wrong", by=clerk(), now=NOW)


def test_an_earlier_merge_follows_a_later_one_and_is_undone_after_it(twins: tuple[Work, Work]) -> None:
    one, two = twins
    last = work("Chandni Raat Live", *((row.party, row.role, 50) for row in one.shares.filter(right="PR")))
    before = everything(one, two, last)
    first, later = merged(one, two), merged(last, one)
    two.refresh_from_db()
    assert two.merged_into_id == last.pk, "no chain"
    with pytest.raises(ValidationError, match="Undo that one first"):
        acts.ask_undo(regrouping=first, reason="wrong", by=clerk(), now=NOW)
    undone(later)
    undone(first)
    assert everything(one, two, last) == before


def test_the_pair_is_closed_by_the_merge_and_open_again_after_its_undoing(twins: tuple[Work, Work]) -> None:
    pair = DuplicatePair.objects.create(first=twins[0], second=twins[1], score=9000)
    made = merged(*twins)
    pair.refresh_from_db()
    assert pair.state == "merged"
    undone(made)
    pair.refresh_from_db()
    assert pair.state == "open"


@pytest.mark.django_db
def test_what_points_to_the_other_work_follows_and_its_description_fills_gaps() -> None:
    alia, firm = party("Alia Rahman"), party("Indus Publishing")
    one, two, derived = (work(title, (alia, "CA", 100)) for title in ("Song", "Song again", "Song, arranged"))
    listed = AgreementWork.objects.create(
        agreement=record_agreement(
            new=NewAgreement(
                Terms(agreement_type="OS", start_date=dt.date(2020, 1, 1)),
                (NewSide(alia, "AS", (500_000,) * 3), NewSide(firm, "AC", (500_000,) * 3)),
                (derived,),
            ),
            by=clerk(),
        ),
        work=two,
    )
    SourceWork.objects.create(work=derived, kind="arrangement", source=two)
    WorkPerformer.objects.create(work=two, last_name="Noor Jehan")
    before = everything(one, two, derived)
    made = merged(one, two)
    listed.refresh_from_db()
    assert listed.work_id == one.pk
    assert derived.sources.get().source_id == one.pk
    assert one.performers.get().last_name == "Noor Jehan"
    undone(made)
    listed.refresh_from_db()
    assert everything(one, two, derived) == before and listed.work_id == two.pk


@pytest.mark.django_db
def test_an_arrangement_is_not_merged_into_the_work_it_is_made_from() -> None:
    one, two = work("Song"), work("Song, arranged")
    SourceWork.objects.create(work=two, kind="arrangement", source=one)
    with pytest.raises(ValidationError, match="made from the other"):
        proposed(one, two)


# --- the database's own guard ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_database_refuses_a_merge_into_itself_into_a_merged_work_and_a_chain() -> None:
    one, two, three = work("One"), work("Two"), work("Three")
    with pytest.raises(IntegrityError, match="into itself"), transaction.atomic():
        Work.objects.filter(pk=one.pk).update(state="merged", merged_into=one)
    Work.objects.filter(pk=one.pk).update(state="merged", merged_into=two)
    with pytest.raises(IntegrityError, match="merged itself"), transaction.atomic():
        Work.objects.filter(pk=three.pk).update(state="merged", merged_into=one)
    with pytest.raises(IntegrityError, match="merged itself"), transaction.atomic():
        Work.objects.filter(pk=two.pk).update(state="merged", merged_into=one)
    with pytest.raises(IntegrityError, match="lead them to its new work"), transaction.atomic():
        Work.objects.filter(pk=two.pk).update(state="merged", merged_into=three)
    with pytest.raises(IntegrityError, match="names the work that stands"), transaction.atomic():
        Work.objects.filter(pk=three.pk).update(state="merged")


def _race(one: Work, two: Work, three: Work) -> list[str]:
    """One session merges `one` into `two`, another `two` into `three`, at the same moment."""
    gate, outcome = threading.Barrier(2), []

    def session(goes: Work, into: Work) -> None:
        try:
            with transaction.atomic():
                gate.wait()
                Work.objects.filter(pk=goes.pk).update(state="merged", merged_into=into)
            outcome.append("stored")
        except IntegrityError:
            outcome.append("refused")
        finally:
            connections.close_all()

    sessions = [threading.Thread(target=session, args=pair) for pair in ((one, two), (two, three))]
    for thread in sessions:
        thread.start()
    for thread in sessions:
        thread.join()
    return sorted(outcome)


@pytest.mark.django_db(transaction=True)
def test_two_sessions_cannot_make_a_chain_together() -> None:
    for _ in range(5):
        works = work("One"), work("Two"), work("Three")
        assert _race(*works) == ["refused", "stored"]


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_two_sessions_do_make_a_chain() -> None:
    works = work("One"), work("Two"), work("Three")
    with as_superuser() as cursor:
        cursor.execute("ALTER TABLE works_work DISABLE TRIGGER merged_work_stands")
    assert _race(*works) == ["stored", "stored"]
    works[1].refresh_from_db()
    assert works[1].state == "merged" and Work.objects.filter(merged_into=works[1]).exists()

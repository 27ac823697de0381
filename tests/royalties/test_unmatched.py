"""Usage without a known work: the list, claims of members and what becomes of them, and what the database holds."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from members.models import Member
from royalties.models import OpenText, TextClaim, TextSetAside, UnmatchedText, UsageMatch
from royalties.queries.matches import latest_matches
from royalties.queries.unmatched import ORDER, Bands, unmatched_pot, unmatched_texts
from royalties.queries.unmatched_members import suggested_texts, suggestions
from royalties.services import matching, runs, unmatched
from tests.factories import royalties as money
from tests.factories import usage as make
from tests.factories.licensing import person
from tests.factories.members import make_member
from tests.factories.works import party, work
from works.models import Work

pytestmark = pytest.mark.django_db
NOW = make.NOW
BANDS = {"up_to": ["500.00", "5000.00"]}


@pytest.fixture
def tahira() -> Member:
    return make_member("Naz", "Tahira", number=901)


def listed(**chosen: Any) -> list[str]:
    """The titles of the list as it is now, in its order."""
    unmatched.list_unmatched(now=NOW)
    return [text.title for text in unmatched_texts(**chosen).order_by(*ORDER)]


def entry(title: str) -> UnmatchedText:
    """A row of the list as it is now."""
    unmatched.list_unmatched(now=NOW)
    return UnmatchedText.objects.get(title=title)


def claim(text: UnmatchedText, member: Member, song: Work, **given: Any) -> TextClaim:
    """A member's claim."""
    sent = {"reason": "I sang it myself.", "form_key": uuid.uuid4(), "by": member.user, "now": NOW} | given
    return unmatched.claim_text(text=text, work=song, member=member, **sent)


def decide(title: str, outcome: str, song: Work | None = None, **given: Any) -> uuid.UUID:
    """What the matching desk decides about the first open text of a title."""
    text = make_text(title)
    sent = {"by": person("documentation"), "now": NOW, "reason": "jingle" if outcome == "ignored" else ""} | given
    return matching.decide_text(file_id=text[0], text_no=text[1], work=song, outcome=outcome, **sent)


def make_text(title: str) -> tuple[int, int]:
    row = UsageMatch.objects.raw(
        "SELECT 1 AS id, file_id, text_no FROM royalties_usagetext WHERE title = %s ORDER BY file_id LIMIT 1", [title]
    )[0]
    return row.file_id, row.text_no


def outcome_of(title: str) -> tuple[str, str]:
    """Outcome and stage of the match that counts."""
    place = make_text(title)
    match = latest_matches([place])[place]
    return match.outcome, match.stage


# --- the list --------------------------------------------------------------------------------------------------------


def test_a_text_stands_once_whatever_its_files_and_the_most_used_comes_first() -> None:
    make.landed(make.row("Quiet Song", plays="3"), make.row("Loud Song", plays="40"))
    make.landed(make.row("quiet song", plays="5"), filename="second.csv", of=make.source("FM2"))
    assert listed() == ["Loud Song", "quiet song"]
    assert [(text.place, text.step) for text in UnmatchedText.objects.order_by("place")] == [(1, 5), (2, 4)]


def test_matched_and_ignored_texts_are_not_listed_but_those_of_none_of_our_works_are() -> None:
    make.landed(*make.rows(["One", "Two", "Three", "Four"]))
    decide("One", "none")
    decide("Two", "ignored")
    decide("Three", "matched", work("Three", (party("Somebody Else"), "CA", 100)))
    assert sorted(listed()) == ["Four", "One"]


def test_a_text_that_is_decided_leaves_the_list_at_once() -> None:
    make.landed(*make.rows(["One", "Two"]))
    assert sorted(listed()) == ["One", "Two"]
    decide("One", "matched", work("One", (party("Somebody Else"), "CA", 100)))
    assert [text.title for text in UnmatchedText.objects.all()] == ["Two"]


def test_a_row_keeps_its_address_from_one_listing_to_the_next() -> None:
    make.landed(make.row("One"))
    assert entry("One").uid == entry("One").uid


def test_the_list_is_made_as_often_whatever_the_number_of_texts(django_assert_max_num_queries: Any) -> None:
    make.landed(*make.rows([f"Song number {number}" for number in range(60)]))
    with django_assert_max_num_queries(9):
        assert unmatched.list_unmatched(now=NOW) == 60
    with django_assert_max_num_queries(7):
        assert unmatched.list_unmatched(now=NOW) == 60


@pytest.mark.parametrize(
    "words", ["Chaand Raat", "raat chand", "چاند رات", "chand", "Tahira", "طاہرہ ناز", "kamran chand raat"]
)
def test_the_list_is_searched_in_urdu_and_roman_by_words_of_title_and_people(words: str) -> None:
    make.landed(make.row("Chand Raat"), make.row("Other", artist="X", composer="Y"))
    assert listed(words=words)[0] == "Chand Raat"


@pytest.mark.parametrize("words", ["Sitara", "chand sitara", "!!!", "\x00"])
def test_words_that_do_not_stand_there_find_nothing(words: str) -> None:
    make.landed(make.row("Chand Raat"))
    assert listed(words=words) == []


def test_the_list_is_filtered_by_kind_of_use_and_days() -> None:
    file = make.landed(make.row("On the air"))
    make.landed(make.row("Elsewhere"), filename="second.csv", of=make.source("FM2"))
    money.pool(1_000_00, files=[file])
    assert listed(kind="radio") == ["On the air"] and listed(kind="other") == ["Elsewhere"]
    day = make.QUARTER.start
    assert len(listed(since=day, until=day)) == 2 and listed(until=day.replace(year=2025)) == []


# --- money -----------------------------------------------------------------------------------------------------------


def posted(run_jobs: Any, *plays: money.Play) -> Any:
    """A posted, unpublished run of a pool of Rs 1,000 over these plays."""
    return money.finalised_run(run_jobs, money.pool(1_000_00, files=[money.usage(*plays)]))


def test_only_a_published_run_gives_a_text_its_money(run_jobs: Any) -> None:
    money.rule("bands", BANDS)
    run = posted(run_jobs, money.Play("unknown", plays=7), money.Play("other", plays=3))
    assert entry("unknown").held == 0 and unmatched_pot(Bands(NOW.date())).texts == 0
    runs.publish_run(run=run, by=money.maker(), now=NOW)
    text, bands = entry("unknown"), Bands(NOW.date())
    assert (text.held, str(text.keep_until)) == (700_00, "2030-06-30")
    assert "500" in bands.text(text.held) and "5,000" in bands.text(text.held)


def test_a_sum_over_few_texts_is_told_as_a_band_only(run_jobs: Any) -> None:
    money.rule("bands", BANDS)
    run = posted(run_jobs, money.Play("unknown", plays=7), money.Play("other", plays=3))
    runs.publish_run(run=run, by=money.maker(), now=NOW)
    pot = unmatched_pot(Bands(NOW.date()))
    assert (pot.texts, pot.amount, pot.parts[0].amount) == (2, None, None)
    assert "500" in pot.band and "5,000" in pot.band


def test_a_sum_over_enough_texts_is_told_to_the_paisa(run_jobs: Any) -> None:
    run = posted(run_jobs, *(money.Play(f"unknown {number}") for number in range(5)))
    runs.publish_run(run=run, by=money.maker(), now=NOW)
    pot = unmatched_pot(Bands(NOW.date()))
    assert (pot.texts, pot.amount, [part.amount for part in pot.parts]) == (5, 1_000_00, [1_000_00])


def test_a_reversed_run_holds_nothing_any_more(run_jobs: Any) -> None:
    run = posted(run_jobs, money.Play("unknown"))
    runs.publish_run(run=run, by=money.maker(), now=NOW)
    runs.reverse_run(run=run, reason="wrong file", by=money.approver(), now=NOW)
    assert entry("unknown").held == 0 and unmatched_pot(Bands(NOW.date())).texts == 0


def test_without_a_rule_on_bands_no_amount_has_one() -> None:
    assert Bands(NOW.date()).text(700_00) == ""


# --- suggestions -----------------------------------------------------------------------------------------------------


def near(member: Member, **chosen: Any) -> dict[str, tuple[str, ...]]:
    """Titles that are suggested to a member, with their reasons."""
    unmatched.list_unmatched(now=NOW)
    texts = list(suggested_texts(member, **chosen).order_by("place"))
    return {one.text.title: one.reasons for one in suggestions(member, texts)}


def test_texts_that_name_her_in_either_script_are_suggested(tahira: Member) -> None:
    make.landed(
        make.row("Anything", artist="طاہرہ ناز", composer=""),
        make.row("Something", artist="Naz Tahira", composer=""),
        make.row("Nothing", artist="Somebody Else", composer=""),
    )
    found = near(tahira)
    assert set(found) == {"Anything", "Something"}
    assert found["Anything"] == ("It names you, or somebody whose name sounds like yours.",)


def test_texts_with_the_title_of_her_work_are_suggested_in_any_spelling(tahira: Member) -> None:
    song = work("Chand Raat", (tahira.party, "CA", 100), original="چاند رات")
    work("Foreign Song", (party("Somebody Else"), "CA", 100))
    make.landed(
        make.row("Chaand Raat", artist="A Band", composer="Q Q"),
        make.row("چاند رات", artist="Another Band", composer="Q Q"),
        make.row("Foreign Song", artist="A Band", composer="Q Q"),
    )
    found = near(tahira)
    assert set(found) == {"Chaand Raat", "چاند رات"}
    assert found["چاند رات"] == ("Its title is that of your work “Chand Raat”.",)
    assert found["Chaand Raat"][0].startswith("Its title sounds like that of your work")
    texts = list(suggested_texts(tahira))
    assert {each.pk for one in suggestions(tahira, texts) for each in one.works} == {song.pk}


def test_a_text_that_the_matching_found_near_her_work_is_suggested(tahira: Member) -> None:
    work("Judai Ki Raat", (tahira.party, "CA", 100))
    make.landed(make.row("Judai Ki Rats", artist="A Band", composer=""))
    assert near(tahira)["Judai Ki Rats"] == ("Our matching finds it near your work “Judai Ki Raat”.",)


def test_what_she_set_aside_or_claims_is_not_suggested_again(tahira: Member) -> None:
    song = work("Elsewhere", (tahira.party, "CA", 100))
    make.landed(*make.rows(["One", "Two", "Three"]))
    unmatched.list_unmatched(now=NOW)
    unmatched.set_aside(text=entry("One"), member=tahira, by=tahira.user)
    unmatched.set_aside(text=entry("One"), member=tahira, by=tahira.user)
    claim(entry("Two"), tahira, song)
    assert set(near(tahira)) == {"Three"} and set(near(tahira, put_aside=True)) == {"One"}
    unmatched.take_up_again(text=entry("One"), member=tahira, by=tahira.user)
    assert set(near(tahira)) == {"One", "Three"}


def test_a_page_of_suggestions_costs_the_same_for_one_and_for_twenty(
    tahira: Member, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        work(f"Chand number {number}", (tahira.party, "CA", 100))
    make.landed(*make.rows([f"Chand number {number}" for number in range(10, 30)]))
    unmatched.list_unmatched(now=NOW)
    with django_assert_max_num_queries(5):
        assert len(suggestions(tahira, list(suggested_texts(tahira)[:20]))) == 20


# --- claims ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def song(tahira: Member) -> Work:
    return work("Elsewhere", (tahira.party, "CA", 100))


def test_a_claim_to_an_open_text_changes_nothing_but_that_it_waits(tahira: Member, song: Work) -> None:
    make.landed(make.row("One"))
    before = outcome_of("One")
    made = claim(entry("One"), tahira, song)
    assert (made.state, made.people, outcome_of("One")) == ("open", "Tahira Naz, Kamran Lodhi", before)
    assert claim(entry("One"), tahira, song, form_key=made.form_key) == made


def test_a_claim_asks_again_where_a_person_had_found_no_work(tahira: Member, song: Work) -> None:
    make.landed(make.row("One"))
    decide("One", "none")
    assert not OpenText.objects.exists()
    claim(entry("One"), tahira, song)
    assert outcome_of("One") == ("queue", "claim") and OpenText.objects.get().outcome == "queue"


def test_a_claim_is_accepted_by_the_match_to_its_work_and_others_are_not(tahira: Member, song: Work) -> None:
    other = make_member("Butt", "Rukhsana", number=902)
    make.landed(make.row("One"))
    mine, hers = claim(entry("One"), tahira, song), claim(entry("One"), other, work("X", (other.party, "CA", 100)))
    decision = decide("One", "matched", song)
    mine.refresh_from_db()
    hers.refresh_from_db()
    assert (mine.state, mine.answer, mine.decision) == ("accepted", "matched", decision)
    assert (hers.state, hers.answer) == ("refused", "other")


@pytest.mark.parametrize("outcome", ["none", "ignored"])
def test_a_claim_is_answered_by_whatever_is_decided(tahira: Member, song: Work, outcome: str) -> None:
    make.landed(make.row("One"))
    made = claim(entry("One"), tahira, song)
    decide("One", outcome)
    made.refresh_from_db()
    assert (made.state, made.answer, made.decided_by) == ("refused", outcome, person("documentation"))


def test_a_decision_about_one_wording_leaves_the_claim_to_the_others_open(tahira: Member, song: Work) -> None:
    make.landed(make.row("One"))
    make.landed(make.row("One"), filename="second.csv", of=make.source("FM2"))
    made = claim(entry("One"), tahira, song)
    decide("One", "none", apply_to_group=False)
    made.refresh_from_db()
    assert made.state == "open"


def test_an_undone_decision_lets_the_claim_wait_again(tahira: Member, song: Work) -> None:
    make.landed(make.row("One"))
    made = claim(entry("One"), tahira, song)
    decision = decide("One", "none")
    matching.undo_decision(decision=decision, by=person("documentation"), now=NOW)
    made.refresh_from_db()
    assert (made.state, made.answer, made.decision, made.decided_by) == ("open", "", None, None)


def test_an_undone_decision_does_not_revive_a_claim_that_was_made_anew(tahira: Member, song: Work) -> None:
    make.landed(make.row("One"))
    first = claim(entry("One"), tahira, song)
    decision = decide("One", "none")
    second = claim(entry("One"), tahira, song)
    matching.undo_decision(decision=decision, by=person("documentation"), now=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("refused", "open")


def test_the_machine_leaves_a_claimed_text_to_a_person(tahira: Member, song: Work) -> None:
    file = make.landed(make.row("One"), make.row("Two"))
    claim(entry("One"), tahira, song)
    for title in ("One", "Two"):
        work(title, (party("Kamran Lodhi"), "CA", 100))
    matching.match_file(file=file, now=NOW)
    assert (outcome_of("One")[0], outcome_of("Two")[0]) != ("matched", "matched")
    assert OpenText.objects.filter(text_no=make_text("One")[1]).exists() and outcome_of("Two")[0] == "matched"


def test_a_text_that_was_matched_in_the_meantime_cannot_be_claimed(tahira: Member, song: Work) -> None:
    make.landed(make.row("One"))
    text = entry("One")
    decide("One", "matched", work("One", (party("Somebody Else"), "CA", 100)))
    with pytest.raises(ValidationError, match="matched to a work in the meantime"):
        claim(text, tahira, song)


def test_a_withdrawn_claim_is_not_answered_and_its_text_stays_in_the_queue(tahira: Member, song: Work) -> None:
    make.landed(make.row("One"))
    made = claim(entry("One"), tahira, song)
    unmatched.withdraw_claim(claim=made, by=tahira.user, now=NOW)
    assert unmatched.withdraw_claim(claim=made, by=tahira.user, now=NOW).state == "withdrawn"
    assert OpenText.objects.exists()
    decide("One", "none")
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_an_answered_claim_cannot_be_withdrawn(tahira: Member, song: Work) -> None:
    make.landed(make.row("One"))
    made = claim(entry("One"), tahira, song)
    decide("One", "none")
    with pytest.raises(ValidationError, match="decided in the meantime"):
        unmatched.withdraw_claim(claim=made, by=tahira.user, now=NOW)


def test_a_claim_needs_a_work_of_hers_a_reason_and_is_made_once(tahira: Member, song: Work) -> None:
    make.landed(make.row("One"))
    text = entry("One")
    with pytest.raises(ValidationError, match="one of your works"):
        claim(text, tahira, work("Foreign", (party("Somebody Else"), "CA", 100)))
    with pytest.raises(ValidationError, match="how you know"):
        claim(text, tahira, song, reason="  ")
    claim(text, tahira, song)
    with pytest.raises(ValidationError, match="claimed this usage already"):
        claim(text, tahira, song)
    with pytest.raises(ValidationError, match="Withdraw the claim first"):
        unmatched.set_aside(text=text, member=tahira, by=tahira.user)


def test_nobody_acts_for_another_member(tahira: Member, song: Work) -> None:
    make.landed(make.row("One"))
    text, stranger = entry("One"), make_member("Butt", "Rukhsana", number=902)
    made = claim(text, tahira, song)
    for act in (
        lambda: claim(text, tahira, song, by=stranger.user),
        lambda: unmatched.withdraw_claim(claim=made, by=stranger.user, now=NOW),
        lambda: unmatched.set_aside(text=text, member=tahira, by=stranger.user),
        lambda: unmatched.take_up_again(text=text, member=tahira, by=stranger.user),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_member_of_staff_who_is_a_member_does_not_decide_her_own_claim(tahira: Member, song: Work) -> None:
    clerk = person("documentation")
    Member.objects.filter(pk=tahira.pk).update(user=clerk)
    tahira.refresh_from_db()
    make.landed(make.row("One"))
    claim(entry("One"), tahira, song)
    with pytest.raises(ValidationError, match="Another person must decide"):
        decide("One", "matched", song)


# --- what the database holds -----------------------------------------------------------------------------------------

ACCEPT = """
    UPDATE royalties_textclaim SET state = 'accepted', answer = 'matched', decision = %s, decided_by_id = %s,
        ended_at = now() WHERE id = %s
"""


@contextmanager
def own_cursor() -> Iterator[Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor


@pytest.fixture
def waiting(tahira: Member, song: Work) -> TextClaim:
    make.landed(make.row("One"))
    return claim(entry("One"), tahira, song)


def broken(name: str, sql: str, values: list[Any]) -> None:
    with pytest.raises(IntegrityError, match=name), own_cursor() as cursor:
        cursor.execute(sql, values)


def test_no_claim_is_accepted_without_a_match_to_its_work(waiting: TextClaim) -> None:
    broken("accepted without a match", ACCEPT, [uuid.uuid4(), person("documentation").pk, waiting.pk])


def test_no_claim_is_decided_by_the_member_who_made_it(waiting: TextClaim) -> None:
    broken("decided by the member", ACCEPT, [uuid.uuid4(), waiting.member.user_id, waiting.pk])


def test_an_answer_without_a_person_and_a_claim_without_a_reason_are_refused(waiting: TextClaim) -> None:
    broken(
        "text_claim_ends_with_its_answer",
        "UPDATE royalties_textclaim SET state = 'refused', answer = 'none' WHERE id = %s",
        [waiting.pk],
    )
    with pytest.raises(IntegrityError, match="text_claim_has_a_reason"), transaction.atomic():
        TextClaim.objects.create(
            key=b"x" * 32, title="T", member=waiting.member, work=waiting.work, reason="", form_key=uuid.uuid4()
        )


def test_a_member_has_one_open_claim_to_a_text(waiting: TextClaim) -> None:
    with pytest.raises(IntegrityError, match="one_open_text_claim_of_a_member"), transaction.atomic():
        TextClaim.objects.create(
            key=bytes(waiting.key), title="T", member=waiting.member, work=waiting.work, reason="R",
            form_key=uuid.uuid4(),
        )  # fmt: skip


def test_a_claim_stands_as_it_was_made_and_is_never_removed(waiting: TextClaim) -> None:
    for sql in (
        "UPDATE royalties_textclaim SET reason = 'another' WHERE id = %s",
        "UPDATE royalties_textclaim SET work_id = work_id + 1 WHERE id = %s",
        "DELETE FROM royalties_textclaim WHERE id = %s",
    ):
        with pytest.raises(Exception, match="(?i)cannot|permission denied"), own_cursor() as cursor:
            cursor.execute(sql, [waiting.pk])


def test_a_text_is_set_aside_once(tahira: Member) -> None:
    TextSetAside.objects.create(member=tahira, key=b"k" * 32)
    with pytest.raises(IntegrityError, match="text_set_aside_once"), transaction.atomic():
        TextSetAside.objects.create(member=tahira, key=b"k" * 32)


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_a_claim_is_accepted_by_its_own_member_and_without_a_match(superuser_cursor: Any) -> None:
    member = make_member("Naz", "Tahira", number=901)
    make.landed(make.row("One"))
    made = claim(entry("One"), member, work("Elsewhere", (member.party, "CA", 100)))
    values = [uuid.uuid4(), member.user_id, made.pk]
    broken("decided by the member", ACCEPT, values)
    superuser_cursor.execute("ALTER TABLE royalties_textclaim DISABLE TRIGGER USER")
    with own_cursor() as cursor:
        cursor.execute(ACCEPT, values)
    made.refresh_from_db()
    assert (made.state, made.decided_by) == ("accepted", member.user)
    assert not UsageMatch.objects.filter(work=made.work).exists()

"""The arithmetic and the words of conflicts: held and paid make the whole, and no settlement gives a side less than it
was paid meanwhile."""

import datetime as dt
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cmo_portal.common.money import Currency
from cmo_portal.common.words import plain
from works.rules.conflict_words import SpokenClaim, explain
from works.rules.conflicts import decided_by_evidence, decided_in_proportion, divide, lone_cures
from works.rules.contact_data import holds_contact_data

WHOLE = 1_000_000
PERCENT = 10_000
RUPEE = Currency("PKR", 2)
SHARES = st.integers(min_value=0, max_value=WHOLE)
CLAIMS = st.dictionaries(st.integers(1, 9), SHARES, min_size=2, max_size=6)


@pytest.mark.parametrize(
    ("claims", "room", "paid", "held"),
    [
        ((60, 50), 100, (50, 40), 10),  # two claims of 110 %: exactly the overlap is held
        ((100, 50), 100, (50, 0), 50),  # "he wrote nothing of it": all that he claims is held
        ((50, 40, 20), 100, (40, 30, 10), 20),  # each of three may be the one to give way
        ((50, 50), 50, (0, 0), 50),  # both claim the same half; the other half is nobody's quarrel
        ((60, 40), 100, (60, 40), 0),
        ((30, 40), 100, (30, 40), 0),
    ],
)
def test_only_what_is_contested_is_held(claims: tuple[int, ...], room: int, paid: tuple[int, ...], held: int) -> None:
    division = divide({place: claim * PERCENT for place, claim in enumerate(claims)}, room * PERCENT)
    assert tuple(part // PERCENT for part in division.paid.values()) == paid
    assert division.held == held * PERCENT


@given(CLAIMS, SHARES)
def test_paid_held_and_open_make_the_room_and_nobody_is_paid_more_than_claimed(
    claims: dict[int, int], room: int
) -> None:
    division = divide(claims, room)
    assert sum(division.paid.values()) + division.held + division.open == room
    assert all(0 <= division.paid[side] <= claim for side, claim in claims.items())
    assert min(division.held, division.open) == 0 <= division.held
    sides = sum(claim > 0 for claim in claims.values())
    assert (division.held > 0) == (sum(claims.values()) > room > 0 and sides > 1), "one side alone contests nothing"


@given(CLAIMS, SHARES, st.data())
def test_no_settlement_that_divides_the_room_gives_a_side_less_than_it_was_paid(
    claims: dict[int, int], room: int, data: st.DataObject
) -> None:
    assume(sum(claims.values()) >= room)
    division, left = divide(claims, room), room
    order = data.draw(st.permutations(sorted(claims)))
    awarded = {}
    for place, side in enumerate(order):
        later = sum(claims[other] for other in order[place + 1 :])
        least, most = max(0, left - later), min(claims[side], left)
        awarded[side] = data.draw(st.integers(least, most))
        left -= awarded[side]
    assert left == 0
    assert all(awarded[side] >= division.paid[side] for side in claims)


@given(CLAIMS, SHARES)
def test_every_side_may_end_with_exactly_what_it_was_paid_so_nothing_more_could_be_paid(
    claims: dict[int, int], room: int
) -> None:
    assume(sum(claims.values()) >= room)
    for side, paid in divide(claims, room).paid.items():
        others = sum(claim for other, claim in claims.items() if other != side)
        assert paid == max(0, room - others)


@given(CLAIMS, SHARES, st.data())
def test_a_claim_that_is_lowered_never_costs_another_side(
    claims: dict[int, int], room: int, data: st.DataObject
) -> None:
    side = data.draw(st.sampled_from(sorted(claims)))
    lowered = claims | {side: data.draw(st.integers(0, claims[side]))}
    before, after = divide(claims, room), divide(lowered, room)
    assert all(after.paid[other] >= before.paid[other] for other in claims if other != side)


@given(CLAIMS, SHARES)
def test_a_side_that_can_cure_the_conflict_alone_does_so_by_the_excess(claims: dict[int, int], room: int) -> None:
    excess = sum(claims.values()) - room
    for side in lone_cures(claims, room):
        assert divide(claims | {side: claims[side] - excess}, room).held == 0
    if excess > 0:
        others = set(claims) - set(lone_cures(claims, room))
        assert all(divide(claims | {side: 0}, room).excess > 0 for side in others)


@given(CLAIMS, SHARES)
def test_a_division_in_proportion_makes_the_room_and_gives_nobody_more_than_claimed(
    claims: dict[int, int], room: int
) -> None:
    division, awarded = divide(claims, room), decided_in_proportion(claims, room)
    assert sum(awarded.values()) == room - division.open
    assert all(division.paid[side] <= awarded[side] <= claim for side, claim in claims.items())


@given(CLAIMS, SHARES, st.data())
def test_a_decision_by_evidence_fits_the_room_and_takes_no_undisputed_part(
    claims: dict[int, int], room: int, data: st.DataObject
) -> None:
    proven = frozenset(data.draw(st.sets(st.sampled_from(sorted(claims)))))
    awarded = decided_by_evidence(claims, proven, room)
    if awarded is not None:
        paid = divide(claims, room).paid
        assert sum(awarded.values()) <= room
        assert all(awarded[side] == (claims[side] if side in proven else paid[side]) for side in claims)


def test_evidence_decides_only_when_one_side_alone_has_it() -> None:
    claims = {1: 60 * PERCENT, 2: 50 * PERCENT}
    assert decided_by_evidence(claims, frozenset(), WHOLE) is None
    assert decided_by_evidence(claims, frozenset({1, 2}), WHOLE) is None
    assert decided_by_evidence(claims, frozenset({1}), WHOLE) == {1: 60 * PERCENT, 2: 40 * PERCENT}


def test_a_negative_claim_is_no_claim() -> None:
    with pytest.raises(ValueError, match="never negative"):
        divide({1: -1}, WHOLE)


# --- in words


def spoken(*claims: SpokenClaim, room: int = 100) -> str:
    return " ".join(plain(words, RUPEE) for words in explain(claims, room=room * PERCENT, whole=WHOLE))


def test_the_sentence_says_which_claims_make_more_than_the_whole_and_what_cures_it() -> None:
    publisher = SpokenClaim("Sangam Music", 60 * PERCENT, 60 * PERCENT, "file", reference="CW26.V21", number=12)
    day = dt.date(2026, 5, 3)
    writer = SpokenClaim("Nazia Hassan", 50 * PERCENT, 50 * PERCENT, "member", stated=day)
    assert spoken(publisher, writer) == (
        "Sangam Music claims 60% (file CW26.V21, transaction 12). Nazia Hassan claims 50% (own claim of 2026-05-03)."
        " Together 110%: 10% more than the whole."
        " It is cured when either of them lowers its claim by 10%, or both together do."
    )


def test_an_agreement_that_has_ended_cures_the_conflict_too() -> None:
    publisher = SpokenClaim("Sangam Music", 60 * PERCENT, 60 * PERCENT, "agreement", reference="AG-7")
    writer = SpokenClaim("Nazia Hassan", 50 * PERCENT, 50 * PERCENT, begins=dt.date(2026, 7, 1))
    assert "when the agreement of Sangam Music ended before 2026-07-01." in spoken(publisher, writer)
    assert "when the agreement of Sangam Music has ended." in spoken(publisher, SpokenClaim("N", 500_000, 500_000))


@pytest.mark.parametrize("begun", [dt.date(2026, 7, 1), dt.date(2026, 9, 1)])
def test_no_agreement_is_said_to_have_ended_before_it_began(begun: dt.date) -> None:
    publisher = SpokenClaim("Sangam Music", 60 * PERCENT, 60 * PERCENT, "agreement", reference="AG-7", begins=begun)
    writer = SpokenClaim("Nazia Hassan", 50 * PERCENT, 50 * PERCENT, begins=dt.date(2026, 7, 1))
    said = spoken(publisher, writer)
    assert "ended before" not in said and "when the agreement of Sangam Music has ended." in said


@pytest.mark.parametrize(
    ("percents", "room", "words"),
    [
        ((60, 50), 70, "With the 30% that nobody contests, together 140%: 40% more than the whole."),
        ((95, 10), 100, "when either of them lowers its claim by 5%"),
        ((98, 1, 4), 100, "when one of these lowers its claim by 3%: A, C; or several together."),
        ((60, 5), 50, "when A lowers its claim by 15%."),
        ((70, 70, 70), 20, "when they lower their claims by 190% together; no side can do it alone."),
        ((50, 40, 20), 100, "when one of them lowers its claim by 10%"),
        ((60, 0), 100, "B has withdrawn its claim of 0%. Together these claims fit now, and 40% is claimed by nobody."),
        ((60, 40), 100, "Together these claims fit now."),
    ],
)  # fmt: skip
def test_the_cure_fits_the_figures(percents: tuple[int, ...], room: int, words: str) -> None:
    claims = [SpokenClaim("ABC"[place], size * PERCENT, size * PERCENT) for place, size in enumerate(percents)]
    assert words in spoken(*claims, room=room)


@given(CLAIMS, SHARES, st.sampled_from(["", "record", "member", "file", "registration", "agreement", "desk"]))
def test_every_conflict_has_its_words(claims: dict[int, int], room: int, basis: str) -> None:
    sides = [SpokenClaim(f"Side {side}", claim, claim, basis) for side, claim in claims.items()]
    told = explain(sides, room=room, whole=WHOLE)
    assert len(told) > len(claims)
    assert all("%(" not in plain(words, RUPEE) for words in told)


# --- messages carry no way round the society


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Call me on 0300 1234567", True),
        ("+92-300-123-4567", True),
        ("nazia@example.pk", True),
        ("nazia (at) example.pk", True),
        ("My CNIC is 35202-1234567-1", True),
        ("0300/1234567", True),
        ("0300_123_4567", True),
        ("0300 – 1234567", True),
        ("۰۳۰۰ ۱۲۳۴۵۶۷", True),
        ("0300\N{RIGHT-TO-LEFT MARK}1234567", True),
        ("ali at gmail dot com", True),
        ("ali (at) gmail (dot) com", True),
        ("ali@gmail dot com", True),
        ("ali @ gmail . com", True),
        ("ali at gmail.com", True),
        ("علی ایٹ gmail ڈاٹ com", True),
        ("We met at the studio in Lahore. It was 2019.", False),
        ("He sang it at Radio Pakistan. Come and listen.", False),
        ("From 03/05/2019 - 04/06/2019 the archive was closed.", False),
        ("I wrote the words in 2019; the work is W0000123 of 3 May 2026.", False),
        ("We lower our claim by 10 % from 2026-05-03 to 2026-08-01.", False),
    ],
)
def test_addresses_and_numbers_of_people_are_found(message: str, found: bool) -> None:
    assert holds_contact_data(message) is found


def test_the_whole_is_found_by_trying_all_small_cases() -> None:
    for claims in product(range(5), repeat=3):
        division = divide(dict(enumerate(claims)), 4)
        fits = [awards for awards in product(range(5), repeat=3) if sum(awards) == 4]
        fits = [awards for awards in fits if all(a <= c for a, c in zip(awards, claims, strict=True))]
        if fits:
            assert [min(awards[place] for awards in fits) for place in range(3)] == list(division.paid.values())

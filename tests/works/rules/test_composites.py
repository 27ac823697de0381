"""Shares from the parts to the whole: the whole stays the whole, longer parts weigh more, agreed parts come first."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from works.rules.composites import Component, CompositeFault, Owned, composite_shares, parts_of
from works.rules.splits import WHOLE, scaled_to_whole

ALIA, BILAL = 1, 2


def alone(party: int | None, duration: int | None = None, part: int | None = None) -> Component:
    return Component(part, duration, (Owned(party, "CA", WHOLE),))


def shares(*components: Component) -> dict[int | None, int]:
    found = composite_shares(components)
    assert not isinstance(found, CompositeFault)
    return {owned.party: owned.share for owned in found}


@st.composite
def owners(draw: st.DrawFn) -> tuple[Owned, ...]:
    weights = draw(st.lists(st.integers(1, 100), min_size=1, max_size=6))
    known = draw(st.sampled_from([WHOLE, WHOLE, WHOLE // 2, 333_333]))
    whole = scaled_to_whole(list(enumerate(weights)))
    rows = [(place, share * known // WHOLE) for place, share in whole.items()]
    parties = draw(st.lists(st.sampled_from([None, 1, 2, 3]), min_size=len(rows), max_size=len(rows)))
    roles = draw(st.lists(st.sampled_from(["C", "A"]), min_size=len(rows), max_size=len(rows)))
    return tuple(
        Owned(party, role, share) for party, role, (_place, share) in zip(parties, roles, rows, strict=True) if share
    )


components = st.lists(st.builds(Component, st.none(), st.integers(1, 600), owners()), min_size=1, max_size=8)


def test_a_medley_of_a_long_and_a_short_song_is_shared_by_length() -> None:
    assert shares(alone(ALIA, 120), alone(BILAL, 60)) == {ALIA: 666_667, BILAL: 333_333}


def test_agreed_parts_come_first_and_lengths_share_the_rest() -> None:
    found = shares(alone(ALIA, 999, part=500_000), alone(BILAL, 60), alone(None, 60))
    assert found == {ALIA: 500_000, BILAL: 250_000, None: 250_000}


def test_what_is_open_in_a_component_is_open_in_the_whole() -> None:
    half = Component(None, 60, (Owned(ALIA, "C", WHOLE // 2),))
    assert shares(half, alone(BILAL, 60)) == {BILAL: 500_000, ALIA: 250_000, None: 250_000}


def test_a_proposal_that_cannot_be_made_says_why() -> None:
    assert composite_shares([]) == CompositeFault("nothing")
    assert composite_shares([alone(ALIA, 60), alone(BILAL)]) == CompositeFault("length", 2)
    assert composite_shares([alone(ALIA, part=WHOLE), alone(BILAL, 60)]) == CompositeFault("above")
    assert composite_shares([alone(ALIA, part=600_000), alone(BILAL, part=600_000)]) == CompositeFault("above")
    assert composite_shares([alone(ALIA, part=600_000), alone(BILAL, part=300_000)]) == CompositeFault("below")


@given(components)
def test_the_whole_stays_the_whole(parts: list[Component]) -> None:
    found = composite_shares(parts)
    assert not isinstance(found, CompositeFault)
    assert sum(owned.share for owned in found) == WHOLE
    assert all(owned.share > 0 for owned in found)


@given(components)
def test_every_share_lies_within_one_unit_of_its_exact_value_for_the_parts(parts: list[Component]) -> None:
    whole = parts_of(parts)
    found = composite_shares(parts)
    assert not isinstance(whole, CompositeFault) and not isinstance(found, CompositeFault)
    for owned in found:
        if owned.party is None:
            continue
        exact = sum(
            Fraction(part * owner.share, WHOLE)
            for part, component in zip(whole, parts, strict=True)
            for owner in component.owners
            if (owner.party, owner.role) == (owned.party, owned.role)
        )
        assert abs(owned.share - exact) <= 1


@given(components, st.randoms())
def test_who_gets_something_does_not_depend_on_the_order(parts: list[Component], dice: object) -> None:
    shuffled = list(parts)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = composite_shares(parts), composite_shares(shuffled)
    assert not isinstance(one, CompositeFault) and not isinstance(other, CompositeFault)
    first = {(owned.party, owned.role): owned.share for owned in one}
    second = {(owned.party, owned.role): owned.share for owned in other}
    # a unit left over by the parts themselves goes to the earlier component
    assert all(abs(first.get(key, 0) - second.get(key, 0)) <= len(parts) + 1 for key in first | second)


def test_a_medley_of_one_is_its_song() -> None:
    parts = (Owned(ALIA, "C", 600_000), Owned(BILAL, "A", 400_000))
    assert composite_shares([Component(None, 1, parts)]) == parts

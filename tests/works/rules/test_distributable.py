"""What of a right pays and what is held: together always the whole."""

from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.money import WHOLE_SHARE
from works.rules.distributable import HeldPart, distributable

PARTS = st.lists(
    st.tuples(st.integers(1, WHOLE_SHARE), st.sampled_from(["", "", "disputed", "unclaimed", "no_mandate"])), max_size=6
)


@given(PARTS, st.sampled_from(["", "disputed", "not_registered"]))
def test_what_pays_and_what_is_held_make_the_whole(parts, held_whole):
    found = distributable(parts, held_whole=held_whole)
    assert found.pays + sum(part.units for part in found.held) == WHOLE_SHARE
    assert all(part.units > 0 for part in found.held)
    assert found.status == ("full" if found.pays == WHOLE_SHARE else "partial" if found.pays else "none")


def test_the_reasons_are_added_up_and_the_larger_comes_first():
    found = distributable([(200_000, ""), (100_000, "disputed"), (150_000, "disputed"), (50_000, "unclaimed")])
    assert (found.status, found.pays) == ("partial", 200_000)
    held = [HeldPart("undocumented", 500_000), HeldPart("disputed", 250_000), HeldPart("unclaimed", 50_000)]
    assert list(found.held) == held


def test_more_than_the_whole_pays_nobody():
    found = distributable([(WHOLE_SHARE, ""), (1, "")])
    assert (found.status, found.held) == ("none", (HeldPart("over_claimed", WHOLE_SHARE),))


def test_a_dispute_that_holds_the_whole_right_lets_nothing_pay():
    found = distributable([(600_000, ""), (300_000, "unclaimed")], held_whole="disputed")
    assert found.held == (HeldPart("disputed", 900_000), HeldPart("undocumented", 100_000))

"""Shares of free words and music: whatever the rule says, the right stays whole and nobody gets what is not free."""

from hypothesis import given
from hypothesis import strategies as st

from works.rules.composites import Owned
from works.rules.free_shares import FreeShareRule, element_of, free_share_owners
from works.rules.splits import WHOLE

WORDS, BOTH = frozenset({"words"}), frozenset({"words", "music"})
COMPOSER, ARRANGER = 1, 2
SONG = (Owned(COMPOSER, "C", 600_000), Owned(None, "A", 400_000))
roles = st.sampled_from(["C", "A", "CA", "AR", "E"])
rows = st.lists(
    st.builds(Owned, st.sampled_from([None, 1, 2, 3]), roles, st.integers(1, WHOLE // 8)), min_size=1, max_size=8
)
rules = st.dictionaries(
    st.sampled_from(["words", "music"]),
    st.one_of(
        st.just(FreeShareRule("unclaimed")),
        st.just(FreeShareRule("co_creators")),
        st.builds(FreeShareRule, st.just("arranger"), st.integers(1, WHOLE)),
    ),
)
free = st.sampled_from([frozenset[str](), WORDS, frozenset({"music"}), BOTH])


def test_which_element_an_ownerless_share_stands_for() -> None:
    assert element_of("A", WORDS) == "words"
    assert element_of("C", WORDS) == ""
    assert element_of("CA", BOTH) == "both" and element_of("CA", WORDS) == ""


def test_without_a_rule_the_free_share_stays_where_it_is() -> None:
    assert free_share_owners(SONG, WORDS, {}) == SONG


def test_co_creators_take_the_free_share_in_proportion() -> None:
    song = (Owned(COMPOSER, "C", 400_000), Owned(3, "C", 200_000), Owned(None, "A", 400_000))
    after = free_share_owners(song, WORDS, {"words": FreeShareRule("co_creators")})
    assert after == (Owned(COMPOSER, "C", 666_667), Owned(3, "C", 333_333))


def test_the_arranger_takes_her_part_and_the_rest_stays_free() -> None:
    song = (Owned(None, "C", 500_000), Owned(ARRANGER, "AR", 100_000), Owned(None, "A", 400_000))
    rule = {"words": FreeShareRule("arranger", 250_000), "music": FreeShareRule("arranger", WHOLE)}
    after = free_share_owners(song, BOTH, rule)
    assert after == (Owned(ARRANGER, "AR", 700_000), Owned(None, "A", 300_000))


def test_a_rule_for_people_the_work_does_not_have_gives_nothing_away() -> None:
    assert free_share_owners(SONG, WORDS, {"words": FreeShareRule("arranger", WHOLE)}) == SONG


def test_an_unknown_owner_of_protected_words_stays_unknown() -> None:
    assert free_share_owners(SONG, frozenset({"music"}), {"words": FreeShareRule("co_creators")}) == SONG


@given(rows, free, rules)
def test_the_total_is_what_it_was_and_no_named_owner_loses(
    owners: list[Owned], elements: frozenset[str], given_rules: dict[str, FreeShareRule]
) -> None:
    after = free_share_owners(owners, elements, given_rules)
    assert sum(owner.share for owner in after) == sum(owner.share for owner in owners)
    for key in {(owner.party, owner.role) for owner in owners if owner.party is not None}:
        before = sum(owner.share for owner in owners if (owner.party, owner.role) == key)
        assert sum(owner.share for owner in after if (owner.party, owner.role) == key) >= before

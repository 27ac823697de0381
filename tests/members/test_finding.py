"""Finding parties by any word of a name, in Urdu or Roman letters, in any order, misspelt; by an index."""

from typing import Any

import pytest

from cmo_portal.accounts.models import User
from members.models import Party, PartyName
from members.queries import party_named, party_search
from members.queries.finding import namesakes, ranked_parties
from members.queries.members import filtered_members
from members.queries.party_register import find_parties, parties_in_register
from members.rules.names import name_key, name_skeleton, name_words
from members.services.parties import PartyFacts, register_parties
from members.services.party_names import NameSaid, add_party, add_party_name, correct_party_name
from tests.factories.members import make_member, make_party


@pytest.fixture
def cast(db: None) -> dict[str, Party]:
    """People of the finding: some with their name in Urdu letters, some without."""
    return {
        "parvez": make_party("Sukkurvi", "Parvez", original="پرویز سکھروی"),
        "roman": make_party("Akhtar", "Pervaiz"),
        "lubna": make_party("Shad", "Lubna", original="لبنیٰ شاد"),
        "nadeem": make_party("Baig", "Nadeem", original="ندیم بیگ"),
        "usman": make_party("Peerzada", "Usman"),
        "sabir": make_party("Sukkurvi", "Sabir", original="صابر سکھروی"),
        "khan": make_party("Khan", "Nusrat"),
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("پرویز", ["parvez", "roman"]),
        ("Pervez", ["parvez", "roman"]),
        ("Parvaiz", ["parvez", "roman"]),
        ("لبنیٰ", ["lubna"]),
        ("لبنى", ["lubna"]),
        ("Nadim", ["nadeem"]),
        ("ندیم", ["nadeem"]),
        ("عثمان", ["usman"]),
        ("Osman", ["usman"]),
        ("سکھروی", ["parvez", "sabir"]),
        ("Sukhurwi", ["parvez", "sabir"]),
        ("سکھروی پرویز", ["parvez"]),
        ("Sukkurvi Parvez", ["parvez"]),
        ("Sukkurvi, Pervez", ["parvez"]),
        ("Sukkurbi", ["parvez", "sabir"]),
        ("eerzad", ["usman"]),
    ],
)
def test_a_party_is_found_by_any_words_of_her_name(text: str, found: list[str], cast: dict[str, Party]) -> None:
    wanted = {cast[name].pk for name in found}  # what only looks alike may follow
    assert {party.pk for party in find_parties(text, parties_in_register())[: len(found)]} == wanted
    assert {hit.party_id for hit in party_search(text)[: len(found)]} == wanted


def test_the_exact_name_comes_first_then_the_likest(db: None) -> None:
    whole = make_party("Parvez", "")
    begins = make_party("Alam", "Parvez")
    word = make_party("Parvez", "Abida")
    near, far = make_party("Shah", "Pervez"), make_party("Shah", "Pirooz")
    assert ranked_parties("Parvez", Party.objects.all(), limit=9) == [
        whole.pk, begins.pk, word.pk, near.pk, far.pk,
    ]  # fmt: skip
    assert ranked_parties("Parvez", Party.objects.all(), limit=2) == [whole.pk, begins.pk]


def test_what_the_list_is_narrowed_to_is_searched_and_not_cut_before(db: None) -> None:
    for _copy in range(30):
        make_party("Khan", "Asad")
    band = make_party("Khan Brothers", "", kind="group")
    assert find_parties("khan", parties_in_register(kind="group"), limit=3) == [band]
    member = make_member("Khan", "Zulfiqar")
    assert [hit.party_id for hit in party_search("khan", limit=3, members_only=True)] == [member.party_id]


def test_a_text_without_letters_finds_nobody(cast: dict[str, Party]) -> None:
    for text in ("", "  ", "؟!", "%", "\u200f"):
        assert find_parties(text, parties_in_register()) == [] and party_search(text) == []


def test_numbers_are_read_in_urdu_digits(db: None) -> None:
    party = make_party(ipi="00014107338")
    party.ipi_base_number = "I-000000229-7"
    party.save()
    for text in ("۰۰۰۱۴۱۰۷۳۳۸", "١٤١٠٧٣٣٨", "I-۰۰۰۰۰۰۲۲۹-۷"):
        assert find_parties(text, parties_in_register()) == [party], text


def test_the_words_follow_every_way_a_name_is_written(staff: Any) -> None:
    desk: User = staff("documentation")
    [bulk] = register_parties(
        parties=[PartyFacts(last_name="Faiz", first_name="Ahmed", original="احمد فیض")], by=None, source="test"
    )
    typed = add_party(kind="person", name=NameSaid("Jalib", "Habib", "حبیب جالب"), reason="x", by=desk)
    more = add_party_name(party=typed, name=NameSaid("Inqilabi", name_type="PP"), reason="x", by=desk)
    correct_party_name(row=more, name=NameSaid("Awami", name_type="PP"), reason="x", by=desk)
    for row in PartyName.objects.all():
        assert row.words == name_words(str(row), row.original)
    assert find_parties("فیض", parties_in_register()) == [bulk]
    assert find_parties("Awami", parties_in_register()) == [typed]
    assert find_parties("Inqilabi", parties_in_register()) == []


def test_lists_of_members_are_narrowed_by_any_word_too(db: None) -> None:
    member = make_member("Sukkurvi", "Parvez")
    assert list(filtered_members(text="پرویز")) == [member]
    assert list(filtered_members(text="Sukkurvi Parvaiz")) == [member]


def test_namesakes_have_the_same_words_by_sound_in_any_order(cast: dict[str, Party]) -> None:
    for text in ("Parvez Sukkurvi", "Sukkurwi Pervaiz", "سکھروی پرویز"):
        assert namesakes(text) == [cast["parvez"]], text
    for text in ("Parvez", "Parvez Sukkurvi Khan", ""):
        assert namesakes(text) == [], text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("words", "index"), [(["parvez"], "party_name_words"), ([":prz", ":skr"], "party_name_words")])
def test_words_are_looked_up_in_an_index(words: list[str], index: str, superuser_cursor: Any) -> None:
    party = make_party()
    names = [f"{first}{place} {last}" for place in range(40) for first in ("Asad", "Zia") for last in ("Khan", "Butt")]
    PartyName.objects.bulk_create(
        PartyName(party=party, last_name=name, key=name_key(name), skeleton=name_skeleton(name), words=name_words(name))
        for name in names * 20
    )
    superuser_cursor.execute("ANALYZE members_partyname, members_party")
    told = PartyName.objects.filter(words__contains=words, party__in=Party.objects.all())[:1000].explain()
    assert index in told, told


def test_the_only_bearer_of_a_name_is_meant_in_either_script_whoever_sounds_alike(db: None) -> None:
    arif = make_party("Chaghvi", "Arif", original="عارف چاغوی")
    make_party("Chaghvi", "Rafiq", original="رفیق چاغوی")
    for text in ("عارف چاغوی", " عارف  چاغوي ", "Arif Chaghvi"):
        assert party_named(text) == arif, text
    make_party("Chagvi", "Aarif", original="عارف چاغوی")
    assert party_named("عارف چاغوی") is None, "two go by it"

"""What a client says of a work beside its shares: sources, free words, settings; the desk's verdicts, each at its place."""

from typing import Any

import pytest

from members.models import Member, Party
from tests.factories.members import make_member
from tests.factories.works import party, work
from tests.works.api.conftest import Asking, song
from works.models import InstrumentPlayers, Work


def sent(program: Asking, **changes: Any) -> Work:
    answer = program.post("registrations/", song(**changes))
    assert answer.status_code == 201, answer.content
    return Work.objects.get(uid=answer.json()["work_uid"])


def faults(program: Asking, **changes: Any) -> dict[str, str]:
    answer = program.post("registrations/", song(**changes))
    assert answer.status_code == 400, answer.content
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


def test_a_medley_names_its_components(program: Asking) -> None:
    ours = work("Laal Meri Pat", (party("Somebody"), "CA", 100))
    made = sent(
        program,
        sources=[
            {"kind": "component", "our_number": ours.number.lower(), "duration": 95, "part": "40"},
            {"kind": "component", "title": "Dama Dam Mast Qalandar", "writers": ["Trad; Sindh", "Amir Khusro"]},
        ],
    )
    assert (made.composite_type, made.component_count, made.version_type) == ("MED", 2, "ORI")
    first, second = made.sources.order_by("position")
    assert (first.source, first.duration, first.part, first.given_by) == (ours, 95, 400_000, "api")
    assert (second.source, second.title) == (None, "Dama Dam Mast Qalandar")
    assert second.writers == [{"last_name": "Trad, Sindh"}, {"last_name": "Amir Khusro"}]


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("arrangement", ("ARR", "", "MOD")),
        ("translation", ("", "TRA", "MOD")),
        ("adaptation", ("", "MOD", "MOD")),
        ("excerpt", ("", "", "ORI")),
        ("version", ("", "", "ORI")),
    ],
)
def test_the_source_of_a_work_says_what_kind_of_version_it_is(
    kind: str, facts: tuple[str, str, str], program: Asking
) -> None:
    made = sent(program, sources=[{"kind": kind, "title": "An Old Song", "iswc": "T-034.524.680-1"}])
    assert (made.music_arrangement, made.lyric_adaptation, made.version_type) == facts
    assert made.sources.get().iswc == "T0345246801"


def test_codes_that_are_sent_stand_before_what_sources_tell(program: Asking) -> None:
    made = sent(
        program,
        text_music="MTX", music_arrangement="NEW", composite_type="COS", excerpt_type="MOV",
        sources=[{"kind": "component", "title": "A Sampled Song"}, {"kind": "arrangement", "title": "Another"}],
    )  # fmt: skip
    assert (made.text_music, made.music_arrangement, made.composite_type) == ("MTX", "NEW", "COS")
    assert (made.excerpt_type, made.component_count, made.version_type) == ("MOV", None, "MOD")


def test_old_words_are_named_with_their_poet_and_their_part_belongs_to_nobody(program: Asking, nazia: Member) -> None:
    made = sent(
        program,
        public_domain=[{"element": "words", "reason": "classical", "author": "Bulleh Shah", "died_in": 1757}],
        writers=[
            {"own": True, "role": "C", "performing": "50"},
            {"role": "PD", "performing": "50"},
        ],
    )
    free = made.public_domain_elements.get()
    assert (free.author, free.died_in, free.century, free.given_by) == ("Bulleh Shah", 1757, 18, "api")
    assert list(made.shares.order_by("right", "role").values_list("right", "party", "role", "state")) == [
        ("MR", None, "A", "unclaimed"), ("MR", nazia.party.pk, "C", "active"),
        ("PR", None, "A", "unclaimed"), ("PR", nazia.party.pk, "C", "active"),
    ]  # fmt: skip


def test_settings_and_performers_are_kept(program: Asking) -> None:
    made = sent(
        program,
        instrumentations=[{"voices": 2, "instruments": [{"code": "SIT"}, {"code": "TAB", "players": 2}]}],
        performers=[{"last_name": "Hassan", "first_name": "Nazia", "ipi_name_number": "00000000395"}],
    )
    setting, singer = made.instrumentations.get(), made.performers.get()
    assert sorted(InstrumentPlayers.objects.filter(instrumentation=setting).values_list("instrument", "players")) == [
        ("SIT", None),
        ("TAB", 2),
    ]
    assert (setting.voices, singer.last_name, singer.ipi_name_number) == (2, "Hassan", "00000000395")


def test_every_fault_of_a_description_is_listed_at_its_place(program: Asking) -> None:
    found = faults(
        program,
        text_music="XXX",
        sources=[
            {"kind": "component"},
            {"kind": "arrangement", "title": "Old", "part": "10"},
            {"kind": "sample", "title": "Old", "iswc": "T-034.524.680-2"},
            {"kind": "version", "our_number": "W9999999"},
            {"kind": "component", "title": "Old", "part": "0"},
        ],
        public_domain=[
            {"element": "words", "reason": "classical"},
            {"element": "music", "reason": "died", "century": 22},
        ],
        instrumentations=[{}, {"instruments": [{"code": "KAZOO"}]}],
        performers=[{"first_name": "Nazia", "ipi_name_number": "1"}],
    )
    assert set(found) == {
        "text_music", "sources.0.title", "sources.1.part", "sources.2.kind", "sources.2.iswc", "sources.3.our_number",
        "sources.4.part", "public_domain.0.author", "public_domain.0.century", "public_domain.1.century",
        "instrumentations.0", "instrumentations.1.instruments.0.code", "performers.0.last_name",
        "performers.0.ipi_name_number",
    }  # fmt: skip
    assert found["sources.1.part"] == "Only a component has an agreed part of this work."


@pytest.mark.parametrize("state", ["submitted", "refused", "withdrawn"])
def test_works_that_nobody_may_see_are_no_sources(state: str, program: Asking) -> None:
    hidden = work("Hidden")
    Work.objects.filter(pk=hidden.pk).update(state=state)
    found = faults(program, sources=[{"kind": "version", "our_number": hidden.number}])
    assert found == {"sources.0.our_number": f"No work has the number {hidden.number}."}


def test_a_part_of_nobody_has_no_name_and_is_not_ones_own(program: Asking) -> None:
    own = {"own": True, "role": "PD", "performing": "50"}
    found = faults(program, writers=[own, {"role": "PD", "name": "Bulleh Shah", "performing": "50"}])
    assert set(found) == {"writers.0.role", "writers.1.name"}


def test_a_member_number_says_who_is_meant_if_the_name_is_hers(program: Asking) -> None:
    zoheb, other = make_member("Hassan", "Zoheb"), party("Zoheb Hassan")
    body = song()
    body["writers"][1]["member"] = zoheb.number.lower()
    made = sent(program, writers=body["writers"])
    assert made.shares.filter(party=zoheb.party, state="unconfirmed").count() == 2
    assert not made.shares.filter(party=other).exists()
    for number, name in ((zoheb.number, "Somebody Else"), ("M999999", "Zoheb Hassan")):
        body["writers"][1] |= {"member": number, "name": name}
        found = faults(program, title="Quite Different", writers=body["writers"])
        assert found == {"writers.1.member": f"No member of this name has the number {number}."}


def test_what_only_the_books_can_tell_is_told_at_once_too(program: Asking) -> None:
    work("Quite Different", (party("X"), "CA", 100), iswc="T0345246801", isrc="PKABC2600001")
    body = song(iswc="T-034.524.680-1", recordings=[{"isrc": "PKABC2600001"}])
    body["writers"][1]["member"] = "M999999"
    found = faults(program, **body)
    assert set(found) == {"iswc", "recordings.0.isrc", "writers.1.member"}


def test_a_publisher_s_administrator_is_a_role_too(program: Asking) -> None:
    rows = [
        {"own": True, "role": "E", "performing": "50"},
        {"name": "Zoheb Hassan", "role": "CA", "performing": "40"},
        {"name": "Karachi Administration", "role": "AM", "performing": "10"},
    ]
    assert set(sent(program, writers=rows).shares.values_list("role", flat=True)) == {"E", "CA", "AM"}


def test_the_same_person_in_two_rows_is_one_party(program: Asking, nazia: Member) -> None:
    rows = [
        {"own": True, "role": "C", "performing": "50"},
        {"name": "Zoheb Hassan", "role": "A", "performing": "30"},
        {"name": "Zoheb Hassan", "role": "AR", "performing": "20"},
    ]
    made = sent(program, writers=rows)
    assert Party.objects.filter(display_name="Zoheb Hassan").count() == 1
    assert made.splits.get().answers.count() == 2

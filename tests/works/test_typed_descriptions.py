"""What a member can know of where her work comes from: old words, another work, a medley."""

from typing import Any

import pytest

from tests.works.test_drafts import TITLE, begin, client, filled, member, rows
from works.models import Work, WorkShare
from works.services.typed_descriptions import typed_description

__all__ = ["client", "member"]
pytestmark = pytest.mark.django_db
SUFI = {"free_words": "classical", "free_author": "بلھے شاہ", "free_when": "1757", "text_music": "MTN"}


def test_a_sufi_text_with_new_music_keeps_its_poet_and_leaves_his_part_to_nobody(client: Any) -> None:
    draft = filled(client, ("", "C", "50", ""), ("", "PD", "50", ""), title={**TITLE, **SUFI})
    page = client.get(f"{draft}check/").content.decode()
    assert "Nobody: public domain" in page and "بلھے شاہ" in page
    client.post(f"{draft}check/")
    song = Work.objects.get()
    free = song.public_domain_elements.get()
    assert (free.element, free.reason, free.died_in, free.century) == ("words", "classical", 1757, 18)
    assert (free.author_original, song.text_music, free.given_by) == ("بلھے شاہ", "MTN", "member")
    shares = WorkShare.objects.filter(work=song, party=None).values_list("right", "role", "state", "share")
    assert sorted(shares) == [("MR", "A", "unclaimed", 500_000), ("PR", "A", "unclaimed", 500_000)]


def test_an_arrangement_names_the_work_it_arranges(client: Any) -> None:
    source = {"made_from": "arrangement", "source_title": "Purani Dhun", "source_writers": "Rashid Attre; Khwaja"}
    draft = filled(client, ("", "AR", "100", ""), title={**TITLE, **source})
    client.post(f"{draft}check/")
    song = Work.objects.get()
    row = song.sources.get()
    assert (song.version_type, song.music_arrangement, row.kind, row.title) == (
        "MOD",
        "ARR",
        "arrangement",
        "Purani Dhun",
    )
    assert [each["last_name"] for each in row.writers] == ["Rashid Attre", "Khwaja"]


def test_a_medley_lists_its_songs_in_order() -> None:
    found = typed_description({"made_from": "component", "source_title": "One; Two ؛ Three", "source_writers": "X"})
    assert [source.title for source in found.sources] == ["One", "Two", "Three"]
    assert (found.facts.composite_type, found.facts.component_count) == ("MED", 3)
    assert not any(source.writers for source in found.sources)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"made_from": "translation"}, "Give the title of the work that yours is made from"),
        ({"made_from": "component", "source_title": "Alone"}, "A medley has two works at least"),
        ({"source_title": "Something"}, "Say what yours has to do with the other work"),
        ({"free_words": "died"}, "Name the author of the words"),
        ({"free_author": "Somebody"}, "Say why these words belong to nobody"),
    ],
)
def test_an_answer_that_lacks_its_other_half_is_asked_for(client: Any, answers: dict[str, str], words: str) -> None:
    page = client.post(f"{begin(client)}title/", {**TITLE, **answers})
    assert page.status_code == 200 and words in page.content.decode()


@pytest.mark.parametrize(
    ("when", "kept"), [(1757, (1757, 18)), (18, (None, 18)), (1800, (1800, 18)), (1801, (1801, 19))]
)
def test_a_year_or_a_century_is_understood(when: int, kept: tuple[int | None, int]) -> None:
    free = typed_description({"free_words": "classical", "free_author": "X", "free_when": when}).public_domain[0]
    assert (free.died_in, free.century) == kept


def test_a_verse_of_which_nobody_knows_the_time_waits_for_the_year(client: Any) -> None:
    draft = filled(
        client, ("", "C", "100", ""), title={**TITLE, "free_words": "classical", "free_author": "Unknown Poet"}
    )
    client.post(f"{draft}check/")
    free = Work.objects.get().public_domain_elements.get()
    assert (free.reason, free.author, free.died_in) == ("died", "Unknown Poet", None)


def test_a_person_without_a_name_and_oneself_as_nobody_are_refused(client: Any) -> None:
    draft = begin(client)
    client.post(f"{draft}title/", TITLE)
    page = client.post(f"{draft}shares/", rows(("", "C", "50", ""), ("", "A", "50", ""))).content.decode()
    assert "Write the name, or empty the whole row" in page
    page = client.post(f"{draft}shares/", rows(("", "PD", "100", ""))).content.decode()
    assert "Choose what you did" in page

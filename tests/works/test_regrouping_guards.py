"""What a merge or a split may not do: be undone by who asked for it, or carry a contested part away."""

import uuid

import pytest
from django.core.exceptions import ValidationError

from tests.factories.licensing import person
from tests.factories.works import party, work
from tests.works.disputing import claim, dispute
from tests.works.test_merging import NOW, merged, proposed
from works.models import Regrouping, Work, WorkShare
from works.services import regrouping as acts

pytestmark = pytest.mark.django_db


@pytest.fixture
def contested() -> Work:
    """A work of which two people claim 60 % each of the performing right."""
    one, two = party("Alia Rahman"), party("Bilal Hussain")
    song = work("Chandni Raat", (one, "CA", 50), (two, "CA", 50))
    dispute(song, claim(one, 60), claim(two, 60), by=person("documentation"))
    return song


def test_who_asked_for_an_undoing_is_told_that_another_person_must_do_it() -> None:
    owner = party("Alia Rahman")
    made = merged(work("Chandni", (owner, "CA", 100)), work("Chandnee", (owner, "CA", 100)))
    both = person("documentation", "approver")
    acts.ask_undo(regrouping=made, reason="two songs", by=both, now=NOW)
    with pytest.raises(ValidationError, match="Another person must undo it"):
        acts.undo_regrouping(regrouping=made, by=both, now=NOW)
    assert Regrouping.objects.get(pk=made.pk).state == "done"


@pytest.mark.parametrize("loser", ["work", "other"])
def test_a_side_with_an_open_dispute_is_never_dropped_by_a_merge(contested: Work, loser: str) -> None:
    twin = work("Chandnee Rat", (party("Celia Khan"), "CA", 100))
    pair = (contested, twin) if loser == "work" else (twin, contested)
    with pytest.raises(ValidationError, match="a dispute is open on the side that would go"):
        proposed(*pair, rights={"PR": "other" if loser == "work" else "work", "MR": "work"})


@pytest.mark.parametrize("where", ["goes", "both"])
def test_a_contested_part_is_never_sent_to_another_work_by_a_split(contested: Work, where: str) -> None:
    held = WorkShare.objects.filter(work=contested, state="disputed").first()
    assert held is not None
    with pytest.raises(ValidationError, match="contested part cannot go"):
        acts.propose_split(
            work=contested, choices={"title": "Another", "shares": {str(held.pk): where}}, reason="two songs",
            by=person("documentation"), now=NOW, form_key=uuid.uuid4(),
        )  # fmt: skip

"""Usage without a known work in the demo: the list, claims of members in each state, and what one of them set aside."""

from collections.abc import Iterator

from members.models import Member
from royalties.demo import sign_ins
from royalties.demo.frame import Story, form_key, staff
from royalties.models import OpenText, TextClaim
from royalties.queries.unmatched_members import Suggestion, suggested_texts, suggestions
from royalties.services import matching, unmatched

REASON = "This is my song; the station writes its title as it is sung, not as I registered it."
LOOKED_AT = 20


def load(story: Story) -> None:
    """The composer claims one text and sets one aside; of the claims of others one is accepted, one refused, one
    withdrawn."""
    unmatched.list_unmatched(now=story.now)
    composer = Member.objects.select_related("party", "user").get(user__email=sign_ins.CREATOR.email)
    assert composer.user
    near = _near(composer)
    _claim(near[0], composer, story)
    unmatched.set_aside(text=near[1].text, member=composer, by=composer.user)
    for claim, answer in zip(_claims_of_others(composer, story), ("matched", "none", "withdrawn"), strict=False):
        _answer(claim, answer, story)
    unmatched.list_unmatched(now=story.now)


def _near(member: Member) -> list[Suggestion]:
    """Texts that may be a work of the member, the most used first."""
    texts = suggested_texts(member).order_by("place")[:LOOKED_AT]
    return [one for one in suggestions(member, list(texts)) if one.works]


def _claims_of_others(composer: Member, story: Story) -> Iterator[TextClaim]:
    """Claims of other members, each to a text that nobody else claims."""
    others = Member.objects.filter(state="active", user__isnull=False).exclude(pk=composer.pk).order_by("number")
    for member in others.select_related("party", "user"):
        taken = {bytes(key) for key in TextClaim.objects.values_list("key", flat=True)}
        free = [one for one in _near(member) if bytes(one.text.key) not in taken]
        if free:
            yield _claim(free[0], member, story)


def _claim(near: Suggestion, member: Member, story: Story) -> TextClaim:
    assert member.user
    return unmatched.claim_text(
        text=near.text, work=near.works[0], member=member, reason=REASON,
        form_key=form_key("text claim", member.number), by=member.user, now=story.now,
    )  # fmt: skip


def _answer(claim: TextClaim, answer: str, story: Story) -> None:
    """The matching desk decides, or the member thinks again."""
    if answer == "withdrawn":
        assert claim.member.user
        unmatched.withdraw_claim(claim=claim, by=claim.member.user, now=story.now)
        return
    waiting = OpenText.objects.filter(memory_key=bytes(claim.key)).order_by("file_id", "text_no")[0]
    matching.decide_text(
        file_id=waiting.file_id, text_no=waiting.text_no, work=claim.work if answer == "matched" else None,
        outcome=answer, reason="", by=staff("documentation"), now=story.now,
    )  # fmt: skip

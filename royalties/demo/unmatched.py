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
ENDS = ("matched", "none", "withdrawn", "aside")


def load(story: Story) -> None:
    """The composer claims a text and has more to look at. Of others one claim is accepted, one refused, one withdrawn;
    one says that a text is not hers."""
    unmatched.list_unmatched(now=story.now)
    composer = Member.objects.select_related("party", "user").get(user__email=sign_ins.CREATOR.email)
    _claim(_near(composer)[0], composer, story)
    for end, (member, near) in zip(ENDS, _others(composer), strict=False):
        _tell(end, member, near, story)
    unmatched.list_unmatched(now=story.now)


def _near(member: Member) -> list[Suggestion]:
    """Texts that may be a work of the member, the most used first."""
    texts = suggested_texts(member).order_by("place")[:LOOKED_AT]
    return [one for one in suggestions(member, list(texts)) if one.works]


def _others(composer: Member) -> Iterator[tuple[Member, Suggestion]]:
    """Other members with a text that may be theirs and that neither the composer nor anybody else claims or may."""
    taken = {bytes(one.text.key) for one in _near(composer)}
    others = Member.objects.filter(state="active", user__isnull=False).exclude(pk=composer.pk).order_by("number")
    for member in others.select_related("party", "user"):
        claimed = {bytes(key) for key in TextClaim.objects.values_list("key", flat=True)}
        free = [one for one in _near(member) if bytes(one.text.key) not in taken | claimed]
        if free:
            yield member, free[0]


def _tell(end: str, member: Member, near: Suggestion, story: Story) -> None:
    """A member claims a text and gets her answer or thinks again; or she says that it is not hers."""
    assert member.user
    if end == "aside":
        unmatched.set_aside(text=near.text, member=member, by=member.user)
        return
    claim = _claim(near, member, story)
    if end == "withdrawn":
        unmatched.withdraw_claim(claim=claim, by=member.user, now=story.now)
        return
    waiting = OpenText.objects.filter(memory_key=bytes(claim.key)).order_by("file_id", "text_no")[0]
    matching.decide_text(
        file_id=waiting.file_id, text_no=waiting.text_no, work=claim.work if end == "matched" else None,
        outcome=end, reason="", by=staff("documentation"), now=story.now,
    )  # fmt: skip


def _claim(near: Suggestion, member: Member, story: Story) -> TextClaim:
    assert member.user
    return unmatched.claim_text(
        text=near.text, work=near.works[0], member=member, reason=REASON,
        form_key=form_key("text claim", member.number), by=member.user, now=story.now,
    )  # fmt: skip

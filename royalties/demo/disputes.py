"""The disputes of the demo, one in each state: put before people, open, filed by a member, agreed and to be confirmed,
settled. Told by the services, in the names of those who would do it."""

import datetime as dt
import uuid
from collections.abc import Sequence

from cmo_portal.accounts.models import User
from members.models import Member, Party
from members.models.territories import own_territory
from members.services.documents import Upload
from royalties.demo import sign_ins
from royalties.demo.frame import Story, staff
from royalties.demo.pictures import sample_card
from royalties.demo.repertoire import DISPUTED, famous_works
from works.models import Basis, Dispute, DisputeKind, Work, WorkShare
from works.services import disputes as desk
from works.services.disputes import Award, NewClaim

OVER_CLAIMED = 1  # the places among the famous works
QUIET = (51, 52, 53)
SAMPLING = 54
TEN_PERCENT = 100_000


def load(story: Story) -> None:
    """The society's rule and six disputes."""
    clerk = staff("documentation")
    rule = desk.draft_rule(
        on=story.beginning, valid_from=story.beginning, evidence_days=60, extension_days=60, holds="part",
        at_deadline="prepare", source="Board resolution 7 on disputes (demonstration)", by=clerk,
    )  # fmt: skip
    desk.approve_rule(rule=rule, by=staff("approver"), on=story.beginning)
    works = famous_works()
    _old(works[DISPUTED], story)
    _over_claim(works[OVER_CLAIMED], story)
    filed, agreed, settled = (works[place] for place in QUIET)
    _filed(filed, story)
    _agreed(agreed, story)
    _settled(settled, story)
    _sample(works[SAMPLING], story)


def _old(work: Work, story: Story) -> None:
    """Two lyricists claim the words of a famous work; its music goes on paying. One has sent proof, and the days are
    over."""
    first, other = _party(sign_ins.DISPUTED.email), Member.objects.order_by("number")[23].party
    begun = story.paid_quarter.start
    claims = [
        NewClaim(first, "A", 500_000, Basis.RECORD, stated_on=story.beginning),
        NewClaim(other, "A", 500_000, reference="letter with a signed manuscript", stated_on=begun),
    ]
    opened = _opened(work, DisputeKind.AUTHORSHIP, claims, begun)
    mine = opened.claims.get(party=first)
    desk.keep_evidence(
        claim=mine, kind="manuscript", upload=Upload("manuscript.png", sample_card(7)), shown=True,
        by=_user(first), now=story.at(begun),
    )  # fmt: skip


def _over_claim(work: Work, story: Story) -> None:
    """A publisher's agreement gives it ten per cent more than the composer leaves: 110 %, with the days running."""
    day = story.ago(20)
    composer, publisher = (WorkShare.objects.get(work=work, right="PR", role=role) for role in ("C", "E"))
    assert composer.party and publisher.party
    claims = [
        NewClaim(composer.party, "C", composer.share, Basis.RECORD, stated_on=story.beginning),
        NewClaim(
            publisher.party, "E", publisher.share + TEN_PERCENT, Basis.AGREEMENT, "AG-2024-118", day,
            valid_from=story.beginning,
        ),
    ]  # fmt: skip
    opened = _opened(work, DisputeKind.AGREEMENT, claims, day)
    desk.extend_deadline(
        dispute=opened, until=opened.deadline + dt.timedelta(days=20), by=staff("documentation"), on=day,
        reason="The publisher has to fetch the agreement from Dubai.",
    )  # fmt: skip
    text = "Please send the agreement with its schedule of works, and tell us since when it holds."
    desk.write_to_claimants(
        dispute=opened, text=text, form_key=_key("asked"), by=staff("documentation"), now=story.at(day)
    )
    desk.write_message(
        claim=opened.claims.get(party=composer.party), text="I never signed for this song; it is older than the deal.",
        to_all=True, form_key=_key("answered"), by=_user(composer.party), now=story.at(story.ago(12)),
    )  # fmt: skip


def _filed(work: Work, story: Story) -> None:
    """A member claims words that another has on record; the desk has not looked at it yet."""
    day, claimant = story.ago(2), _user(_party(sign_ins.DISPUTED.email))
    held = [share for share in _shares(work) if share.party != _party(sign_ins.DISPUTED.email)]
    desk.file_counter_claim(
        work=work, right="PR", role="A", share=TEN_PERCENT * 2, against=held[:1],
        grounds="I wrote the second verse in 2018; the singer can say so, and I have the sheet.",
        form_key=_key("filed"), by=claimant, on=day, now=story.at(day),
    )  # fmt: skip


def _agreed(work: Work, story: Story) -> None:
    """The newcomer has withdrawn: the outcome waits for its confirmation."""
    opened = _against_the_first(work, story, 30)
    own = opened.claims.order_by("-pk")[0]
    desk.answer_claim(
        claim=own, answer="withdrawn", seen=opened.version, by=_user(own.party), now=story.at(story.ago(3)),
        on=story.ago(3),
    )  # fmt: skip


def _settled(work: Work, story: Story) -> None:
    """One side had no evidence at the deadline: the share on record stands."""
    opened = _against_the_first(work, story, 80)
    standing = opened.claims.order_by("pk")[0]
    outcome = desk.propose_outcome(
        dispute=opened, kind="no_evidence", awards=[Award(standing.party, standing.role, standing.share)],
        reason="The newcomer sent nothing in sixty days.", by=staff("documentation"), on=story.ago(15),
    )  # fmt: skip
    desk.confirm_outcome(outcome=outcome, by=staff("approver"), on=story.ago(14))


def _sample(work: Work, story: Story) -> None:
    """A member hears a part of her own song in a famous one and claims a tenth of it in Pakistan; the desk has taken it
    up, and she asks for more days."""
    first, day = _shares(work)[0], story.ago(9)
    own, used = _outsider_with_a_song(work)
    filed = desk.file_counter_claim(
        work=work, right="PR", role=first.role, share=TEN_PERCENT, against=[first], kind=DisputeKind.SAMPLE,
        sampled=used, territory=own_territory(), grounds="The refrain is taken from my song, with its melody.",
        form_key=_key("sampled"), by=_user(own), on=day, now=story.at(day),
    )  # fmt: skip
    desk.accept_claim(dispute=filed, by=staff("documentation"), on=story.ago(8))
    filed.refresh_from_db()
    desk.ask_extension(
        claim=filed.claims.get(party=own), until=filed.deadline + dt.timedelta(days=14), by=_user(own),
        reason="The studio is making a copy of the old tape.", on=story.ago(4),
    )  # fmt: skip


def _outsider_with_a_song(work: Work) -> tuple[Party, Work]:
    """A member who holds nothing of a work, and a song of hers."""
    owners = WorkShare.objects.filter(work=work, party__isnull=False).values("party")
    others = Member.objects.filter(state="active", user__isnull=False).exclude(party__in=owners).order_by("number")
    for member in others.select_related("party"):
        if song := Work.objects.filter(shares__party=member.party, state="registered").order_by("pk").first():
            return member.party, song
    raise LookupError("every member of the demonstration has a share of it")


def _against_the_first(work: Work, story: Story, days: int) -> Dispute:
    """A member who holds nothing of a work claims a tenth of its largest share."""
    first, day = _shares(work)[0], story.ago(days)
    assert first.party
    owners = WorkShare.objects.filter(work=work).values("party")
    other = Member.objects.filter(state="active", user__isnull=False).exclude(party__in=owners).order_by("-number")[0]
    claims = [
        NewClaim(first.party, first.role, first.share, Basis.RECORD, stated_on=story.beginning),
        NewClaim(other.party, first.role, TEN_PERCENT, Basis.MEMBER, stated_on=day),
    ]
    return _opened(work, DisputeKind.COUNTER_CLAIM, claims, day)


def _opened(work: Work, kind: str, claims: Sequence[NewClaim], on: dt.date) -> Dispute:
    return desk.open_dispute(
        work=work, right="PR", claims=claims, kind=kind, takes_open_part=False, by=staff("documentation"), on=on
    )


def _shares(work: Work) -> Sequence[WorkShare]:
    """The active shares of the performing right, the largest first."""
    rows = WorkShare.objects.filter(work=work, right="PR", state="active").select_related("party")
    return list(rows.order_by("-share", "pk"))


def _party(email: str) -> Party:
    return Member.objects.select_related("party").get(user__email=email).party


def _user(party: Party) -> User:
    user = Member.objects.select_related("user").get(party=party).user
    assert user is not None
    return user


def _key(name: str) -> uuid.UUID:
    """A form key, the same each time."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"demo:dispute:{name}")

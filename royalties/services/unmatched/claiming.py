"""A member says that usage without a known work is of a work of hers, or that it is not hers.

A claim is a proposal: it stands in the queue of matching until a person decides the text, and matching by machine
leaves the text alone as long. What the decision says of the claim is written with it (services.matching.deciding).
"""

import datetime as dt
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.models import Member
from royalties.models import OpenText, TextClaim, TextSetAside, UnmatchedText, UsageFile, UsageMatch, UsageText
from royalties.queries.matches import latest_matches
from royalties.services.matching.deciding import lock_key
from works.models import Work
from works.queries.repertoire import works_of

MOST_OPEN = 100  # claims of one member that wait: a desk reads each of them
CLAIMED = "claim"
CLAIMABLE = ("registered", "submitted")


@transaction.atomic
def claim_text(
    *, text: UnmatchedText, work: Work, member: Member, reason: str, form_key: UUID, by: User, now: dt.datetime
) -> TextClaim:
    """Claim a text for a work of the member; the same form sent twice is one claim.

    Where a person had found no work before, the text waits for a person again. Raises ValidationError when the work is
    not hers, no reason is given, she claims the text already, or it was decided in the meantime.
    """
    _require_own(member, by)
    key = bytes(text.key)
    lock_key(key)
    if known := TextClaim.objects.filter(form_key=form_key, member=member).first():
        return known
    _check(work, member, reason, key)
    _wait_for_a_person(key, by)
    claim = TextClaim.objects.create(
        key=key,
        title=text.title,
        people=text.shown_people,
        member=member,
        work=work,
        reason=reason.strip(),
        form_key=form_key,
    )
    TextSetAside.objects.filter(member=member, key=key).delete()
    record_act(by=by, verb="claim_text", on=claim, facts={"title": text.title[:200], "work": work.number, "at": now})
    return claim


@transaction.atomic
def withdraw_claim(*, claim: TextClaim, by: User, now: dt.datetime) -> TextClaim:
    """Take an open claim back. Its text stays in the queue: somebody who knew it better looks at it all the same."""
    _require_own(claim.member, by)
    lock_key(bytes(claim.key))
    claim = TextClaim.objects.select_for_update().get(pk=claim.pk)
    if claim.state == "withdrawn":
        return claim
    if claim.state != "open":
        raise ValidationError(_("This claim was decided in the meantime."))
    claim.state, claim.ended_at = "withdrawn", now
    claim.save(update_fields=["state", "ended_at"])
    record_act(by=by, verb="withdraw_text_claim", on=claim, facts={"title": claim.title[:200]})
    return claim


@transaction.atomic
def set_aside(*, text: UnmatchedText, member: Member, by: User) -> None:
    """Remember that a text is not the member's music; said twice, it is remembered once."""
    _require_own(member, by)
    key = bytes(text.key)
    if TextClaim.objects.filter(key=key, member=member, state="open").exists():
        raise ValidationError(_("You claim this usage. Withdraw the claim first."))
    _row, made = TextSetAside.objects.get_or_create(member=member, key=key)
    if made:
        record_act(by=by, verb="set_text_aside", on=member, facts={"title": text.title[:200]})


@transaction.atomic
def take_up_again(*, text: UnmatchedText, member: Member, by: User) -> None:
    """Forget that a text is not the member's music: it may be suggested to her again."""
    _require_own(member, by)
    forgotten, _rows = TextSetAside.objects.filter(member=member, key=bytes(text.key)).delete()
    if forgotten:
        record_act(by=by, verb="take_text_up_again", on=member, facts={"title": text.title[:200]})


def _require_own(member: Member, by: User) -> None:
    """A member acts for herself."""
    if not by.is_active or member.user_id != by.pk:
        raise PermissionDenied


def _check(work: Work, member: Member, reason: str, key: bytes) -> None:
    if not works_of(member.party).filter(pk=work.pk, state__in=CLAIMABLE).exists():
        raise ValidationError(_("Choose one of your works, or register it first."))
    if not reason.strip():
        raise ValidationError(_("Say in a sentence how you know that this is your work."))
    waiting = TextClaim.objects.filter(member=member, state="open")
    if waiting.filter(key=key).exists():
        raise ValidationError(_("You have claimed this usage already. Withdraw that claim to name another work."))
    if waiting.count() >= MOST_OPEN:
        raise ValidationError(_("Many of your claims wait for us. Claim more when we have answered some of them."))


def _wait_for_a_person(key: bytes, by: User) -> None:
    """Put texts back into the queue where a person, or the memory of one, had said that no work is known."""
    open_now = set(OpenText.objects.select_for_update().filter(memory_key=key).values_list("file_id", "text_no"))
    texts = list(UsageText.objects.filter(memory_key=key).order_by("file_id", "text_no"))
    latest = latest_matches((text.file_id, text.text_no) for text in texts)
    decided = [text for text in texts if (text.file_id, text.text_no) not in open_now]
    closed = [
        (text, match)
        for text in decided
        if (match := latest.get((text.file_id, text.text_no))) is not None and match.outcome in {"none", "queue"}
    ]
    if not open_now and not closed:
        raise ValidationError(_("This usage was matched to a work in the meantime."))
    UsageMatch.objects.bulk_create(_asked_again(match, by) for _text, match in closed)
    sources = dict(
        UsageFile.objects.filter(pk__in={text.file_id for text, _m in closed}).values_list("pk", "source_id")
    )
    OpenText.objects.bulk_create(
        OpenText(
            file_id=text.file_id,
            text_no=text.text_no,
            source_id=sources[text.file_id],
            outcome="queue",
            memory_key=key,
            plays=text.plays,
            seconds=text.seconds,
        )
        for text, _match in closed
    )


def _asked_again(before: UsageMatch, by: User) -> UsageMatch:
    return UsageMatch(
        file_id=before.file_id,
        text_no=before.text_no,
        revision=before.revision + 1,
        outcome="queue",
        stage=CLAIMED,
        features=before.features,
        candidates=before.candidates,
        decided_by=by,
    )

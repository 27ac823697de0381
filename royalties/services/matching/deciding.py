"""A person's decision about a text, applied to every text that says the same, remembered, and taken back if wrong."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from royalties.models import MatchMemory, OpenText, UsageFile, UsageMatch, UsageText
from royalties.queries.matches import latest_matches
from royalties.services.matching.claims import reopen_claims, settle_claims
from works.models import Work

OUTCOMES = ("matched", "none", "ignored")
PERSON = "person"
KEY_LOCK = 0x4B45594C
BEFORE = """
    SELECT b.* FROM royalties_usagematch d JOIN royalties_usagematch b
        ON b.file_id = d.file_id AND b.text_no = d.text_no AND b.revision = d.revision - 1
    WHERE d.decision = %s
"""


@transaction.atomic
def decide_text(
    *,
    file_id: int,
    text_no: int,
    work: Work | None,
    outcome: str,
    reason: str,
    by: User,
    now: dt.datetime,
    apply_to_group: bool = True,
    seen: int | None = None,
) -> UUID:
    """Decide a text: `matched` to a work, `none` of ours, or `ignored` (not to be paid: needs a reason).

    With `apply_to_group` the decision holds for every open text with the same title and names, in whatever file, and is
    remembered for their sources. `seen` is the revision that the person looked at. Returns the decision's id, which
    takes it back. Raises ValidationError when the text was decided in the meantime or something is missing.
    """
    require(by, "royalties.match_usage")
    _check(work, outcome, reason)
    text = UsageText.objects.filter(file_id=file_id, text_no=text_no).first()
    if text is None:
        raise ValidationError(_("This text is not there any more. Go back to the queue."))
    key = bytes(text.memory_key)
    lock_key(key)
    group = _group(text) if apply_to_group else [text]
    latest = latest_matches((one.file_id, one.text_no) for one in group)
    own = latest.get((file_id, text_no))
    if seen is not None and own is not None and own.revision != seen:
        who = own.decided_by.name if own.decided_by else _("the matching")
        raise ValidationError(_("This text was decided in the meantime by %(who)s. Look at it again.") % {"who": who})
    decision = uuid.uuid4()
    reason = reason.strip()[:200]
    faultpoint("usage.decide.before_write")
    UsageMatch.objects.bulk_create(
        _revision(one, latest.get((one.file_id, one.text_no)), work, outcome, reason, by, decision) for one in group
    )
    _close(group)
    if apply_to_group:
        _remember(text, group, work, outcome, by, now, decision)
    settle_claims(key=key, work=work, outcome=outcome, decision=decision, by=by, now=now)
    faultpoint("usage.decide.after_write")
    facts = {
        "decision": str(decision),
        "outcome": outcome,
        "texts": len(group),
        "reason": reason,
        "title": text.title[:200],
    }
    record_act(
        by=by,
        verb="decide_match",
        on=UsageFile.objects.get(pk=file_id),
        facts=facts | ({"work": work.number} if work else {}),
    )
    return decision


@transaction.atomic
def undo_decision(*, decision: UUID, by: User, now: dt.datetime) -> int:
    """Put the texts of a decision back to what they were before; returns how many. Texts that were decided again since
    then stay as they are. Undone twice, the second call finds nothing to do."""
    require(by, "royalties.match_usage")
    rows = list(UsageMatch.objects.filter(decision=decision).order_by("file_id", "text_no"))
    if not rows:
        raise ValidationError(_("There is no such decision."))
    standing = take_back(decision=decision, rows=rows, by=by, now=now)
    file = UsageFile.objects.get(pk=rows[0].file_id)
    record_act(by=by, verb="undo_match", on=file, facts={"decision": str(decision), "texts": standing})
    return standing


def take_back(*, decision: UUID, rows: Sequence[UsageMatch], by: User, now: dt.datetime) -> int:
    """Put back the texts of `rows`, all revisions of one decision, and what it remembered; returns how many texts."""
    for key in sorted(_keys_of(rows)):
        lock_key(key)
    latest = latest_matches((row.file_id, row.text_no) for row in rows)
    standing = [row for row in rows if latest[row.file_id, row.text_no].revision == row.revision]
    before = {(row.file_id, row.text_no): row for row in UsageMatch.objects.raw(BEFORE, [decision])}
    faultpoint("usage.undo.before_write")
    UsageMatch.objects.bulk_create(_restored(row, before.get((row.file_id, row.text_no)), by) for row in standing)
    _open_again([row for row in standing if _is_open(before.get((row.file_id, row.text_no)))], before)
    _forget(decision, now)
    reopen_claims(decision=decision)
    faultpoint("usage.undo.after_write")
    return len(standing)


def lead_texts(
    *, keys: Iterable[bytes], works: Collection[int], to: Work, decision: UUID, by: User, now: dt.datetime
) -> int:
    """Let every text with one of these keys that is matched to one of `works` mean `to`, and remember it; returns how
    many texts."""
    wanted = sorted(set(keys))
    for key in wanted:
        lock_key(key)
    texts = list(UsageText.objects.filter(memory_key__in=wanted).order_by("file_id", "text_no"))
    latest = latest_matches((text.file_id, text.text_no) for text in texts)
    moved = [
        (text, match)
        for text in texts
        if (match := latest.get((text.file_id, text.text_no))) is not None and match.work_id in works
    ]
    faultpoint("usage.lead.before_write")
    UsageMatch.objects.bulk_create(_revision(text, match, to, "matched", "", by, decision) for text, match in moved)
    remembered = list(MatchMemory.objects.filter(key__in=wanted, work__in=works, undone_at=None).order_by("pk"))
    MatchMemory.objects.filter(pk__in=[one.pk for one in remembered]).update(undone_at=now, replaced_by=decision)
    MatchMemory.objects.bulk_create(
        MatchMemory(
            key=one.key,
            source_id=one.source_id,
            outcome=one.outcome,
            work=to,
            title=one.title,
            creators=one.creators,
            decided_by=by,
            decision=decision,
        )
        for one in remembered
    )
    faultpoint("usage.lead.after_write")
    return len(moved)


def last_decision(by: User) -> UUID | None:
    """The newest decision of a person that was not taken back."""
    undone = UsageMatch.objects.filter(undoes__isnull=False).values("undoes")
    return (
        UsageMatch.objects.filter(decided_by=by, decision__isnull=False)
        .exclude(decision__in=undone)
        .order_by("-pk")
        .values_list("decision", flat=True)
        .first()
    )


def key_of_decision(decision: UUID) -> str:
    """The key, in hexadecimal, of the texts that a decision was about."""
    row = UsageMatch.objects.filter(decision=decision).order_by("pk").first()
    text = UsageText.objects.filter(file_id=row.file_id, text_no=row.text_no).first() if row else None
    return bytes(text.memory_key).hex() if text else ""


def _check(work: Work | None, outcome: str, reason: str) -> None:
    if outcome not in OUTCOMES:
        raise ValidationError(_("Choose a work, or say that none is right."))
    if outcome == "matched" and (work is None or work.state != "registered"):
        raise ValidationError(_("Choose the work that was played."))
    if outcome != "matched" and work is not None:
        raise ValidationError(_("A work is named only where it was played."))
    if outcome == "ignored" and not reason.strip():
        raise ValidationError(_("Say why this usage is not to be paid."))


def lock_key(key: bytes) -> None:
    """Two people who decide the same text wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [KEY_LOCK, int.from_bytes(key[:4], signed=True)])


def _group(text: UsageText) -> list[UsageText]:
    """The text and every open text with the same key, in a fixed order, locked in the queue."""
    waiting = OpenText.objects.select_for_update().filter(memory_key=bytes(text.memory_key))
    places = {(text.file_id, text.text_no), *waiting.values_list("file_id", "text_no")}
    found = UsageText.objects.filter(pk__in=sorted(places))
    return sorted(found, key=lambda one: (one.file_id, one.text_no))


def _revision(
    text: UsageText,
    before: UsageMatch | None,
    work: Work | None,
    outcome: str,
    reason: str,
    by: User,
    decision: UUID,
) -> UsageMatch:
    """The person's revision; the features it was decided on stay with it, so that the method can learn from them."""
    chosen = next((c for c in (before.candidates if before else []) if work and c["work"] == work.pk), None)
    return UsageMatch(
        file_id=text.file_id,
        text_no=text.text_no,
        revision=before.revision + 1 if before else 1,
        outcome=outcome,
        work=work,
        stage=PERSON,
        score=chosen["score"] if chosen else 0,
        features=before.features if before else {},
        candidates=before.candidates if before else [],
        reason=reason,
        decided_by=by,
        decision=decision,
    )


def _close(texts: Sequence[UsageText]) -> None:
    OpenText.objects.filter(pk__in=[text.pk for text in texts]).delete()


def _remember(
    text: UsageText,
    group: Sequence[UsageText],
    work: Work | None,
    outcome: str,
    by: User,
    now: dt.datetime,
    decision: UUID,
) -> None:
    files = {one.file_id for one in group}
    sources = sorted(set(UsageFile.objects.filter(pk__in=files).values_list("source_id", flat=True)))
    key = bytes(text.memory_key)
    MatchMemory.objects.filter(key=key, source__in=sources, undone_at=None).update(undone_at=now, replaced_by=decision)
    MatchMemory.objects.bulk_create(
        MatchMemory(
            key=key,
            source_id=source,
            outcome=outcome,
            work=work,
            title=text.title,
            creators=text.creators or text.performers,
            decided_by=by,
            decision=decision,
        )
        for source in sources
    )


def _forget(decision: UUID, now: dt.datetime) -> None:
    """Undo what the decision remembered; what it had replaced counts again."""
    MatchMemory.objects.filter(decision=decision, undone_at=None).update(undone_at=now)
    for earlier in MatchMemory.objects.filter(replaced_by=decision):
        live = MatchMemory.objects.filter(key=earlier.key, source=earlier.source, undone_at=None)
        if not live.exists():
            earlier.undone_at, earlier.replaced_by = None, None
            earlier.save(update_fields=["undone_at", "replaced_by"])


def _restored(row: UsageMatch, before: UsageMatch | None, by: User) -> UsageMatch:
    return UsageMatch(
        file_id=row.file_id,
        text_no=row.text_no,
        revision=row.revision + 1,
        outcome=before.outcome if before else "queue",
        work_id=before.work_id if before else None,
        stage=before.stage if before else "score",
        score=before.score if before else 0,
        gap=before.gap if before else 0,
        features=before.features if before else {},
        candidates=before.candidates if before else [],
        reason=before.reason if before else "",
        decided_by=by,
        undoes=row.decision,
    )


def _is_open(match: UsageMatch | None) -> bool:
    by_machine = match is not None and match.stage not in {PERSON, "memory"}
    return match is None or match.outcome == "queue" or (match.outcome == "none" and by_machine)


def _open_again(rows: Sequence[UsageMatch], before: dict[tuple[int, int], UsageMatch]) -> None:
    places = [(row.file_id, row.text_no) for row in rows]
    sources = dict(UsageFile.objects.filter(pk__in={row.file_id for row in rows}).values_list("pk", "source_id"))
    OpenText.objects.bulk_create(
        OpenText(
            file_id=text.file_id,
            text_no=text.text_no,
            source_id=sources[text.file_id],
            outcome=before[text.file_id, text.text_no].outcome if (text.file_id, text.text_no) in before else "queue",
            memory_key=text.memory_key,
            plays=text.plays,
            seconds=text.seconds,
        )
        for text in UsageText.objects.filter(pk__in=places)
    )


def _keys_of(rows: Iterable[UsageMatch]) -> set[bytes]:
    texts = UsageText.objects.filter(pk__in=[(row.file_id, row.text_no) for row in rows])
    return {bytes(key) for key in texts.values_list("memory_key", flat=True)}

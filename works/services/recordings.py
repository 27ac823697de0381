"""Recordings: entered and corrected by the documentation desk, linked to works by her, by members and by files.

A link moves money: plays are matched by ISRC. So a member links recordings to her own works only, and where a
recording stands with a work in which others own shares, whoever brings the link, it waits for the documentation desk.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.spelling import script_of, skeleton, text_key
from members.models import Party, PartyName
from works.models import LinkRequest, Recording, RecordingPerformer, RecordingWork, Work, WorkShare
from works.queries.repertoire import own_alone, works_of
from works.rules.contact_data import holds_contact_data
from works.rules.credits import credited_names
from works.rules.identifiers import format_isrc, read_isrc

LONGEST_TITLE, LONGEST_NAME, MOST_PERFORMERS = 400, 200, 30
LONGEST_REASON = 500
EDIT = "works.edit_works"


def works_by_isrc(isrcs: Iterable[str], *, besides: Party | None) -> dict[str, Work]:
    """ISRC → the first work with which the recording stands already and that is not this party's alone."""
    return {isrc: works[0] for isrc, works in standing_works(isrcs, besides=besides).items()}


def standing_works(isrcs: Iterable[str], *, besides: Party | None) -> dict[str, list[Work]]:
    """ISRC → the owned works with which the recording stands already, without those that are this party's alone."""
    kept = {read_isrc(isrc).value for isrc in isrcs} - {""}
    links = RecordingWork.objects.filter(recording__isrc__in=kept).select_related("recording", "work")
    if besides is not None:
        links = links.exclude(work__in=own_alone(besides).values("pk"))
    found: dict[str, list[Work]] = defaultdict(list)
    for link in links.filter(Exists(WorkShare.objects.filter(work=OuterRef("work")))).order_by("work_id"):
        found[link.recording.isrc or ""].append(link.work)
    return found


def others_recordings(isrcs: Iterable[str], party: Party) -> dict[str, str]:
    """ISRC → why a member may not register a work with it, for recordings of works in which others own shares."""
    text = _(
        "%(isrc)s is linked to another work already, in which others own shares: %(work)s. Register yours without it,"
        " then ask for the link on the page of recordings; the documentation desk decides."
    )
    return {
        isrc: text % {"isrc": format_isrc(isrc), "work": str(work)}
        for isrc, work in works_by_isrc(isrcs, besides=party).items()
    }


@dataclass(frozen=True, slots=True)
class NewPerformer:
    """A performer as credited; an IPI name number or the party itself says who it is."""

    name: str
    original: str = ""
    ipi_name_number: str = ""
    party: Party | None = None


@dataclass(frozen=True, slots=True)
class NewRecording:
    """A recording; `duration` in seconds. `performer` is the credit as one text, read where `performers` is empty."""

    isrc: str
    title: str = ""
    performer: str = ""
    duration: int | None = None
    version_title: str = ""
    label: str = ""
    released_on: dt.date | None = None
    performers: tuple[NewPerformer, ...] = ()

    @property
    def credited(self) -> tuple[NewPerformer, ...]:
        """Who performs, in the order of the credit."""
        return self.performers or tuple(NewPerformer(name) for name in credited_names(self.performer))


def link_recordings(
    pairs: Sequence[tuple[Work, NewRecording]], *, source: str = "", decided_by: User | None = None
) -> None:
    """Make recordings that are new by ISRC and link them to their works; ISRCs that exist are linked as they are.

    Where one stands with a work of others, the link waits, brought by `source`, unless a person of the desk decided it.
    """
    sound = [(work, read_isrc(new.isrc).value, new) for work, new in pairs if read_isrc(new.isrc).is_valid]
    wanted = {isrc: _titled(new, work) for work, isrc, new in reversed(sound)}
    known = {recording.isrc: recording for recording in Recording.objects.filter(isrc__in=wanted)}
    made = Recording.objects.bulk_create(
        recording_row(isrc, new) for isrc, new in reversed(wanted.items()) if isrc not in known
    )
    _write_performers([(recording, wanted[recording.isrc or ""].credited) for recording in made])
    known.update({recording.isrc: recording for recording in made})
    _write_links([(known[isrc], work) for work, isrc, _new in sound], source, decided_by)


def recording_row(isrc: str, new: NewRecording) -> Recording:
    """A recording with its search keys, not saved."""
    row = Recording(isrc=isrc or None)
    _put(row, new)
    return row


@transaction.atomic
def save_recording(*, recording: Recording | None, new: NewRecording, by: User) -> Recording:
    """Enter a recording, or replace what is known about one, its performers included; its works stay linked."""
    require(by, EDIT)
    isrc = _checked_isrc(new.isrc, of=recording)
    _check_facts(new)
    before = _facts(recording) if recording else {}
    if recording is None:
        recording = recording_row(isrc, new)
        recording.save(force_insert=True)
    else:
        recording = Recording.objects.select_for_update(no_key=True).get(pk=recording.pk)
        recording.isrc = isrc or None
        _put(recording, new)
        recording.save()
        recording.performers.all().delete()
    _write_performers([(recording, new.credited)])
    record_act(by=by, verb="save_recording", on=recording, facts={"before": before, "after": _facts(recording)})
    return recording


@transaction.atomic
def link_recording(*, recording: Recording, work: Work, duration: int | None = None, by: User) -> RecordingWork:
    """Put a work behind the works of a recording; linked already, it stays as it is. `duration` of its part."""
    require(by, EDIT)
    recording = Recording.objects.select_for_update(no_key=True).get(pk=recording.pk)
    if work.state == "merged":
        raise ValidationError(_("This work was merged into another one. Link that one."))
    link, made = RecordingWork.objects.get_or_create(
        recording=recording,
        work=work,
        defaults={"position": _next_place(recording), "duration": duration, "decided_by": by},
    )
    if made:
        record_act(by=by, verb="link_recording", on=work, facts=_link_facts(recording))
    return link


@transaction.atomic
def unlink_recording(*, link: RecordingWork, reason: str, by: User) -> None:
    """Take a work out of a recording, with the reason."""
    require(by, EDIT)
    if not reason.strip():
        raise ValidationError(_("Say why the link is wrong: the page of the work shows it."))
    _unlink(link, reason.strip(), by)


@transaction.atomic
def link_own_recording(
    *, party: Party, work: Work, new: NewRecording, reason: str = "", by: User
) -> RecordingWork | LinkRequest:
    """A member links a recording to a work of hers by its ISRC; an ISRC that nobody gave yet makes the recording.

    One that stands with a work in which others own shares is not linked: with a `reason`, the link waits for the
    documentation desk. Linked already, it stays as it is.
    """
    _require_own(party, work)
    isrc = _checked_isrc(new.isrc, of=None, may_exist=True)
    if not isrc:
        raise ValidationError({"isrc": _("Give the ISRC: it is what links the plays to your work.")})
    _check_facts(new)
    recording = Recording.objects.select_for_update(no_key=True).filter(isrc=isrc).first()
    if recording is None:
        recording = recording_row(isrc, _titled(new, work))
        recording.save(force_insert=True)
        _write_performers([(recording, new.credited)])
    elif (standing := works_by_isrc([isrc], besides=party).get(isrc)) and not _stands(recording, work):
        return _ask_desk(recording, work, party, standing, reason, by)
    link, made = RecordingWork.objects.get_or_create(
        recording=recording, work=work, defaults={"position": _next_place(recording), "linked_by": party}
    )
    if made:
        record_act(by=by, verb="link_own_recording", on=work, facts=_link_facts(recording))
    return link


@transaction.atomic
def withdraw_link_request(*, party: Party, request: LinkRequest, by: User) -> LinkRequest:
    """A member takes back what she asked for; decided meanwhile, it stays as it was decided."""
    request = LinkRequest.objects.select_for_update(of=("self",)).get(pk=request.pk, asked_by=party)
    if request.state != "open":
        raise ValidationError(_("This was decided already."))
    request.state = "withdrawn"
    request.save(update_fields=["state"])
    record_act(by=by, verb="withdraw_link_request", on=request.work, facts=_link_facts(request.recording))
    return request


@transaction.atomic
def unlink_own_recording(*, party: Party, link: RecordingWork, by: User) -> None:
    """A member takes back a link that she made herself."""
    _require_own(party, link.work)
    if link.linked_by_id != party.pk:
        raise ValidationError(_("This link came from a registration. Tell us what is wrong with it instead."))
    _unlink(link, "", by)


def _require_own(party: Party, work: Work) -> None:
    if work.state != "registered" or not works_of(party).filter(pk=work.pk).exists():
        raise ValidationError(_("This is not a registered work of yours."))


def _stands(recording: Recording, work: Work) -> bool:
    return RecordingWork.objects.filter(recording=recording, work=work).exists()


def _ask_desk(recording: Recording, work: Work, party: Party, standing: Work, reason: str, by: User) -> LinkRequest:
    if not reason.strip():
        text = _(
            "%(isrc)s is linked to another work already, in which others own shares: %(work)s. Say why it is a"
            " recording of yours too; the documentation desk then decides. Until then nothing changes."
        )
        raise ValidationError({"reason": text % {"isrc": format_isrc(recording.isrc or ""), "work": str(standing)}})
    if holds_contact_data(reason):
        told = _("Leave out e-mail addresses, telephone and identity numbers. The desk knows how to reach you.")
        raise ValidationError({"reason": told})
    request, made = LinkRequest.objects.get_or_create(
        recording=recording,
        work=work,
        state="open",
        defaults={"asked_by": party, "source": "member", "reason": reason.strip()[:LONGEST_REASON]},
    )
    if made:
        record_act(by=by, verb="ask_for_link", on=work, facts={**_link_facts(recording), "stands_with": str(standing)})
    return request


def _unlink(link: RecordingWork, reason: str, by: User) -> None:
    recording, work = link.recording, link.work
    link.delete()
    record_act(by=by, verb="unlink_recording", on=work, facts={**_link_facts(recording), "reason": reason[:500]})


def _checked_isrc(isrc: str, *, of: Recording | None, may_exist: bool = False) -> str:
    """The kept form, blank for none. The lock of the register is not needed: the number is unique in the database."""
    if not isrc.strip():
        return ""
    reading = read_isrc(isrc)
    if not reading.is_valid:
        raise ValidationError({"isrc": _("This is not an ISRC. It looks like PK-ABC-26-00001; check it.")})
    taken = Recording.objects.filter(isrc=reading.value).exclude(pk=of.pk if of else 0).first()
    if taken is not None and not may_exist:
        raise ValidationError(
            {"isrc": _("%(isrc)s belongs to “%(title)s” already.") % {"isrc": isrc, "title": taken.title}}
        )
    return reading.value


def _check_facts(new: NewRecording) -> None:
    if len(new.credited) > MOST_PERFORMERS:
        raise ValidationError(_("A recording names thirty performers at most; name the group instead."))


def _put(row: Recording, new: NewRecording) -> None:
    row.title = clean_text(new.title)[:LONGEST_TITLE]
    row.version_title = clean_text(new.version_title)[:LONGEST_NAME]
    row.label = clean_text(new.label)[:LONGEST_NAME]
    row.duration = new.duration or None
    row.released_on = new.released_on
    row.key, row.skeleton = text_key(row.title)[:LONGEST_TITLE], skeleton(row.title)[:200]


def _titled(new: NewRecording, work: Work) -> NewRecording:
    """A recording without a title of its own is called as its work."""
    return new if clean_text(new.title) else replace(new, title=work.title)


def _write_performers(credits: Sequence[tuple[Recording, tuple[NewPerformer, ...]]]) -> None:
    """The rows of performers; an IPI name number that we know names the party. Two statements."""
    numbers = {one.ipi_name_number for _row, names in credits for one in names if one.ipi_name_number}
    parties = dict(PartyName.objects.filter(ipi_name_number__in=numbers).values_list("ipi_name_number", "party_id"))
    RecordingPerformer.objects.bulk_create(
        _performer_row(recording, place, one, parties.get(one.ipi_name_number))
        for recording, names in credits
        for place, one in enumerate(names[:MOST_PERFORMERS], 1)
    )


def _performer_row(recording: Recording, place: int, one: NewPerformer, party_id: int | None) -> RecordingPerformer:
    name = clean_text(one.name)[:LONGEST_NAME]
    original = clean_text(one.original) or (name if script_of(name) not in ("Latn", "") else "")
    return RecordingPerformer(
        recording=recording,
        position=place,
        party_id=one.party.pk if one.party else party_id,
        name=name,
        name_original=original[:LONGEST_NAME],
        key=text_key(name)[:LONGEST_TITLE],
        skeleton=skeleton(name)[:200],
    )


@transaction.atomic
def _write_links(pairs: Iterable[tuple[Recording, Work]], source: str, decided_by: User | None) -> None:
    """Links in bulk, each work behind those that the recording holds already; those for a person to decide wait."""
    listed = list({(recording.pk, work.pk): work for recording, work in pairs}.items())
    touched = Recording.objects.filter(pk__in={recording for (recording, _pk), _work in listed}).order_by("pk")
    list(touched.select_for_update(no_key=True).values_list("pk"))  # who links one of them beside us is seen
    rows = RecordingWork.objects.filter(recording_id__in={recording for (recording, _pk), _work in listed})
    known = set(rows.values_list("recording_id", "work_id"))
    last = dict(rows.order_by("recording_id").values_list("recording_id").annotate(Max("position")))
    owners = _Owners(known, [work for _pair, work in listed])
    fresh, waiting = [], []
    for (recording, pk), work in listed:
        if (recording, pk) in known:
            continue
        if decided_by is None and owners.others(recording, work):
            asked = {"asked_by_id": work.registered_by_id, "source": source[:40]}
            waiting.append(LinkRequest(recording_id=recording, work_id=pk, **asked))
            continue
        last[recording] = last.get(recording, 0) + 1
        fresh.append(RecordingWork(recording_id=recording, work_id=pk, position=last[recording], decided_by=decided_by))
        owners.linked(recording, pk)
    RecordingWork.objects.bulk_create(fresh, ignore_conflicts=True)
    LinkRequest.objects.bulk_create(waiting, ignore_conflicts=True)


class _Owners:
    """Who owns shares in the works that recordings hold, as the database asks it of every link."""

    def __init__(self, links: Iterable[tuple[int, int]], works: Sequence[Work]) -> None:
        self._works: dict[int, set[int]] = defaultdict(set)
        for recording, work in links:
            self.linked(recording, work)
        held = {pk for of_recording in self._works.values() for pk in of_recording} | {work.pk for work in works}
        self._owners: dict[int, set[int | None]] = defaultdict(set)
        for work_id, party_id in WorkShare.objects.filter(work__in=held).values_list("work_id", "party_id").distinct():
            self._owners[work_id].add(party_id)

    def linked(self, recording: int, work: int) -> None:
        """The recording holds this work too."""
        self._works[recording].add(work)

    def others(self, recording: int, work: Work) -> bool:
        """Whether the recording stands with a work in which somebody beside the one who registered this one owns."""
        return any(self._owners[pk] - {work.registered_by_id} for pk in self._works[recording] - {work.pk})


def _next_place(recording: Recording) -> int:
    return int(recording.parts.aggregate(last=Max("position"))["last"] or 0) + 1


def _link_facts(recording: Recording) -> dict[str, str]:
    return {"recording": str(recording.uid), "isrc": recording.isrc or "", "title": recording.title}


def _facts(recording: Recording) -> dict[str, object]:
    return {
        "isrc": recording.isrc or "",
        "title": recording.title,
        "version_title": recording.version_title,
        "label": recording.label,
        "duration": recording.duration,
        "released_on": recording.released_on.isoformat() if recording.released_on else "",
        "performers": list(recording.performers.order_by("position").values_list("name", flat=True)),
    }

"""Recordings: entered and corrected by the documentation desk, linked to works by her, by members and by files.

A link moves money: plays are matched by ISRC. So a member links recordings to her own works only, and never one that
stands with somebody else's work; that is for the documentation desk to decide.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.spelling import script_of, skeleton, text_key
from members.models import Party, PartyName
from works.models import Recording, RecordingPerformer, RecordingWork, Work
from works.queries.repertoire import works_of
from works.rules.credits import credited_names
from works.rules.identifiers import format_isrc, read_isrc

LONGEST_TITLE, LONGEST_NAME, MOST_PERFORMERS = 400, 200, 30
EDIT = "works.edit_works"


def works_by_isrc(isrcs: Iterable[str], *, besides: Party) -> dict[str, Work]:
    """ISRC → the first work of others with which the recording stands already."""
    kept = {read_isrc(isrc).value for isrc in isrcs} - {""}
    links = RecordingWork.objects.filter(recording__isrc__in=kept).select_related("recording", "work")
    links = links.exclude(work__in=works_of(besides).values("pk")).order_by("-work_id")
    return {link.recording.isrc or "": link.work for link in links}


def others_recordings(isrcs: Iterable[str], party: Party) -> dict[str, str]:
    """ISRC → why a member may not have it linked to her work, for recordings that stand with somebody else's."""
    text = _(
        "%(isrc)s is linked to another work already: %(work)s. If that is wrong, report it on the page of that work;"
        " the documentation desk decides."
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


def link_recordings(pairs: Sequence[tuple[Work, NewRecording]]) -> None:
    """Make recordings that are new by ISRC and link them to their works; ISRCs that exist are linked as they are."""
    sound = [(work, read_isrc(new.isrc).value, new) for work, new in pairs if read_isrc(new.isrc).is_valid]
    wanted = {isrc: _titled(new, work) for work, isrc, new in reversed(sound)}
    known = {recording.isrc: recording for recording in Recording.objects.filter(isrc__in=wanted)}
    made = Recording.objects.bulk_create(
        recording_row(isrc, new) for isrc, new in reversed(wanted.items()) if isrc not in known
    )
    _write_performers([(recording, wanted[recording.isrc or ""].credited) for recording in made])
    known.update({recording.isrc: recording for recording in made})
    _write_links([(known[isrc], work) for work, isrc, _new in sound])


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
        recording=recording, work=work, defaults={"position": _next_place(recording), "duration": duration}
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
def link_own_recording(*, party: Party, work: Work, new: NewRecording, by: User) -> RecordingWork:
    """A member links a recording to a work of hers by its ISRC; an ISRC that nobody gave yet makes the recording.

    Refused for a recording that stands with somebody else's work. Linked already, it stays as it is.
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
    else:
        _refuse_others_recording(recording, party)
    link, made = RecordingWork.objects.get_or_create(
        recording=recording, work=work, defaults={"position": _next_place(recording), "linked_by": party}
    )
    if made:
        record_act(by=by, verb="link_own_recording", on=work, facts=_link_facts(recording))
    return link


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


def _refuse_others_recording(recording: Recording, party: Party) -> None:
    if faults := others_recordings([recording.isrc or ""], party):
        raise ValidationError({"isrc": list(faults.values())})


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


def _write_links(pairs: Iterable[tuple[Recording, Work]]) -> None:
    """Links in bulk, each work behind those that the recording holds already."""
    listed = list(dict.fromkeys((recording.pk, work.pk) for recording, work in pairs))
    rows = RecordingWork.objects.filter(recording_id__in={recording for recording, _work in listed})
    known = set(rows.values_list("recording_id", "work_id"))
    last = dict(rows.order_by("recording_id").values_list("recording_id").annotate(Max("position")))
    fresh = []
    for recording, work in listed:
        if (recording, work) not in known:
            last[recording] = last.get(recording, 0) + 1
            fresh.append(RecordingWork(recording_id=recording, work_id=work, position=last[recording]))
    RecordingWork.objects.bulk_create(fresh, ignore_conflicts=True)


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

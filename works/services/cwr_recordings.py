"""The recordings of a work of ours in a file; those without an ISRC are left out and told."""

from collections.abc import Iterator
from dataclasses import replace

from works.formats.cwr.work import WorkRecording, WorkTransaction
from works.queries.exports import OwnRecording, OwnWork
from works.rules.credits import credited_names
from works.services.cwr_sending import LONGEST_TITLE, ToSend, roman


def recordings_of(work: OwnWork, transaction: WorkTransaction, sending: ToSend) -> Iterator[WorkRecording]:
    """The recordings in the order of their ISRCs."""
    for recording in work.recordings:
        if recording.isrc:
            yield _recording(recording, transaction, sending)
        else:
            sending.note("recording_left_out", "REC", "isrc", recording.title)


def _recording(recording: OwnRecording, transaction: WorkTransaction, sending: ToSend) -> WorkRecording:
    """2.1 has no place for what a recording is called and who performs on it."""
    label = sending.written("REC", "record_label", recording.label, LONGEST_TITLE)
    plain = WorkRecording(release_date=recording.released_on, release_duration=recording.duration, isrc=recording.isrc)
    if transaction.version == "2.1":
        return replace(plain, album_label=label)
    title = sending.written("REC", "recording_title", recording.title, LONGEST_TITLE)
    names = ", ".join(credited_names(roman(recording.performer) or recording.performer))
    return replace(
        plain,
        recording_title="" if title == transaction.title else title,
        version_title=sending.written("REC", "version_title", recording.version_title, LONGEST_TITLE),
        display_artist=sending.written("REC", "display_artist", names, LONGEST_TITLE),
        record_label=label,
        isrc_validity="Y",
    )

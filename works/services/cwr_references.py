"""What others call a work of ours, in a file: their numbers (XRF, in 2.1 ARI) and what societies were told of it (ARI).

Numbers of senders without an organisation's code of three signs are theirs alone, and notes to us are not passed on.
"""

import re
from collections.abc import Iterator

from django.conf import settings

from works.formats.cwr.codes import NO_SOCIETY, PUBLIC_DOMAIN_SOCIETY, code_names, is_society
from works.formats.cwr.work import CrossReference, SocietyInformation
from works.queries.export_details import OwnNote, OwnNumber
from works.queries.exports import OwnWork
from works.services.cwr_sending import ToSend

LONGEST_NUMBER, LONGEST_NOTE = 14, 160
EVERY_RIGHT = "ALL"
VALIDITIES = {"valid": "Y", "unlinked": "U", "taken": "U", "invalid": "N"}
_NOBODY = (PUBLIC_DOMAIN_SOCIETY, NO_SOCIETY)
_SOCIETY_AS_SENDER = re.compile(r"SO(\d{1,3})")
_ORGANISATION = re.compile(r"[A-Z0-9]{3}")


def references_of(
    work: OwnWork, version: str, sending: ToSend
) -> tuple[tuple[SocietyInformation, ...], tuple[CrossReference, ...]]:
    """The notes and numbers that this version can say, each in an order that the file shows."""
    notes = {note for each in work.details.notes if (note := _information(each, sending))}
    told = {(note.society, note.work_no) for note in notes}
    numbers = set(_cross_references(work.details.numbers, sending))
    numbers -= {each for each in numbers if _is_plain(each) and (each.organisation_code, each.identifier) in told}
    if version == "2.1":
        notes |= {_as_note(each) for each in numbers if _is_plain(each) and is_society(each.organisation_code)}
        for each in numbers:
            if not (_is_plain(each) and is_society(each.organisation_code)):
                sending.leave_out("XRF", "identifier", each.identifier)
        numbers = set()
    return (
        tuple(sorted(notes, key=lambda one: (one.society, one.work_no, one.type_of_right, one.subject_code, one.note))),
        tuple(sorted(numbers, key=lambda one: (one.organisation_code, one.identifier, one.identifier_type))),
    )


def _information(note: OwnNote, sending: ToSend) -> SocietyInformation | None:
    if note.society.lstrip("0") == settings.SOCIETY["cisac_code"].lstrip("0"):
        return None
    number = sending.written("ARI", "work_no", note.number, LONGEST_NUMBER)
    text = sending.written("ARI", "note", note.text, LONGEST_NOTE)
    if text and note.subject not in code_names("subject"):
        text = sending.leave_out("ARI", "note", note.text)
    if not number and not text:
        return None
    right = note.right if note.right in code_names("right") else EVERY_RIGHT
    subject = note.subject if note.subject in code_names("subject") else ""
    return SocietyInformation(
        society=note.society.zfill(3), work_no=number, type_of_right=right, subject_code=subject, note=text
    )


def _cross_references(numbers: tuple[OwnNumber, ...], sending: ToSend) -> Iterator[CrossReference]:
    for each in numbers:
        code = _organisation(each.issuer)
        if code and (written := sending.written("XRF", "identifier", each.value, LONGEST_NUMBER)):
            yield CrossReference(
                organisation_code=code,
                identifier=written,
                identifier_type=each.identifier_type,
                validity=VALIDITIES[each.validity],
            )


def _organisation(issuer: str) -> str:
    """The three signs of an organisation that gave a number; blank for any other sender, and for ourselves."""
    society = _SOCIETY_AS_SENDER.fullmatch(issuer)
    code = society[1].zfill(3) if society else issuer
    if not _ORGANISATION.fullmatch(code) or code in _NOBODY or code == settings.SOCIETY["cisac_code"].zfill(3):
        return ""
    return code


def _is_plain(reference: CrossReference) -> bool:
    """Whether it is a good number of the work, which a note to the society says as well."""
    return (reference.identifier_type, reference.validity) == ("W", "Y")


def _as_note(reference: CrossReference) -> SocietyInformation:
    return SocietyInformation(
        society=reference.organisation_code, work_no=reference.identifier, type_of_right=EVERY_RIGHT
    )

"""What the pages of registration files show: complaints in the reader's language, and how far a worker is."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from cmo_portal.jobs.models import Job
from cmo_portal.wording import date_text, grouped, isolated
from members.models.territories import territory_text
from works.models import AgreementType, ImportedTransaction, ImportUndo, RegistrationFile
from works.models.registrations import DECIDED_HERE

CHECK, IMPORT = "works.check_file", "works.import_file"  # the kinds of jobs that work on a file
TABLES = ("CSV", "XLSX")  # the formats of our own table; all others are CWR
CHECK_TABLE, TAKE_TABLE = "works.check_table", "works.take_table"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A complaint in words: where, what is wrong, what to do. `count` above 1 stands for as many alike."""

    line: int
    record: str
    text: str
    remedy: str
    edit: str
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a worker is with a file. `stopped` says that it came to a halt and needs a person."""

    label: str
    done: int
    total: int
    since: dt.datetime | None
    finished: bool
    stopped: str


def undone_text(undo: ImportUndo) -> str:
    """What undoing an import did."""
    counts = {name: grouped(undo.report[name]) for name in ("withdrawn", "restored")}
    return _("The import is undone. Works withdrawn: %(withdrawn)s; put back as they were: %(restored)s.") % counts


def subject_of(file: RegistrationFile) -> str:
    """What the jobs of a file belong to."""
    return f"registration:{file.uid}"


def spoken(complaints: Iterable[dict[str, Any]]) -> list[Spoken]:
    """Kept complaints in the language of the page; their field names are those of the format."""
    return [
        Spoken(
            line=complaint["line"],
            record=complaint["record"],
            text=_filled(complaint["message"], complaint["facts"]),
            remedy=_filled(complaint["remedy"], complaint["facts"]),
            edit=complaint["edit"],
            count=complaint["count"],
        )
        for complaint in complaints
    ]


def filled_in(complaint: dict[str, Any]) -> dict[str, Any]:
    """A kept complaint for a machine, with its sentences written out."""
    told = _in_words(complaint["facts"])
    return {
        **complaint,
        **{name: _(complaint[name]) % told if complaint[name] else "" for name in ("message", "remedy")},
    }


def outcomes_of(file: RegistrationFile) -> Iterator[dict[str, Any]]:
    """What became of each transaction of a file, for a machine: numbers, status, our work, and every reason."""
    rows = ImportedTransaction.objects.filter(file=file).select_related("work", "agreement").order_by("number")
    for row in rows.iterator(chunk_size=500):
        yield {
            "number": row.number,
            "kind": row.kind,
            "title": row.title,
            "submitter_number": row.submitter_number,
            "status": row.status,
            "work": row.work.number if row.work else "",
            "agreement": row.agreement.number if row.agreement else "",
            "complaints": [filled_in(complaint) for complaint in row.complaints],
        }


def progress_of(file: RegistrationFile) -> Progress | None:
    """How far the worker is with a file that is being read or taken; None when no worker has to do with it."""
    if file.state not in ("received", "taking"):
        return None
    job = Job.objects.filter(subject=subject_of(file)).order_by("-pk").first()
    if job is None:
        return None
    label = _("Taking the accepted works") if job.kind in (IMPORT, TAKE_TABLE) else _("Checking the file")
    stopped = {
        "quarantined": _("The work stopped after three attempts. Ask an administrator to look at the background jobs."),
        "cancelled": _("The work was given up. Begin it again, or ask the sender for another file."),
    }.get(job.state, "")
    total = job.progress_total or max(job.progress_done, 1)
    return Progress(label, job.progress_done, total, job.started_at, job.state == "done" or bool(stopped), stopped)


def _filled(text: str, facts: dict[str, str]) -> str:
    """The sentence with its facts; in Urdu they stand isolated, so that quotation marks and codes keep their place."""
    words = _in_words(facts)
    told = {name: isolated(str(fact)) for name, fact in words.items()} if get_language_bidi() else words
    return _(text) % told if text else ""


def _in_words(facts: dict[str, str]) -> dict[str, str]:
    """The facts with codes and days as words: the kind of an agreement, an area, the days of agreements and files."""
    told = dict(facts)
    if "kind" in facts:
        told["kind"] = str(AgreementType(facts["kind"]).label)
    if "area" in facts:
        told["area"] = territory_text(facts["area"])
    for name in ("start", "dated", "standing"):
        if name in facts:
            told[name] = date_text(dt.date.fromisoformat(facts[name]))
    return told


def filtered_files(wanted: dict[str, Any]) -> QuerySet[RegistrationFile]:
    """The register: files by state, form, who handed them in, words of the name or sender, the beginning of the hash,
    and the days of their arrival."""
    rows = RegistrationFile.objects.select_related("received_by", "party")
    if wanted.get("state") == "kept":
        rows = files_with_kept().select_related("received_by", "party")
    elif wanted.get("state"):
        rows = rows.filter(state=wanted["state"])
    if wanted.get("form"):
        rows = rows.filter(format__in=TABLES) if wanted["form"] == "table" else rows.exclude(format__in=TABLES)
    if wanted.get("origin"):
        rows = rows.filter(party__isnull=wanted["origin"] == "staff")
    if wanted.get("since"):
        rows = rows.filter(created_at__date__gte=wanted["since"])
    if wanted.get("until"):
        rows = rows.filter(created_at__date__lte=wanted["until"])
    text = (wanted.get("q") or "").strip()
    if text:
        rows = rows.filter(Q(filename__icontains=text) | Q(sender__icontains=text) | _hash_begins(text))
    return rows


def files_with_kept() -> QuerySet[RegistrationFile]:
    """The imported files with a transaction on which the desk decides (works.services.kept)."""
    waiting = ImportedTransaction.objects.filter(taken=True, status="RA", kind__in=DECIDED_HERE)
    return RegistrationFile.objects.filter(state="imported", pk__in=waiting.values("file"))


def hash_text(file: RegistrationFile) -> str:
    """The SHA-256 of a file in hexadecimal digits."""
    return bytes(file.sha256).hex()


def _hash_begins(text: str) -> Q:
    """Files whose hash begins with these hexadecimal digits, as they stand on the page."""
    digits = text.lower()
    if len(digits) < 8 or len(digits) > 64 or any(sign not in "0123456789abcdef" for sign in digits):
        return Q(pk__in=[])
    low, high = bytes.fromhex(digits.ljust(64, "0")), bytes.fromhex(digits.ljust(64, "f"))
    return Q(sha256__gte=low, sha256__lte=high)

"""How much waits for the documentation desk, for the start page of staff."""

from works.models import Dispute, ImportUndo, LinkRequest, RegistrationFile, Work, WorkReport
from works.queries.registrations import TABLES, files_with_kept
from works.queries.splits import desk_splits


def submitted() -> int:
    """Works that members sent and that look like others."""
    return Work.objects.filter(state="submitted").count()


def disputes() -> int:
    """Disputes that are open for evidence."""
    return Dispute.objects.filter(state="open").count()


def disputes_due() -> int:
    """Disputes whose days for evidence are over."""
    return Dispute.objects.filter(state="due").count()


def claims_filed() -> int:
    """Claims of members that nobody has accepted or refused."""
    return Dispute.objects.filter(state="filed").count()


def outcomes() -> int:
    """Outcomes that wait for their confirmation."""
    return Dispute.objects.filter(state="proposed").count()


def reports() -> int:
    """Reports that nobody has settled."""
    return WorkReport.objects.filter(state="open").count()


def link_requests() -> int:
    """Links of recordings on which nobody has decided."""
    return LinkRequest.objects.filter(state="open").count()


def files() -> int:
    """Registration files that were checked and not taken; a member takes her own tables herself."""
    return RegistrationFile.objects.filter(state="checked").exclude(party__isnull=False, format__in=TABLES).count()


def kept() -> int:
    """Imported files with something on which a person decides."""
    return files_with_kept().count()


def splits() -> int:
    """Rounds of agreement in which the desk has to speak for somebody."""
    return desk_splits().count()


def undos() -> int:
    """Imports that somebody asked to undo."""
    return ImportUndo.objects.filter(state="asked").count()

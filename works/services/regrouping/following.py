"""What names a merged work and has to name the one that stands for it: moved row by row, so that an undoing moves it
back. Whatever is not moved is followed when it is read (`merged_into` leads to a work that stands, in one step: the
database sees to it), or is history and keeps the name it had. tests/works/test_merge_references.py lists every
reference there is with its decision.
"""

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext_lazy

from cmo_portal.accounts.models import User
from cmo_portal.kept_words import in_all_languages
from works.models import AgreementWork, Dispute, DuplicatePair, NumberRequest, SourceWork, Work, WorkReport
from works.models.claims import ENDED
from works.models.number_requests import OPEN
from works.services.regrouping.changes import Changes

DESCRIPTIONS = ("performers", "instrumentations", "origins", "public_domain_elements", "sources", "notes")
NOT_ASKED = gettext_lazy("Merged into a work for which the same is asked, or which has the number.")


def follow(changes: Changes, work: Work, other: Work) -> None:
    """What points to the other work points to this one: agreements that name it, works made from it, what senders said
    of it. How it is described fills the gaps: a kind of description that the work has already stays as it is."""
    named = set(AgreementWork.objects.filter(work=work).values_list("agreement_id", flat=True))
    for listed in other.agreements.exclude(agreement__in=named).order_by("pk"):
        changes.change(listed, work=work)
    for derived in SourceWork.objects.filter(source=other).order_by("pk"):
        changes.change(derived, source=work)
    senders = set(work.submissions.values_list("sender", flat=True))
    for sent in other.submissions.exclude(sender__in=senders).order_by("pk"):
        changes.change(sent, work=work)
    for kind in DESCRIPTIONS:
        if not getattr(work, kind).exists():
            for row in getattr(other, kind).order_by("pk"):
                changes.change(row, work=work)


def follow_disputes(changes: Changes, work: Work, other: Work) -> None:
    """A claim that waits for the desk, and a sample of the other work in a dispute that has not ended."""
    for filed in other.disputes.filter(state="filed").order_by("pk"):
        changes.change(filed, work=work)
    for sampling in Dispute.objects.filter(sampled=other).exclude(Q(state__in=ENDED) | Q(work=work)).order_by("pk"):
        changes.change(sampling, sampled=work)


def follow_requests(changes: Changes, work: Work, other: Work) -> None:
    """Requests for numbers that are open: the answer is about the work that stands. What is asked for that work
    already, or what it has, is asked no more."""
    asked = set(work.number_requests.filter(state__in=OPEN).values_list("kind", flat=True))
    for request in other.number_requests.filter(state__in=OPEN).exclude(other_work=work).order_by("pk"):
        if request.kind in asked or (request.kind != "iswc_merge" and work.iswc and request.state != "sent"):
            changes.change(request, state="withdrawn", message=in_all_languages(NOT_ASKED))
        else:
            changes.change(request, work=work)
    open_ones = NumberRequest.objects.filter(state__in=OPEN).order_by("pk")
    for joining in open_ones.filter(other_work=other).exclude(work=work):
        changes.change(joining, other_work=work)
    for told in open_ones.filter(conflict=other).exclude(work=work):
        changes.change(told, conflict=work)


def lead_on(changes: Changes, work: Work, other: Work, by: User, now: dt.datetime) -> None:
    """Whatever was merged into the other work before, open reports and the pair follow; then the other work goes."""
    for earlier in Work.objects.filter(merged_into=other).order_by("pk"):
        changes.change(earlier, merged_into=work)
    for report in WorkReport.objects.filter(work=other, state="open").order_by("pk"):
        changes.change(report, work=work)
    first, second = sorted((work.pk, other.pk))
    for pair in DuplicatePair.objects.filter(first=first, second=second, state="open"):
        changes.change(pair, state="merged", decided_by=by, decided_at=now)
    changes.change(other, state="merged", merged_into=work)

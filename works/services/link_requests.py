"""Deciding on links of recordings that wait: what the member says, and the co-owners report, a person weighs."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from works.models import LinkRequest, RecordingWork
from works.queries.regrouping import standing_work
from works.services.recordings import EDIT, LONGEST_REASON, link_recording, unlink_recording


@transaction.atomic
def accept_link_request(
    *, request: LinkRequest, outcome: str, removed: Sequence[RecordingWork] = (), by: User, now: dt.datetime
) -> LinkRequest:
    """Link the recording to the work. `removed` are its links to other works that were wrong; the others stand beside
    it."""
    request = _taken_up(request, outcome, by)
    work = standing_work(request.work)
    if work.state != "registered":
        raise ValidationError(_("This work is not registered: nothing can be linked to it."))
    link_recording(recording=request.recording, work=work, by=by)
    for link in removed:
        if link.recording_id == request.recording_id and link.work_id != work.pk:
            unlink_recording(link=link, reason=outcome, by=by)
    return _end(request, "accepted", outcome, by, now)


@transaction.atomic
def refuse_link_request(*, request: LinkRequest, outcome: str, by: User, now: dt.datetime) -> LinkRequest:
    """The recording stays with the works it has; `outcome` tells the member why."""
    return _end(_taken_up(request, outcome, by), "refused", outcome, by, now)


def _taken_up(request: LinkRequest, outcome: str, by: User) -> LinkRequest:
    require(by, EDIT)
    if not outcome.strip():
        raise ValidationError({"outcome": _("Say what was decided and why: the member reads it.")})
    rows = LinkRequest.objects.select_for_update(of=("self",)).select_related("recording", "work__merged_into")
    request = rows.get(pk=request.pk)
    if request.state != "open":
        raise ValidationError(_("This was decided already."))
    return request


def _end(request: LinkRequest, state: str, outcome: str, by: User, now: dt.datetime) -> LinkRequest:
    request.state, request.outcome = state, outcome.strip()[:LONGEST_REASON]
    request.decided_by, request.decided_at = by, now
    request.save(update_fields=["state", "outcome", "decided_by", "decided_at"])
    facts = {"recording": request.recording.isrc or "", "work": request.work.number, "outcome": request.outcome}
    record_act(by=by, verb="decide_link_request", on=request.recording, facts={**facts, "state": state})
    return request

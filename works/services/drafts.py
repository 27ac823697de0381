"""A member's registration, step by step: kept on the server, sent once."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from members.models import Party
from members.models.parties import PartyKind
from members.services.parties import PartyFacts, register_parties
from works.models import Work, WorkDraft
from works.services.registration import NewRecording, NewShare, NewTitle, NewWork, register_work

ONE_PERCENT = 10_000


def start_draft(*, party: Party) -> WorkDraft:
    """A fresh registration of this member."""
    return WorkDraft.objects.create(party=party)


def save_step(*, draft: WorkDraft, step: str, answers: Any) -> None:
    """Keep the answers of one step (`title`: a dict, `shares`: a list of dicts)."""
    if draft.work_id:
        raise ValidationError(_("This registration was sent already."))
    draft.answers[step] = answers
    draft.save(update_fields=["answers"])


@transaction.atomic
def send_draft(*, draft: WorkDraft, by: User) -> Work:
    """Register the work of a complete draft; sent twice it answers with the same work."""
    draft = WorkDraft.objects.select_for_update().get(pk=draft.pk)
    if draft.work is not None:
        return draft.work
    if not draft.answers.get("title") or not draft.answers.get("shares"):
        raise ValidationError(_("Fill in the title and the shares first."))
    new = _new_work(draft, by)
    if not any(part.party == draft.party for part in new.shares):
        raise ValidationError(
            _("You have no share in this work. Add yourself under your own name and IPI name number.")
        )
    draft.work = register_work(new=new, by=by, source="member", registered_by=draft.party)
    draft.save(update_fields=["work"])
    return draft.work


def _new_work(draft: WorkDraft, by: User) -> NewWork:
    title = draft.answers["title"]
    length = (title.get("minutes") or 0) * 60 + (title.get("seconds") or 0)
    original = title.get("title_original") or ""
    recording = NewRecording(title["isrc"], title["title"], title.get("performer") or "", length or None)
    return NewWork(
        title=NewTitle(title["title"], "OT", title.get("language") or ""),
        other_titles=(NewTitle(original, "OL", title.get("language") or ""),) if original else (),
        iswc=title.get("iswc") or "",
        duration=length or None,
        shares=tuple(_shares(draft, by)),
        recordings=(recording,) if title.get("isrc") else (),
    )


def _shares(draft: WorkDraft, by: User) -> list[NewShare]:
    rows = draft.answers["shares"]
    others = [row for row in rows if not _is_self(draft.party, row)]
    found = iter(register_parties(parties=[_facts(row) for row in others], by=by, source="member") if others else [])
    shares: list[NewShare] = []
    for row in rows:
        party = draft.party if _is_self(draft.party, row) else next(found)
        for right, field in (("PR", "performing"), ("MR", "mechanical")):
            units = int(Decimal(row[field]) * ONE_PERCENT)
            if units:
                shares.append(NewShare(party, row["role"], right, units))
    return shares


def _is_self(party: Party, row: dict[str, Any]) -> bool:
    if row.get("ipi"):
        return party.names.filter(ipi_name_number=row["ipi"]).exists()
    return row["name"].strip().casefold() == party.display_name.casefold()


def _facts(row: dict[str, Any]) -> PartyFacts:
    firm = row["role"] == "E"
    first, _blank, last = row["name"].strip().rpartition(" ")
    return PartyFacts(
        last_name=row["name"].strip() if firm else last,
        first_name="" if firm else first,
        kind=PartyKind.ORGANISATION if firm else PartyKind.PERSON,
        ipi_name_number=row.get("ipi") or None,
    )

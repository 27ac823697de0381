"""The rows of owners that corrections and disputes share: type, find a party, add it, without a script."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from members.models import Party
from members.queries import PartyHit, party_search
from works.forms.staff import BaseOwnerRows, FindPartyForm, OwnerRows, typed_owner_rows
from works.services.disputes import NewClaim

BUTTONS = {"find_party", "add"}


@dataclass(frozen=True, slots=True)
class OwnerEditor:
    """The rows on the page, the box that looks for a party, and what it found."""

    rows: BaseOwnerRows
    find_form: FindPartyForm
    hits: Sequence[PartyHit]
    looked_for: str

    def claims(self, *, reference: str, stated_on: dt.date) -> list[NewClaim]:
        """The rows that stay as claims; validated before."""
        return [
            NewClaim(
                form.owner,
                form.cleaned_data["role"],
                form.cleaned_data["share"],
                reference=reference,
                stated_on=stated_on,
            )
            for form in self.rows.kept()
            if form.owner is not None
        ]

    def named(self) -> list[tuple[Party | None, str, int]]:
        """The rows that stay: party (None when nobody is known), role, share."""
        return [(form.owner, form.cleaned_data["role"], form.cleaned_data["share"]) for form in self.rows.kept()]


def is_being_edited(request: HttpRequest) -> bool:
    """Whether a button of the editor was pressed, not the one that sends the whole form."""
    return bool(BUTTONS & set(request.POST))


def owner_editor(request: HttpRequest, rows: Iterable[dict[str, Any]]) -> OwnerEditor:
    """The editor as the request left it; it begins with `rows`."""
    looks = "find_party" in request.POST
    find_form = FindPartyForm(request.POST if looks else None)
    text = find_form.cleaned_data["find"].strip() if looks and find_form.is_valid() else ""
    if request.method != "POST":
        formset = OwnerRows(initial=list(rows))
    elif is_being_edited(request):
        formset = OwnerRows(initial=typed_owner_rows(request.POST))
    else:
        formset = OwnerRows(request.POST)
    formset.name_owners()
    return OwnerEditor(formset, find_form, party_search(text, limit=10) if text else [], text)

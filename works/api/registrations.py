"""Registering works for the owner of a client, and following what became of them."""

import hashlib
import json
import re
from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.response import Response

from cmo_portal.api.limiting import count_registration
from cmo_portal.api.problems import Problem, invalid
from cmo_portal.common import clock
from cmo_portal.common.texts import _
from cmo_portal.paging import keyset_page
from members.models import Party, Scope
from works.api.access import ClientView
from works.api.answers import ListedOut, ProblemOut, RegistrationOut, RegistrationPage
from works.api.descriptions import new_description
from works.api.submissions import NEW, PageQuery, RegistrationIn, cleaned
from works.api.works import PROBLEMS, page_of, paged
from works.models import ApiRegistration
from works.queries.api_registrations import KeyUsedOtherwise, earlier_registration, registration_facts, registrations_of
from works.queries.cowriters import member_of
from works.queries.repertoire import has_namesake, look_alikes
from works.queries.work_pages import listed, same_named_parties
from works.rules.identifiers import read_isrc
from works.services.api_registrations import Submission, register_through_api
from works.services.recordings import NewRecording, others_recordings
from works.services.registration import iswc_faults

KEY = re.compile(r"[\x21-\x7e]{8,64}")
KEY_PARAMETER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="8 to 64 printable characters of your own, one key a work. Sent again with the same body it gives the "
    "same answer; with another body it is refused.",
)


class RegistrationList(ClientView):
    """Registrations of the client's owner."""

    scopes: ClassVar[dict[str, str]] = {"GET": Scope.REGISTRATIONS_READ, "POST": Scope.WORKS_REGISTER}

    @extend_schema(
        parameters=[PageQuery], responses={200: RegistrationPage, **PROBLEMS}, operation_id="list_registrations"
    )
    def get(self, request: Any) -> Response:
        """What the clients of your party registered, the newest first."""
        query = cleaned(PageQuery, request.query_params.dict())
        rows = registrations_of(self.client.party)
        page = keyset_page(rows, order=("-pk",), query=page_of(query), size=query["limit"])
        found = [registration_facts(row) for row in page.rows]
        return Response(paged(found, reverse("works:api-registration-list"), page.next_query, page.previous_query))

    @extend_schema(
        parameters=[KEY_PARAMETER],
        request=RegistrationIn,
        responses={201: RegistrationOut, 409: ProblemOut, 413: ProblemOut, 415: ProblemOut, **PROBLEMS},
        operation_id="register_work",
    )
    def post(self, request: Any) -> Response:
        """Register a work. Works that look alike are answered first (409): compare them, then send the request again
        with their uids in `acknowledged`. The same holds for names that several people go by: say who is meant."""
        key, digest = _key_of(request), _digest(request.data)
        if (known := self._answered(key, digest)) is not None:
            return known
        count_registration(self.client.uid)
        try:
            sent = cleaned(RegistrationIn, request.data)
            submission = _submission(self.client.party, sent, key, digest)
            return _created(register_through_api(client=self.client, submission=submission))
        except KeyUsedOtherwise:
            raise _key_conflict() from None
        except Exception:
            # The same request may have been at work beside this one: its work is what looks alike here.
            if (known := self._answered(key, digest)) is not None:
                return known
            raise

    def _answered(self, key: str, digest: bytes) -> Response | None:
        """The answer that this very request had before. Raises Problem when its key stands for another."""
        earlier = earlier_registration(client=self.client, key=key)
        if earlier is None:
            return None
        if bytes(earlier.request_hash) != digest:
            raise _key_conflict()
        return _created(earlier)


class RegistrationDetail(ClientView):
    """One registration."""

    scopes: ClassVar[dict[str, str]] = {"GET": Scope.REGISTRATIONS_READ}

    @extend_schema(responses={200: RegistrationOut, **PROBLEMS}, operation_id="read_registration")
    def get(self, request: Any, uid: UUID) -> Response:
        """How the registration stands today."""
        row = get_object_or_404(registrations_of(self.client.party), uid=uid)
        return Response(registration_facts(row))


def _created(row: ApiRegistration) -> Response:
    address = reverse("works:api-registration-detail", args=[row.uid])
    return Response(row.answer, status=status.HTTP_201_CREATED, headers={"Location": address})


def _key_of(request: Any) -> str:
    key = str(request.headers.get("Idempotency-Key", ""))
    if not KEY.fullmatch(key):
        message = _("Send a key of your own for this work, of 8 to 64 printable characters without blanks.")
        raise invalid([{"field": "Idempotency-Key", "message": str(message)}])
    return key


def _digest(body: Any) -> bytes:
    """The same for the same JSON, whatever the order of its members and its white space."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).digest()


def _key_conflict() -> Problem:
    return Problem(
        "key-used-otherwise",
        _("This key belongs to another request."),
        status.HTTP_409_CONFLICT,
        _("A key stands for one work with one body. Choose a new key for a new work."),
    )


def _submission(party: Party | None, sent: dict[str, Any], key: str, digest: bytes) -> Submission:
    """What is registered, once people are named and look-alikes compared. Raises Problem."""
    titles = [text for text in (sent["title"], sent["title_original"]) if text]
    _check_by_books(party, sent)
    persons = _persons(sent["writers"])
    _compare_look_alikes(party, titles, sent["acknowledged"])
    length = sent.get("duration") or 0
    return Submission(
        key=key,
        request_hash=digest,
        title={**sent, "minutes": 0, "seconds": length},
        shares=sent["writers"],
        persons=persons,
        sent_at=clock.now(),
        recordings=[
            NewRecording(row["isrc"], row["title"] or sent["title"], row["performer"], row.get("duration"))
            for row in sent["recordings"]
        ],
        description=new_description(sent),
        reference=sent["reference"],
        is_doubtful=has_namesake(titles),
    )


def _check_by_books(party: Party | None, sent: dict[str, Any]) -> None:
    """Refuse what only our books can tell, all at once: an ISWC of another work, recordings that stand with somebody
    else's, member numbers that are not those of the name. Rows with a member number learn whom they mean. Raises
    Problem."""
    errors = [{"field": "iswc", "message": fault} for fault in (iswc_faults(sent["iswc"]) if sent["iswc"] else ())]
    faults = others_recordings([row["isrc"] for row in sent["recordings"]], party) if party else {}
    errors += [
        {"field": f"recordings.{place}.isrc", "message": faults[isrc]}
        for place, row in enumerate(sent["recordings"])
        if (isrc := read_isrc(row["isrc"]).value) in faults
    ]
    for place, row in enumerate(sent["writers"]):
        found = member_of(number=row["member"], name=row["name"]) if row["member"] else None
        row["found"] = str(found.uid) if found else ""
        if row["member"] and found is None:
            message = _("No member of this name has the number %(value)s.") % {"value": row["member"]}
            errors.append({"field": f"writers.{place}.member", "message": str(message)})
    if errors:
        raise invalid(errors)


def _persons(rows: list[dict[str, Any]]) -> dict[int, UUID | None]:
    """Which known party each name without a number means. Raises Problem with those that may be meant."""
    meant: dict[int, UUID | None] = {}
    doubtful = []
    for place, name, parties in same_named_parties(rows):
        uids = {str(party.uid): party.uid for party in parties}
        chosen = rows[place]["party"]
        if chosen != NEW and chosen not in uids:
            offered = [
                {"party": uid, "name": party.display_name, "name_original": party.display_name_original}
                for uid, party in zip(uids, parties, strict=True)
            ]
            doubtful.append({"field": f"writers.{place}.party", "name": name, "candidates": offered})
        meant[place] = uids.get(chosen)
    strangers = [place for place, row in enumerate(rows) if row["party"] not in ("", NEW) and place not in meant]
    if strangers:
        message = str(_("Nobody of this name has this uid. Leave it out, or take one that the API offered."))
        raise invalid([{"field": f"writers.{place}.party", "message": message} for place in strangers])
    if doubtful:
        raise Problem(
            "who-is-meant",
            _("Say who is meant."),
            status.HTTP_409_CONFLICT,
            _("People of these names are known. Put the uid of the right one into party, or new for somebody else."),
            persons=doubtful,
        )
    return meant


def _compare_look_alikes(party: Party | None, titles: list[str], acknowledged: list[UUID]) -> None:
    alike = look_alikes(titles, [party.pk] if party else [])
    if {work.uid for work in alike} <= set(acknowledged):
        return
    raise Problem(
        "look-alikes",
        _("Works that look alike are registered."),
        status.HTTP_409_CONFLICT,
        _("Compare them with yours. If yours is another work, send it again with their uids in acknowledged."),
        look_alikes=ListedOut(listed(alike, on=clock.today()), many=True).data,
    )

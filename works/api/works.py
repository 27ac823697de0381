"""Reading works: a search or the whole list by number, and one work as its public page shows it."""

import hashlib
import json
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from members.models import Scope
from works.api.access import ClientView
from works.api.answers import ClientOut, ListedOut, ProblemOut, WorkOut, WorkPage, WorkShown
from works.api.submissions import WorkQuery, cleaned
from works.models import Work
from works.queries.descriptions import work_description
from works.queries.public_works import public_rights
from works.queries.recordings import recordings_of
from works.queries.repertoire import LIVE
from works.queries.search import found_page
from works.queries.work_pages import listed

RECORDINGS_SHOWN = 50
PROBLEMS = dict.fromkeys((400, 401, 403, 404, 429), ProblemOut)


class WorkList(ClientView):
    """Search the repertoire, or page through it."""

    scopes: ClassVar[dict[str, str]] = {"GET": Scope.WORKS_READ}

    @extend_schema(parameters=[WorkQuery], responses={200: WorkPage, **PROBLEMS}, operation_id="search_works")
    def get(self, request: Any) -> Response:
        """With `q` the best matches, exact titles first. Without it all registered works by number."""
        query = cleaned(WorkQuery, request.query_params.dict())
        works, following, previous = _found(query) if query["q"] else _all(query)
        rows = ListedOut(listed(works, on=clock.today()), many=True).data
        return Response(paged(rows, reverse("works:api-work-list"), following, previous))


class WorkDetail(ClientView):
    """One work."""

    scopes: ClassVar[dict[str, str]] = {"GET": Scope.WORKS_READ}

    @extend_schema(responses={200: WorkOut, 301: None, 304: None, **PROBLEMS}, operation_id="read_work")
    def get(self, request: Any, uid: UUID) -> Response | HttpResponse:
        """Titles, identifiers, recordings and the shares that hold today. Send the ETag back in If-None-Match and get
        304 when nothing changed; a work that was merged leads to the one it became."""
        work = get_object_or_404(Work.objects.filter(state__in=["registered", "merged"]), uid=uid)
        if work.merged_into:
            target = reverse("works:api-work-detail", args=[work.merged_into.uid])
            return Response({"merged_into": target}, status=301, headers={"Location": target})
        today = clock.today()
        shown = WorkShown(
            work=work,
            titles=work_description(work, on=today).titles,
            identifiers=list(work.identifiers.order_by("issuer", "value")),
            rights=public_rights(work, on=today),
            recordings=recordings_of(work, limit=RECORDINGS_SHOWN),
        )
        body = WorkOut(shown).data
        tag = etag_of(body)
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        known = [part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")]
        if tag in known or "*" in known:
            return HttpResponse(status=304, headers=headers)
        return Response(body, headers=headers)


class ClientDetail(ClientView):
    """The client itself."""

    scopes: ClassVar[dict[str, str]] = {}

    @extend_schema(responses={200: ClientOut, 401: ProblemOut, 429: ProblemOut}, operation_id="read_client")
    def get(self, request: Any) -> Response:
        """Whose token this is, what it opens, and until when."""
        return Response(ClientOut(self.client).data)


def _found(query: dict[str, Any]) -> tuple[list[Work], str, str]:
    """A page of a search, best first: works and the query strings of the neighbouring pages."""
    size = query["limit"]
    found = found_page(query["q"], after=_uid(query.get("after")), before=_uid(query.get("before")), size=size)
    asked = {"q": query["q"], "limit": str(size)}
    following = urlencode({**asked, "after": str(found.after)}) if found.after else ""
    previous = urlencode({**asked, "before": str(found.before)}) if found.before else ""
    return found.works, following, previous


def _all(query: dict[str, Any]) -> tuple[list[Work], str, str]:
    """A page of all works by number, likewise."""
    page = keyset_page(Work.objects.filter(LIVE), order=("number",), query=page_of(query), size=query["limit"])
    return page.rows, page.next_query, page.previous_query


def _uid(text: str | None) -> UUID | None:
    """The work beside which a page begins; a damaged one gives the first page."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def page_of(query: dict[str, Any]) -> QueryDict:
    """The page that was asked for, as the paging of lists reads it; neighbours keep the number of rows."""
    place = QueryDict(mutable=True)
    place.update({name: str(query[name]) for name in ("limit", "after", "before") if query.get(name)})
    return place


def paged(rows: Any, address: str, following: str, previous: str) -> dict[str, Any]:
    """Rows and the addresses of the neighbouring pages."""
    return {
        "results": rows,
        "next": f"{address}?{following}" if following else None,
        "previous": f"{address}?{previous}" if previous else None,
    }


def etag_of(body: dict[str, Any]) -> str:
    """A strong tag of an answer: another answer has another tag."""
    text = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'

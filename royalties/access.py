"""Whose page it is: a member reaches her statements through her own sign-in."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from cmo_portal.accounts.access import acting, audience_page
from cmo_portal.accounts.models import Audience
from members.models import Member
from royalties.queries.statements import statements_of

View = Callable[..., HttpResponseBase]


def member_page(view: View) -> View:
    """Open to signed-in members; the view receives the member's record, with her party, as its second argument."""

    @audience_page(Audience.MEMBER)
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        members = Member.objects.select_related("party").defer("cnic_sealed")
        return view(request, get_object_or_404(members, user=request.user), *args, **kwargs)

    return guarded


def statement_page(view: View) -> View:
    """Open to the member whose published statement the address names; the view receives it as its second argument.
    Anything else, also somebody else's, is not found."""

    @audience_page(Audience.MEMBER)
    @wraps(view)
    def guarded(request: HttpRequest, uid: UUID, **kwargs: Any) -> HttpResponseBase:
        return view(request, get_object_or_404(statements_of(user=acting(request)), uid=uid), **kwargs)

    return guarded

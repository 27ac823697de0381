"""Whose page it is: a member reaches works through her own party."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from cmo_portal.accounts.access import acting, audience_page
from cmo_portal.accounts.models import Audience
from members.models import Member

View = Callable[..., HttpResponseBase]


def member_page(view: View) -> View:
    """Open to signed-in members; the view receives the member's party as its second argument."""

    @audience_page(Audience.MEMBER)
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        member = Member.objects.select_related("party").filter(user=acting(request)).first()
        if member is None:
            raise PermissionDenied
        return view(request, member.party, *args, **kwargs)

    return guarded

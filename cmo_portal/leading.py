"""Pages about a record that is another one by now, or none: they lead on and say why, where a bare "not found" would
leave the reader alone with an old link."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

View = Callable[..., HttpResponseBase]


class LedOn(Exception):
    """The record to go to, and the words to say there; `page` is the page to go to where it is not the same one."""

    def __init__(self, uid: UUID, words: str, *, page: str = "") -> None:
        super().__init__(words)
        self.uid, self.words, self.page = uid, words, page


def leads_on(view: View) -> View:
    """For a view whose address names a record by `uid`: what raises LedOn in it is followed. Nothing that was sent is
    done: it was meant for the other record."""

    @wraps(view)
    def led(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except LedOn as found:
            messages.warning(request, found.words)
            if found.page or request.resolver_match is None:
                return redirect(found.page, uid=found.uid)
            return redirect(request.resolver_match.view_name, **{**kwargs, "uid": found.uid})

    return led

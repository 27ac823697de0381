"""The address of a merged work: it leads to the work that stands for it."""

from django.http import HttpResponse
from django.shortcuts import redirect

from works.models import Work

AN_HOUR = 3600


def moved_to(page: str, work: Work) -> HttpResponse:
    """Moved for good (301), so that search engines follow; kept for an hour only, because a merge can be undone."""
    answer = redirect(page, uid=work.uid, permanent=True)
    answer["Cache-Control"] = f"private, max-age={AN_HOUR}"
    return answer

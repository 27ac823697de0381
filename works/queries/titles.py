"""The title of a work in its own script: beside the Roman one wherever a work stands in a list, and instead of it
where a heading or a sentence names the work to somebody who reads that script."""

from collections.abc import Iterable

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import get_language_bidi

from works.models import Work, WorkTitle

ROMAN = ("Latn", "")
READ_IN_URDU = "Arab"


def own_titles(path: str = "") -> Prefetch:
    """To prefetch with works (or along `path`, such as `work__`): titles in other scripts as `own_titles`, those of the
    original first; one query for a page."""
    rows = WorkTitle.objects.exclude(script__in=ROMAN).order_by("-title_type", "pk")
    return Prefetch(f"{path}titles", queryset=rows, to_attr="own_titles")


def led_titles(path: str) -> tuple[Prefetch, Prefetch]:
    """The same for works that may have been merged, and for those that stand for them then."""
    return own_titles(path), own_titles(f"{path}merged_into__")


def read_own_titles(works: Iterable[Work]) -> None:
    """The same for works that have been read already."""
    prefetch_related_objects(list(works), own_titles())


def keep_own_titles(work: Work, titles: Iterable[WorkTitle]) -> None:
    """The same where all titles of a work have been read, as they were known on a day."""
    own = [title for title in titles if title.script not in ROMAN]
    own.sort(key=lambda title: title.title_type, reverse=True)
    work.own_titles = own  # type: ignore[attr-defined]


def title_read(work: Work) -> str:
    """The title in the script of the reader's language where there is one, else the Roman one. One query, unless the
    titles in other scripts have been read."""
    if not get_language_bidi():
        return work.title
    if not hasattr(work, "own_titles"):
        read_own_titles([work])
    own: Iterable[WorkTitle] = getattr(work, "own_titles", ())
    return next((title.text for title in own if title.script == READ_IN_URDU), work.title)

"""The title of a work in its own script, beside the Roman one wherever a work stands in a list."""

from django.db.models import Prefetch

from works.models import WorkTitle

ROMAN = ("Latn", "")


def own_titles(path: str = "") -> Prefetch:
    """To prefetch with works (or along `path`, such as `work__`): titles in other scripts as `own_titles`, those of the
    original first; one query for a page."""
    rows = WorkTitle.objects.exclude(script__in=ROMAN).order_by("-title_type", "pk")
    return Prefetch(f"{path}titles", queryset=rows, to_attr="own_titles")

"""Usage without a known work as a file: what the public list and the member's own show, and nothing more exact."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from royalties.exports.usage import csv_file
from royalties.models import UnmatchedText
from royalties.queries.unmatched import ORDER, Bands


def unmatched_list_csv(texts: QuerySet[UnmatchedText], bands: Bands) -> HttpResponse:
    """One line for each text, in the order of the page; the money as a band."""
    head = [_("Title"), _("Performers and writers"), _("Use"), _("First day"), _("Last day")]
    head += [_("Usage meter"), _("Money kept"), _("Kept until")]
    return csv_file("unmatched", head, _rows(texts, bands))


def _rows(texts: QuerySet[UnmatchedText], bands: Bands) -> Iterator[list[str]]:
    for text in texts.order_by(*ORDER).iterator(chunk_size=2000):
        days = [day.isoformat() if day else "" for day in (text.first_day, text.last_day, text.keep_until)]
        kept = bands.text(text.held) or (_("Some") if text.held else _("Not distributed yet"))
        yield [text.title, text.shown_people, text.kind_words, *days[:2], str(text.step), kept, days[2]]

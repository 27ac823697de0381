"""Pairs of like works as a file: the rows of the list."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from cmo_portal.wording import plain_amount
from royalties.exports.usage import csv_file
from royalties.models import DuplicateStake
from royalties.queries.duplicates import reasons


def duplicate_list_csv(rows: QuerySet[DuplicateStake]) -> HttpResponse:
    """Both works, what speaks for and against their being one, and the money that hangs on them."""
    head = [_("Work"), _("Title"), _("Other work"), _("Other title"), _("Likeness, %"), _("Reasons"), _("State")]
    head += [_("Held"), _("Expected from usage"), _("At stake"), _("Reason")]
    return csv_file("like-works", head, _rows(rows))


def _rows(rows: QuerySet[DuplicateStake]) -> Iterator[list[str]]:
    for row in rows.iterator(chunk_size=2000):
        pair = row.pair
        told = "; ".join(reason.text for reason in reasons(pair.evidence))
        amounts = [plain_amount(amount) for amount in (row.held, row.usage, row.at_stake)]
        names = [pair.first.number, pair.first.title, pair.second.number, pair.second.title]
        yield [*names, str(pair.score // 100), told, pair.get_state_display(), *amounts, pair.reason]

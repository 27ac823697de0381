"""Lists of works as files."""

import csv

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from cmo_portal.common.tables.writing import inert
from cmo_portal.wording import share_text
from members.models import Party
from works.models import Work
from works.queries.work_pages import own_shares


def work_list_csv(works: QuerySet[Work], party: Party) -> HttpResponse:
    """The member's list, exactly as filtered, with her shares; cells that look like formulas are made harmless."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="works.csv"'}
    )
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([_("Number"), _("Title"), _("ISWC"), _("State"), _("Performing share"), _("Mechanical share")])
    rows = list(works)
    shares = own_shares(rows, party)
    for work in rows:
        mine = shares.get(work.pk, {})
        writer.writerow(
            [
                work.number,
                inert(work.title),
                work.iswc or "",
                work.get_state_display(),
                share_text(mine.get("PR", 0)),
                share_text(mine.get("MR", 0)),
            ]
        )
    return response

"""Rights that a dispute holds whole: by the society's rule nothing of them is paid before it is closed."""

import datetime as dt
from collections.abc import Collection

from cmo_portal.common.known import NOW, Books
from members.queries.areas import areas_covering
from works.models import Dispute
from works.models.claims import HOLDING


def held_whole(
    *, right: str, territory: str, on: dt.date, works: Collection[int] | None = None, books: Books = NOW
) -> set[int]:
    """The works of which a dispute holds the whole right in a country; of these works, or of all."""
    here = areas_covering(territory, on)
    disputes = books.table(Dispute, right=right).filter(holds="whole", state__in=HOLDING, territory__in=here)
    if works is not None:
        disputes = disputes.filter(work__in=list(works))
    return set(disputes.values_list("work_id", flat=True))

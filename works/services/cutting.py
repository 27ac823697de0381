"""Shares of which some days and countries are written anew: what holds longer, or in more countries, goes on as it was
before and after, and elsewhere."""

import copy
import uuid

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.models.territories import LONGEST_AREA
from members.services.areas import write_areas
from works.models import WorkShare
from works.queries.share_periods import extent_of
from works.rules.extents import Extent


def left_of(row: WorkShare, taken: Extent) -> list[WorkShare]:
    """What is left of a share without these days and countries, as rows that are not stored yet; their areas are known.
    Raises ValidationError for an area that cannot be written down."""
    left = extent_of(row).without(taken)
    if any(len(part.territory) > LONGEST_AREA for part in left):
        raise ValidationError(_("What is left of the territory of a share is too long to write down."))
    write_areas({part.territory for part in left})
    return [_copy(row, part) for part in left]


def place(row: WorkShare, extent: Extent) -> WorkShare:
    """The share with other days and countries, not saved."""
    row.territory, row.valid_from, row.valid_to = extent.territory, extent.first, extent.last
    return row


def _copy(row: WorkShare, extent: Extent) -> WorkShare:
    piece = copy.copy(row)
    piece.pk, piece.uid, piece._state = None, uuid.uuid4(), copy.copy(row._state)
    piece._state.adding = True
    return place(piece, extent)

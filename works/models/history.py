"""What is kept of every change to the documentation, so that any day can be looked at as it was known."""

from typing import TypeVar

import pghistory
from django.db import models

Table = TypeVar("Table", bound=type[models.Model])


def documented(model: Table) -> Table:
    """Track a table with its deletions: what was taken away was known before."""
    track = pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
    tracked: Table = track(model)
    return tracked

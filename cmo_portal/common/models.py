"""Abstract bases of all tables, and the triggers that several tables share."""

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models.functions import Now


def never_emptied() -> pgtrigger.Trigger:
    """Refuses to empty the whole table."""
    return pgtrigger.Trigger(
        name="never_emptied",
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows of table %', TG_TABLE_NAME;",
    )


class Recorded(models.Model):
    """A row that knows when it was written, by the database's clock."""

    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Public(Recorded):
    """A row that people may address: its random `uid` stands in URLs, never the primary key."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class AppendOnly(Recorded):
    """A row that is written once. The application's role holds SELECT and INSERT only (cmo_portal.grants),
    and triggers refuse the owner as well. Subclasses write `class Meta(AppendOnly.Meta)`."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
            never_emptied(),
        ]

"""Days from one to another, as exclusion constraints compare them."""

from django.contrib.postgres.fields import DateRangeField, RangeBoundary
from django.db import models


class DayRange(models.Func):
    """The days from one date field to another, both included; an empty end is open."""

    function = "DATERANGE"
    output_field = DateRangeField()


def days(first: str, last: str) -> DayRange:
    """The range of two date columns for an exclusion constraint."""
    return DayRange(first, last, RangeBoundary(inclusive_lower=True, inclusive_upper=True))

"""Which areas cover a country."""

import datetime as dt

from django.db.models import QuerySet

from members.models import AreaLeaf


def areas_covering(territory: str, on: dt.date) -> "QuerySet[AreaLeaf, str]":
    """The written areas that hold a country (a TIS number) on a day, for `territory__in`. A subquery.

    A group of countries is covered by nothing: what holds in a group is asked for each of its countries.
    """
    rows = AreaLeaf.objects.filter(leaf=territory, valid_from__lte=on, valid_to__gte=on)
    return rows.values_list("area_id", flat=True)

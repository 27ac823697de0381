"""Bases for the record screens (Django's admin under our theme): looking at everything, changing only reference data.

Rights and money change by acts of the work screens, which check, audit and explain; a row edited by hand would not.
"""

import json
import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from cmo_portal.audit.services import record_act
from cmo_portal.common.texts import Text
from cmo_portal.templatetags import portal as tags

Column = Callable[[models.Model], Any]


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a list that may be of any length: counts and turns over the first rows only.

    Beyond `most` rows the count is PostgreSQL's own estimate, and what lies further back is found by search, filters
    and dates: a page costs the same in a table of millions.
    """

    most = 10_000

    @cached_property
    def count(self) -> int:
        """How many rows there are, exactly up to `most`."""
        rows = self.object_list.order_by()  # type: ignore[attr-defined]
        found: int = rows[: self.most + 1].count()
        if found <= self.most:
            return found
        plan = json.loads(rows.explain(format="json"))
        return max(found, int(plan[0]["Plan"]["Plan Rows"]))

    @property
    def is_estimate(self) -> bool:
        """Whether the list is longer than what is counted."""
        return self.count > self.most

    @cached_property
    def num_pages(self) -> int:
        """The pages that can be turned to."""
        return max(1, math.ceil(min(self.count, self.most) / self.per_page))


@cache
def column(model: type[models.Model], name: str, label: Text, write: Callable[[Any], Any] | None) -> Column:
    """A column of a field under another heading, or written in another way."""
    field = model._meta.get_field(name)

    @admin.display(description=label or field.verbose_name, ordering=name)  # type: ignore[union-attr]
    def shown(row: models.Model) -> Any:
        if write:
            return write(getattr(row, name))
        words = getattr(row, f"get_{name}_display", None)
        return words() if words else getattr(row, name)

    shown.__name__ = name
    return shown


class Columns:
    """How the fields of a screen are headed and written, in its list and on its page alike.

    `money` names amounts in whole minor units, `shares` millionths of a whole, both shown as on our pages; `labels`
    heads fields whose model has no word for people.
    """

    money: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    labels: Mapping[str, Text] = {}
    model: type[models.Model]

    def shown(self, name: Any) -> Any:
        """The name itself, or the column that shows it better."""
        write = tags.money if name in self.money else tags.share if name in self.shares else None
        label = self.labels.get(name, "") if isinstance(name, str) else ""
        return column(self.model, name, label, write) if write or label else name

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Each field once, as it is shown."""
        return list(dict.fromkeys(map(self.shown, super().get_fields(request, obj))))  # type: ignore[misc]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is shown in our way is never an input."""
        own = {field.name for field in self.model._meta.fields}
        ours = own & {*self.money, *self.shares, *self.labels}
        return [self.shown(name) for name in (*super().get_readonly_fields(request, obj), *sorted(ours))]  # type: ignore[misc]


class LookOnlyAdmin(Columns, admin.ModelAdmin):
    """Rows are searched, filtered and read, never added, changed or deleted here.

    `permission` is the staff permission (`app.act`) that opens the rows; `work_screen` names the page, open to the same
    people, where a row is worked on.
    """

    permission = ""
    work_screen = ""
    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator

    def get_list_display(self, request: HttpRequest) -> Any:
        return [self.shown(name) for name in super().get_list_display(request)]

    def view_on_site(self, obj: Any) -> str | None:
        """The address of the work screen of a row."""
        return reverse(self.work_screen, kwargs=self.work_place(obj)) if self.work_screen else None

    def work_place(self, obj: Any) -> dict[str, Any]:
        """What the address of the work screen names the row by."""
        return {"uid": obj.uid}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(self.permission))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookOnlyInline(Columns, admin.TabularInline):
    """The rows that belong to a row, to be read beside it; `related` names the rows that these mention."""

    extra = 0
    can_delete = False
    related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return (
            super().get_queryset(request).select_related(*self.related)
            if self.related
            else super().get_queryset(request)
        )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReferenceAdmin(LookOnlyAdmin):
    """Reference data: the desk with `permission` looks, an administrator with `accounts.edit_reference` adds and
    changes rows, and each change stands in the record of acts; nobody deletes them."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(self.permission) or request.user.has_perm("accounts.edit_reference"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("accounts.edit_reference"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("accounts.edit_reference"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The row and its record, together."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            facts = {name: form.cleaned_data[name] for name in form.changed_data}
            record_act(by=request.user, verb="edit_reference" if change else "add_reference", on=obj, facts=facts)

"""A text of signs that nobody sees is blank, in every field of every form: it is never stored, and breaks no page."""

import importlib
import pkgutil
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import QueryDict

from tests.house.access_table import TABLE
from tests.house.test_access import allowed, own_object, people, place

APPS = ("cmo_portal", "members", "works", "licensing", "royalties")
SIGNS = ("\u200f", "\u2067", "\u200b", "\u200c", "\ufeff")
TYPED = {"text", "search", "tel", ""}


def forms_of_the_house() -> Iterator[type[forms.Form]]:
    """Every form of every app."""
    for app in APPS:
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if "forms" in module.name or module.name == "cmo_portal.staff_views":
                found = vars(importlib.import_module(module.name)).values()
                yield from (
                    each
                    for each in found
                    if isinstance(each, type) and issubclass(each, forms.BaseForm) and each.__module__ == module.name
                )


def stays_blank(field: forms.Field, text: str) -> bool:
    """Whether a field takes the text for nothing, or refuses it."""
    try:
        return not field.clean(text)
    except ValidationError:
        return True


def test_every_text_field_of_every_form_takes_unseen_signs_for_nothing() -> None:
    found = list(forms_of_the_house())
    assert len(found) > 80
    wrong = {
        f"{form.__module__}.{form.__name__}.{name}"
        for form in found
        for name, field in form.base_fields.items()
        if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput)
        if not all(stays_blank(field, sign * 20) for sign in SIGNS)
    }
    assert not wrong, "use cmo_portal.forms.TextField"


class PostedForms(HTMLParser):
    """The forms that a page sends by POST: where to, and what a browser would send of each, texts being `text`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.found: list[tuple[str, QueryDict]] = []
        self.data: QueryDict | None = None
        self.buttons: list[tuple[str, str]] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form" and known.get("method", "").lower() == "post":
            self.data, self.buttons = QueryDict(mutable=True), []
            self.found.append((known.get("action", ""), self.data))
        name = known.get("name", "")
        if self.data is None or not name:
            if tag == "option" and self.data is not None and known.get("value") and self.select not in self.data:
                self.data[self.select] = known["value"]
            return
        if tag == "textarea":
            self.data[name] = self.text
        elif tag == "select":
            self.select = name
        elif tag == "button":
            self.data.setdefault(name, known.get("value", ""))
        elif tag == "input":
            self._input(name, known)

    def _input(self, name: str, known: dict[str, str]) -> None:
        kind = known.get("type", "")
        assert self.data is not None
        if kind in TYPED:
            self.data[name] = self.text
        elif kind in ("radio", "checkbox"):
            if name != "remove" and not name.endswith("-remove"):
                self.data.setdefault(name, known.get("value", "on"))
        elif kind not in ("file", "submit", "password"):
            self.data[name] = known.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.data = None


def texts_of(table: str, columns: list[str]) -> list[str]:
    """The texts of a table that hold one of the signs alone."""
    wanted = " OR ".join(f'"{column}" ~ %s' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} WHERE {wanted} LIMIT 1", [f"^[{''.join(SIGNS)}]+$"] * len(columns))
        return [table] if cursor.fetchone() else []


def text_columns() -> dict[str, list[str]]:
    """The columns of texts of the tables of works, members and royalties."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying') AND table_name ~ '^(works|members|royalties)_[a-z]+$'"
        )
        columns: dict[str, list[str]] = {}
        for table, column in cursor.fetchall():
            columns.setdefault(table, []).append(column)
    return columns


@pytest.mark.django_db
@pytest.mark.usefixtures("demo_database")
@pytest.mark.long  # a minute for each; the fields themselves are asked above every time
@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: f"U+{ord(sign):04X}")
def test_no_page_breaks_or_stores_anything_when_every_text_is_an_unseen_sign(sign: str, sign_in: Any) -> None:
    users = [user for user in people().values() if user is not None]
    clients = {user.pk: sign_in(user) for user in users}
    columns, sent, wrong = text_columns(), 0, []
    for name, rule in TABLE.items():
        user = next((user for user in users if rule.who != "public" and allowed(rule, user)), None)
        if not name.startswith(("works:", "members:", "royalties:")) or user is None or rule.post_only:
            continue
        address = place(name, own_object(rule, user))
        page = clients[user.pk].get(address)
        if page.status_code != 200 or "html" not in page["Content-Type"]:
            continue
        parser = PostedForms(sign)
        parser.feed(page.content.decode())
        for action, data in parser.found:
            if action.startswith(("/language", "/account")):
                continue
            sent += 1
            with transaction.atomic():
                answer = clients[user.pk].post(action or address, data.urlencode(), "application/x-www-form-urlencoded")
                kept = [table for each in columns.items() for table in texts_of(*each)]
                transaction.set_rollback(True)
            if answer.status_code >= 500 or kept:
                wrong.append(f"{name} → {action}: {answer.status_code} {kept}")
    assert not wrong, "\n".join(wrong)
    assert sent > 80

"""A person at the portal's pages without a script: opens a page, fills in a form that stands on it, sends it.

What a form carries by itself (hidden keys, what is chosen already) is sent as a browser sends it, so that a story breaks
when a page no longer has the form, the field or the button that a person would look for.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.http import QueryDict
from django.test import Client
from django.urls import reverse


@dataclass
class Form:
    """A form of a page: where it goes, its named fields with what they hold, and the words of its buttons."""

    action: str
    method: str
    values: QueryDict = field(default_factory=lambda: QueryDict(mutable=True))
    names: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class FormReader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.form: Form | None = None
        self.select = self.area = ""
        self.is_many = False
        self.button: list[str] | None = None
        self.typed = ""

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self.form)
            self.by_id[given.get("id", "")] = self.form
            return
        form = self.by_id.get(given["form"]) if "form" in given else self.form
        if form is None:
            return
        name = given.get("name", "")
        if tag == "input" and name:
            self._input(form, name, given)
        elif tag == "select" and name:
            form.names.add(name)
            self.select, self.is_many = name, "multiple" in given
        elif tag == "option" and self.select:
            # as a browser does, the first option counts until one is selected
            if "selected" in given or (self.select not in form.values and not self.is_many):
                form.values.setlist(self.select, [given.get("value", "")])
        elif tag == "textarea" and name:
            form.names.add(name)
            self.area, self.typed = name, ""
        elif tag == "button":
            self.button = [name, given.get("value", "")]
            self.typed = ""

    def _input(self, form, name, given):
        kind = given.get("type", "text")
        form.names.add(name)
        if kind == "file":
            form.files.add(name)
        elif kind == "submit":
            form.buttons.append((name, given.get("value", ""), given.get("value", "")))
        elif kind not in ("checkbox", "radio") or "checked" in given:
            form.values.appendlist(name, given.get("value", "on" if kind in ("checkbox", "radio") else ""))

    def handle_data(self, data):
        self.typed += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.form is not None and self.area:
            self.form.values[self.area] = self.typed.strip("\n")
            self.area = ""
        elif tag == "button" and self.button is not None:
            if self.form is not None:
                self.form.buttons.append((self.button[0], self.button[1], " ".join(self.typed.split())))
            self.button = None


class Visitor:
    """Somebody who reads pages and sends forms. `text` is the page that is open, `path` its address."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.text = self.path = ""
        self.content = b""

    def go(self, name: str, *args: Any, query: str = "") -> "Visitor":
        """Open a page by its name (or its path), following where it leads."""
        path = name if name.startswith("/") else reverse(name, args=args)
        return self._arrive(self.client.get(path + query, follow=True))

    def send(self, fields: dict[str, Any] | None = None, *, to: str = "", press: str = "", ok: int = 200) -> "Visitor":
        """Fill in the form of this page that has these fields (and leads to `to`, and has the button `press`)."""
        fields = fields or {}
        form = self._form(set(fields), to, press)
        values = form.values.copy()
        for name, value in fields.items():
            if name not in form.files:
                values.setlist(name, [str(item) for item in value] if isinstance(value, list) else [str(value)])
        data: dict[str, Any] = dict(values.lists())
        data |= {name: fields[name] for name in form.files if name in fields}
        data |= {name: value for name, value, words in form.buttons if name and press and press in words}
        target = urljoin(self.path, form.action or self.path)
        call = self.client.post if form.method == "post" else self.client.get
        return self._arrive(call(target, data, follow=True), ok=ok)

    def download(self, *, to: str) -> bytes:
        """Press the button of a form that answers with a file."""
        form = self._form(set(), to, "")
        answer = self.client.post(urljoin(self.path, form.action), dict(form.values.lists()))
        assert answer.status_code == 200, answer.status_code
        assert "attachment" in answer["Content-Disposition"]
        return b"".join(answer.streaming_content) if answer.streaming else answer.content

    def sees(self, *words: str) -> "Visitor":
        """The page says all of these."""
        shown = self._words().text()
        missing = [word for word in words if word not in shown]
        assert not missing, f"{self.path} does not say {missing}:\n{self.readable()[:3000]}"
        return self

    def readable(self) -> str:
        """The words of the page without its marks, for the message of a failure."""
        return "\n".join(" ".join(part.split()) for part in self._words().parts if part.strip())

    def _words(self) -> "_Words":
        reader = _Words()
        reader.feed(self.text)
        return reader

    def _form(self, names: set[str], to: str, press: str) -> Form:
        reader = FormReader()
        reader.feed(self.text)
        for form in reader.forms:
            fits = names <= form.names and to in form.action and (form.method == "post" or bool(names or to))
            if fits and (not press or any(press in text for _name, _value, text in form.buttons)):
                return form
        known = [(form.action, sorted(form.names)) for form in reader.forms]
        raise AssertionError(
            f"{self.path} has no form with {sorted(names)} {to} {press}: {known}\n{self.readable()[:3000]}"
        )

    def _arrive(self, answer: Any, ok: int = 200) -> "Visitor":
        self.path = answer.request["PATH_INFO"]
        if answer.request.get("QUERY_STRING"):
            self.path += "?" + answer.request["QUERY_STRING"]
        self.content = answer.content if not answer.streaming else b""
        self.text = answer.content.decode() if "html" in answer.get("Content-Type", "") else ""
        assert answer.status_code == ok, f"{self.path} answered {answer.status_code}\n{self.readable()[:3000]}"
        return self


class _Words(HTMLParser):
    """What a page says: its text without marks, styles and scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.silent = False

    def text(self) -> str:
        """The words in one line, as they stand beside each other."""
        return " ".join("".join(self.parts).split())

    def handle_starttag(self, tag, attrs):
        self.silent = tag in ("style", "script")

    def handle_endtag(self, tag):
        self.silent = False

    def handle_data(self, data):
        if not self.silent:
            self.parts.append(data)

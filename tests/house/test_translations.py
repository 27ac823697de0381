"""Every text of the portal can be read in Urdu, and the check that says so sees what is missing."""

import re
from collections import Counter
from pathlib import Path

import pytest

from cmo_portal import translations

ROOT = Path(__file__).resolve().parents[2]


def test_every_text_of_the_portal_has_its_urdu() -> None:
    assert [str(complaint) for complaint in translations.complaints(ROOT)] == []


CATALOGUES = sorted([*ROOT.glob("*/locale/ur/LC_MESSAGES/django.po"), ROOT / "locale/ur/LC_MESSAGES/django.po"])
ENTRY = re.compile(r"^((?:msgctxt .*\n)?msgid (?:.*\n)+?)(msgstr(?:.*\n)+?)(?:\n|\Z)", re.M)


def test_no_catalogue_says_a_text_twice() -> None:
    """Merged branches can leave an entry twice; gettext's own tools refuse such a file."""
    twice = []
    for path in CATALOGUES:
        entries = [text for text, _urdu in ENTRY.findall(path.read_text(encoding="utf-8"))]
        twice += [f"{path.relative_to(ROOT)}: {entry}" for entry, times in Counter(entries).items() if times > 1]
    assert twice == []


def test_one_text_has_one_urdu_wherever_it_is_written() -> None:
    """Django merges the catalogues of all apps: of two translations of one text, one would stand in the other's place."""
    urdu: dict[str, set[str]] = {}
    for path in CATALOGUES:
        for text, translation in ENTRY.findall(path.read_text(encoding="utf-8")):
            if text != 'msgid ""\n':
                urdu.setdefault(text, set()).add(translation)
    assert {text: said for text, said in urdu.items() if len(said) > 1} == {}


GROUPS = re.compile(r"(?<![\w.-])\+?[0-9]+(?:[ -][0-9]+)+")


def test_numbers_of_several_groups_stand_isolated_in_urdu_so_that_their_groups_are_not_turned() -> None:
    turned = []
    for path in CATALOGUES:
        for line in path.read_text(encoding="utf-8").splitlines():
            shown = re.sub("\u2066[^\u2069]*\u2069", "", line) if line.startswith(("msgstr", '"')) else ""
            if re.search("[\u0600-\u06ff]", shown) and GROUPS.search(shown):
                turned.append(f"{path.relative_to(ROOT)}: {line}")
    assert turned == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with one app, one template and one Urdu file."""
    (tmp_path / "works").mkdir()
    (tmp_path / "templates" / "works").mkdir(parents=True)
    (tmp_path / "works" / "locale" / "ur" / "LC_MESSAGES").mkdir(parents=True)
    return tmp_path


def write(project: Path, *, code: str = "", template: str = "", catalogue: str = "") -> list[str]:
    (project / "works" / "forms.py").write_text(code, encoding="utf-8")
    (project / "templates" / "works" / "page.html").write_text(template, encoding="utf-8")
    path = project / "works" / "locale" / "ur" / "LC_MESSAGES" / "django.po"
    path.write_text(translations.header("ur") + catalogue, encoding="utf-8")
    return [str(complaint) for complaint in translations.complaints(project)]


def test_a_text_of_the_code_without_urdu_is_named_with_its_line_and_file(project: Path) -> None:
    found = write(project, code='from x import gettext as _\n\nlabel = _("Title " "and more")\n')
    assert len(found) == 1
    assert found[0].startswith("works/forms.py:3: 'Title and more'")
    assert "works/locale/ur/LC_MESSAGES/django.po" in found[0]


@pytest.mark.parametrize(
    "template",
    [
        '{% load i18n %}{% translate "Title" %}',
        "{% load i18n %}{% blocktranslate %}Title{% endblocktranslate %}",
        '{{ name|default:_("Title") }}',
        '{% include "a.html" with text=_("Title") %}',
    ],
)
def test_a_text_of_a_template_is_found_in_every_way_of_writing_it(project: Path, template: str) -> None:
    assert "'Title'" in write(project, template=template)[0]


def test_a_text_with_its_urdu_is_content(project: Path) -> None:
    assert (
        write(project, template='{% load i18n %}{% translate "Title" %}', catalogue='msgid "Title"\nmsgstr "عنوان"\n')
        == []
    )


def test_an_empty_or_fuzzy_urdu_text_does_not_count(project: Path) -> None:
    template = '{% load i18n %}{% translate "Title" %}'
    assert write(project, template=template, catalogue='msgid "Title"\nmsgstr ""\n')
    assert write(project, template=template, catalogue='#, fuzzy\nmsgid "Title"\nmsgstr "عنوان"\n')


def test_a_lost_place_to_fill_is_a_complaint(project: Path) -> None:
    found = write(project, code='_("Paid %(amount)s")', catalogue='msgid "Paid %(amount)s"\nmsgstr "ادا %(amout)s"\n')
    assert "%(amount)s" in found[0] and "%(amout)s" in found[0]


def test_a_plural_needs_both_forms_and_may_leave_out_the_number_in_the_first(project: Path) -> None:
    template = "{% load i18n %}{% blocktranslate count n=x %}One song{% plural %}{{ n }} songs{% endblocktranslate %}"
    entry = 'msgid "One song"\nmsgid_plural "%(n)s songs"\nmsgstr[0] "ایک نغمہ"\n'
    assert write(project, template=template, catalogue=entry)
    assert write(project, template=template, catalogue=entry + 'msgstr[1] "%(n)s نغمے"\n') == []


def test_a_context_keeps_two_meanings_apart(project: Path) -> None:
    code = 'pgettext("month", "May")\n_("May")\n'
    found = write(project, code=code, catalogue='msgctxt "month"\nmsgid "May"\nmsgstr "مئی"\n')
    assert [text.split(":")[1] for text in found] == ["2"]


def test_an_empty_entry_written_for_a_text_reads_back_as_that_text() -> None:
    message = translations.Message("month", 'A "quoted"\nline \\ more', None, "works/forms.py", 1)
    entries = list(translations.read_entries(translations.as_entry(message)))
    assert [(entry.context, entry.singular) for entry in entries] == [message.key]

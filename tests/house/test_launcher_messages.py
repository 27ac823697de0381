"""Translations are compiled without gettext's tools, into files that gettext reads."""

import gettext
import io
import os
from pathlib import Path

import pytest

from cmo_portal.launcher.messages import PoError, compile_all, compiled

HEAD = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def catalogue(text: str) -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(compiled(HEAD + text)))


def test_a_plain_message_is_found_and_an_unknown_one_stays_as_it_is() -> None:
    found = catalogue('msgid "Song"\nmsgstr "گیت"\n')
    assert found.gettext("Song") == "گیت"
    assert found.gettext("Work") == "Work"


def test_a_context_tells_two_meanings_apart() -> None:
    found = catalogue(
        'msgctxt "month"\nmsgid "May"\nmsgstr "مئی"\n\nmsgctxt "permission"\nmsgid "May"\nmsgstr "اجازت"\n'
    )
    assert found.pgettext("month", "May") == "مئی"
    assert found.pgettext("permission", "May") == "اجازت"
    assert found.gettext("May") == "May"


def test_plural_forms_are_chosen_by_number() -> None:
    found = catalogue('msgid "%d song"\nmsgid_plural "%d songs"\nmsgstr[0] "%d گیت"\nmsgstr[1] "%d گیتوں"\n')
    assert found.ngettext("%d song", "%d songs", 1) == "%d گیت"
    assert found.ngettext("%d song", "%d songs", 7) == "%d گیتوں"


def test_a_text_over_several_lines_is_joined_and_escapes_are_kept() -> None:
    found = catalogue('msgid ""\n"One\\n"\n"\\"two\\"\\t"\nmsgstr ""\n"ایک\\n"\n"دو"\n')
    assert found.gettext('One\n"two"\t') == "ایک\nدو"


@pytest.mark.parametrize(
    "text",
    [
        '#, fuzzy\nmsgid "Song"\nmsgstr "گیت"\n',
        '#, python-format, fuzzy\nmsgid "Song"\nmsgstr "گیت"\n',
        'msgid "Song"\nmsgstr ""\n',
        '#~ msgid "Song"\n#~ msgstr "گیت"\n',
    ],
)
def test_what_no_translator_stands_behind_is_left_out(text: str) -> None:
    assert catalogue(text).gettext("Song") == "Song"


def test_a_doubtful_obsolete_entry_does_not_spoil_the_next() -> None:
    found = catalogue('#, fuzzy\n#~ msgid "Old"\n#~ msgstr "پرانا"\n\nmsgid "Song"\nmsgstr "گیت"\n')
    assert found.gettext("Song") == "گیت"


def test_a_doubtful_head_still_names_the_character_set() -> None:
    found = gettext.GNUTranslations(io.BytesIO(compiled("#, fuzzy" + HEAD + 'msgid "Song"\nmsgstr "گیت"\n')))
    assert found.charset() == "UTF-8"
    assert found.gettext("Song") == "گیت"


@pytest.mark.parametrize("line", ['msgid "open', 'msgid "bad \\x"', "stray words"])
def test_a_wrong_line_is_named_by_its_number(line: str) -> None:
    with pytest.raises(PoError, match="line 3"):
        compiled(f"\n\n{line}\n")


def test_only_a_changed_file_is_compiled_again(tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "ur" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_text(HEAD + 'msgid "Song"\nmsgstr "گیت"\n', encoding="utf-8")
    os.utime(source, (1_000_000_000, 1_000_000_000))
    assert compile_all(tmp_path) == [folder / "django.mo"]
    assert compile_all(tmp_path) == []
    os.utime(source)
    os.utime(folder / "django.mo", (1_000_000_000, 1_000_000_000))
    assert compile_all(tmp_path) == [folder / "django.mo"]
    assert sorted(path.name for path in folder.iterdir()) == ["django.mo", "django.po"]

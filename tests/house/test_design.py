"""The laws of the design: one small stylesheet, sides named start and end, no inline code, no text outside gettext."""

import gzip
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "cmo_portal" / "static"
PORTAL_CSS = STATIC / "css" / "portal.css"
ADMIN_CSS = STATIC / "css" / "admin.css"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DJANGO_TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
BLOCK_TRANSLATE = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
AUDIENCE = re.compile(r"{% block audience %}\w+{% endblock %}")  # a class name, not a text
DJANGO_COMMENT = re.compile(r"{%\s*comment\b.*?{%\s*endcomment\s*%}", re.DOTALL)


def css(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def every_template(pattern: str) -> list[str]:
    """`file: what was found` for each template that the pattern hits."""
    hits = []
    for path in TEMPLATES:
        for found in re.finditer(pattern, path.read_text(encoding="utf-8"), re.IGNORECASE):
            hits.append(f"{relative(path)}: {found[0][:80]}")
    return hits


@pytest.mark.parametrize("path", [PORTAL_CSS, ADMIN_CSS], ids=["portal", "admin"])
def test_the_stylesheets_name_no_physical_side(path: Path) -> None:
    sides = re.findall(r"[^\s;{}]*\b(?:left|right)\b[^;{}]*", css(path))
    assert sides == []


@pytest.mark.parametrize("path", [PORTAL_CSS, ADMIN_CSS], ids=["portal", "admin"])
def test_the_stylesheets_size_in_logical_directions(path: Path) -> None:
    physical = re.findall(r"(?<![\w-])(?:min-|max-)?(?:width|height)\s*:[^;)}]*(?=[;}])", css(path))
    physical += re.findall(r"(?<![\w-])(?:margin|padding)-(?:top|bottom)\b", css(path))
    assert physical == []


def test_the_stylesheet_of_the_pages_is_one_and_small() -> None:
    raw = PORTAL_CSS.read_bytes()
    assert len(raw) <= 40_000
    assert len(gzip.compress(raw, 9)) <= 10_000
    assert "@import" not in raw.decode() and "url(" not in raw.decode()
    assert {path.name for path in (STATIC / "css").iterdir()} == {"portal.css", "admin.css"}


def test_colours_stand_only_among_the_tokens() -> None:
    _, _, rules = css(PORTAL_CSS).partition("*, *::before")
    rules = rules.partition("@media print")[0].replace(".qr { background: #ffffff", "")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rules) == []


def test_no_colour_depends_on_the_language() -> None:
    """The page walk looks at the contrast of the English pages; the Urdu ones have the same colours."""
    rules = re.findall(r"([^{};]*)\{([^{}]*)\}", css(PORTAL_CSS))
    of_a_language = [(head.strip(), body) for head, body in rules if re.search(r":lang|\[lang|\[dir", head)]
    assert len(of_a_language) > 10
    coloured = [head for head, body in of_a_language if re.search(r"(?:^|[;\s-])(?:color|background)\b|opacity", body)]
    assert [head for head in coloured if ":not(:lang" not in head] == []


def test_the_record_screens_use_the_colours_of_the_tokens() -> None:
    tokens = set(re.findall(r"#[0-9a-f]{6}", css(PORTAL_CSS)))
    assert set(re.findall(r"#[0-9a-f]{6}", css(ADMIN_CSS))) <= tokens


def tokens(dark: bool) -> dict[str, str]:
    light, _, rest = css(PORTAL_CSS).partition("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", light))
    return found | dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", rest.partition("@media")[0])) if dark else found


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    bright, dim = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("text", ["ink", "soft", "brand", "link", "good", "waiting", "bad"])
def test_every_text_colour_is_legible_on_every_ground(text: str, dark: bool) -> None:
    colours = tokens(dark)
    for ground in ("paper", "surface", "stripe", "brand-wash"):
        assert contrast(colours[text], colours[ground]) >= 4.5, ground


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_notes_buttons_and_edges_have_enough_contrast(dark: bool) -> None:
    colours = tokens(dark)
    for tone in ("good", "waiting", "bad"):
        assert contrast(colours["ink"], colours[f"{tone}-wash"]) >= 7
        assert contrast(colours[tone], colours[f"{tone}-wash"]) >= 4.5
    assert contrast(colours["on-brand"], colours["brand"]) >= 4.5
    assert contrast(colours["paper"], colours["bad"]) >= 4.5
    for ground in ("paper", "surface"):
        assert contrast(colours["edge"], colours[ground]) >= 3


def test_no_template_holds_inline_style_or_script() -> None:
    assert every_template(r"\sstyle\s*=|<style\b|\son\w+\s*=\s*[\"']|javascript:") == []
    assert every_template(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>") == []


def test_no_template_loads_anything_from_another_host() -> None:
    assert every_template(r"\b(?:src|action|poster)\s*=\s*[\"']\s*(?:https?:)?//") == []
    assert every_template(r"<link\b[^>]*href\s*=\s*[\"'](?:https?:)?//") == []


def test_every_template_loads_the_translations() -> None:
    missing = [relative(path) for path in TEMPLATES if not re.search(r"{%\s*load\b[^%]*\bi18n\b", path.read_text())]
    assert missing == []


def test_the_heading_of_a_page_comes_from_its_title_block() -> None:
    pages = [
        hit for hit in every_template(r"(?<!{% block heading %})<h1\b") if not hit.startswith("templates/layouts/")
    ]
    assert pages == []


def test_every_cell_of_a_table_names_its_column_for_small_screens() -> None:
    needs_none = r"\s*(?:<form\b|<a class=\"button|</td>)"  # a button says itself what it is, an empty cell nothing
    assert every_template(rf"<td\b(?![^>]*\b(?:data-label|colspan)=)[^>]*>(?!{needs_none})") == []


class Texts(HTMLParser):
    """Collects what a person would read: text, and the attributes that are read aloud or shown."""

    SPOKEN = ("alt", "title", "placeholder", "aria-label", "data-label")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in self.SPOKEN]


def untranslated(source: str) -> Iterator[str]:
    """Words of a template that stand outside of the translation tags."""
    bare = source
    for pattern in (DJANGO_COMMENT, AUDIENCE, BLOCK_TRANSLATE, DJANGO_TAG):
        bare = pattern.sub(" ", bare)
    parser = Texts()
    parser.feed(re.sub(r"<(kbd|code)\b.*?</\1>", " ", bare, flags=re.DOTALL))
    for text in parser.found:
        if re.search(r"[^\W\d_]{2,}", text):
            yield " ".join(text.split())[:80]


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_no_word_of_a_template_stands_outside_gettext(path: Path) -> None:
    assert list(untranslated(path.read_text(encoding="utf-8"))) == []


def test_the_search_for_bare_words_finds_them() -> None:
    assert list(untranslated('<p>Hello</p>{% translate "fine" %}<img alt="Picture">')) == ["Hello", "Picture"]
    assert list(untranslated("<td>{{ amount }} · 12 %</td>{% blocktranslate %}all fine{% endblocktranslate %}")) == []


def test_the_fonts_of_documents_come_with_their_licences() -> None:
    fonts = STATIC / "fonts"
    for font in fonts.glob("*.ttf"):
        licence = fonts / f"OFL-{font.stem.partition('-')[0]}.txt"
        assert "SIL OPEN FONT LICENSE" in licence.read_text(encoding="utf-8").upper()
    assert (fonts / "NotoNastaliqUrdu-Regular.ttf").stat().st_size > 100_000

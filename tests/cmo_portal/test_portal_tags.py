"""What the tags of the design write: money, shares, states, dates, charts, and the frame of a page."""

import datetime
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from django import forms
from django.conf import LazySettings
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from cmo_portal import states
from cmo_portal.common import words
from cmo_portal.wording import comma_list

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def shown(source: str, **context: Any) -> str:
    return Template(source).render(Context(context)).strip()


@pytest.fixture
def in_urdu() -> Iterator[None]:
    with translation.override("ur"):
        yield


def test_money_sets_the_paisa_smaller_and_isolates_the_figure() -> None:
    assert shown("{% money 123450 %}") == ('<bdi class="money" dir="ltr">1,234<span class="minor">.50</span></bdi>')


@pytest.mark.parametrize("number", ["A000000001", "W0001060", "T-010.000.001-1", "PK-ABC-26-00001", "00014107338"])
def test_a_number_of_ours_stands_on_one_line(number: str) -> None:
    assert shown("{% code it %}", it=number) == f'<bdi class="code code--whole" dir="ltr">{number}</bdi>'


@pytest.mark.parametrize("name", ["recordings of december.csv", "CW260001ALPHA_PMS_2026-12-31.V21", "ab" * 32])
def test_the_name_or_hash_of_a_file_breaks_where_its_column_ends(name: str) -> None:
    assert shown("{% code it %}", it=name) == f'<bdi class="code" dir="ltr">{name}</bdi>'


def test_a_list_has_the_comma_of_the_language_of_the_page(in_urdu: None) -> None:
    assert comma_list(["نازیہ", "بلال"]) == "نازیہ، بلال"
    with translation.override("en"):
        assert comma_list(["Nazia", "Bilal"]) == "Nazia, Bilal"


def test_money_puts_the_minus_before_figure_and_symbol() -> None:
    assert f">{MINUS}0<" in shown("{% money -5 %}")
    assert f">{MINUS}Rs{NBSP}12<" in shown("{% money -1200 currency=True %}")


def test_money_groups_by_lakh_when_the_setting_says_so(settings: LazySettings) -> None:
    settings.MONEY_GROUPING = "lakh"
    assert ">12,34,567<" in shown("{% money 123456700 %}")
    assert ">12,34,56,789<" in shown("{% number 123456789 %}")


def test_money_links_to_what_it_is_made_of_and_escapes_the_address() -> None:
    assert shown("{% money 100 url=address %}", address='/a?b=1&c="2"').startswith(
        '<a href="/a?b=1&amp;c=&quot;2&quot;">'
    )


def test_a_gain_carries_a_plus_only_when_asked() -> None:
    assert "+" not in shown("{% money 100 %}")
    assert ">+1<" in shown("{% money 100 signed=True %}")


def test_no_amount_is_a_dash_that_is_also_read_aloud() -> None:
    assert (
        shown("{% money nothing %}", nothing=None) == '<span class="money" role="img" aria-label="no amount">–</span>'
    )


def test_a_float_is_refused_as_an_amount() -> None:
    with pytest.raises(TypeError):
        shown("{% money amount %}", amount=1.5)


@pytest.mark.parametrize(
    ("millionths", "text"),
    [(1_000_000, "100"), (333_334, "33.3334"), (500_000, "50"), (1, "0.0001"), (1_000_100, "100.01"), (0, "0")],
)
def test_a_share_is_an_exact_percentage(millionths: int, text: str) -> None:
    assert f">{text}{NBSP}%<" in shown("{% share value %}", value=millionths)


def test_a_state_is_a_shape_and_a_word() -> None:
    states.register_states("test-run", {"PUBLISHED": ("filled", "good", "Published")})
    written = shown('{% state "PUBLISHED" "test-run" %}')
    assert "<svg" in written and "Published" in written and "state--good" in written
    assert str(states.look_up("PUBLISHED", "test-run")) == "● Published"


def test_a_state_that_nobody_named_never_reaches_a_page() -> None:
    with pytest.raises(LookupError, match="not registered"):
        shown('{% state "NO_SUCH" "test-run" %}')


def test_a_code_with_two_meanings_needs_its_kind() -> None:
    states.register_states("test-one", {"TWICE": ("filled", "good", "Here")})
    states.register_states("test-two", {"TWICE": ("cross", "bad", "Gone")})
    with pytest.raises(LookupError, match="ambiguous"):
        states.look_up("TWICE")
    assert str(states.look_up("TWICE", "test-two").label) == "Gone"


def test_an_unknown_shape_or_tone_is_refused_at_registration() -> None:
    with pytest.raises(ValueError, match="unknown shape"):
        states.register_states("test-run", {"X": ("star", "good", "X")})


def test_a_date_names_its_month_in_the_language_of_the_page() -> None:
    day = datetime.date(2026, 11, 22)
    assert shown("{% date_text day %}", day=day) == '<time datetime="2026-11-22">22 November 2026</time>'
    with translation.override("ur"):
        assert "22 نومبر 2026" in shown("{% date_text day %}", day=day)


def test_a_moment_is_shown_in_the_time_of_pakistan() -> None:
    late = datetime.datetime(2026, 11, 22, 20, 30, tzinfo=datetime.UTC)
    assert ">23 November 2026, 01:30<" in shown("{% date_text at time=True %}", at=late)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2026-07-01", "2026-09-30", "Jul–Sep 2026"),
        ("2026-09-01", "2026-09-30", "September 2026"),
        ("2026-01-01", "2026-12-31", "2026"),
        ("2025-07-01", "2026-06-30", "Jul 2025–Jun 2026"),
        ("2026-02-01", "2026-02-28", "February 2026"),
        ("2024-02-01", "2024-02-28", "1 February 2024 to 28 February 2024"),
        ("2026-03-05", "2026-03-05", "5 March 2026"),
    ],
)
def test_a_period_is_as_short_as_it_stays_exact(first: str, last: str, text: str) -> None:
    days = {"first": datetime.date.fromisoformat(first), "last": datetime.date.fromisoformat(last)}
    assert f">{text}<" in shown("{% period_text first last %}", **days)


def test_a_period_reads_naturally_in_urdu(in_urdu: None) -> None:
    days = {"first": datetime.date(2026, 7, 1), "last": datetime.date(2026, 9, 30)}
    assert ">جولائی تا ستمبر 2026<" in shown("{% period_text first last %}", **days)


def test_a_sentence_of_the_rules_isolates_and_escapes_its_figures() -> None:
    sentence = words.say(
        "%(seats)s seats of %(name)s × %(rate)s",
        seats=words.count(1200),
        name=words.text("<b>"),
        rate=words.money(Fraction(17001, 2)),
    )
    assert shown("{% sentence words %}", words=sentence) == (
        f"<bdi>1,200</bdi> seats of <bdi>&lt;b&gt;</bdi> × <bdi>Rs{NBSP}85.005</bdi>"
    )


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("curl/8", "Unknown device"),
    ],
)
def test_a_session_names_its_device_as_a_person_would(user_agent: str, name: str) -> None:
    assert shown("{{ agent|device }}", agent=user_agent) == name


def test_a_chart_draws_the_longest_bar_over_the_whole_width_and_repeats_its_figures_as_a_table() -> None:
    rows = [("Radio", 200_00, "/radio"), ("Television", 50_00), ("Return", -100_00), ("Nothing", 0)]
    written = shown('{% bar_chart rows "Earned" "By source" %}', rows=rows)
    for width in ("100.0%", "25.0%", "50.0%", "0.0%"):
        assert f'width="{width}"' in written
    assert written.count("<tr>") == 1 + len(rows)
    assert '<a href="/radio">' in written and "chart__bar--negative" in written
    assert "<title" in written and "<desc" in written and "style=" not in written


def test_a_chart_is_mirrored_on_an_urdu_page(in_urdu: None) -> None:
    written = shown('{% bar_chart rows "Earned" "By source" %}', rows=[("Radio", 4), ("TV", 1)])
    assert 'x="75.0%"' in written


def test_a_chart_without_rows_does_not_divide_by_zero() -> None:
    assert 'height="0"' in shown('{% bar_chart rows "Earned" "By source" %}', rows=[])


def test_capture_keeps_what_blocks_wrote_and_needs_a_name() -> None:
    assert shown("{% capture as word %} <b>x</b> {% endcapture %}[{{ word }}]") == "[<b>x</b>]"
    with pytest.raises(TemplateSyntaxError):
        Template("{% capture word %}{% endcapture %}")


class Application(forms.Form):
    name = forms.CharField(
        label="Name", help_text="As on the card.", widget=forms.TextInput(attrs={"placeholder": "N"})
    )
    note = forms.CharField(label="Note", required=False)
    role = forms.ChoiceField(label="Role", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="I agree")


def test_a_field_shows_label_hint_and_error_and_ties_them_to_the_input() -> None:
    written = str(Application({"name": ""})["name"].as_field_group())
    assert '<label for="id_name">Name</label>' in written
    assert 'id="id_name_helptext"' in written and 'id="id_name_error"' in written
    assert 'aria-describedby="id_name_helptext id_name_error"' in written and 'aria-invalid="true"' in written
    assert "placeholder" not in written


def test_only_what_may_be_left_out_is_marked() -> None:
    form = Application()
    assert "(optional)" in str(form["note"].as_field_group())
    assert "(optional)" not in str(form["name"].as_field_group())


def test_choices_stand_in_a_fieldset_and_a_tick_box_before_its_words() -> None:
    form = Application()
    assert "<fieldset" in str(form["role"].as_field_group()) and "<legend>Role" in str(form["role"].as_field_group())
    agreed = str(form["agreed"].as_field_group())
    assert agreed.index("<input") < agreed.index("I agree")


def test_the_error_summary_leads_to_each_field_in_the_language_of_the_page(in_urdu: None) -> None:
    written = render_to_string("components/error_summary.html", {"form": Application({})})
    for target in ("#id_name", "#id_role_0", "#id_agreed"):
        assert f'href="{target}"' in written
    assert "3 باتیں" in written and "یہ خالی ہے" in written


def test_an_unbound_form_has_no_summary() -> None:
    assert render_to_string("components/error_summary.html", {"form": Application()}).strip() == ""


def page(source: str, language: str = "en", **context: Any) -> str:
    request = RequestFactory().get("/somewhere?q=1")
    request.user = AnonymousUser()
    with translation.override(language):
        return Template(source).render(Context({"request": request, "user": request.user, **context}))


def test_the_title_block_makes_both_title_and_heading() -> None:
    written = page('{% extends "layouts/public.html" %}{% block title %}Your <em>works</em>{% endblock %}')
    assert "<title>Your works · " in written
    assert written.count("<h1>Your <em>works</em></h1>") == 1


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ur", "rtl")])
def test_the_page_says_its_language_and_direction(language: str, direction: str) -> None:
    written = page('{% extends "layouts/public.html" %}', language)
    assert f'<html lang="{language}" dir="{direction}">' in written


def test_the_breadcrumb_has_no_frame_when_it_is_empty() -> None:
    assert "breadcrumb" not in page('{% extends "layouts/public.html" %}')
    filled = '{% extends "layouts/public.html" %}{% block breadcrumb %}{% crumb "/" "Home" %}{% endblock %}'
    assert '<nav class="breadcrumb"' in page(filled)


def test_the_page_for_an_error_of_our_own_needs_no_request() -> None:
    assert "<h1>" in render_to_string("500.html") and "Society" in render_to_string("500.html")

"""The tags of the design: money, states, dates, periods, charts, navigation. All are builtins of the templates.

Money comes in whole minor units (paisa) and never passes through a float. Every figure and identifier is wrapped in
`<bdi>`, so that a minus sign and a decimal point stay in their places on a right-to-left page.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from cmo_portal import charts, navigation, states, wording
from cmo_portal.common.words import Figure, Words
from cmo_portal.context import Language, Society, languages
from cmo_portal.logs import request_id

register = template.Library()

LONGEST_WHOLE = 20  # signs: numbers of ours, ISWC, ISRC, IPI; they stand on one line in every column


@register.simple_tag
def money(amount: int | None, url: str = "", currency: bool = False, signed: bool = False) -> SafeString:
    """Show an amount of paisa: `{% money line.amount %}`, `{% money total url=line_url currency=True signed=True %}`.

    url makes the figure a link to what it is made of; currency writes the symbol before it (in a table it belongs in
    the column head instead); signed writes a plus sign before a gain. None gives a dash.
    """
    if amount is None:
        return format_html('<span class="money" role="img" aria-label="{}">–</span>', _("no amount"))
    parts = wording.money_parts(amount)
    sign = parts.sign or ("+" if signed and amount > 0 else "")
    symbol = format_html("{}\N{NO-BREAK SPACE}", settings.CURRENCY["symbol"]) if currency else ""
    minor = format_html('<span class="minor">{}{}</span>', parts.point, parts.decimals) if parts.point else ""
    figure = format_html('<bdi class="money" dir="ltr">{}{}{}{}</bdi>', sign, symbol, parts.whole, minor)
    return format_html('<a href="{}">{}</a>', url, figure) if url else figure


@register.simple_tag
def number(value: int | None) -> SafeString:
    """Show a whole number grouped like money: `{% number 1234567 %}`."""
    return format_html('<bdi class="number" dir="ltr">{}</bdi>', "–" if value is None else wording.grouped(value))


@register.simple_tag
def share(millionths: int | None) -> SafeString:
    """Show a share, where 1,000,000 is the whole, as an exact percentage: `{% share 333334 %}` gives 33.3334 %."""
    text = "–" if millionths is None else wording.share_text(millionths)
    return format_html('<bdi class="number" dir="ltr">{}</bdi>', text)


@register.simple_tag
def code(value: object) -> SafeString:
    """Show an identifier (ISWC, IPI, licence number, file hash) left to right; a short one on one line, while a hash or
    the name of a file breaks where its column ends."""
    text = str(value)
    kind = "code code--whole" if len(text) <= LONGEST_WHOLE and not re.search(r"\s", text) else "code"
    return format_html('<bdi class="{}" dir="ltr">{}</bdi>', kind, text)


@register.simple_tag
def state(value: str, kind: str = "") -> SafeString:
    """Show a state as shape and word: `{% state run.state "run" %}`."""
    found = states.look_up(value, kind)
    return format_html(
        '<span class="state state--{}"><svg class="shape" viewBox="0 0 12 12" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>{}</span>',
        found.tone,
        found.path,
        found.label,
    )


@register.simple_tag
def date_text(day: datetime.date | None, time: bool = False, fallback: str = "–") -> SafeString:
    """Show a date as 22 November 2026 in the language of the page; time=True adds hours and minutes of Pakistan."""
    if day is None:
        return format_html("{}", fallback)
    if isinstance(day, datetime.datetime) and timezone.is_aware(day):
        day = timezone.localtime(day)
    text = wording.date_text(day)
    if time and isinstance(day, datetime.datetime):
        text = _("%(date)s, %(time)s") % {"date": text, "time": day.strftime("%H:%M")}
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), text)


@register.simple_tag
def period_text(period: Any, end: datetime.date | None = None) -> SafeString:
    """Show a period as Jul–Sep 2026: `{% period_text period %}` or `{% period_text first_day last_day %}`.

    A period is anything with dates `start` and `end`, both days inside it.
    """
    first, last = (period, end) if end is not None else (period.start, period.end)
    return format_html('<span class="period">{}</span>', wording.period_text(first, last))


@register.simple_tag
def icon(name: str) -> SafeString:
    """Show a symbol of the sprite file beside a word that says the same: `{% icon "download" %}`."""
    return format_html(
        '<svg class="icon icon--{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        name,
        static("img/icons.svg"),
        name,
    )


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(
    rows: Iterable[Sequence[Any]], title: str, description: str, money: bool = True, heading: str = ""
) -> dict[str, Any]:
    """Draw horizontal bars as SVG with a table of the same figures below.

    rows: (label, value) or (label, value, url); values are paisa when money is true, else whole numbers.
    heading: the words over the first column of the table.
    """
    bars = charts.bars(rows, money=money, mirrored=get_language_bidi())
    return {
        "bars": bars,
        "height": charts.height(bars),
        "title": title,
        "description": description,
        "money": money,
        "heading": heading or _("Item"),
        "chart_id": charts.identifier(title),
    }


@register.simple_tag
def the_society() -> Society:
    """The society for pages that are rendered without a request: the page for an error of our own."""
    return Society(settings.SOCIETY)


@register.simple_tag
def other_languages() -> list[Language]:
    """The languages that the page is not in: a page for an error of our own says the same in each, because it has no
    request and so no switch."""
    return [language for language in languages() if language.code != get_language()]


@register.filter
def device(user_agent: str) -> str:
    """Name the device of a session as a person would: `Chrome, Android`."""
    return wording.device_text(user_agent)


@register.simple_tag
def sentence(words: Words) -> SafeString:
    """Write a sentence of the rules (cmo_portal.common.words) in the language of the page, its figures formatted."""
    return mark_safe(words.render(lambda text: escape(_(text)), _isolated))  # noqa: S308 - both parts are escaped


def _isolated(figure: Figure) -> str:
    return format_html("<bdi>{}</bdi>", wording.figure_text(figure))


@register.simple_tag
def request_number() -> str:
    """The number of this request in our records, for a person to quote when something went wrong."""
    number = request_id.get()
    return "" if number == "-" else number


@register.simple_tag(takes_context=True)
def main_pages(context: template.Context, audience: str) -> list[navigation.Link]:
    """Give the header the pages of an audience that this person may open.

    A page about a request that was refused at the door (a wrong Host) is rendered before anybody is known.
    """
    request = context.get("request")
    if request is None:
        return []
    return navigation.links(audience, getattr(request, "user", None) or AnonymousUser(), request.path)


@register.simple_tag
def crumb(url: str, label: object) -> SafeString:
    """One step of the breadcrumb: `{% url "home" as home_url %}{% crumb home_url _("Home") %}`."""
    return format_html('<li><a href="{}">{}</a></li>', url, label)


@register.simple_tag(takes_context=True)
def form_errors(context: template.Context) -> list[dict[str, str]]:
    """List every error of `form`, or of each form in `forms`, with the id of the field it belongs to."""
    forms = context.get("forms") or [context.get("form")]
    return [error for form in forms if form is not None and form.is_bound for error in wording.errors_of(form)]


@register.filter
def is_kind(field: Any, kinds: str) -> bool:
    """Tell whether a form field is drawn by one of these widgets: `{% if field|is_kind:"checkbox,radioselect" %}`."""
    return field.widget_type in kinds.split(",")


@register.filter
def widget(field: Any) -> SafeString:
    """Draw the input of a form field without a placeholder: what vanishes on typing belongs in the hint."""
    return field.as_widget(attrs={"placeholder": False})


class CaptureNode(template.Node):
    """Renders its content into a variable; blocks inside it are still overridden by child templates."""

    def __init__(self, nodelist: template.NodeList, name: str) -> None:
        self.nodelist = nodelist
        self.name = name

    def render(self, context: template.Context) -> SafeString:
        """Set the variable at the level of the page; write nothing."""
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # noqa: S308 - escaped when rendered
        return SafeString("")


@register.tag
def capture(parser: template.base.Parser, token: template.base.Token) -> CaptureNode:
    """Let a layout use a block twice, or leave out its frame when the block is empty: `{% capture as name %}`."""
    pieces = token.split_contents()
    if len(pieces) != 3 or pieces[1] != "as":
        raise template.TemplateSyntaxError("Write {% capture as name %} … {% endcapture %}.")
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(nodelist, pieces[2])


@register.simple_tag
def attributes(**values: object) -> SafeString:
    """Write HTML attributes for the values that are set: `{% attributes href=url rel="next" %}`; underscores join."""
    given = ((name.replace("_", "-"), value) for name, value in values.items() if value not in (None, "", False))
    return format_html_join("", ' {}="{}"', given)

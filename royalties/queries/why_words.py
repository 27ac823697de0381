"""The explanation of an amount as sentences with its numbers, in the language of the reader, for page and PDF alike."""

from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from django.conf import settings
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _

from cmo_portal.common.money import MINUS, Currency, Grouping, format_minor
from cmo_portal.common.words import gettext_noop, money, number, percent, say
from cmo_portal.wording import grouped, money_text, period_text, share_text, words_text
from royalties.models.frozen import PURPOSES
from royalties.models.statements import BUCKETS, HELD_REASONS
from royalties.queries.why import Owner, Why
from royalties.rules.explaining import DeductionTerm, Explanation, RowWorking
from royalties.rules.kernel import UNITS

PLAIN = gettext_noop("%(value)s")
ROLES = {
    "A": gettext_noop("author of the words"),
    "AD": gettext_noop("adapter"),
    "AM": gettext_noop("administrator"),
    "AR": gettext_noop("arranger"),
    "C": gettext_noop("composer"),
    "CA": gettext_noop("composer and author"),
    "E": gettext_noop("publisher"),
    "PA": gettext_noop("participant in the income"),
    "SA": gettext_noop("sub-author"),
    "SE": gettext_noop("sub-publisher"),
    "SR": gettext_noop("sub-arranger"),
    "TR": gettext_noop("translator"),
}
FORMULAS = {
    "seconds": gettext_noop("plays × seconds"),
    "minutes": gettext_noop("plays × begun minutes"),
    "plays": gettext_noop("plays"),
}
# Unicode's isolates: what stands between them does not mix with the direction of the sentence around it.
ISOLATE, ISOLATE_NAME, END_ISOLATE = "\u2066", "\u2068", "\u2069"
MOST_DECIMALS = 12
DECIMALS_OF_UNIT = 4  # a unit is 1/10,000 of the smallest coin


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the sentence, what it comes to (`value`, written out), the sign before it, a note where something was
    rounded, and what it rests on: (rule, uid), (rows, ""), (receipts, ""), (share, id) or nothing."""

    text: str
    value: str
    operator: str = ""
    note: str = ""
    link: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Card:
    """The explanation of one line: its share, its steps, and the amount in minor units that they end with."""

    share: str
    role: str
    amount: int
    steps: tuple[Step, ...]


def figure(text: str) -> str:
    """A figure inside a sentence: on a right-to-left page it keeps its own order of signs and digits."""
    return f"{ISOLATE}{text}{END_ISOLATE}" if get_language_bidi() else text


def named(text: str) -> str:
    """A name inside a sentence: on a right-to-left page it keeps the direction of its own script."""
    return f"{ISOLATE_NAME}{text}{END_ISOLATE}" if get_language_bidi() else text


def in_reader_language(name: str, name_ur: str) -> str:
    """A name in Urdu for readers of Urdu, where there is one."""
    return name_ur if name_ur and (get_language() or "").startswith("ur") else name


def pool_text(name: str, name_ur: str, section: str = "") -> str:
    """A pool's name for the reader. The frozen name of a section is "pool: section"; the Urdu name is the pool's."""
    translated = in_reader_language(name, name_ur)
    part = name.partition(": ")[2] if section and translated != name else ""
    return f"{translated}: {named(part)}" if part else translated


def role_text(code: str) -> str:
    """A role by its CWR code, in words; the code itself where it is not known."""
    return _(ROLES[code]) if code in ROLES else code


def held_text(reason: str) -> str:
    """Why something is held, in words."""
    return str(dict(HELD_REASONS).get(reason, reason))


def exact_money(minor: Fraction) -> str:
    """An amount with every decimal that it has (twelve at most)."""
    return words_text(say(PLAIN, value=money(minor if minor.denominator > 1 else minor.numerator)))


def is_written_out(minor: Fraction) -> bool:
    """Whether `exact_money` shows an amount whole, or only its first decimals."""
    return (minor * 10 ** (MOST_DECIMALS - settings.CURRENCY["decimals"])).denominator == 1


def unit_money(minor: Fraction) -> str:
    """An amount counted in ten-thousandths of the smallest coin, always with all its decimals and without symbol."""
    decimals = settings.CURRENCY["decimals"] + DECIMALS_OF_UNIT
    grouping = cast(Grouping, settings.MONEY_GROUPING)
    return format_minor(int(minor * UNITS), Currency(settings.CURRENCY["code"], decimals), grouping)


def percent_text(rate: Fraction) -> str:
    """A percentage with the decimals that it has."""
    return words_text(say(PLAIN, value=percent(rate)))


def length_text(seconds: int) -> str:
    """A length as minutes and seconds, 4:10; blank when it is not known."""
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds else ""


def plain_number(value: Fraction) -> str:
    """A number with the decimals that it has, grouped."""
    return words_text(say(PLAIN, value=number(value)))


def owners_text(owner: Owner) -> str:
    """Who holds a share of the work: a name, or why it waits."""
    held = {bucket: reason for reason, bucket in BUCKETS.items()}.get(owner.share.payee_id)
    name = in_reader_language(owner.name, owner.name_original)
    if held and name:
        return f"{name} ({held_text(held)})"
    return held_text(held) if held else name


def cards(why: Why, *, whole: bool = False) -> list[Card]:
    """A card for each line: the way from the receipts to the amount. Further lines of the same song begin at what the
    song earned, unless `whole`."""
    first_steps = [*_pool_steps(why, why.lines[0]), *_song_steps(why, why.lines[0])]
    return [
        Card(
            share=share_text(line.share.units),
            role=role_text(line.share.role),
            amount=line.amount,
            steps=(*(first_steps if whole or place == 0 else first_steps[-1:]), *_share_steps(why, line)),
        )
        for place, line in enumerate(why.lines)
    ]


def _pool_steps(why: Why, line: Explanation) -> list[Step]:
    facts = {"pool": named(in_reader_language(why.whole, why.pool_ur)), "period": period_text(*why.period)}
    text = _("%(pool)s brought in for %(period)s") % facts
    steps = [Step(text, money_text(line.gross), note=_receipts_note(why), link=("receipts", ""))]
    steps += [_deduction(term, why) for term in line.deductions]
    steps.append(Step(_("Left to be shared out"), money_text(line.distributable), "="))
    if line.section:
        whole = sum(weight for _code, weight in line.section.weights)
        part = dict(line.section.weights)[line.section.code]
        text = _("Of this, %(part)s of %(whole)s parts are for this section") % {
            "part": figure(grouped(part)),
            "whole": figure(grouped(whole)),
        }
        steps.append(Step(text, money_text(line.pool_amount), "="))
    return steps


def _receipts_note(why: Why) -> str:
    if why.collected is None:
        return ""
    return ngettext(
        "%(count)s payment, received %(days)s, without sales tax",
        "%(count)s payments, received %(days)s, without sales tax",
        why.receipts,
    ) % {"count": grouped(why.receipts), "days": period_text(*why.collected)}


def _deduction(term: DeductionTerm, why: Why) -> Step:
    rule = why.deduction_rules[term.version_id]
    text = _("%(purpose)s: %(rate)s of %(basis)s") % {
        "purpose": str(dict(PURPOSES).get(term.purpose, term.name)),
        "rate": figure(percent_text(term.rate)),
        "basis": figure(money_text(term.basis)),
    }
    return Step(text, money_text(term.amount), MINUS, _rule_note(rule.version), ("rule", rule.uid))


def _rule_note(version: int) -> str:
    return _("by rule version %(version)s") % {"version": version}


def _song_steps(why: Why, line: Explanation) -> list[Step]:
    whole = is_written_out(line.point_value)
    value = Step(
        _("Divided by the %(points)s points of all music: one point is worth")
        % {"points": figure(plain_number(line.points_sum))},
        exact_money(line.point_value),
        "=" if whole else "≈",
        _("A point: %(formula)s, by rule version %(version)s")
        % {"formula": formula_text(line), "version": why.rule.version},
        ("rule", why.rule.uid),
    )
    plays = ngettext("%(plays)s play", "%(plays)s plays", line.plays) % {"plays": grouped(line.plays)}
    rows = ngettext("%(rows)s row", "%(rows)s rows", line.lines) % {"rows": grouped(line.lines)}
    song = Step(
        _("Times the %(points)s points of your song (%(plays)s, in %(rows)s of the usage files)")
        % {"points": figure(plain_number(line.points)), "plays": plays, "rows": rows},
        exact_money(Fraction(line.work_units, UNITS)),
        "=",
        _unit_note(line.point_value * line.points, line.work_units),
        ("rows", ""),
    )
    return [value, song]


def formula_text(line: Explanation) -> str:
    """What makes a point, in words."""
    parts = [_(FORMULAS[line.rule.formula])]
    parts += [_("weight of the use")] if len(line.rule.uses) > 1 else []
    parts += [_("weight of the time of day")] if len(line.rule.dayparts) > 1 else []
    return " × ".join(parts)


def _unit_note(exact: Fraction, units: int) -> str:
    """Where an amount was cut to a ten-thousandth of the smallest coin: by how much."""
    if exact * UNITS == units:
        return ""
    decimals = settings.CURRENCY["decimals"] + DECIMALS_OF_UNIT
    return _("counted with %(decimals)s decimals; the last one goes to the largest remainders") % {"decimals": decimals}


def _share_steps(why: Why, line: Explanation) -> list[Step]:
    exact = Fraction(line.work_units * line.share.units, UNITS * 1_000_000)
    share = Step(
        _("Times your share as %(role)s: %(share)s")
        % {"role": role_text(line.share.role), "share": figure(share_text(line.share.units))},
        exact_money(line.before_rounding),
        "=",
        _unit_note(exact, line.line_units),
        ("share", str(line.share_id)),
    )
    result = Step(_("Your amount"), money_text(line.amount), "=")
    if line.rounding == 0:
        return [share, result]
    return [share, _rounding(line), result]


def _rounding(line: Explanation) -> Step:
    up = line.rounding > 0
    text = _("Rounded up to %(coin)s") if up else _("Rounded down to %(coin)s")
    note = _(
        "Everything is rounded down first. What is then left over goes, %(coin)s each, to the largest remainders, so "
        "that all amounts together are exactly what is shared out."
    )
    coin = {"coin": figure(money_text(1))}
    return Step(text % coin, exact_money(abs(line.rounding)), "+" if up else MINUS, note % coin)


def row_words(working: RowWorking) -> str:
    """How a usage row was weighed: `60 × 240 × 1 × 2 = 28,800`."""
    factors = [grouped(working.plays)]
    factors += [] if working.formula == "plays" else [grouped(working.duration)]
    factors += [plain_number(working.use_weight)] if working.use else []
    factors += [plain_number(working.daypart_weight)] if working.daypart else []
    product = " × ".join(factors) + (f" ÷ {grouped(working.parts)}" if working.parts > 1 else "")
    points = plain_number(working.points)
    return f"{product} = {points}" if len(factors) > 1 or working.parts > 1 else points

"""When the words or the music of a work belong to nobody, and why, computed from dated laws.

A law of a country protects a work for so many years after the year in which its author died, counted from 1 January
after it. Laws follow each other: a longer term that comes too late takes nothing back, unless it says that it does.
Of several authors the one who died last counts. Of a poet of old only the century may be known: the last year of it
counts, so that nothing is called free too early.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from cmo_portal.common.words import Words, count, day, gettext_noop, label, say, text

ALWAYS = date.min


@dataclass(frozen=True, slots=True)
class Term:
    """The term of protection of a country by one law; `valid_to` None: it still holds."""

    years: int
    valid_from: date
    valid_to: date | None
    revives: bool
    source: str


@dataclass(frozen=True, slots=True)
class Author:
    """One author of an element, or the reason why it has none. `names` are (language, name) pairs."""

    reason: str
    names: tuple[tuple[str, str], ...] = ()
    died_in: int | None = None
    century: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an element belongs to nobody on the day asked: None when a fact is missing. `free_from` is the first day
    on which it does (None: unknown or never); `words` hold one sentence for each author, and the law."""

    is_free: bool | None
    free_from: date | None
    words: tuple[Words, ...]


def verdict(authors: Sequence[Author], terms: Sequence[Term], on: date) -> Verdict:
    """The verdict on one element by the laws of one country up to a day. Without authors there is nothing to say."""
    laws = _in_turn([term for term in terms if term.valid_from <= on])
    opinions = [_opinion(author, laws, on) for author in authors]
    days = [opinion.free_from for opinion in opinions]
    known = [each for each in days if each is not None]
    free_from = max(known) if known and len(known) == len(days) else None
    if any(opinion.is_free is False for opinion in opinions):
        is_free: bool | None = False
    elif not opinions or any(opinion.is_free is None for opinion in opinions):
        is_free = None
    else:
        is_free = True
    sentences = tuple(dict.fromkeys(sentence for opinion in opinions for sentence in opinion.words))
    return Verdict(is_free, free_from, sentences)


def freeing_law(died_in: int, laws: Sequence[Term]) -> tuple[date, Term] | None:
    """The first day on which the work of somebody who died in a year is free, and the law that frees it; `laws` in the
    order of their days. None: no law has freed it, or the latest one protects it again."""
    found: tuple[date, Term] | None = None
    for law in laws:
        ends = end_of_term(died_in, law)
        if found is not None and (not law.revives or ends <= law.valid_from):
            continue
        begins = max(ends, law.valid_from)
        found = (begins, law) if law.valid_to is None or begins <= law.valid_to else None
    return found


def end_of_term(died_in: int, law: Term) -> date:
    """The first day after the term of a law."""
    return date(min(died_in + law.years + 1, 9999), 1, 1)


def _in_turn(terms: Sequence[Term]) -> tuple[Term, ...]:
    """The laws in the order of their days; each ends at the latest the day before the next begins."""
    laws = sorted(terms, key=lambda term: term.valid_from)
    followed = [
        replace(law, valid_to=min(law.valid_to or date.max, after.valid_from - timedelta(days=1)))
        for law, after in pairwise(laws)
    ]
    return (*followed, *laws[-1:])


def last_year(century: int) -> int:
    """The last year of a century: 1800 for the eighteenth."""
    return century * 100


def century_of(year: int) -> int:
    """The century of a year: 18 for 1701 to 1800."""
    return (year + 99) // 100


def _opinion(author: Author, laws: tuple[Term, ...], on: date) -> Verdict:
    if author.reason == "folk":
        sentence = say(gettext_noop("It is folk or traditional: handed down, with no author who could own it."))
        return Verdict(True, ALWAYS, (sentence,))
    if author.reason == "unprotected":
        return Verdict(True, ALWAYS, (say(gettext_noop("It was never protected.")),))
    name = label(author.names)
    year = author.died_in
    if year is None and author.century is not None:
        year = last_year(author.century)
    if year is None:
        unknown = say(
            gettext_noop("The year in which %(name)s died is not recorded, so nothing can be said."), name=name
        )
        return Verdict(None, None, (unknown,))
    return _by_law(author, year, laws, on)


def _by_law(author: Author, year: int, laws: tuple[Term, ...], on: date) -> Verdict:
    name = label(author.names)
    if author.died_in is not None:
        # a year is written without grouping
        first = say(gettext_noop("%(name)s died in %(year)s."), name=name, year=text(str(year)))
    else:
        first = say(
            gettext_noop("%(name)s lived in century %(century)s; counted is its last year, %(year)s."),
            name=name,
            century=count(author.century or 0),
            year=text(str(year)),
        )
    if not laws:
        missing = gettext_noop("No term of protection is recorded for this country, so nothing can be said.")
        return Verdict(None, None, (first, say(missing)))
    freed = freeing_law(year, laws)
    free_from, law = freed or (end_of_term(year, laws[-1]), laws[-1])
    rule = say(
        gettext_noop("Protection lasts %(years)s years after the year of death (%(source)s)."),
        years=count(law.years),
        source=text(law.source),
    )
    if free_from > on:
        last = say(gettext_noop("It is protected up to and including %(day)s."), day=day(free_from - timedelta(days=1)))
        return Verdict(False, free_from, (first, rule, last))
    if end_of_term(year, law) < laws[0].valid_from:
        free = gettext_noop("It was free already when the oldest law recorded here began, on %(day)s.")
    else:
        free = gettext_noop("It is free since %(day)s.")
    return Verdict(True, free_from, (first, rule, say(free, day=day(free_from))))

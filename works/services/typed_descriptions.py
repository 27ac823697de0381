"""From the answers of a registration that somebody typed to the description of a work."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cmo_portal.common.spelling import script_of
from members.queries.parties import same_name_parties
from works.models import Work, WorkShare
from works.queries.description_texts import writers_text
from works.queries.made_from import works_named
from works.rules.public_domain import century_of
from works.services.describing import NewDescription, NewPublicDomain, NewSource, Texts, WorkFacts

CHANGED_WORDS = {"adaptation": "MOD", "translation": "TRA"}  # kind of source → CWR code
UNCHANGED = ("ORI", "NON")  # the original music or words, or none
LAST_CENTURY = 21  # a number up to here names a century, a larger one a year


def typed_description(answers: dict[str, Any]) -> NewDescription:
    """The description that the first step of a registration gives."""
    made_from = answers.get("made_from") or ""
    titles = _parts(answers.get("source_title") or "") if made_from == "component" else [answers.get("source_title")]
    writers = tuple(_writers(answers.get("source_writers") or ""))
    sources = tuple(
        NewSource(kind=made_from, title=title, writers=() if made_from == "component" else writers)
        for title in titles
        if made_from and title
    )
    return NewDescription(
        facts=facts_of_sources([source.kind for source in sources], text_music=answers.get("text_music") or ""),
        sources=sources,
        public_domain=tuple(_free_words(answers)),
    )


def with_works_of_ours(new: NewDescription) -> NewDescription:
    """The same with each source that is typed as text and can be only one work of ours linked to that work."""
    named = works_named(source.title for source in new.sources if source.source is None)
    return replace(new, sources=tuple(_linked(source, named.get(source.title, [])) for source in new.sources))


def _linked(source: NewSource, works: Sequence[Work]) -> NewSource:
    """Where writers are named, the work is one of theirs."""
    if source.source is not None or not works:
        return source
    names = writers_text(source.writers).split("; ") if source.writers else []
    if names:
        meant = {party.pk for name in names for party in same_name_parties(name)}
        theirs = WorkShare.objects.filter(work__in=works, party__in=meant).values_list("work_id", flat=True)
        works = [work for work in works if work.pk in set(theirs)]
    return replace(source, source=works[0]) if len(works) == 1 else source


def facts_of_sources(
    kinds: Sequence[str],
    *,
    text_music: str = "",
    music_arrangement: str = "",
    lyric_adaptation: str = "",
    composite_type: str = "",
    excerpt_type: str = "",
) -> WorkFacts:
    """The facts of a work: as they were said, else as the kinds of its sources tell them."""
    parts = kinds.count("component")
    changed_words = next((code for kind, code in CHANGED_WORDS.items() if kind in kinds), "")
    return WorkFacts(
        text_music=text_music,
        music_arrangement=music_arrangement or ("ARR" if "arrangement" in kinds else ""),
        lyric_adaptation=lyric_adaptation or changed_words,
        composite_type=composite_type or ("MED" if parts else ""),
        component_count=parts if parts > 1 else None,
        excerpt_type=excerpt_type,
    )


def version_of(facts: WorkFacts) -> str:
    """Whether it is an original work or a modified version of another: whether something was done to music or words."""
    done = {facts.music_arrangement, facts.lyric_adaptation} - {"", *UNCHANGED}
    return "MOD" if done else "ORI"


def _free_words(answers: dict[str, Any]) -> list[NewPublicDomain]:
    """A verse whose century nobody told is one of an author of whom the year of death is missing."""
    reason, when = answers.get("free_words") or "", answers.get("free_when")
    if not reason:
        return []
    name = answers.get("free_author") or ""
    is_roman = script_of(name) in ("Latn", "")
    died_in = when if when and when > LAST_CENTURY else None
    century = century_of(died_in) if died_in else when
    if reason == "folk":
        return [NewPublicDomain(element="words", reason=reason)]
    return [
        NewPublicDomain(
            element="words",
            reason="died" if century is None else reason,
            author=name,
            author_original="" if is_roman else name,
            died_in=died_in,
            century=century,
        )
    ]


def _parts(text: str) -> list[str]:
    return [part for each in text.replace("؛", ";").split(";") if (part := " ".join(each.split()))]


def _writers(text: str) -> list[Texts]:
    return [{"last_name": name} for name in _parts(text)]

"""From the answers of a registration that somebody typed to the description of a work."""

from typing import Any

from cmo_portal.common.spelling import script_of
from works.services.describing import NewDescription, NewPublicDomain, NewSource, Texts, WorkFacts

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
        facts=WorkFacts(
            text_music=answers.get("text_music") or "",
            music_arrangement="ARR" if made_from == "arrangement" else "",
            lyric_adaptation={"adaptation": "MOD", "translation": "TRA"}.get(made_from, ""),
            composite_type="MED" if made_from == "component" else "",
            component_count=len(sources) if made_from == "component" and len(sources) > 1 else None,
        ),
        sources=sources,
        public_domain=tuple(_free_words(answers)),
    )


def typed_version(answers: dict[str, Any]) -> str:
    """Whether it is an original work or a modified version of another."""
    return "MOD" if answers.get("made_from") in ("arrangement", "adaptation", "translation") else "ORI"


def _free_words(answers: dict[str, Any]) -> list[NewPublicDomain]:
    """A verse whose century nobody told is one of an author of whom the year of death is missing."""
    reason, when = answers.get("free_words") or "", answers.get("free_when")
    if not reason:
        return []
    name = answers.get("free_author") or ""
    is_roman = script_of(name) in ("Latn", "")
    died_in = when if when and when > LAST_CENTURY else None
    century = (died_in + 99) // 100 if died_in else when
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

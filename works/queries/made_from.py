"""Which works of ours a typed source may be: by its number, its ISWC, or exactly its title; and who owns them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.common.spelling import text_key
from members.models import Party
from works.models import Work, WorkShare, WorkTitle
from works.rules.identifiers import read_iswc


@dataclass(frozen=True, slots=True)
class SourceOfOthers:
    """A source as it was typed, and the registered works that it may be and of which others own shares."""

    text: str
    works: tuple[Work, ...]


def sources_of_others(texts: Iterable[str], party: Party | None) -> list[SourceOfOthers]:
    """Of sources as they were typed, those that may be works of which somebody else than `party` owns a share: what is
    made from them needs the owners' consent. Four queries."""
    found = works_named(texts)
    works = {work.pk for named in found.values() for work in named}
    owned = WorkShare.objects.filter(work__in=works, party__isnull=False)
    others = set((owned.exclude(party=party) if party else owned).values_list("work_id", flat=True))
    kept = {text: tuple(work for work in named if work.pk in others) for text, named in found.items()}
    return [SourceOfOthers(text, named) for text, named in kept.items() if named]


def source_texts(work: Work) -> list[str]:
    """What the sources of a work are known by: the number of a work of ours, else the title."""
    rows = work.sources.select_related("source").order_by("position", "pk")
    return [row.source.number if row.source else row.title for row in rows]


def works_named(texts: Iterable[str]) -> dict[str, list[Work]]:
    """Text → the registered works that bear exactly this title, number or ISWC. Three queries."""
    wanted = dict.fromkeys(text for text in texts if text.strip())
    if not wanted:
        return {}
    titled: dict[str, list[Work]] = defaultdict(list)
    keys = {text: text_key(text)[:400] for text in wanted}
    rows = WorkTitle.objects.filter(key__in=set(keys.values()) - {""}, work__state="registered")
    for row in rows.select_related("work").order_by("work_id"):
        titled[row.key].append(row.work)
    numbered = _numbered(wanted)
    return {
        text: list({work.pk: work for work in (*numbered.get(text, ()), *titled.get(keys[text], ()))}.values())
        for text in wanted
    }


def _numbered(texts: Iterable[str]) -> dict[str, Sequence[Work]]:
    said = {text: digits_to_ascii(text).strip().upper() for text in texts}
    iswcs = {text: reading.value for text, number in said.items() if (reading := read_iswc(number)).is_valid}
    named = Q(number__in=set(said.values())) | Q(iswc__in=set(iswcs.values()))
    works = list(Work.objects.filter(named, state="registered").order_by("pk"))
    return {
        text: [work for work in works if work.number == said[text] or work.iswc == iswcs.get(text, "-")]
        for text in said
    }

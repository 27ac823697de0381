"""Usage without a known work that may be a member's, with what speaks for it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Replace
from django.utils.translation import gettext as _

from members.models import Member, Party, PartyName
from royalties.models import TextClaim, TextSetAside, UnmatchedText
from royalties.queries.unmatched import unmatched_texts
from royalties.rules.unmatched import telling_sounds
from works.models import Work, WorkTitle
from works.queries.repertoire import works_of


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text that may be the member's, what speaks for it in words, and her works that it may be."""

    text: UnmatchedText
    reasons: tuple[str, ...]
    works: tuple[Work, ...]


def suggested_texts(member: Member, *, words: str = "", put_aside: bool = False) -> QuerySet[UnmatchedText]:
    """Texts that name the member or one of her works, or that the matching found near one; without those that she
    claims. `put_aside`: those that she said are not hers, whatever names them."""
    aside = TextSetAside.objects.filter(member=member).values("key")
    rows = unmatched_texts(words=words)
    if put_aside:
        return rows.filter(key__in=aside)
    claimed = TextClaim.objects.filter(member=member, state="open").values("key")
    return rows.filter(_may_be_hers(member.party)).exclude(key__in=aside).exclude(key__in=claimed)


def _may_be_hers(party: Party) -> Q:
    works = works_of(party)
    titles = WorkTitle.objects.filter(work__in=works.values("pk"))
    keys = ArraySubquery(titles.values_list(Cast("key", TextField())))
    heard = ArraySubquery(titles.annotate(heard=_heard("skeleton")).values_list(Cast("heard", TextField())))
    return (
        Q(title_keys__overlap=keys)
        | Q(title_sounds__overlap=heard)
        | Q(works__overlap=ArraySubquery(works.values("pk")))
        | Q(name_sounds__overlap=name_sounds_of(party))
    )


def _heard(field: str) -> Replace:
    """The sound of a stored title as the list keeps sounds: kh as k."""
    return Replace(field, Value("K"), Value("k"))


def name_sounds_of(party: Party) -> list[str]:
    """The telling sounds of all names of a party, in either script and either order of first and last name."""
    written: set[str] = {party.display_name, party.display_name_original}
    for first, last, original in PartyName.objects.filter(party=party).values_list(
        "first_name", "last_name", "original"
    ):
        written |= {f"{first} {last}", f"{last} {first}", original}
    return telling_sounds(written)


def suggestions(member: Member, texts: Sequence[UnmatchedText]) -> list[Suggestion]:
    """What speaks for each of these texts being the member's; three queries for a page."""
    names = set(name_sounds_of(member.party))
    same, heard = _titles(member.party, texts)
    near = works_of(member.party).in_bulk([pk for text in texts for pk in text.works])
    return [_suggestion(text, names, same, heard, near) for text in texts]


Titled = dict[str, list[Work]]


def _titles(party: Party, texts: Iterable[UnmatchedText]) -> tuple[Titled, Titled]:
    """The member's works by the titles, and by the sounds of titles, that these texts have."""
    keys = {key for text in texts for key in text.title_keys}
    sounds = {sound for text in texts for sound in text.title_sounds}
    titles = WorkTitle.objects.annotate(heard=_heard("skeleton")).filter(work__in=works_of(party))
    same, heard = defaultdict(list), defaultdict(list)
    for title in titles.filter(Q(key__in=keys) | Q(heard__in=sounds)).select_related("work").order_by("work", "pk"):
        same[title.key].append(title.work)
        heard[title.heard].append(title.work)
    return same, heard


def _suggestion(text: UnmatchedText, names: set[str], same: Titled, heard: Titled, near: dict[int, Work]) -> Suggestion:
    """Each work once, with the strongest of its reasons."""
    told: dict[int, str] = {}
    works: dict[int, Work] = {}
    for words, found in (
        (_("Its title is that of your work “%(title)s”."), [w for key in text.title_keys for w in same.get(key, [])]),
        (
            _("Its title sounds like that of your work “%(title)s”."),
            [work for sound in text.title_sounds for work in heard.get(sound, [])],
        ),
        (_("Our matching finds it near your work “%(title)s”."), [near[pk] for pk in text.works if pk in near]),
    ):
        for work in found:
            works.setdefault(work.pk, work)
            told.setdefault(work.pk, words % {"title": work.title})
    named = [_("It names you, or somebody whose name sounds like yours.")] if names & set(text.name_sounds) else []
    return Suggestion(text, (*named, *told.values()), tuple(works.values()))

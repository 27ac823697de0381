"""Finding parties by what people remember of a name: any of its words, in Urdu or Roman letters, in any order.

The search goes by tiers, the best first, and stops when the list is full: the exact name; names that begin so; names
with these very words; the same sound; words of the same sound; names that hold the text as a part; and, where these
are few, what only looks alike. Within a tier the likest name comes first. Each tier reads an index and is cut at what
can be compared.
"""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from rapidfuzz.distance import OSA

from cmo_portal.common.cleaning import clean_text
from members.models import Party, PartyName
from members.rules.names import heard, name_key, name_skeleton

LONGEST_TEXT = 200
MOST_WORDS = 8
CANDIDATES = 1000  # names compared in each tier
FEW = 5  # found by better likeness; with fewer, what only looks alike is shown too
TELLING = 4  # consonants from which an equal sound is no accident


def ranked_parties(text: str, rows: QuerySet[Party], *, limit: int) -> list[int]:
    """Ids of those of the rows that go by a name like this text, best first, at most `limit`."""
    key = name_key(text[:LONGEST_TEXT])
    found: dict[int, None] = {}
    if not key:
        return []
    for enough, tiers in ((limit, _tiers(text, key)), (min(limit, FEW), _look_alikes(text, key))):
        for tier in tiers:
            if len(found) >= enough:
                break
            names = PartyName.objects.filter(tier, party__in=rows.order_by())
            found.update(dict.fromkeys(_likest_first(names, key)))
    return list(found)[:limit]


def words_like(text: str) -> Q:
    """Names with all the words of a text, by their sound."""
    return Q(words__contains=[heard(word) for word in _words(name_key(text))])


def namesakes(text: str, *, limit: int = 10) -> list[Party]:
    """Parties with a name of the same words by sound, in any order and either script: perhaps the same party."""
    key = name_key(text)
    if not key:
        return []
    same = sorted(heard(word) for word in key.split())
    names = PartyName.objects.filter(words_like(text)).order_by("party_id")
    bearers = [
        party_id
        for party_id, *forms in names.values_list("party_id", "key", "original")[:CANDIDATES]
        if any(sorted(heard(word) for word in name_key(form).split()) == same for form in forms)
    ]
    parties = Party.objects.prefetch_related("names").in_bulk(list(dict.fromkeys(bearers))[:limit])
    return sorted(parties.values(), key=lambda party: (party.display_name, party.pk))


def _tiers(text: str, key: str) -> Iterator[Q]:
    bones, words = name_skeleton(text), _words(key)
    yield Q(key=key) | Q(original=clean_text(text)[:LONGEST_TEXT])
    yield Q(key__startswith=f"{key} ")
    yield Q(words__contains=words)
    if len(bones) >= TELLING:
        yield Q(skeleton=bones)
    yield words_like(text)
    if len(key) > 2:
        yield Q(key__contains=key)


def _look_alikes(text: str, key: str) -> Iterator[Q]:
    """Slips of the pen that change the sound."""
    bones = name_skeleton(text)
    yield Q(key__trigram_strict_word_similar=key)
    if len(bones) >= TELLING:
        yield Q(skeleton__trigram_similar=bones)
    yield Q(key__trigram_similar=key)


def _words(key: str) -> list[str]:
    return list(dict.fromkeys(key.split()))[:MOST_WORDS]


def _likest_first(names: QuerySet[PartyName], key: str) -> list[int]:
    """The parties of the names, the likest name first, then by name."""
    best: dict[int, tuple[float, str, int]] = {}
    for party_id, *forms in names.values_list("party_id", "key", "original")[:CANDIDATES]:
        likeness = max((_likeness(key, folded) for form in forms if (folded := name_key(form))), default=0.0)
        best[party_id] = min(best.get(party_id, (0.0, "", 0)), (-likeness, forms[0], party_id))
    return sorted(best, key=lambda party_id: best[party_id])


def _likeness(key: str, name: str) -> float:
    """How like a name is to what was looked for: each word by the word of the name that is likest, then the whole."""
    others = name.split()
    words = key.split()
    by_word = sum(max(OSA.normalized_similarity(word, other) for other in others) for word in words) / len(words)
    return by_word + OSA.normalized_similarity(key, name) / 10

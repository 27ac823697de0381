"""A small invented repertoire and usage texts with their right answers, made from word lists with a fixed seed.

Titles and names are made up from common words; each has its Urdu and its Roman spelling. A fifth of the texts belong to
songs that the repertoire does not have, among them the traps: the same title by somebody else, the same performer with
another title, a brother of the performer, part 2 of a work of which only part 1 is known.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from royalties.rules.matching.texts import UsageText

WORDS = [
    ("chand", "چاند"), ("raat", "رات"), ("dil", "دل"), ("hawa", "ہوا"), ("barish", "بارش"), ("mausam", "موسم"),
    ("pyar", "پیار"), ("judai", "جدائی"), ("sitara", "ستارہ"), ("safar", "سفر"), ("sahil", "ساحل"), ("khwab", "خواب"),
    ("aankhein", "آنکھیں"), ("mohabbat", "محبت"), ("zindagi", "زندگی"), ("duniya", "دنیا"), ("kahani", "کہانی"),
    ("umeed", "امید"), ("yaad", "یاد"), ("phool", "پھول"), ("gulab", "گلاب"), ("darya", "دریا"), ("sahra", "صحرا"),
    ("tanhai", "تنہائی"), ("intezar", "انتظار"), ("manzil", "منزل"), ("rasta", "راستہ"), ("shehar", "شہر"),
    ("gaon", "گاؤں"), ("khushbu", "خوشبو"), ("rang", "رنگ"), ("dost", "دوست"), ("wafa", "وفا"), ("qasam", "قسم"),
    ("nazar", "نظر"), ("muskan", "مسکان"), ("charagh", "چراغ"), ("parwana", "پروانہ"), ("kangan", "کنگن"),
    ("jhumka", "جھمکا"),
]  # fmt: skip
FIRST = [
    ("Kamran", "کامران"), ("Tahira", "طاہرہ"), ("Sajid", "ساجد"), ("Farzana", "فرزانہ"), ("Wasim", "وسیم"),
    ("Ghazala", "غزالہ"), ("Naveed", "نوید"), ("Shabnam", "شبنم"), ("Bilal", "بلال"), ("Rukhsana", "رخسانہ"),
    ("Qasim", "قاسم"), ("Mehnaz", "مہناز"), ("Iqbal", "اقبال"), ("Zarina", "زرینہ"), ("Umair", "عمیر"),
]  # fmt: skip
LAST = [
    ("Farooqi", "فاروقی"), ("Lodhi", "لودھی"), ("Chishti", "چشتی"), ("Qureshi", "قریشی"), ("Bukhari", "بخاری"),
    ("Niazi", "نیازی"), ("Gilani", "گیلانی"), ("Siddiqui", "صدیقی"), ("Malik", "ملک"), ("Butt", "بٹ"),
]  # fmt: skip
RESPELT = (("ee", "i"), ("oo", "u"), ("aa", "a"), ("w", "v"), ("q", "k"), ("i", "ee"), ("u", "oo"), ("ai", "ay"))


class Song(NamedTuple):
    """A song in both scripts; `work_id` 0 when the repertoire does not have it."""

    work_id: int
    title: str
    title_ur: str
    performer: str
    performer_ur: str
    writer: str
    writer_ur: str
    isrc: str


class Labelled(NamedTuple):
    """A usage text and the work it belongs to (0 = none of ours), with the kind of writing."""

    text: UsageText
    work_id: int
    kind: str


def make_songs(count: int, seed: int) -> list[Song]:
    """Songs with different titles; the first `count` belong to the repertoire, a third as many more do not."""
    dice = random.Random(seed)
    songs: dict[str, Song] = {}
    while len(songs) < count + count // 3:
        words = dice.sample(WORDS, dice.choice((2, 2, 3, 3, 4)))
        performer, writer = (dice.choice(FIRST), dice.choice(LAST)), (dice.choice(FIRST), dice.choice(LAST))
        number = len(songs) + 1
        title = " ".join(word for word, _urdu in words)
        songs.setdefault(
            title,
            Song(
                number if number <= count else 0,
                title.title(),
                " ".join(urdu for _word, urdu in words),
                *(" ".join(pair[side] for pair in performer) for side in (0, 1)),
                *(" ".join(pair[side] for pair in writer) for side in (0, 1)),
                f"PKX0126{number:05d}",
            ),
        )
    return list(songs.values())


def _typo(text: str, dice: random.Random) -> str:
    place = dice.randrange(1, len(text) - 1)
    kind = dice.randrange(3)
    if kind == 0:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + text[place + 1 :] if kind == 1 else text[:place] + text[place] + text[place:]


def _respelt(text: str, dice: random.Random) -> str:
    for old, new in dice.sample(RESPELT, 4):
        text = text.replace(old, new)
    return text


def writings(song: Song, dice: random.Random) -> list[tuple[str, UsageText]]:
    """The ways in which sources write a song."""
    title, performer = song.title, song.performer
    last, first = performer.split()[1], performer.split()[0]
    return [
        ("exact", UsageText(title, performers=performer)),
        ("case", UsageText(f"  {title.upper()}! ", performers=f"{last}, {first}".lower())),
        ("writer", UsageText(title, creators=song.writer)),
        ("track", UsageText(f"{dice.randrange(1, 20):03d}-{title}", performers=performer)),
        ("version", UsageText(f"{title} (live)", performers=f"{performer} feat. Somebody")),
        ("dashed", UsageText(f"{performer} - {title}")),
        ("typo", UsageText(_typo(title, dice), performers=_typo(performer, dice))),
        ("joined", UsageText(title.replace(" ", ""), performers=performer)),
        ("respelt", UsageText(_respelt(title, dice), performers=_respelt(performer, dice))),
        ("urdu", UsageText(song.title_ur, performers=song.performer_ur)),
        ("isrc", UsageText(_typo(title, dice), performers=performer, isrc=song.isrc if song.work_id else "")),
    ]


def traps(song: Song, songs: list[Song], dice: random.Random) -> list[tuple[str, UsageText]]:
    """Texts that look like a song of ours and are not."""
    first, last = song.performer.split()
    brother = next(
        name for name, _urdu in dice.sample(FIRST, len(FIRST)) if name != first and f"{name} {last}" != song.writer
    )
    other = dice.choice([one for one in songs if one.performer not in {song.performer, song.writer}])
    return [
        ("other performer", UsageText(song.title, performers=other.performer)),
        ("brother", UsageText(song.title, performers=f"{brother} {last}")),
        ("part", UsageText(f"{song.title} Part 2", performers=song.performer)),
        ("bare title", UsageText(song.title.split()[0], performers="")),
    ]


def make_set(count: int = 240, seed: int = 20260401) -> tuple[list[Song], list[Labelled]]:
    """The repertoire and the labelled texts, always the same for one seed."""
    dice = random.Random(seed)
    songs = make_songs(count, seed)
    labelled: list[Labelled] = []
    for song in songs:
        chosen = dice.sample(writings(song, dice), 6 if song.work_id else 4)
        labelled.extend(Labelled(text, song.work_id, kind) for kind, text in chosen)
    for song in dice.sample(songs[:count], count // 4):
        labelled.extend(Labelled(text, 0, kind) for kind, text in traps(song, songs, dice))
    dice.shuffle(labelled)
    return songs[:count], labelled

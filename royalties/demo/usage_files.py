"""Four usage files with the dirt that real ones have: a radio log, a television sheet, a sales report, a set list.

Each is made as a licensee would send it. `answers` says which work a text really is, so that the demo's staff decide
rightly; the portal does not see it.
"""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from openpyxl import Workbook

from cmo_portal.common.periods import Period
from royalties.demo.frame import dice
from royalties.demo.words import FIRM, MEN
from works.models import Work

RADIO_PLAYS, RADIO_SONGS, TV_CUES, STREAMED = 2400, 240, 480, 220
UNKNOWN = ("Raat Ka Musafir Theme", "نامعلوم دھن", "Untitled Demo 3", "مہمان گیت", "Studio Jam", "Dhun No 7")
JINGLES = ("چناب صدا جنگل", "News Bed", "Mausam Ka Haal Jingle")
FIXED = (2000, 1, 1, 0, 0, 0)  # the date of the parts of a workbook, so that the same rows give the same bytes


@dataclass(frozen=True)
class Song:
    """A work as usage files write about it."""

    work: Work
    roman: str
    urdu: str
    writers: tuple[str, ...]
    writers_urdu: tuple[str, ...]
    performer: str
    isrc: str
    seconds: int


@dataclass(frozen=True)
class MadeFile:
    """A file to be uploaded, and what its texts really are."""

    name: str
    content: bytes
    answers: dict[str, Work] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """A text in the library of a station, with how often it is played."""

    title: str
    writers: str
    performer: str
    seconds: int
    use: str
    weight: int
    song: Song | None = None


# --- a radio log -----------------------------------------------------------------------------------------------------


def radio_log(songs: Sequence[Song], period: Period) -> MadeFile:
    """A station's log as CSV with Urdu headings below a title block: Urdu titles, other spellings, a total, two rows
    that cannot be right, and a formula."""
    throw = dice(f"radio:{period.start}")
    library = [_radio_entry(song, place, throw) for place, song in enumerate(songs[:RADIO_SONGS])]
    library += [Entry(title, "", "", throw.randrange(90, 240), "feature", 4) for title in UNKNOWN]
    library += [Entry(title, "", "", 30, "jingle", 60) for title in JINGLES]
    rows = [
        ["چناب صدا ایف ایم", "", "", "", "", "", ""],
        ["تاریخ", "وقت", "گانا", "شاعر", "گلوکار", "دورانیہ", "استعمال"],
    ]
    weights = [entry.weight for entry in library]
    moments = sorted((throw.randrange(period.days), throw.randrange(6 * 60, 24 * 60)) for _ in range(RADIO_PLAYS))
    for (day, minute), entry in zip(moments, throw.choices(library, weights, k=RADIO_PLAYS), strict=True):
        date = period.start + dt.timedelta(days=day)
        rows.append(
            [f"{date:%d/%m/%Y}", f"{minute // 60:02d}:{minute % 60:02d}", entry.title, entry.writers, entry.performer,
             _clock(entry.seconds), entry.use]
        )  # fmt: skip
    late = period.end + dt.timedelta(days=3)
    rows.append([f"{late:%d/%m/%Y}", "10:15", library[0].title, "", "", "3:40", "feature"])
    rows.append([f"{period.end:%d/%m/%Y}", "11:20", library[1].title, "", "", "three minutes", "feature"])
    rows.append([f"{period.end:%d/%m/%Y}", "11:40", "=SUM(F3:F900)", "", "", "2:10", "feature"])
    rows.append(["کل", "", "", "", "", "", ""])
    answers = {entry.title: entry.song.work for entry in library if entry.song}
    return MadeFile(f"chenab-sada-{period.start:%Y-%m}.csv", _csv(rows), answers)


def _radio_entry(song: Song, place: int, throw: Random) -> Entry:
    """Most as registered, many in another spelling, some without names."""
    title = song.urdu or song.roman
    writers, luck = "; ".join(song.writers_urdu), throw.random()
    if luck < 0.18:
        title, writers = misspelt(song.roman, throw), "; ".join(song.writers)
    elif luck < 0.30:
        title = _typed_elsewhere(title)
    elif luck < 0.40:
        writers = ""
    weight = max(3, 160 // (place + 2))
    return Entry(title, writers, song.performer if luck > 0.5 else "", song.seconds, "feature", weight, song)


# --- a television sheet ----------------------------------------------------------------------------------------------


def television_sheet(songs: Sequence[Song], period: Period) -> MadeFile:
    """A channel's workbook: other columns, seconds, kinds of use, typed dates, a total at the end."""
    throw = dice(f"television:{period.start}")
    book = Workbook()
    sheet = book.active
    sheet.title = "Music"
    sheet.append(["Sham TV", None, None, None, None, None, None, None])
    sheet.append(["Broadcast Date", "Programme", "Song Title", "Artist", "Composer", "Dur (sec)", "Music Use", "Plays"])
    answers: dict[str, Work] = {}
    programmes = [f"{word.roman} {kind}" for word in FIRM[:8] for kind in ("Show", "Drama")]
    total = 0
    for _cue in range(TV_CUES):
        song = songs[min(throw.randrange(len(songs)), throw.randrange(len(songs)))]
        title = song.roman if throw.random() < 0.7 else misspelt(song.roman, throw)
        answers[title] = song.work
        plays = throw.choice((1, 1, 1, 2, 3))
        use = throw.choice(("Feature", "Background", "Background", "Theme"))
        day = period.start + dt.timedelta(days=throw.randrange(period.days))
        composer = song.writers[0] if throw.random() < 0.8 else None
        seconds = throw.choice((20, 45, song.seconds))
        total += plays
        sheet.append([day, throw.choice(programmes), title, song.performer, composer, seconds, use, plays])
    for title in UNKNOWN:
        sheet.append([period.start, programmes[0], title, throw.choice(MEN).roman, None, 45, "Background", 4])
    sheet.append(["Total", None, None, None, None, None, None, total + 4 * len(UNKNOWN)])
    return MadeFile(f"sham-tv-{period.start:%Y-%m}.xlsx", _same_bytes(book), answers)


def _same_bytes(book: Workbook) -> bytes:
    """The workbook without the moment at which it was written."""
    written, fixed = io.BytesIO(), io.BytesIO()
    book.properties.created = book.properties.modified = dt.datetime(*FIXED)  # noqa: DTZ001 - the format has no zone
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = content.split(b"<dcterms:modified")[0] + b"</cp:coreProperties>"
            target.writestr(zipfile.ZipInfo(name, FIXED), content)
    return fixed.getvalue()


# --- a sales report --------------------------------------------------------------------------------------------------


def sales_report(songs: Sequence[Song], period: Period) -> MadeFile:
    """A streaming service's report (DDEX sales report): most recordings with ISRC or ISWC, titles with additions."""
    throw = dice(f"streams:{period.start}")
    blocks: list[list[str]] = []
    answers: dict[str, Work] = {}
    total = 0
    chosen = throw.sample(range(len(songs)), STREAMED)
    for number, place in enumerate(chosen, start=1):
        song = songs[place]
        streams = max(2, 40_000 // (place + 3) + throw.randrange(20))
        total += streams
        title = song.roman if throw.random() < 0.75 else f"{song.roman} (Official Video)"
        isrc = song.isrc if throw.random() < 0.7 else ""
        if not isrc and throw.random() < 0.5:
            title = misspelt(song.roman, throw)
        iswc = (song.work.iswc or "") if throw.random() < 0.4 else ""
        writers = "|".join(song.writers) if throw.random() < 0.6 else ""
        answers[title] = song.work
        length = f"PT{song.seconds // 60}M{song.seconds % 60}S"
        block = str(number)
        blocks.append(
            ["AS02.02", block, "A1", f"{7_000_000 + place}", isrc, title, "", song.performer, "", length,
             "SoundRecording", iswc, writers, "", "", "", "", "", "", "", "", "true"]
        )  # fmt: skip
        blocks.append(["SU02", block, "1", f"tx{number}", "", "A1", "true", str(streams), "", ""])
    head = _report_head(period, total)
    foot = ["FOOT", str(len(head) + len(blocks) + 1), str(len(head) + len(blocks) + 1), "1", block, block]
    days = f"{period.start:%Y-%m-%d}--{period.end:%Y-%m-%d}"
    name = f"DSR_SURSANGAM_DHUNSTREAM_Premium_{days}_PK_1of1_{period.end:%Y%m%d}T101500.tsv"
    content = "".join("\t".join(cells) + "\n" for cells in (*head, *blocks, foot))
    return MadeFile(name, content.encode(), answers)


def _report_head(period: Period, total: int) -> list[list[str]]:
    made = f"{period.end:%Y-%m-%d}T10:15:00Z"
    return [
        ["HEAD", "dsrf/3.0", "BasicAudioProfile", "1.2", "MSG-1", made, "1", "1", f"{period.start}", f"{period.end}",
         "PADPIDA0000000000A", "DHUNSTREAM", "Premium", "PADPIDA0000000000B", "SURSANGAM", ""],
        ["SY02.02", "1", "", "", "SubscriptionModel", "OnDemandStream", "PK", "Premium", str(total), "41000", "PKR",
         "5250000.50", "", "", "", "", "", "PerformingRight", "Music", "", "", ""],
    ]  # fmt: skip


# --- a set list ------------------------------------------------------------------------------------------------------


def set_list(songs: Sequence[Song], day: dt.date) -> MadeFile:
    """What the headliner of a concert played; the support act has not sent its list yet."""
    throw = dice("concert")
    rows = [["Act", "Date", "Song", "Composer", "Duration"]]
    answers: dict[str, Work] = {}
    for song in throw.sample(list(songs[:40]), 13):
        answers[song.roman] = song.work
        rows.append(["headliner", f"{day:%d/%m/%Y}", song.roman, "; ".join(song.writers), _clock(song.seconds)])
    rows.append(["headliner", f"{day:%d/%m/%Y}", "Alaap (improvised)", "", "4:30"])
    return MadeFile(f"raag-junction-set-list-{day:%Y-%m-%d}.csv", _csv(rows), answers)


# --- how people write ------------------------------------------------------------------------------------------------


def misspelt(title: str, throw: Random) -> str:
    """A title as somebody types it who has only heard it."""
    for good, bad in throw.sample(
        [("aa", "a"), ("Kh", "K"), ("sh", "s"), ("ee", "i"), ("w", "v"), ("oo", "u"), ("ai", "e"), ("z", "j")], 4
    ):
        title = title.replace(good, bad)
    return throw.choice(
        (title, title.lower(), title.upper(), f"{throw.randrange(1, 15):02d} {title}", f"{title} - Live")
    )


def _typed_elsewhere(title: str) -> str:
    """Urdu typed with an Arabic keyboard."""
    return title.replace("ی", "ي").replace("ک", "ك")


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")

"""The cue sheets of the demo: a drama serial from the broadcaster's table, a film and an advertisement by hand."""

import csv
import io
from collections.abc import Sequence

from royalties.demo.frame import Story, staff
from royalties.demo.repertoire import famous_works
from works.models import CueSheet, CueType, Work
from works.services import cue_sheets
from works.services.cue_sheets import CueEntry, EpisodeEntry, ProductionEntry

BROADCASTER = "Shaam TV (broadcaster)"
HEAD = (
    "Production title", "Production title in its own script", "Kind", "Country", "Year", "Production number",
    "Episode number", "Episode title", "Broadcast date", "Episode duration", "Sequence", "Cue type", "Cue duration",
    "Cue title", "Composers", "Performers", "Work number", "ISWC",
)  # fmt: skip
EPISODES = (("1", "Pehli Baarish", 0), ("2", "Khat", 7), ("3", "Wapsi", 14))
OPENING, PAUSE = ("MT", "1:10"), ("BI", "0:35")


def load(story: Story) -> None:
    """Three productions, four cue sheets, one table with rows that were refused and one that waits."""
    desk, works = staff("documentation"), famous_works()
    first = story.paid_quarter.start
    table = _rows(works, first.year, EPISODES[:2], first.isoformat())
    table += [[*row[:11], "??", *row[12:]] for row in _rows(works, first.year, EPISODES[2:], first.isoformat())]
    file = cue_sheets.receive_cue_file(
        upload=_csv(table), filename="shaam-tv-cue-sheets.csv", source=BROADCASTER, by=desk, today=story.today
    )
    columns = cue_sheets.look_at_cue_file(file)[2]
    file = cue_sheets.confirm_cue_mapping(file=file, columns=columns, by=desk, today=story.today)
    cue_sheets.import_cue_file(file=file, by=desk, now=story.now, today=story.today)
    sheet = CueSheet.objects.filter(file=file).order_by("pk")[0]
    cue_sheets.confirm_sheet(sheet=sheet, by=desk)
    _by_hand(story, works)
    cue_sheets.receive_cue_file(
        upload=_csv(_rows(works, first.year, EPISODES[2:], first.isoformat())),
        filename="shaam-tv-episode-3.csv",
        source=BROADCASTER,
        by=desk,
        today=story.today,
    )


def _rows(works: Sequence[Work], year: int, episodes: Sequence[tuple[str, str, int]], day: str) -> list[list[str]]:
    """A title tune, two songs that the sheet names by their numbers, a song without a number, and a score."""
    rows = []
    for number, title, place in episodes:
        about = ["Baarish Ke Baad", "بارش کے بعد", "Drama serial", "Pakistan", str(year), "STV-1180"]
        about += [number, title, day, "38:00"]
        songs = [works[place + 3], works[place + 4]]
        unnumbered = works[place + 5]
        cues = [
            [*OPENING, "Baarish Ke Baad (title)", "Studio", "", "", ""],
            ["VV", "3:05", songs[0].title, "", "", songs[0].number, ""],
            [*PAUSE, "Score 4", "Studio", "", "", ""],
            ["BV", "1:20", songs[1].title, "", "", "", songs[1].iswc or ""],
            ["VV", "2:15", unnumbered.title, "", "", "", ""],
        ]
        rows += [[*about, str(place), *cue] for place, cue in enumerate(cues, 1)]
    return rows


def _csv(rows: Sequence[Sequence[str]]) -> io.BytesIO:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEAD, *rows])
    return io.BytesIO(text.getvalue().encode())


def _by_hand(story: Story, works: Sequence[Work]) -> None:
    """A film whose sheet is still being entered, and an advertisement that is confirmed."""
    desk, types = staff("documentation"), {kind.code: kind for kind in CueType.objects.all()}
    year = story.paid_quarter.start.year
    film = cue_sheets.save_production(
        entry=ProductionEntry(
            "Neela Darya", "film", title_script="نیلا دریا", country="0586", year=year, isan="000000003A8D0000"
        ),
        by=desk,
    )
    episode = cue_sheets.save_episode(production=film, entry=EpisodeEntry(duration=7260), by=desk)
    sheet = cue_sheets.open_sheet(episode=episode, source="Ravi Films (producer)", by=desk)
    for number, (code, seconds, title) in enumerate(
        (("MT", 95, "Neela Darya"), ("VV", 240, works[11].title), ("BI", 75, "Darya kinare")), 1
    ):
        cue_sheets.save_cue(sheet=sheet, entry=CueEntry(number, types[code], seconds, title), by=desk)
    advert = cue_sheets.save_production(
        entry=ProductionEntry("Chai ka waqt", "advertisement", title_script="چائے کا وقت", country="0586", year=year),
        by=desk,
    )
    spot = cue_sheets.save_episode(production=advert, entry=EpisodeEntry(duration=30), by=desk)
    sheet = cue_sheets.open_sheet(episode=spot, source="Advertising agency", by=desk)
    entry = CueEntry(1, types["AD"], 28, works[2].title, work_number=works[2].number)
    cue = cue_sheets.save_cue(sheet=sheet, entry=entry, by=desk)
    cue_sheets.link_cue(cue=cue, work=works[2], by=desk)
    cue_sheets.confirm_sheet(sheet=sheet, by=desk)

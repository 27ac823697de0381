"""Usage of the demo: four files received, read, taken, matched; some of the queue decided by staff, the rest left.

Not one transaction: matching is a job, and a job commits by itself. Every step can be repeated.
"""

import io
from collections import defaultdict
from dataclasses import dataclass

from cmo_portal.common.periods import Period
from licensing.models import Licensee
from royalties.demo.frame import Story, form_key, staff
from royalties.demo.repertoire import all_works
from royalties.demo.usage_files import JINGLES, MadeFile, Song, radio_log, sales_report, set_list, television_sheet
from royalties.demo.words import BANDS
from royalties.demo.workers import do_jobs
from royalties.models import OpenText, UsageFile, UsageSource, UsageText
from royalties.services import matching, usage
from works.models import RecordingWork, Work, WorkShare, WorkTitle

RADIO, TELEVISION, STREAMS, CONCERT = "CHENAB-SADA", "SHAM-TV", "DHUNSTREAM", "RAAG-JUNCTION"
TAIL = 400  # the works below the famous ones that anybody plays at all
DECIDED = 3  # of four texts in the queue of a paid file, so many are decided


@dataclass(frozen=True)
class Reporter:
    """A source of usage: its code and name, the licensee where it is one, and the format of its files."""

    code: str
    name: str
    licensee: str = ""
    format: str = "table"


REPORTERS = (
    Reporter(RADIO, "Chenab Sada FM", "Chenab Sada FM"),
    Reporter(TELEVISION, "Sham TV"),
    Reporter(STREAMS, "Dhun Stream", format="dsr"),
    Reporter(CONCERT, "Raag Junction Events", "Raag Junction Events"),
)


def load(story: Story) -> None:
    """Sources, files, matches, decisions."""
    clerk = staff("distribution")
    sources = {}
    for reporter in REPORTERS:
        known = UsageSource.objects.filter(code=reporter.code).first()
        sources[reporter.code] = known or usage.save_source(
            code=reporter.code,
            name=reporter.name,
            format=reporter.format,
            licensee=Licensee.objects.filter(name=reporter.licensee).first(),
            by=clerk,
        )
    songs = _songs()
    concert_day = story.paid_quarter.start.replace(day=28)
    made = (
        (RADIO, story.paid_quarter, radio_log(songs, story.paid_quarter)),
        (CONCERT, story.paid_quarter, set_list(songs, concert_day)),
        (TELEVISION, story.last_quarter, television_sheet(songs, story.last_quarter)),
        (STREAMS, story.last_quarter, sales_report(songs, story.last_quarter)),
    )
    for code, period, file in made:
        _take(sources[code], file, period, story)
    do_jobs(story.at(story.last_quarter.end))
    for code, _period, file in made:
        _decide(sources[code], file, story)


def file_of(code: str) -> UsageFile:
    """The file that a source of the demo has sent."""
    return UsageFile.objects.get(source__code=code)


def _take(source: UsageSource, made: MadeFile, period: Period, story: Story) -> None:
    """Upload, confirm the proposed columns, look at what was read, take it."""
    clerk, now = staff("distribution"), story.at(period.end)
    file = usage.receive_file(
        source=source,
        upload=io.BytesIO(made.content),
        filename=made.name,
        period=period,
        by=clerk,
        now=now,
        form_key=form_key("usage", made.name),
    )
    if file.state == "mapping":
        look = usage.look_at(file)
        if look.guess.mapping is None:
            raise ValueError(f"{made.name}: no mapping can be proposed")
        file = usage.confirm_mapping(file=file, layout=look.layout, mapping=look.guess.mapping, by=clerk, now=now)
    elif file.state == "received":
        file = usage.start_reading(file=file, by=clerk, now=now)
    if file.state == "checked":
        file = usage.start_landing(file=file, by=clerk, now=now)
    if file.state != "landed":
        raise ValueError(f"{made.name} was not taken: {file.state} {file.report}")


def _decide(source: UsageSource, made: MadeFile, story: Story) -> None:
    """Staff work through most of the queue, the most played first: what they know they link, the rest stays."""
    clerk, now = staff("documentation"), story.at(story.last_quarter.end)
    waiting = OpenText.objects.filter(source_id=source.pk).order_by("-plays", "text_no")
    for place, row in enumerate(waiting.values_list("file_id", "text_no")):
        file_id, text_no = row
        if place % 4 >= DECIDED or not OpenText.objects.filter(file_id=file_id, text_no=text_no).exists():
            continue
        title = UsageText.objects.get(file_id=file_id, text_no=text_no).title
        work = made.answers.get(title)
        if work is None and title not in JINGLES:
            continue
        matching.decide_text(
            file_id=file_id,
            text_no=text_no,
            work=work,
            outcome="matched" if work else "ignored",
            reason="" if work else "Signal of the station itself",
            by=clerk,
            now=now,
        )


def _songs() -> list[Song]:
    """The works that are played, the most famous first, with all that a source may write about them."""
    works = all_works()[:TAIL]
    keys = [work.pk for work in works]
    urdu: dict[int, str] = {}
    for work_id, text in WorkTitle.objects.filter(work__in=keys, script="Arab").values_list("work_id", "text"):
        urdu.setdefault(work_id, text)
    writers: dict[int, list[tuple[str, str]]] = defaultdict(list)
    shares = WorkShare.objects.filter(work__in=keys, right="MR", party__isnull=False).exclude(role__in=["E", "SE"])
    for work_id, name, original in shares.order_by("pk").values_list(
        "work_id", "party__display_name", "party__display_name_original"
    ):
        writers[work_id].append((name, original or name))
    recordings: dict[int, tuple[str, str]] = {}
    parts = RecordingWork.objects.filter(work__in=keys).order_by("pk", "recording__performers__position")
    for work_id, isrc, performer in parts.values_list("work_id", "recording__isrc", "recording__performers__name"):
        recordings.setdefault(work_id, (isrc or "", performer or ""))
    return [_song(work, urdu.get(work.pk, ""), writers[work.pk], recordings.get(work.pk, ("", ""))) for work in works]


def _song(work: Work, urdu: str, writers: list[tuple[str, str]], recording: tuple[str, str]) -> Song:
    return Song(
        work=work,
        roman=work.title,
        urdu=urdu,
        writers=tuple(name for name, _original in writers),
        writers_urdu=tuple(original for _name, original in writers),
        performer=recording[1] or BANDS[work.pk % len(BANDS)].roman,
        isrc=recording[0],
        seconds=work.duration or 200,
    )

"""The whole way of usage lines, stage by stage, each beside a plain COPY of the same lines."""

import datetime as dt
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from cmo_portal.common.periods import Period
from cmo_portal.common.values import DurationUnit
from cmo_portal.jobs.models import Job
from royalties.bench.files import StationFile, write_files
from royalties.bench.place import Place, admin
from royalties.bench.society import make_society, staff
from royalties.bench.workers import workers
from royalties.formats.mapped_csv import ColumnMapping
from royalties.models import LineResult, Pool, RuleVersion, Run, UsageFile
from royalties.rules.matching import UsageText, match_texts
from royalties.services import pools, rules, runs, usage
from royalties.services.matching.repertoire import work_index

NOW = dt.datetime(2026, 10, 1, 9, tzinfo=dt.UTC)
QUARTER = Period(dt.date(2026, 7, 1), dt.date(2026, 9, 30))
STEPS = ("royalties.weigh", "royalties.allocate", "royalties.lines", "royalties.verify")
MAPPING = ColumnMapping(
    columns=(
        ("Date", "used_on"),
        ("Time", "used_at"),
        ("Station", "channel"),
        ("Title", "title"),
        ("Artist", "performers"),
        ("Composer", "creators"),
        ("ISRC", "isrc"),
        ("Seconds", "duration"),
        ("Plays", "plays"),
    ),
    duration_unit=DurationUnit.SECONDS,
)
RAW_TABLE = """
    CREATE TABLE bench_raw (used_on date, used_at time, channel text, title text, performers text, creators text,
        isrc text, seconds int, plays int)
"""
KNOWN_KEYS = """
    SELECT t.title, t.creators, t.performers, t.isrc, t.iswc, t.own_number, t.album, t.length, t.line_count, t.plays
    FROM royalties_usagetext t JOIN royalties_usagematch m ON m.file_id = t.file_id AND m.text_no = t.text_no
    WHERE m.outcome = 'matched' AND m.stage IN ('id', 'exact')
"""
POOL_AMOUNT = 58_333_333_333  # paisa a pool: together 7 × 10¹¹, as a year of a large society


@dataclass
class Report:
    """Seconds by stage, and what else is worth knowing; `ratio` is against the raw COPY of the same repeat."""

    lines: int
    stages: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def add(self, stage: str, seconds: float, **facts: Any) -> None:
        """One measurement of a stage; the best of several counts."""
        known = self.stages.get(stage)
        if known is None or seconds < known["seconds"]:
            rate = round(self.lines / seconds) if seconds else 0
            self.stages[stage] = {"seconds": round(seconds, 3), "lines_per_second": rate, **facts}

    def as_dict(self) -> dict[str, Any]:
        """Plain values, each stage with its ratio."""
        raw = self.stages["raw_copy"]["seconds"]
        stages = {name: {**one, "ratio": round(one["seconds"] / raw, 2)} for name, one in self.stages.items()}
        return {"lines": self.lines, "stages": stages, **self.facts}


def measure(place: Place, *, lines: int, repeats: int, seed: int, tell: Callable[[str], None]) -> Report:
    """Everything, in one run: raw COPY, ingest, matching, freeze, calculation with one and with all workers."""
    report = Report(lines)
    works = max(500, lines // 20)
    tell(f"making {works:,} works and {lines:,} lines")
    pieces = make_society(place, works=works, seed=seed)
    files = write_files(place.folder, pieces, lines=lines, seed=seed)
    by, second = staff("maker@bench.example", "distribution", "finance"), staff("other@bench.example", "approver")
    tell("raw COPY")
    report.add("raw_copy", _raw_copy(place, files))
    tell("ingest and matching")
    landed = _ingest(place, files, by, report)
    tell("pools and freeze")
    chosen = _pools(place, landed, by, second)
    digests = set()
    for repeat in range(repeats):
        for count in (1, os.cpu_count() or 1):
            tell(f"repeat {repeat + 1}: calculation with {count} worker(s)")
            report.add("raw_copy", _raw_copy(place, files))
            digests.add(_calculate(place, chosen, count, by, report))
    report.facts |= {"same_digest": len(digests) == 1, "works": works, "cores": os.cpu_count(), "repeats": repeats}
    return report


def _raw_copy(place: Place, files: list[StationFile]) -> float:
    """COPY of the whole lines into one logged table without an index, one connection."""
    link = admin(place.superuser_url)
    with link.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_raw")
        cursor.execute(RAW_TABLE)
        began = time.perf_counter()
        for file in files:
            with file.path.open("rb") as data:
                cursor.copy_expert("COPY bench_raw FROM STDIN (FORMAT CSV, HEADER)", data, size=1 << 20)
        seconds = time.perf_counter() - began
        cursor.execute("DROP TABLE bench_raw")
        cursor.execute("CHECKPOINT")
    link.close()
    return seconds


def _ingest(place: Place, files: list[StationFile], by: Any, report: Report) -> list[UsageFile]:
    """Receive, map, read and land every file with one worker; then match."""
    received, reading = [], ("royalties.read_usage", "royalties.land_usage")
    with workers(place, 1, *reading) as team, _timer() as took:
        for file in files:
            source = usage.save_source(code=file.code, name=f"Station {file.code}", format="table", by=by)
            with file.path.open("rb") as data:
                one = usage.receive_file(
                    source=source, upload=data, filename=file.path.name, period=QUARTER, by=by, now=NOW
                )
            look = usage.look_at(one)
            usage.confirm_mapping(file=one, layout=look.layout, mapping=MAPPING, by=by, now=NOW)
            received.append(one)
        _until(lambda: not UsageFile.objects.exclude(state="checked").exists(), "read")
        for one in received:
            one.refresh_from_db()
            usage.start_landing(file=one, by=by, now=NOW)
        _until(lambda: not UsageFile.objects.exclude(state="landed").exists(), "landed")
    report.add("ingest", took[0], memory_mb=max(one["memory_mb"] for one in team))
    with workers(place, 1, "royalties.match_usage") as team, _timer() as took:
        _until(lambda: not UsageFile.objects.filter(matched_at=None).exists(), "matched")
    report.add("matching", took[0], memory_mb=max(one["memory_mb"] for one in team))
    _match_known_keys(report)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE outcome = 'matched') FROM royalties_usagematch")
        report.facts["texts"], report.facts["texts_matched"] = cursor.fetchone()
    return received


def _match_known_keys(report: Report) -> None:
    """Match once more, in this process, the texts that an identifier or an exact key has matched: what these cost."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_KEYS)
        texts = [UsageText(*row) for row in cursor.fetchall()]
    index = work_index()
    with _timer() as took:
        found = list(match_texts(texts, index))
    report.add("matching_known_keys", took[0])
    report.facts["texts_of_known_keys"] = len(texts)
    report.facts["known_keys_matched"] = sum(one.outcome == "matched" for one in found)


def _pools(place: Place, files: list[UsageFile], by: Any, second: Any) -> list[Pool]:
    """One pool for each station, its money written straight in: where it came from is not measured."""
    chosen: list[RuleVersion] = []
    standards: tuple[tuple[str, dict[str, Any]], ...] = (
        ("distribution", {"formula": "seconds"}),
        ("deductions", {"deductions": []}),
        ("claims", {"years": "3"}),
    )
    for kind, parameters in standards:
        subject = rules.save_rule(kind=kind, code=kind, name=kind, by=by)
        version = rules.draft_version(
            rule=subject, valid_from=dt.date(2020, 1, 1), text=kind, parameters=parameters, source="bench", by=by
        )
        chosen.append(rules.approve_version(version=version, by=second, now=NOW))
    made = []
    for number, file in enumerate(files):
        pool = pools.create_pool(
            code=f"P{number}",
            name=f"Pool {number}",
            right="PR",
            category="radio",
            period=QUARTER,
            distribution_rule=chosen[0],
            deduction_rule=chosen[1],
            by=by,
        )
        pools.feed_pool(pool=pool, file=file, by=by)
        made.append(pool)
    link = admin(place.superuser_url)
    with link.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO royalties_poolreceipt (pool_id, allocation_id, amount, form_key)"
            " SELECT id, 0, %s, gen_random_uuid() FROM royalties_pool",
            [POOL_AMOUNT],
        )
    link.close()
    return made


def _calculate(place: Place, chosen: list[Pool], count: int, by: Any, report: Report) -> str:
    """Freeze, calculate and throw away a run; its digest."""
    run = runs.create_run(form_key=uuid.uuid4(), name="Bench", period=QUARTER, pools=chosen, by=by, now=NOW)
    with _timer() as took:
        runs.freeze_run(run=run, by=by, now=NOW)
    report.add("freeze", took[0])
    with workers(place, count, *STEPS) as team, _timer() as took:
        runs.start_calculation(run=run, by=by, now=NOW, slices=None if count == 1 else count)
        _until(lambda: Run.objects.get(pk=run.pk).state == "calculated", "calculated")
    steps = _steps(run)
    written = took[0] - steps["verify"]
    facts = {
        "memory_mb": max(one["memory_mb"] for one in team),
        "write_out_summed": round(sum(one["write_seconds"] for one in team), 3),
        "steps": steps,
    }
    report.add(f"calculate_and_write_{count}", written, **facts)
    report.add(f"write_out_summed_{count}", facts["write_out_summed"])  # over the workers, who write side by side
    report.add(f"calculate_write_verify_seal_{count}", took[0])
    run.refresh_from_db()
    report.facts["line_results"] = LineResult.objects.filter(run_id=run.pk).count()
    runs.cancel_run(run=run, reason="measured", by=by, now=NOW)
    runs.drop_parts(run_id=run.pk)
    return bytes(run.digest or b"").hex()


def _steps(run: Run) -> dict[str, float]:
    """Seconds of each step from its first start to its last end."""
    spans: dict[str, list[dt.datetime]] = {}
    for job in Job.objects.filter(subject=f"run:{run.uid}").order_by("id"):
        spans.setdefault(job.step, []).extend(moment for moment in (job.started_at, job.finished_at) if moment)
    return {step: round((max(span) - min(span)).total_seconds(), 3) for step, span in spans.items()}


@contextmanager
def _timer() -> Iterator[list[float]]:
    took: list[float] = []
    began = time.perf_counter()
    yield took
    took.append(time.perf_counter() - began)


def _until(done: Callable[[], bool], what: str, patience: float = 7200.0) -> None:
    """Wait for workers; a job that failed ends the measurement with its cause."""
    deadline = time.monotonic() + patience
    while not done():
        failed = Job.objects.exclude(error="").values_list("key", "error").first()
        if failed or time.monotonic() > deadline:
            raise RuntimeError(f"not {what}: {failed}")
        time.sleep(0.02)

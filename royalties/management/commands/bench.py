"""`./portal bench distribution --lines N [--json]`: the bulk work beside a plain COPY of the same lines.

`./portal bench search --works N [--json]`: first pages of the public repertoire beside a page of known works.

`./portal bench cwr [--works N] [--cwr 2.1|2.2] [--file FILE] [--json]`: reading, checking and writing CWR beside other
people's readers (`manage bench_cwr`).
`./portal bench shares --works N [--json]`: who may collect every work beside a plain COPY of the shares.
`./portal bench duplicates --works N [--json]`: all works compared with each other, and once more with what changed.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmo_portal import environment
from royalties.bench import distribution, place, workers
from royalties.bench.duplicates import measure_duplicates
from royalties.bench.search import measure_search
from royalties.bench.shares import measure_shares

WORKS = 500_000


class Command(BaseCommand):
    """Measure in a database of its own, or be one of the workers of a measurement."""

    help = "Measure the bulk work in a throw-away database."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to measure, and how much of it."""
        parser.add_argument("what", choices=["distribution", "cwr", "duplicates", "search", "shares", "worker"])
        parser.add_argument("--lines", type=_number, default=100_000, help="usage lines, for example 1000000 or 1M")
        parser.add_argument("--works", type=_number, help="works, for example 500k (500,000; of cwr 400)")
        parser.add_argument("--cwr", choices=["2.1", "2.2"], help="version of the file of cwr")
        parser.add_argument("--file", type=Path, help="a file of cwr to measure with instead of one of our making")
        parser.add_argument("--questions", type=int, default=200, help="questions of each kind of search")
        parser.add_argument("--repeats", type=int, default=1, help="how often the calculation is measured")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument("--kinds", nargs="*", default=[], help="kinds of jobs of a worker")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, and print the report."""
        if options["what"] == "worker":
            self.stdout.write(json.dumps(workers.work(options["kinds"])))
            return
        if options["what"] == "cwr":
            asked = {name: options[name] for name in ("works", "cwr", "file") if options[name]}
            call_command("bench_cwr", as_json=options["json"], stdout=self.stdout, **asked)
            return
        options["works"] = options["works"] or WORKS
        superuser_url = environment.text("BENCH_SUPERUSER_URL", "")
        if not superuser_url:
            raise CommandError("Start it by ./portal bench: it needs a login that may make a database.")
        began = time.monotonic()

        def tell(text: str) -> None:
            self.stderr.write(f"{time.monotonic() - began:7.1f} s  {text}")

        with place.throw_away(superuser_url) as where:
            report, table = _measured(where, options, tell)
        self.stdout.write(json.dumps(report, indent=1) if options["json"] else table(report))


def _measured(
    where: place.Place, options: dict[str, Any], tell: Callable[[str], None]
) -> tuple[dict[str, Any], Callable[[dict[str, Any]], str]]:
    """The report of what was asked for, and how it is shown."""
    if options["what"] == "duplicates":
        return measure_duplicates(where, works=options["works"], seed=options["seed"], tell=tell), _duplicate_table
    if options["what"] == "search":
        works, questions = options["works"], options["questions"]
        return measure_search(where, works=works, questions=questions, seed=options["seed"], tell=tell), _search_table
    if options["what"] == "shares":
        asked = {name: options[name] for name in ("works", "repeats", "seed")}
        return measure_shares(where, **asked, tell=tell), _shares_table
    report = distribution.measure(
        where, lines=options["lines"], repeats=options["repeats"], seed=options["seed"], tell=tell
    )
    return report.as_dict(), _table


def _number(written: str) -> int:
    """1000000, 1M or 250k."""
    factor = {"M": 1_000_000, "k": 1_000}.get(written[-1:], 1)
    return int(written.rstrip("Mk")) * factor


def _table(report: dict[str, Any]) -> str:
    lines = [f"{report['lines']:,} lines, {report['works']:,} works, {report['cores']} cores"]
    for name, stage in report["stages"].items():
        memory = f"{stage['memory_mb']:>6} MB" if "memory_mb" in stage else ""
        lines.append(f"{name:24} {stage['seconds']:>9.2f} s {stage['ratio']:>7.2f} × raw COPY {memory}")
    lines.append(f"same digest every time: {report['same_digest']}")
    return "\n".join(lines)


def _search_table(report: dict[str, Any]) -> str:
    lines = [
        f"{report['works']:,} works, {report['titles']:,} titles, {report['words']:,} different words,"
        f" {report['cores']} cores; all documents made in {report['rebuild_seconds']} s"
        f" ({report['rebuild_works_per_second']:,} works/s); goal: p95 {report['goal_ms']} ms",
        f"{'first page, in the database':30} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8} {'p95 ÷ limit':>12}",
    ]
    for kind, one in report["kinds"].items():
        lines.append(f"{kind:30} {one['p50_ms']:>8} {one['p95_ms']:>8} {one['max_ms']:>8} {one['p95_ratio']:>10} ×")
    lines += [f"{name}: {share:.1%}" for name, share in report["quality"].items()]
    return "\n".join(lines)


def _shares_table(report: dict[str, Any]) -> str:
    lines = [
        f"{report['works']:,} works, {report['shares']:,} shares, {report['links']:,} links of agreements,"
        f" chains of up to {report['longest_chain']} steps, {report['cores']} cores",
        *(
            f"{words:28} {report[name]['seconds']:>8.2f} s {report[name]['ratio']:>6.2f} × plain COPY of the shares"
            for name, words in (("copy", "plain COPY"), ("read", "read"), ("resolve", "resolve in columns"))
        ),
        f"resolve: {report['resolve']['works_per_second']:,} works/s; with reading: {report['works_per_second']:,}",
        f"all rights looked through: {report['look_through']['first_seconds']} s, again"
        f" {report['look_through']['again_seconds']} s; {report['look_through']['at_fault']:,} at fault,"
        f" the first page of them in {report['look_through']['page_ms']['p50']} ms",
        "one work: " + ", ".join(f"{name} {value} ms" for name, value in report["one_work_ms"].items()),
    ]
    return "\n".join(lines)


def _duplicate_table(report: dict[str, Any]) -> str:
    return (
        f"{report['works']:,} works compared in {report['first_seconds']} s ({report['works_per_second']:,} works/s,"
        f" {report['cores']} cores, {report['memory_mb']} MB): {report['pairs']:,} pairs;"
        f" {report['twins_found']:.1%} of {report['twins']:,} twins found\n"
        f"again with nothing new: {report['nothing_new_seconds']} s;"
        f" with {report['changed']:,} works changed: {report['changed_seconds']} s"
    )

"""`./portal bench cwr`: our reader, checks and writer beside other people's readers on the same file."""

import json
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from works.bench.cwr import measure_cwr, write_sample


class Command(BaseCommand):
    """Measure with a file of our own making, or a given one. No database is used."""

    help = "Measure reading, checking and writing of CWR beside other readers."

    def add_arguments(self, parser: CommandParser) -> None:
        """--works N, --cwr 2.1|2.2, --file FILE, --peers FOLDER, --json."""
        parser.add_argument("--works", type=int, default=400, help="works in the file")
        parser.add_argument("--cwr", choices=["2.1", "2.2"], default="2.1", help="version of the file")
        parser.add_argument("--file", type=Path, help="a file to measure with instead")
        parser.add_argument(
            "--peers",
            type=Path,
            default=Path(tempfile.gettempdir()) / "cwr-peers",
            help="where the other readers are installed, each in an environment of its own",
        )
        parser.add_argument("--json", dest="as_json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, and print the report."""
        with tempfile.TemporaryDirectory(prefix="cwr-bench-") as folder:
            path = options["file"]
            if path is None:
                path = Path(folder) / f"CW260001362_000.V{options['cwr'].replace('.', '')}"
                write_sample(path, options["works"], options["cwr"])
            report = measure_cwr(path, options["peers"])
        self.stdout.write(json.dumps(report, indent=1) if options["as_json"] else _table(report))


def _table(report: dict[str, Any]) -> str:
    lines = [f"{report['file']}: {report['works']:,} works, {report['bytes']:,} bytes"]
    for name, stage in report["stages"].items():
        lines.append(f"{name:24} {stage['seconds']:>9.3f} s {stage['works_per_second']:>9,} works/s")
    for name, found in report["peers"].items():
        told = f"{found['seconds']:>9.3f} s {found['ratio']:>8.2f} × our reading" if "seconds" in found else str(found)
        lines.append(f"{name:24} {told}")
    return "\n".join(lines)

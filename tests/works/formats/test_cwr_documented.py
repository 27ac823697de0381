"""The list of applied edits in the documentation is the list of the code."""

import re
from pathlib import Path

from works.formats.cwr.checks.field_edits import FIELD_EDITS
from works.formats.cwr.edits import edits

ROOT = Path(__file__).parents[3]


def applied() -> set[str]:
    """Every edit that the code can complain by: those of single fields, and those named in it."""
    named = {edit.name for listed in FIELD_EDITS.values() for edit in listed}
    for path in (ROOT / "works").rglob("*.py"):
        if path.name != "texts.py":
            text = path.read_text(encoding="utf-8")
            named |= set(re.findall(r'"([A-Z]{3,6}-[EGTRF]-\d{3})"', text))
            # Lines of territories are told apart by their family alone.
            shared = re.findall(r'f"\{family\}-([EGTRF]-\d{3})"', text)
            named |= {f"{family}-{edit}" for family in ("SPT", "SWT") for edit in shared}
    return named & set(edits())


def test_the_documentation_names_exactly_the_edits_that_are_applied() -> None:
    told = set()
    for line in (ROOT / "docs" / "cwr.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 4 and re.fullmatch(r"[A-Z]{3,6}", cells[0]):
            told |= {f"{cells[0]}-{edit}" for edit in cells[1].split(", ") if edit != "–"}
    assert told == applied()

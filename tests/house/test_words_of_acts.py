"""Every act that the code records and every kind of job has its words: nobody reads a code."""

import ast
from collections.abc import Iterator
from pathlib import Path

from cmo_portal.audit.words import ACT_WORDS
from cmo_portal.jobs.services import _handlers
from cmo_portal.jobs.words import JOB_WORDS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("cmo_portal", "members", "works", "licensing", "royalties")


def verbs() -> Iterator[tuple[str, str]]:
    """The verbs that are written out in calls of `record_act`, each with its file."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record_act":
                    for keyword in node.keywords:
                        if keyword.arg == "verb" and isinstance(keyword.value, ast.Constant):
                            yield str(keyword.value.value), str(path.relative_to(ROOT))


def test_every_act_has_its_words() -> None:
    missing = sorted({f"{verb} ({path})" for verb, path in verbs() if verb not in ACT_WORDS})
    assert missing == [], "add these to cmo_portal/audit/words.py, with their Urdu"


def test_every_kind_of_job_has_its_words() -> None:
    missing = sorted(kind for kind in _handlers if not kind.startswith("test.") and kind not in JOB_WORDS)
    assert missing == [], "add these to cmo_portal/jobs/words.py, with their Urdu"

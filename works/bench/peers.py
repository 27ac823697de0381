"""Other people's readers of CWR, each in an environment of its own: never part of the portal, used to measure and to
judge our files. What cannot be had (no network, no package) is reported as skipped."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

PATIENCE = 300  # seconds for an installation or a reading

# It was written for a PyYAML that read without a loader; PyYAML is all that is made to fit.
_DATA_API = """
import json, os, sys, time
import yaml
load = yaml.load
yaml.load = lambda stream: load(stream, Loader=yaml.SafeLoader)
from cwr.parser.decoder.file import default_file_decoder
text = open(sys.argv[1], encoding="latin-1", newline="").read()
began = time.perf_counter()
transmission = default_file_decoder().decode({"filename": os.path.basename(sys.argv[1]), "contents": text}).transmission
seconds = time.perf_counter() - began
print(json.dumps({"transactions": sum(len(g.transactions) for g in transmission.groups), "seconds": seconds}))
"""
_EDI = """
import json, sys, time
from music_metadata.edi.file import EdiFile
began = time.perf_counter()
file = EdiFile(open(sys.argv[1], "rb"))
found = [one for group in file.get_groups() for one in group.get_transactions()]
wrong = [one for one in found if not one.valid]
errors = [str(error) for error in file.file_errors]
valid = bool(file.valid) and not errors and not wrong
seconds = time.perf_counter() - began
print(json.dumps({"transactions": len(found), "valid": valid, "errors": errors, "seconds": seconds}))
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A reader: what is installed for it, the script that reads one file, and codes its tables lack."""

    name: str
    requirements: tuple[str, ...]
    script: str
    versions: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


PEERS = (
    Peer("music-metadata-edi", ("music-metadata-edi",), _EDI, ("2.1", "2.2")),
    Peer(
        "CWR-DataApi",
        ("CWR-API==0.0.40", "pyparsing==2.2.2", "PyYAML"),  # what it needs it does not say: a grammar of that time
        _DATA_API,
        ("2.1",),
        # Its tables end before these existed.
        MappingProxyType(
            {"cwr_society_code.csv": ("362", "269"), "cwr_transaction_status.csv": ("SR", "CR", "NA")},
        ),
    ),
)


def interpreter_of(peer: Peer, folder: Path) -> Path | None:
    """The Python of the peer's environment, made below `folder` the first time; None when it cannot be had."""
    home = folder / peer.name
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        try:
            _run([sys.executable, "-m", "venv", "--clear", str(home)])
            _run([str(python), "-m", "pip", "install", "--quiet", *peer.requirements])
        except (OSError, subprocess.SubprocessError):
            return None
        for table, codes in peer.codes.items():
            for path in home.glob(f"lib/*/site-packages/data_cwr/{table}"):
                with path.open("a", encoding="utf-8") as file:
                    file.writelines(f"\n{code}" for code in codes)
        (home / "ready").touch()
    return python


def reading_of(peer: Peer, python: Path, path: Path) -> dict[str, Any]:
    """What the peer makes of a file: transactions and seconds, or {"refused": its last words}."""
    try:
        said = _run([str(python), "-c", peer.script, str(path)])
    except subprocess.CalledProcessError as error:
        return {"refused": error.stderr.strip().splitlines()[-1:]}
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)  # noqa: S603
    return done.stdout

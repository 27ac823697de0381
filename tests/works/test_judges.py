"""Our exports before other people's software, and the measurement beside it. What cannot be installed is skipped."""

import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.works.export_files import data_of, export, make_repertoire
from works.bench.cwr import measure_cwr, write_sample
from works.bench.peers import PEERS, Peer, interpreter_of, reading_of
from works.formats.cwr.profile import STRICT
from works.formats.cwr.reader import read_cwr

FOLDER = Path(tempfile.gettempdir()) / "cwr-peers"


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("version", ["2.1", "2.2"])
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_an_independent_judge_accepts_our_export(peer: Peer, version: str, by: Any, tmp_path: Path) -> None:
    if version not in peer.versions:
        pytest.skip(f"{peer.name} does not read {version}")
    python = interpreter_of(peer, FOLDER)
    if python is None:
        pytest.skip(f"{peer.name} cannot be installed here")
    make_repertoire()
    file = export(by, version)
    path = tmp_path / file.filename
    path.write_bytes(data_of(file))
    found = reading_of(peer, python, path)
    assert found.get("transactions") == file.report["sent"], found
    assert _is_accepted(found)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if not line.startswith(b"GRT")))
    assert not _is_accepted(reading_of(peer, python, path)), "it would accept anything"


def _is_accepted(found: dict[str, Any]) -> bool:
    return "refused" not in found and found.get("valid", True) and not found.get("errors")


@pytest.mark.parametrize("version", ["2.1", "2.2"])
def test_the_file_of_the_measurement_breaks_no_rule(version: str, tmp_path: Path) -> None:
    path = tmp_path / f"CW260001362_000.V{version.replace('.', '')}"
    write_sample(path, 5, version)
    with path.open("rb") as stream:
        reading = read_cwr(stream, path.name, profile=STRICT)
        assert [fault.text for row in reading for fault in row.faults] == []
    assert reading.faults == () and reading.transaction_count == 5


def test_the_measurement_reports_our_stages_and_says_who_was_skipped(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("works.bench.cwr.interpreter_of", lambda _peer, _folder: None)
    path = tmp_path / "CW260001362_000.V21"
    write_sample(path, 5, "2.1")
    report = measure_cwr(path, tmp_path)
    assert report["works"] == 5 and set(report["stages"]) == {"records", "reading with checks", "writing"}
    assert all("skipped" in found for found in report["peers"].values())

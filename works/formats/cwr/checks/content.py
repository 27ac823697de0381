"""What a work says of itself and of its titles, recordings, origin and parts, where fields depend on one another."""

from works.formats.cwr.characters import NATIONAL, TITLES, forbidden_characters
from works.formats.cwr.codes import code_names
from works.formats.cwr.edits import Findings
from works.formats.cwr.structure import Node, WorkTree
from works.formats.cwr.values import read_duration, read_number

_NATIONAL_TITLES = frozenset({"OL", "AL"})
_NO_TIME = "0" * 6


def check_content(findings: Findings, tree: WorkTree, has_ascii_letters: bool) -> None:
    """Every rule on the header and the descriptive records. `has_ascii_letters`: the file announces no other set."""
    _check_duration(findings, tree)
    _check_version(findings, tree)
    _check_composite(findings, tree)
    _check_origin(findings, tree)
    for node in tree.of("ALT"):
        _check_alternative_title(findings, node, has_ascii_letters)
    for node in tree.of("REC"):
        _check_recording(findings, node)
    for node in tree.of("COM"):
        if node.record["writer2_first_name"] and not node.record["writer2_last_name"]:
            findings.add("COM-F-007", node.index, field="writer2_first_name", value=node.record["writer2_first_name"])
    for node in tree.of("ARI"):
        if not node.record["work_no"] and not node.record["note"]:
            findings.add("ARI-R-001", node.index, field="note")
        if node.record["note"] and node.record["subject_code"] not in code_names("subject"):
            findings.add("ARI-F-003", node.index, field="subject_code", value=node.record["subject_code"])


def _check_duration(findings: Findings, tree: WorkTree) -> None:
    record = tree.header.record
    duration = read_duration(record["duration"])
    if record["distribution_category"] == "SER":
        if not duration:
            findings.add("NWR-F-007", 0, field="duration", value=record["duration"])
        if not tree.of("INS"):
            findings.add("NWR-T-003", 0, value="SER")
        for node in tree.of("INS"):
            if not (node.record["standard_instrumentation"] or node.record["description"] or node.of("IND")):
                findings.add("INS-F-006", node.index, field="description")
    elif duration is None:
        findings.add("NWR-F-008", 0, field="duration", value=record["duration"], replacement=_NO_TIME, text="time")


def _check_version(findings: Findings, tree: WorkTree) -> None:
    record = tree.header.record
    if record["version_type"] != "MOD":
        return
    for edit, field in (("NWR-F-014", "music_arrangement"), ("NWR-F-015", "lyric_adaptation")):
        if not record[field]:
            findings.add(edit, 0, field=field, text="version_needs")


def _check_composite(findings: Findings, tree: WorkTree) -> None:
    record = tree.header.record
    composite, printed = record["composite_type"], record["component_count"]
    count = read_number(printed)
    if composite and not printed.strip("0"):
        findings.add("NWR-F-018", 0, field="component_count", value=printed)
    elif printed.strip("0"):
        if not composite:
            findings.add("NWR-F-019", 0, field="composite_type", value=printed)
        if count is None or count < 2:
            findings.add("NWR-F-020", 0, field="component_count", value=printed)
    if not composite:
        for node in tree.of("COM"):
            findings.add("COM-R-001", node.index, value=node.record["title"])


def _check_origin(findings: Findings, tree: WorkTree) -> None:
    origins = tree.of("ORN")
    if tree.header.record["cwr_work_type"] == "FM" and not any(node.record["production_title"] for node in origins):
        findings.add("NWR-T-039", 0, field="cwr_work_type", value="FM")
    for node in origins:
        record = node.record
        purpose = record["intended_purpose"]
        if purpose == "LIB" and not record["cd_identifier"]:
            findings.add("ORN-F-004", node.index, field="cd_identifier")
        if not record["production_title"]:
            if purpose in ("FIL", "TEL"):
                findings.add("ORN-F-013", node.index, field="production_title", value=purpose)
            elif not record["library"]:
                findings.add("ORN-F-010", node.index, field="production_title")


def _check_alternative_title(findings: Findings, node: Node, has_ascii_letters: bool) -> None:
    record = node.record
    kind, title = record["title_type"], record["title"]
    if kind == "OT":
        findings.add("ALT-F-002", node.index, field="title_type", value=kind, replacement="AT", text="code")
    if kind not in _NATIONAL_TITLES:
        _check_letters(findings, node, "ALT-F-004", TITLES)
        return
    if not record["language"]:
        findings.add("ALT-F-006", node.index, field="language", value=title)
    if has_ascii_letters:
        _check_letters(findings, node, "ALT-F-005", NATIONAL)


def _check_letters(findings: Findings, node: Node, edit: str, kind: str) -> None:
    title = node.record["title"]
    forbidden = forbidden_characters(title, kind)
    if forbidden:
        findings.add(edit, node.index, field="title", value=title, text=TITLES, characters=forbidden)


def _check_recording(findings: Findings, node: Node) -> None:
    record = node.record
    skipped = ("record_type", "transaction_seq", "record_seq")
    if not any(value.strip("0") for name, value in record.values.items() if name not in skipped):
        findings.add("REC-F-001", node.index)
    if findings.version == "2.2" and record["isrc"] and record["isrc_validity"][:1] not in ("Y", "N", "U"):
        findings.add("REC-F-018", node.index, field="isrc_validity", value=record["isrc_validity"])

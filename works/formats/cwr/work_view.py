"""A transaction of the reader as a `WorkTransaction`: faulty fields reset, refused records left out."""

from works.formats.cwr.corrections import corrected
from works.formats.cwr.mapping import read_as
from works.formats.cwr.records import CwrTransaction
from works.formats.cwr.structure import Node, WorkTree, work_tree
from works.formats.cwr.values import share_from_steps
from works.formats.cwr.work import (
    CollectionLine,
    CrossReference,
    NationalName,
    NationalTitle,
    PublisherLink,
    RightShares,
    SocietyInformation,
    WorkComponent,
    WorkInstrument,
    WorkInstrumentation,
    WorkOrigin,
    WorkPerformer,
    WorkPublisher,
    WorkRecording,
    WorkSource,
    WorkTitle,
    WorkTransaction,
    WorkWriter,
)


def work_of(transaction: CwrTransaction) -> WorkTransaction:
    """The work of an NWR, REV, ISW or EXC transaction, after its edits.

    ValueError for a transaction that is none of these; ask `CwrTransaction.works()` for those behind an answer. A
    rejected transaction gives a work too, as far as it could be read: for display, never for storing as accepted.
    """
    if not transaction.is_work:
        raise ValueError(transaction.type)
    version = transaction.version
    tree = work_tree(corrected(transaction).records)
    sources = _sources(tree, version)
    return read_as(
        WorkTransaction,
        tree.header.record,
        version,
        transaction_type=transaction.type,
        version=version,
        publishers=tuple(_publisher(node, version) for node in tree.publishers),
        writers=tuple(_writer(node, version) for node in tree.writers),
        titles=tuple(read_as(WorkTitle, node.record, version) for node in tree.of("ALT")),
        national_titles=tuple(read_as(NationalTitle, node.record, version) for node in tree.of("NAT")),
        performers=tuple(_performer(node, version) for node in tree.of("PER")),
        recordings=tuple(read_as(WorkRecording, node.record, version) for node in tree.of("REC")),
        origins=tuple(read_as(WorkOrigin, node.record, version) for node in tree.of("ORN")),
        instrumentations=tuple(_instrumentation(node, version) for node in tree.of("INS")),
        components=tuple(_component(node, version) for node in tree.of(*_component_types(tree))),
        information=tuple(read_as(SocietyInformation, node.record, version) for node in tree.of("ARI")),
        cross_references=tuple(read_as(CrossReference, node.record, version) for node in tree.of("XRF")),
        **sources,
    )


def _component_types(tree: WorkTree) -> tuple[str, ...]:
    """CWR 3 has one record for every other work; in a composite work it is a part."""
    return ("COM", "OWK") if tree.header.record["composite_type"] else ("COM",)


def _sources(tree: WorkTree, version: str) -> dict[str, WorkSource | None]:
    excerpt, changed = _first_source(tree, "EWT", version), _first_source(tree, "VER", version)
    if not tree.header.record["composite_type"] and (other := _first_source(tree, "OWK", version)):
        is_excerpt = bool(tree.header.record["excerpt_type"])
        excerpt, changed = (other, changed) if is_excerpt else (excerpt, other)
    return {"excerpt_source": excerpt, "version_source": changed}


def _publisher(node: Node, version: str) -> WorkPublisher:
    return read_as(
        WorkPublisher,
        node.record,
        version,
        is_controlled=node.record.type == "SPU",
        territories=_territories(node, version),
        national_names=_names(node, version, "NPN"),
    )


def _writer(node: Node, version: str) -> WorkWriter:
    return read_as(
        WorkWriter,
        node.record,
        version,
        is_controlled=node.record.type == "SWR",
        territories=_territories(node, version),
        manuscript=_manuscript(node),
        links=tuple(read_as(PublisherLink, child.record, version) for child in node.of("PWR")),
        national_names=_names(node, version, "NWN"),
    )


def _manuscript(node: Node) -> RightShares | None:
    for child in node.of("MAN"):
        pr, mr, sr = (share_from_steps(child.record.number(f"{right}_manuscript")) for right in ("pr", "mr", "sr"))
        return pr, mr, sr
    return None


def _territories(node: Node, version: str) -> tuple[CollectionLine, ...]:
    return tuple(
        read_as(CollectionLine, child.record, version, is_include=child.record["incl_excl"] != "E")
        for child in node.of("SPT", "OPT", "SWT", "OWT")
    )


def _names(node: Node, version: str, *types: str) -> tuple[NationalName, ...]:
    return tuple(read_as(NationalName, child.record, version) for child in node.of(*types))


def _titles(node: Node, version: str, *types: str) -> tuple[NationalTitle, ...]:
    return tuple(read_as(NationalTitle, child.record, version) for child in node.of(*types))


def _first_source(tree: WorkTree, record_type: str, version: str) -> WorkSource | None:
    node = next(iter(tree.of(record_type)), None)
    if node is None:
        return None
    return read_as(
        WorkSource,
        node.record,
        version,
        national_titles=_titles(node, version, "NET", "NVT", "NOT"),
        national_writers=_names(node, version, "NOW"),
    )


def _performer(node: Node, version: str) -> WorkPerformer:
    return read_as(WorkPerformer, node.record, version, national_names=_names(node, version, "NPR"))


def _instrumentation(node: Node, version: str) -> WorkInstrumentation:
    return read_as(
        WorkInstrumentation,
        node.record,
        version,
        instruments=tuple(read_as(WorkInstrument, child.record, version) for child in node.of("IND")),
    )


def _component(node: Node, version: str) -> WorkComponent:
    return read_as(
        WorkComponent,
        node.record,
        version,
        national_titles=_titles(node, version, "NCT", "NOT"),
        national_writers=_names(node, version, "NOW"),
    )

"""A `WorkTransaction` as the records of a transaction, in the documented order of its version."""

from collections.abc import Iterator

from works.formats.cwr.encoding import CwrWriteError, problem
from works.formats.cwr.mapping import FieldValueError, field_texts
from works.formats.cwr.work import (
    CollectionLine,
    NationalName,
    NationalTitle,
    WorkPublisher,
    WorkSource,
    WorkTransaction,
    WorkWriter,
)
from works.formats.cwr.writer import Draft


def work_drafts(work: WorkTransaction, version: str, transaction_type: str = "") -> list[Draft]:
    """The records to write, header first; `transaction_type` replaces the work's own (EXC for one in conflict).

    CwrWriteError for what a version cannot say (territories of other parties in 2.1, a share finer than 0.01 %).
    """
    drafts = [_draft(transaction_type or work.transaction_type, work, version)]
    for publisher in work.publishers:
        drafts += _publisher(publisher, version)
    for writer in sorted(work.writers, key=lambda one: not one.is_controlled):
        drafts += _writer(writer, version)
    drafts += [_draft("ALT", title, version) for title in work.titles]
    drafts += [_draft("NAT", title, version) for title in work.national_titles]
    for record_type, title_type, source in (
        ("EWT", "NET", work.excerpt_source),
        ("VER", "NVT", work.version_source),
    ):
        if source is not None:
            drafts += _source(source, record_type, title_type, version)
    drafts += _descriptions(work, version)
    return drafts


def _descriptions(work: WorkTransaction, version: str) -> Iterator[Draft]:
    for performer in work.performers:
        yield _draft("PER", performer, version)
        yield from (_draft("NPR", name, version) for name in performer.national_names)
    yield from (_draft("REC", recording, version) for recording in work.recordings)
    yield from (_draft("ORN", origin, version) for origin in work.origins)
    for instrumentation in work.instrumentations:
        yield _draft("INS", instrumentation, version)
        yield from (_draft("IND", instrument, version) for instrument in instrumentation.instruments)
    for component in work.components:
        yield _draft("COM", component, version)
        yield from _national("NCT", component.national_titles, component.national_writers, version)
    yield from (_draft("ARI", information, version) for information in work.information)
    yield from (_draft("XRF", reference, version) for reference in work.cross_references)


def _publisher(publisher: WorkPublisher, version: str) -> Iterator[Draft]:
    record_type, line_type = ("SPU", "SPT") if publisher.is_controlled else ("OPU", "OPT")
    # On a controlled party the flag for unknown ones stays blank.
    extra = {"publisher_unknown": ""} if publisher.is_controlled else {}
    yield _draft(record_type, publisher, version, **extra)
    for name in publisher.national_names:
        numbers = {"publisher_seq": f"{publisher.publisher_seq:02d}", "ip_no": publisher.ip_no}
        yield _draft("NPN", name, version, **numbers)
    yield from _territories(line_type, publisher.territories, publisher.ip_no, version)


def _writer(writer: WorkWriter, version: str) -> Iterator[Draft]:
    record_type, line_type = ("SWR", "SWT") if writer.is_controlled else ("OWR", "OWT")
    extra = {"writer_unknown": ""} if writer.is_controlled else {}
    yield _draft(record_type, writer, version, **extra)
    yield from (_draft("NWN", name, version, ip_no=writer.ip_no) for name in writer.national_names)
    yield from _territories(line_type, writer.territories, writer.ip_no, version)
    for link in writer.links:
        yield _draft("PWR", link, version, writer_ip_no=link.writer_ip_no or writer.ip_no)


def _territories(record_type: str, lines: tuple[CollectionLine, ...], ip_no: str, version: str) -> Iterator[Draft]:
    for place, line in enumerate(lines, 1):
        marks = {"ip_no": ip_no, "incl_excl": "I" if line.is_include else "E", "sequence": str(place)}
        yield _draft(record_type, line, version, **marks)


def _source(source: WorkSource, record_type: str, title_type: str, version: str) -> Iterator[Draft]:
    yield _draft(record_type, source, version)
    yield from _national(title_type, source.national_titles, source.national_writers, version)


def _national(
    title_type: str, titles: tuple[NationalTitle, ...], writers: tuple[NationalName, ...], version: str
) -> Iterator[Draft]:
    yield from (_draft(title_type, title, version) for title in titles)
    yield from (_draft("NOW", writer, version) for writer in writers)


def _draft(record_type: str, value: object, version: str, **texts: str) -> Draft:
    try:
        return Draft(record_type, {**field_texts(value, record_type, version), **texts})
    except FieldValueError as error:
        raise CwrWriteError((problem("share_too_fine", record_type, error.field, error.value),)) from error

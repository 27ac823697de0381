"""Small CWR files for tests: a good work, changed field by field, with an envelope that counts right.

`WORK` is a published work that breaks no edit. Records are given as (type, fields) and laid out by the layout table,
which has a test of its own against the lengths of the documents.
"""

import io

from works.formats.cwr.layouts import CONTROL_RECORDS, layout_of
from works.formats.cwr.profile import TOLERANT
from works.formats.cwr.reader import CwrReading, read_cwr

Fields = dict[str, str]
Record = tuple[str, Fields]

NUMERIC = {"N", "N%", "D", "T"}

NWR = {
    "title": "EVENING IN LAHORE",
    "language": "UR",
    "submitter_work_no": "SPM0001",
    "distribution_category": "POP",
    "recorded": "Y",
    "version_type": "ORI",
    "duration": "000345",
}
SPU = {
    "publisher_seq": "01",
    "ip_no": "P1",
    "publisher_name": "SAFFRON PUBLISHING",
    "publisher_type": "E",
    "ipi_name_no": "00000000199",
    "pr_society": "362",
    "pr_ownership": "05000",
    "mr_ownership": "10000",
    "sr_ownership": "10000",
}
SPT = {
    "ip_no": "P1",
    "pr_collection": "05000",
    "mr_collection": "10000",
    "sr_collection": "10000",
    "incl_excl": "I",
    "tis_code": "2136",
    "sequence": "001",
}
SWR = {
    "ip_no": "W1",
    "last_name": "AHMED",
    "first_name": "SANA",
    "writer_designation": "CA",
    "ipi_name_no": "00000000297",
    "pr_society": "362",
    "pr_ownership": "05000",
}
SWT = {"ip_no": "W1", "pr_collection": "05000", "incl_excl": "I", "tis_code": "2136", "sequence": "001"}
PWR = {"publisher_ip_no": "P1", "publisher_name": "SAFFRON PUBLISHING", "writer_ip_no": "W1", "publisher_seq": "01"}

WORK: tuple[Record, ...] = (("NWR", NWR), ("SPU", SPU), ("SPT", SPT), ("SWR", SWR), ("SWT", SWT), ("PWR", PWR))

# An unpublished work of a writer whom the sender does not control.
OWN_WORK: tuple[Record, ...] = (
    ("NWR", NWR),
    (
        "OWR",
        {
            "ip_no": "W2",
            "last_name": "KHAN",
            "writer_designation": "CA",
            "pr_ownership": "10000",
            "mr_ownership": "10000",
            "sr_ownership": "10000",
        },
    ),
)


def changed(records, record_type, place=0, **fields):
    """`records` with some fields of the `place`-th record of a type replaced."""
    result, seen = [], 0
    for kind, values in records:
        if kind == record_type:
            if seen == place:
                values = {**values, **fields}
            seen += 1
        result.append((kind, values))
    assert seen > place, (record_type, place)
    return tuple(result)


def without(records, *types):
    """`records` without those of some types."""
    return tuple(record for record in records if record[0] not in types)


def behind(records, record_type, *added):
    """`records` with others put behind the last of a type."""
    last = max(place for place, record in enumerate(records) if record[0] == record_type)
    return (*records[: last + 1], *added, *records[last + 1 :])


def line(version, record_type, fields, transaction=0, sequence=0):
    """One line of full length, without its end; a record that the version does not have is laid out as in 2.2."""
    layout = layout_of(version, record_type) or layout_of("2.2", record_type)
    texts = {"record_type": record_type, **fields}
    if record_type not in CONTROL_RECORDS:
        texts = {"transaction_seq": str(transaction), "record_seq": str(sequence), **texts}
    parts = []
    for field in layout.fields:
        text = texts.get(field.name, "")
        is_number = field.format in NUMERIC and field.name != "filler"
        filled = text.rjust(field.length, "0") if is_number and not text.strip(" ") else text
        filled = filled.rjust(field.length, "0") if is_number and filled.isdigit() else filled
        parts.append(filled.ljust(field.length)[: field.length])
    return "".join(parts)


def header(version="2.1", **fields):
    """HDR of the invented sender."""
    values = {
        "sender_type": "PB",
        "sender_id": "000000199",
        "sender_name": "SAFFRON PUBLISHING",
        "edi_version": "01.10",
        "creation_date": "20261101",
        "creation_time": "101500",
        "transmission_date": "20261101",
        "cwr_version": version,
        "cwr_revision": "002",
        **fields,
    }
    return line(version, "HDR", values)


def group(version, number, kind, transactions, **trailer):
    """GRH, transactions and GRT as lines; each transaction is a tuple of records."""
    lines = [
        line(
            version,
            "GRH",
            {"transaction_type": kind, "group_id": str(number), "transaction_version": f"0{version}0"},
        )
    ]
    for place, records in enumerate(transactions):
        lines += [line(version, kind_, fields, place, index) for index, (kind_, fields) in enumerate(records)]
    counts = {"group_id": str(number), "transaction_count": str(len(transactions)), "record_count": str(len(lines) + 1)}
    return [*lines, line(version, "GRT", {**counts, **trailer})]


def cwr_lines(*groups, version="2.1", **header_fields):
    """A whole file as lines; each group is (type, transactions)."""
    lines = [header(version, **header_fields)]
    for number, (kind, transactions) in enumerate(groups, 1):
        lines += group(version, number, kind, transactions)
    counts = {
        "group_count": str(len(groups)),
        "transaction_count": str(sum(len(transactions) for _, transactions in groups)),
        "record_count": str(len(lines) + 1),
    }
    return [*lines, line(version, "TRL", counts)]


def as_bytes(lines, ending="\r\n"):
    """Lines as a file."""
    return "".join(text + ending for text in lines).encode("latin-1")


def cwr_file(*groups, version="2.1", **header_fields):
    """A whole file as bytes."""
    return as_bytes(cwr_lines(*groups, version=version, **header_fields))


def reading(data, name="CW260001SPM_362.V21", profile=TOLERANT) -> CwrReading:
    """Begin to read bytes."""
    return read_cwr(io.BytesIO(data), name, profile=profile)


def read_all(data, name="CW260001SPM_362.V21", profile=TOLERANT):
    """The reading, exhausted, and its transactions."""
    opened = reading(data, name, profile)
    return opened, list(opened)


def only(records, version="2.1", kind=None, profile=TOLERANT):
    """The single transaction of a file that holds these records."""
    _, transactions = read_all(cwr_file((kind or records[0][0], [records]), version=version), profile=profile)
    assert len(transactions) == 1
    return transactions[0]


def edits_of(records, version="2.1", kind=None, profile=TOLERANT):
    """The names of the edits that these records break, each with its severity."""
    transaction = only(records, version, kind, profile)
    return {(fault.edit, fault.severity.value) for fault in transaction.faults}


def plus_records(records, *added):
    """`records` with others at the end."""
    return (*records, *added)

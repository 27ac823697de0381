"""An agreement as an AGR transaction tells it: plain values with everything of AGR, TER, IPA and NPA.

Shares count in millionths (1,000,000 = 100 %); attributes are called like the fields of the layout table.
"""

from dataclasses import dataclass
from datetime import date

from works.formats.cwr.mapping import read_as
from works.formats.cwr.records import CwrRecord, CwrTransaction
from works.formats.cwr.work import NationalName


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementTerritory:
    """A territory of a block (TER): read in order, a later line corrects an earlier one."""

    is_include: bool
    tis_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSide:
    """An assignor (AS) or acquirer (AC) with its part per right (IPA), and its name in its own letters (NPA)."""

    agreement_role: str
    ip_no: str
    last_name: str
    writer_first_name: str = ""
    ipi_name_no: str = ""
    ipi_base_no: str = ""
    pr_society: str = ""
    pr_share: int = 0
    mr_society: str = ""
    mr_share: int = 0
    sr_society: str = ""
    sr_share: int = 0
    national_names: tuple[NationalName, ...] = ()

    @property
    def shares(self) -> tuple[int, int, int]:
        """Its part of the performing, mechanical and synchronisation right."""
        return self.pr_share, self.mr_share, self.sr_share


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementBlock:
    """Territories and who shares what in them."""

    territories: tuple[AgreementTerritory, ...]
    sides: tuple[AgreementSide, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementTransaction:
    """An agreement (AGR) with its territory blocks."""

    submitter_agreement_no: str
    agreement_type: str
    start_date: date | None
    international_agreement_code: str = ""
    end_date: date | None = None
    retention_end_date: date | None = None
    prior_royalty_status: str = "N"
    prior_royalty_start_date: date | None = None
    post_term_status: str = "N"
    post_term_end_date: date | None = None
    signature_date: date | None = None
    number_of_works: int = 0
    sales_manufacture_clause: str = ""
    shares_change: bool = False
    advance_given: bool = False
    society_agreement_no: str = ""
    blocks: tuple[AgreementBlock, ...] = ()


def agreement_of(transaction: CwrTransaction) -> AgreementTransaction:
    """The agreement of an AGR transaction. ValueError for any other."""
    if transaction.type != "AGR":
        raise ValueError(transaction.type)
    version = transaction.version
    blocks = tuple(_block(records, version) for records in _runs(transaction.records[1:]))
    return read_as(AgreementTransaction, transaction.header, version, blocks=blocks)


def _runs(records: tuple[CwrRecord, ...]) -> list[list[CwrRecord]]:
    """The records in blocks: each begins with the first territory after a party."""
    runs: list[list[CwrRecord]] = []
    previous = ""
    for record in records:
        if not record.values or record.type not in ("TER", "IPA", "NPA"):
            continue
        if not runs or (record.type == "TER" and previous != "TER"):
            runs.append([])
        runs[-1].append(record)
        previous = record.type
    return runs


def _block(records: list[CwrRecord], version: str) -> AgreementBlock:
    sides: list[tuple[CwrRecord, list[CwrRecord]]] = []
    for record in records:
        if record.type == "IPA":
            sides.append((record, []))
        elif record.type == "NPA" and sides:
            sides[-1][1].append(record)
    return AgreementBlock(
        territories=tuple(
            read_as(AgreementTerritory, record, version, is_include=record["incl_excl"] != "E")
            for record in records
            if record.type == "TER"
        ),
        sides=tuple(_side(record, names, version) for record, names in sides),
    )


def _side(record: CwrRecord, names: list[CwrRecord], version: str) -> AgreementSide:
    nationals = tuple(
        NationalName(name=name["name"], first_name=name["writer_first_name"], language=name["language"])
        for name in names
    )
    return read_as(AgreementSide, record, version, national_names=nationals)

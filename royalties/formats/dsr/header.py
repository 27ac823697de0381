"""Header and summaries of a sales report: the facts that hold for all its lines."""

from __future__ import annotations

from collections.abc import Iterator

from cmo_portal.common.tables import FileRefused, Notice, ValueRefused
from cmo_portal.common.texts import Text, _, say
from royalties.formats.dsr.cells import day, decimal, plain
from royalties.formats.dsr.layouts import Layout
from royalties.formats.dsr.names import read_report_name
from royalties.formats.dsr.report import DsrHeader, DsrSummary

DECLARED = ("Usages", "TotalUsages", "UsagesInReportingPeriod", "UsagesInSubPeriod", "NumberOfBroadcasts")
CURRENCIES = ("CurrencyOfReporting", "Currency", "CurrencyOfTransaction", "CurrencyOfAccounting")
REVENUES = ("NetRevenue", "AllocatedNetRevenue", "AllocatedNetRevenueInCurrencyOfAccounting")


def read_header(layout: Layout, cells: list[str], row: int) -> DsrHeader:
    """The facts of the HEAD record. Raises FileRefused when a mandatory one is missing or unreadable."""
    faults = [name for name, _value, _code in layout.faults(cells)]
    if faults:
        raise FileRefused(
            "dsr-head",
            say(_("The header lacks or misspells: {names}."), names=", ".join(faults)),
            _("Ask the sender for a report that follows the standard."),
            row=row,
        )
    value = {name: plain(cells[place]) for name, place in layout.place.items()}
    try:
        first, last = day(value["UsageStartDate"]), day(value["UsageEndDate"])
    except ValueRefused as refusal:
        raise FileRefused("dsr-head", refusal.message, refusal.remedy, row=row) from None
    if first > last:
        raise FileRefused(
            "dsr-head",
            _("The period of the report ends before it begins."),
            _("Ask the sender for a corrected report."),
            row=row,
        )
    return DsrHeader(
        message_version=value["MessageVersion"],
        profile=value["Profile"],
        profile_version=value["ProfileVersion"],
        message_id=value["MessageId"],
        file_number=int(value["FileNumber"]),
        number_of_files=int(value["NumberOfFiles"]),
        period_start=first,
        period_end=last,
        sender_id=value["SenderPartyId"],
        sender=value["SenderName"],
        service=value["ServiceDescription"],
        recipient_id=value["RecipientPartyId"],
        recipient=value["RecipientName"],
        single_record_blocks=value["Profile"].upper().endswith("SRB"),
    )


def read_summary(layout: Layout, cells: list[str], row: int) -> DsrSummary:
    """The facts of an SY record of any version: the same fact has other names in other versions."""

    def first(*names: str) -> str:
        place = layout.first_of(*names)
        return cells[place] if place else ""

    return DsrSummary(
        row=row,
        summary_id=first("SummaryRecordId"),
        territory=first("Territory"),
        use_type=first("UseType"),
        commercial_model=first("CommercialModel"),
        service=plain(first("BroadcastStationOrChannel") or first("ServiceDescription")),
        currency=first(*CURRENCIES),
        net_revenue=decimal(first(*REVENUES)),
        declared=decimal(first(*DECLARED)),
        rights_controller=plain(first("RightsController")),
    )


def check_name(filename: str, header: DsrHeader) -> Iterator[Notice]:
    """Where the file name and the header disagree, or the name does not follow the standard."""
    name = read_report_name(filename)
    if name is None:
        yield Notice("name", _("The file name does not follow the standard for sales reports."))
        return
    pairs: tuple[tuple[Text, str, str, str], ...] = (
        (_("sender"), name.sender, header.sender_id, header.sender),
        (_("recipient"), name.recipient, header.recipient_id, header.recipient),
    )
    for what, promised, found_id, found in pairs:
        if promised and _bare(promised) not in {_bare(found_id), _bare(found)}:
            text = _("File name and header name another {what}: {promised}, {found}.")
            yield Notice("name", say(text, what=what, promised=promised, found=found or found_id), row=1)
    if (name.file_number, name.number_of_files) != (header.file_number, header.number_of_files):
        yield Notice(
            "name",
            say(
                _("The file name says {promised}, the header says {found} (file of files)."),
                promised=f"{name.file_number}/{name.number_of_files}",
                found=f"{header.file_number}/{header.number_of_files}",
            ),
            row=1,
        )


def _bare(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())

"""The edits on single fields as one table: which rule number asks what of which field of which record."""

from typing import NamedTuple


class FieldEdit(NamedTuple):
    """Edit `number` of level F: `kind` names the test (see fields.py), `argument` its table, set or limit.

    `default` is what a field is reset to where the severity says so. `family` is the record type that the documents
    print the rule under.
    """

    family: str
    number: int
    field: str
    kind: str
    argument: str = ""
    default: str = ""

    @property
    def name(self) -> str:
        """The edit's full name."""
        return f"{self.family}-F-{self.number:03d}"


_NO_DATE = "0" * 8
_NO_TIME = "0" * 6

_Row = tuple[int, str, str] | tuple[int, str, str, str] | tuple[int, str, str, str, str]


def _edits(family: str, *rows: _Row) -> tuple[FieldEdit, ...]:
    return tuple(FieldEdit(family, *row) for row in rows)


_WORK = _edits(
    "NWR",
    (1, "title", "required"),
    (2, "language", "code", "language"),
    (3, "submitter_work_no", "required"),
    (4, "iswc", "iswc"),
    (5, "copyright_date", "date", "", _NO_DATE),
    (6, "distribution_category", "code_required", "category"),
    (9, "recorded", "flag_required", "YNU", "U"),
    (10, "text_music_rel", "code", "text_music"),
    (11, "composite_type", "code", "composite_type"),
    (12, "version_type", "code_required", "version_type"),
    (13, "excerpt_type", "code", "excerpt_type"),
    (16, "grand_rights", "flag", "YN"),
    (17, "cwr_work_type", "code", "work_type"),
    (22, "music_arrangement", "code", "music_arrangement"),
    (23, "lyric_adaptation", "code", "lyric_adaptation"),
    (24, "title", "titles"),
)

_PUBLISHER = _edits(
    "SPU",
    (10, "ipi_name_no", "ipi"),
    (12, "pr_society", "society"),
    (13, "pr_ownership", "share", "5000"),
    (15, "mr_society", "society"),
    (16, "mr_ownership", "share", "10000"),
    (17, "sr_society", "society"),
    (18, "sr_ownership", "share", "10000"),
    (20, "special_agreements", "code", "special_agreement"),
    (21, "first_recording_refusal", "flag", "YN"),
    (23, "tax_id", "digits", "", "0" * 9),
    (24, "ipi_base_no", "ipi_base"),
    (30, "agreement_type", "code", "agreement_type"),
    (31, "usa_license", "code", "usa_license"),
    (37, "publisher_name", "names"),
)

_WRITER = _edits(
    "SWR",
    (8, "writer_designation", "code", "writer_role"),
    (9, "ipi_name_no", "ipi"),
    (10, "pr_society", "society"),
    (11, "pr_ownership", "share", "10000"),
    (12, "mr_society", "society"),
    (13, "mr_ownership", "share", "10000"),
    (14, "sr_society", "society"),
    (15, "sr_ownership", "share", "10000"),
    (16, "reversionary", "flag", "YNU"),
    (17, "first_recording_refusal", "flag", "YN"),
    (18, "work_for_hire", "flag", "YN"),
    (21, "tax_id", "digits", "", "0" * 9),
    (22, "ipi_base_no", "ipi_base"),
    (24, "usa_license", "code", "usa_license"),
    (29, "last_name", "names"),
    (30, "first_name", "names"),
)

_PUBLISHER_TERRITORY = _edits(
    "SPT",
    (6, "pr_collection", "share", "5000"),
    (7, "mr_collection", "share", "10000"),
    (8, "sr_collection", "share", "10000"),
    (9, "tis_code", "territory"),
    (10, "incl_excl", "flag_required", "IE"),
    (11, "shares_change", "flag", "YN", "N"),
)

_WRITER_TERRITORY = _edits(
    "SWT",
    (3, "pr_collection", "share", "10000"),
    (4, "mr_collection", "share", "10000"),
    (5, "sr_collection", "share", "10000"),
    (6, "tis_code", "territory"),
    (7, "incl_excl", "flag_required", "IE"),
    (8, "shares_change", "flag", "YN", "N"),
)


def _other_title(family: str) -> tuple[FieldEdit, ...]:
    return _edits(
        family,
        (1, "title", "required"),
        (2, "iswc", "iswc"),
        (3, "language", "code", "language"),
        (9, "title", "titles"),
    )


FIELD_EDITS: dict[str, tuple[FieldEdit, ...]] = {
    **dict.fromkeys(("NWR", "REV", "ISW"), _WORK),
    "SPU": _PUBLISHER
    + _edits(
        "SPU",
        (2, "ip_no", "required"),
        (4, "publisher_name", "required"),
        (5, "publisher_type", "required"),
        (6, "publisher_type", "code", "publisher_type"),
        (7, "publisher_unknown", "flag", ""),
    ),
    "OPU": _PUBLISHER
    + _edits(
        "SPU",
        (8, "publisher_unknown", "flag", "YN", "N"),
        (27, "special_agreements", "flag", "L"),
        (28, "publisher_type", "code_required", "publisher_type", "E"),
    ),
    "SPT": _PUBLISHER_TERRITORY,
    "OPT": _PUBLISHER_TERRITORY,
    "SWR": _WRITER
    + _edits(
        "SWR",
        (1, "ip_no", "required"),
        (3, "last_name", "required"),
        (4, "writer_unknown", "flag", ""),
        (7, "writer_designation", "required"),
    ),
    "OWR": _WRITER + _edits("SWR", (5, "writer_unknown", "flag", "YN", "N")),
    "SWT": _WRITER_TERRITORY,
    "OWT": _WRITER_TERRITORY,
    "ALT": _edits(
        "ALT",
        (1, "title", "required"),
        (2, "title_type", "code_required", "title_type", "AT"),
        (3, "language", "code", "language"),
    ),
    "NAT": _edits(
        "NAT",
        (1, "title", "required"),
        (2, "title_type", "code_required", "title_type", "AT"),
        (3, "language", "code", "language"),
    ),
    "EWT": _other_title("EWT"),
    "VER": _other_title("VER"),
    "PER": _edits(
        "PER",
        (1, "last_name", "required"),
        (2, "ipi_name_no", "ipi"),
        (4, "last_name", "names"),
        (5, "first_name", "names"),
    ),
    "REC": _edits(
        "REC",
        (2, "release_date", "date", "", _NO_DATE),
        (3, "release_duration", "time", "", _NO_TIME),
        (9, "ean", "ean"),
        (10, "isrc", "isrc"),
        (11, "recording_format", "flag", "AV", "A"),
        (12, "recording_technique", "flag", "ADU", "U"),
        (14, "media_type", "code", "media_type"),
        (15, "album_title", "titles"),
        (16, "recording_title", "titles"),
        (17, "version_title", "titles"),
    ),
    "ORN": _edits(
        "ORN",
        (1, "intended_purpose", "code_required", "purpose"),
        (5, "cut_number", "digits", "", "0000"),
        (6, "bltvr", "code", "bltvr"),
        (8, "year_of_production", "digits", "", "0000"),
        (11, "production_title", "titles"),
    ),
    "IND": _edits("IND", (1, "instrument", "code_required", "instrument"), (2, "players", "digits")),
    "COM": _edits(
        "COM",
        (1, "title", "required"),
        (2, "iswc", "iswc"),
        (3, "duration", "time", "", _NO_TIME),
        (4, "writer1_last_name", "required"),
    ),
    "ARI": _edits("ARI", (1, "society", "society_required"), (2, "type_of_right", "right")),
    "XRF": _edits(
        "XRF",
        (1, "organisation_code", "organisation"),
        (2, "identifier_type", "flag_required", "WRPV"),
        (3, "validity", "flag_required", "YNU"),
    ),
    "ACK": _edits(
        "ACK",
        (7, "processing_date", "date_required"),
        (8, "transaction_status", "status"),
    ),
    "MSG": _edits(
        "MSG",
        (1, "message_type", "flag_required", "FRTGE"),
        (3, "message_level", "flag_required", "FRTGE"),
        (4, "text", "required"),
        (5, "record_type_in_error", "required"),
    ),
    "AGR": _edits(
        "AGR",
        (1, "submitter_agreement_no", "required"),
        (3, "agreement_type", "code_required", "agreement_type"),
        (4, "start_date", "date"),
        (5, "start_date", "date_required"),
        (6, "end_date", "date"),
        (8, "prior_royalty_status", "flag_required", "NAD"),
        (11, "prior_royalty_start_date", "date"),
        (16, "post_term_status", "flag_required", "NOD"),
        (18, "signature_date", "date", "", _NO_DATE),
        (19, "sales_manufacture_clause", "flag", "SM"),
        (21, "number_of_works", "count"),
        (22, "shares_change", "flag", "YN", "N"),
        (23, "advance_given", "flag", "YN", "N"),
    ),
    "TER": _edits("TER", (1, "incl_excl", "flag_required", "IE"), (2, "tis_code", "territory")),
    "IPA": _edits(
        "IPA",
        (1, "agreement_role", "code_required", "agreement_role"),
        (2, "ipi_name_no", "ipi"),
        (5, "pr_society", "society"),
        (6, "pr_share", "share", "10000"),
        (7, "mr_society", "society"),
        (8, "mr_share", "share", "10000"),
        (9, "sr_society", "society"),
        (10, "sr_share", "share", "10000"),
        (15, "last_name", "required"),
        (16, "ip_no", "required"),
        (17, "ipi_base_no", "ipi_base"),
        (18, "last_name", "names"),
        (19, "writer_first_name", "names"),
    ),
}

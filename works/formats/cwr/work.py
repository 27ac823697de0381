"""A work as a CWR transaction tells it: plain values that a service can store and a writer can put back into a file.

Shares count in millionths (1,000,000 = 100 %), durations in seconds, dates are dates or None, codes and names are text
as sent, blank when unused. Attributes are called like the fields of the layout table; `pr`, `mr` and `sr` are the
performing, mechanical and synchronisation right.
"""

from dataclasses import dataclass
from datetime import date

RightShares = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionLine:
    """One line of a party's territories (SPT, OPT, SWT, OWT): read in order, a later line corrects an earlier one.

    The societies and the recipient (0000 or blank for all) stand here in CWR 3 alone.
    """

    is_include: bool
    tis_code: str
    pr_collection: int = 0
    mr_collection: int = 0
    sr_collection: int = 0
    shares_change: bool = False
    pr_society: str = ""
    mr_society: str = ""
    sr_society: str = ""
    recipient_code: str = ""

    @property
    def collection(self) -> RightShares:
        """The collection shares by right."""
        return self.pr_collection, self.mr_collection, self.sr_collection


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalName:
    """A name in its own letters (NPN, NWN, NPR, NOW); a publisher has only the first part."""

    name: str
    first_name: str = ""
    ipi_name_no: str = ""
    ipi_base_no: str = ""
    language: str = ""
    performance_language: str = ""
    performance_dialect: str = ""
    writer_position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalTitle:
    """A title in its own letters, of the work itself (NAT, with a type) or of a source or part (NET, NVT, NCT)."""

    title: str
    title_type: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPublisher:
    """A publisher (SPU when controlled by the sender, OPU otherwise). `publisher_seq` is the number of its chain."""

    is_controlled: bool
    publisher_seq: int
    ip_no: str = ""
    publisher_name: str = ""
    publisher_unknown: bool = False
    publisher_type: str = ""
    tax_id: int = 0
    ipi_name_no: str = ""
    submitter_agreement_no: str = ""
    pr_society: str = ""
    pr_ownership: int = 0
    mr_society: str = ""
    mr_ownership: int = 0
    sr_society: str = ""
    sr_ownership: int = 0
    special_agreements: str = ""
    first_recording_refusal: str = ""
    ipi_base_no: str = ""
    isac: str = ""
    society_agreement_no: str = ""
    agreement_type: str = ""
    usa_license: str = ""
    territories: tuple[CollectionLine, ...] = ()
    national_names: tuple[NationalName, ...] = ()

    @property
    def ownership(self) -> RightShares:
        """The ownership shares by right."""
        return self.pr_ownership, self.mr_ownership, self.sr_ownership


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherLink:
    """A writer's link to a publisher (PWR). `publisher_seq` names the chain in 2.2 and is 0 in 2.1."""

    publisher_ip_no: str = ""
    publisher_name: str = ""
    submitter_agreement_no: str = ""
    society_agreement_no: str = ""
    writer_ip_no: str = ""
    publisher_seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkWriter:
    """A writer (SWR when controlled by the sender, OWR otherwise). `manuscript` is told by CWR 3.1 alone (MAN)."""

    is_controlled: bool
    ip_no: str = ""
    last_name: str = ""
    first_name: str = ""
    writer_unknown: bool = False
    writer_designation: str = ""
    tax_id: int = 0
    ipi_name_no: str = ""
    pr_society: str = ""
    pr_ownership: int = 0
    mr_society: str = ""
    mr_ownership: int = 0
    sr_society: str = ""
    sr_ownership: int = 0
    reversionary: str = ""
    first_recording_refusal: str = ""
    work_for_hire: str = ""
    ipi_base_no: str = ""
    personal_no: int = 0
    usa_license: str = ""
    territories: tuple[CollectionLine, ...] = ()
    links: tuple[PublisherLink, ...] = ()
    national_names: tuple[NationalName, ...] = ()
    manuscript: RightShares | None = None

    @property
    def ownership(self) -> RightShares:
        """The ownership shares by right."""
        return self.pr_ownership, self.mr_ownership, self.sr_ownership


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTitle:
    """An alternative title (ALT)."""

    title: str
    title_type: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSource:
    """The work that an excerpt was taken from (EWT) or that a version changes (VER)."""

    title: str
    iswc: str = ""
    language: str = ""
    writer1_last_name: str = ""
    writer1_first_name: str = ""
    source: str = ""
    writer1_ipi_name_no: str = ""
    writer1_ipi_base_no: str = ""
    writer2_last_name: str = ""
    writer2_first_name: str = ""
    writer2_ipi_name_no: str = ""
    writer2_ipi_base_no: str = ""
    submitter_work_no: str = ""
    national_titles: tuple[NationalTitle, ...] = ()
    national_writers: tuple[NationalName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPerformer:
    """A performer (PER)."""

    last_name: str
    first_name: str = ""
    ipi_name_no: str = ""
    ipi_base_no: str = ""
    national_names: tuple[NationalName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRecording:
    """A recording (REC); everything from `recording_title` on exists in 2.2 alone."""

    release_date: date | None = None
    release_duration: int = 0
    album_title: str = ""
    album_label: str = ""
    catalogue_no: str = ""
    ean: str = ""
    isrc: str = ""
    recording_format: str = ""
    recording_technique: str = ""
    media_type: str = ""
    recording_title: str = ""
    version_title: str = ""
    display_artist: str = ""
    record_label: str = ""
    isrc_validity: str = ""
    submitter_recording_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrigin:
    """What the work was made for (ORN). The V-ISAN stands in other fields in 2.1 and 2.2."""

    intended_purpose: str
    production_title: str = ""
    cd_identifier: str = ""
    cut_number: int = 0
    library: str = ""
    bltvr: str = ""
    visan_version: str = ""
    visan_isan: str = ""
    visan_episode: str = ""
    visan_check: str = ""
    production_no: str = ""
    episode_title: str = ""
    episode_no: str = ""
    year_of_production: int = 0
    avi_society: int = 0
    avi_number: str = ""
    visan_root: str = ""
    visan_check1: str = ""
    visan_check2: str = ""
    eidr_root: str = ""
    eidr_check: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkInstrument:
    """An instrument (IND)."""

    instrument: str
    players: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkInstrumentation:
    """What a work is played on (INS) with its instruments (IND)."""

    number_of_voices: int = 0
    standard_instrumentation: str = ""
    description: str = ""
    instruments: tuple[WorkInstrument, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkComponent:
    """A part of a composite work (COM)."""

    title: str
    iswc: str = ""
    submitter_work_no: str = ""
    duration: int = 0
    writer1_last_name: str = ""
    writer1_first_name: str = ""
    writer1_ipi_name_no: str = ""
    writer2_last_name: str = ""
    writer2_first_name: str = ""
    writer2_ipi_name_no: str = ""
    writer1_ipi_base_no: str = ""
    writer2_ipi_base_no: str = ""
    national_titles: tuple[NationalTitle, ...] = ()
    national_writers: tuple[NationalName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SocietyInformation:
    """A society's work number or a note to it (ARI)."""

    society: str
    work_no: str = ""
    type_of_right: str = ""
    subject_code: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossReference:
    """Another organisation's number of the work (XRF, 2.2)."""

    organisation_code: str
    identifier: str
    identifier_type: str
    validity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTransaction:
    """A registration (NWR, in CWR 3 WRK), revision (REV), notice of ISWC (ISW) or existing work in conflict (EXC)."""

    transaction_type: str
    version: str
    title: str
    submitter_work_no: str
    language: str = ""
    iswc: str = ""
    copyright_date: date | None = None
    copyright_no: str = ""
    distribution_category: str = "UNC"
    duration: int = 0
    recorded: str = "U"
    text_music_rel: str = ""
    composite_type: str = ""
    version_type: str = "ORI"
    excerpt_type: str = ""
    music_arrangement: str = ""
    lyric_adaptation: str = ""
    contact_name: str = ""
    contact_id: str = ""
    cwr_work_type: str = ""
    grand_rights: str = ""
    component_count: int = 0
    printed_edition_date: date | None = None
    exceptional_clause: str = ""
    opus_no: str = ""
    catalogue_no: str = ""
    priority_flag: str = ""
    publishers: tuple[WorkPublisher, ...] = ()
    writers: tuple[WorkWriter, ...] = ()
    titles: tuple[WorkTitle, ...] = ()
    national_titles: tuple[NationalTitle, ...] = ()
    excerpt_source: WorkSource | None = None
    version_source: WorkSource | None = None
    performers: tuple[WorkPerformer, ...] = ()
    recordings: tuple[WorkRecording, ...] = ()
    origins: tuple[WorkOrigin, ...] = ()
    instrumentations: tuple[WorkInstrumentation, ...] = ()
    components: tuple[WorkComponent, ...] = ()
    information: tuple[SocietyInformation, ...] = ()
    cross_references: tuple[CrossReference, ...] = ()

    def chains(self) -> tuple[tuple[WorkPublisher, ...], ...]:
        """The publishers in their chains: neighbours with the same chain number."""
        chains: list[list[WorkPublisher]] = []
        for publisher in self.publishers:
            if chains and chains[-1][0].publisher_seq == publisher.publisher_seq:
                chains[-1].append(publisher)
            else:
                chains.append([publisher])
        return tuple(tuple(chain) for chain in chains)

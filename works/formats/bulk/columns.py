"""The columns of the table, in their order: what the template holds, the page explains and the reader looks for."""

from dataclasses import dataclass

from cmo_portal.common.words import gettext_noop as _

ROLES = ("CA", "C", "A", "AR", "AD", "TR", "E", "AM", "SE", "SA", "SR", "PA")
YES = frozenset({"yes", "y", "true", "1", "ہاں"})
NEW = frozenset({"new", "نیا", "نئی"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, whether it must stand in the file, whether it says something about the whole work
    (repeated or left blank in the work's further rows), and what to write into it."""

    name: str
    required: bool
    of_work: bool
    help: str


COLUMNS = (
    Column("work", True, True, _("Any number or word that is the same in all rows of one work, for example 1.")),
    Column("title", True, True, _("The title in Roman letters.")),
    Column("title_original", False, True, _("The title in its own script, for example in Urdu.")),
    Column("language", False, True, _("Its ISO code: ur, pa, sd, ps, bal, skr, en …")),
    Column("length_seconds", False, True, _("The length in seconds: 245 for 4:05.")),
    Column("iswc", False, True, _("The international number of the work, if it has one.")),
    Column("isrc", False, True, _("The number of one recording, if there is one.")),
    Column("performer", False, True, _("Who performs on that recording.")),
    Column("name", True, False, _("The name of the writer or publisher, in either script; first name first.")),
    Column(
        "number",
        False,
        False,
        _("Her IPI name number or member number; “new” for somebody we do not know, although the name is known."),
    ),
    Column(
        "role", True, False, _("CA composer and author, C composer, A author, AR arranger, TR translator, E publisher.")
    ),
    Column("performing_share", True, False, _("In percent, at most four decimals; the rows of a work make 100.")),
    Column("mechanical_share", False, False, _("In percent; blank where it is the same as the performing share.")),
    Column(
        "territory",
        False,
        True,
        _("Where the shares hold: names or TIS numbers, joined by + and −; blank for the whole world."),
    ),
    Column(
        "another_work", False, True, _("“yes” when we showed you a work that looks alike and yours is another one.")
    ),
)
NAMES = tuple(column.name for column in COLUMNS)
OF_WORK = tuple(column.name for column in COLUMNS if column.of_work)
REQUIRED = tuple(column.name for column in COLUMNS if column.required)

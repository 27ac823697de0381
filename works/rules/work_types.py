"""The kinds of music of CWR 2.x (CWR work type), with their names in words."""

from cmo_portal.common.texts import _
from works.rules.code_lists import CodeList

WORK_TYPES: CodeList = {
    "AC": _("Adult contemporary"),
    "AR": _("Album-oriented rock"),
    "AL": _("Alternative music"),
    "AM": _("Americana"),
    "BD": _("Music for band"),
    "BL": _("Bluegrass"),
    "CD": _("Children’s music"),
    "CL": _("Classical music"),
    "CC": _("Contemporary Christian music"),
    "CT": _("Country music"),
    "DN": _("Dance music"),
    "FM": _("Film or television music"),
    "FK": _("Folk music"),
    "BG": _("Gospel, black"),
    "SG": _("Gospel, southern"),
    "JZ": _("Jazz music"),
    "JG": _("Jingle"),
    "LN": _("Latin music"),
    "LA": _("Latina"),
    "NA": _("New Age"),
    "OP": _("Opera"),
    "PK": _("Polka"),
    "PP": _("Pop music"),
    "RP": _("Rap"),
    "RB": _("Rhythm and blues"),
    "RK": _("Rock music"),
    "SD": _("Sacred music"),
    "SY": _("Symphonic music"),
    "TA": _("Triple A (adult album alternative)"),
}

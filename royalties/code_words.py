"""The codes of data in words: kinds of use, parts of the day, tax classes, categories, ledger reasons.

What a rule or a source names by a code of its own is shown as it is.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cmo_portal.common.texts import Text
from licensing.models.tariffs import UseCategory
from members.queries.payees import TAX_CLASSES
from royalties.models.statements import HELD_REASONS

USES: Mapping[str, Text] = {
    "feature": pgettext_lazy("kind of use", "feature"),
    "theme": pgettext_lazy("kind of use", "theme"),
    "background": pgettext_lazy("kind of use", "background"),
    "jingle": pgettext_lazy("kind of use", "jingle"),
}
DAYPARTS: Mapping[str, Text] = {
    "prime": pgettext_lazy("part of the day", "prime"),
    "other": pgettext_lazy("part of the day", "other"),
}
CATEGORIES: Mapping[str, Text] = {category.value: category.label for category in UseCategory}
LEDGER_REASONS: Mapping[str, Text] = {**dict(HELD_REASONS), "returned": _("Returned by the bank")}


def use_text(code: str) -> str:
    """A kind of use, such as a theme or a jingle."""
    return str(USES.get(code, code))


def daypart_text(code: str) -> str:
    """A part of the day that has a weight of its own."""
    return str(DAYPARTS.get(code, code))


def tax_class_text(code: str) -> str:
    """The tax class of a payee."""
    return str(dict(TAX_CLASSES).get(code, code))


def category_text(code: str) -> str:
    """How the music of a pool or a licence is used."""
    return str(CATEGORIES.get(code, code))


def ledger_reason_text(code: str) -> str:
    """Why a line of the ledger was posted."""
    return str(LEDGER_REASONS.get(code, code))

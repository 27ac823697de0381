"""The words for each kind of background work on pages; a kind without words is shown as it is kept."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from cmo_portal.common.texts import Text

JOB_WORDS: Final[Mapping[str, Text]] = {
    "works.check_file": _("Check a registration file"),
    "royalties.find_duplicates": _("Compare the works with each other"),
    "royalties.find_agreement_faults": _("Look through all agreements"),
    "works.import_file": _("Take a registration file"),
    "works.export_repertoire": _("Write a file of the repertoire"),
    "works.check_table": _("Check a table of works"),
    "works.take_table": _("Take a table of works"),
    "works.make_request_file": _("Make a file of requests for numbers"),
    "works.read_answers": _("Read a file of answers with numbers"),
    "works.disputes_due": _("Take up disputes whose days for evidence are over"),
    "licensing.notice": _("Send a message about a licence"),
    "royalties.read_usage": _("Read a usage file"),
    "royalties.land_usage": _("Take the lines of a usage file"),
    "royalties.match_usage": _("Match a usage file"),
    "royalties.list_unmatched": _("List the usage without a known work"),
    "royalties.freeze": _("Freeze the inputs of a distribution"),
    "royalties.weigh": _("Calculation: weigh the usage"),
    "royalties.allocate": _("Calculation: split pools to works and shares"),
    "royalties.lines": _("Calculation: split to usage lines"),
    "royalties.verify": _("Calculation: check and seal"),
    "royalties.finalise": _("Post a distribution to the ledger"),
    "royalties.drop_parts": _("Clear a cancelled distribution away"),
}


def job_words(kind: str) -> Text:
    """What kind of work it is, in words."""
    return JOB_WORDS.get(kind) or kind

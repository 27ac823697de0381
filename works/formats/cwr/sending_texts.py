"""What keeps a file from being written, a work of ours out of it, or a part of the work out of its transaction."""

from cmo_portal.common.words import gettext_noop as _
from works.formats.texts import Text

WRITING: dict[str, Text] = {
    "no_such_record": Text(_("CWR %(version)s has no record of type %(value)s."), _("Leave it out, or write 2.2.")),
    "nothing_to_write": Text(_("There is nothing to write."), _("A CWR file holds at least one transaction.")),
    "too_long": Text(_("“%(value)s” is longer than the %(limit)s characters of %(field)s."), _("Shorten it.")),
    "share_too_fine": Text(
        _("“%(value)s” in %(field)s cannot be written."), _("Round shares to 0.01 %% and give durations in seconds.")
    ),
    "status_unwritten": Text(_("CWR %(version)s has no status “%(value)s”."), _("Answer with another status.")),
    "number_missing": Text(_("An accepted work needs our work number."), _("Give the number we keep it under.")),
    "conflict_missing": Text(_("A conflict shows no existing work."), _("Give the work it conflicts with.")),
    "conflict_unasked": Text(_("Only an answer CO shows an existing work."), _("Leave it out, or answer CO.")),
}

# What keeps a work of ours out of a file we send, or is left out of it.
SENDING: dict[str, Text] = {
    "no_roman_title": Text(
        _("No title of the work can be written in the letters of CWR: “%(value)s”"), _("Add a title in Roman letters.")
    ),
    "share_disputed": Text(_("A part of the work is in dispute."), _("Settle the dispute first.")),
    "share_by_territory": Text(
        _("The ownership differs by territory, which CWR cannot say."), _("Give the shares for the world.")
    ),
    "agreements_disagree": Text(
        _("Agreements about the work contradict each other, so nobody can say who collects it."),
        _("Correct the agreements."),
    ),
    "collected_for_another": Text(
        _("A publisher collects a part of %(right)s that it does not own for its owner in %(value)s."),
        _("Give the publisher the ownership, or tell the receiver apart from the file."),
    ),
    "chain_left_out": Text(
        _("Nobody of ours stands in the chain of “%(value)s”; only what it owns is sent."),
        _("Send the file in 2.2, which says where such a chain collects, if that is needed."),
    ),
    "acquirer_without_original": Text(
        _("“%(value)s” acquired its part, and no registration tells from which original publisher."),
        _("Take the registration of the work that names both, or give the part the role E."),
    ),
    "share_too_small": Text(
        _("The %(right)s share of “%(value)s” is below 0.01 %%, the smallest that CWR can say."), _("Raise it.")
    ),
    "owner_without_name": Text(_("An owner has no name in Roman letters: “%(value)s”"), _("Add the name.")),
    "title_left_out": Text(
        _("The title “%(value)s” cannot be written in CWR and is left out."), _("Add it in Roman letters, if needed.")
    ),
    "part_unknown": Text(
        _("Nobody is known to own %(value)s %% of %(right)s; it is sent as the part of an unknown writer."),
        _("Complete the shares."),
    ),
    "share_rounded": Text(
        _("The %(right)s shares are finer than 0.01 %%; they are rounded, and their sum is kept."),
        _("Nothing, or round them to 0.01 %%."),
    ),
    "recording_left_out": Text(_("The recording “%(value)s” has no ISRC and is left out."), _("Add the ISRC.")),
    "detail_left_out": Text(
        _("“%(value)s” cannot be written in %(field)s and is left out."), _("Write it in Roman letters, if needed.")
    ),
    "language_left_out": Text(
        _("The language “%(value)s” is not in the table of CWR and is left out."), _("Choose another one.")
    ),
}

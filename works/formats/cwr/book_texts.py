"""What our books say of a transaction: what it is about, what it meets there, and why a person has to look at it."""

from cmo_portal.common.words import gettext_noop as _
from works.formats.texts import Text

BOOKS: dict[str, Text] = {
    "own_answer": Text(
        _("The file says that we sent it ourselves: our own answer tells nothing of what others think."),
        _("Hand in the answers of other societies only."),
    ),
    "answer_unknown": Text(
        _("Nothing that we sent fits: neither the number “%(value)s” nor date, time and place in a file."),
        _("Compare it with the exports by hand."),
    ),
    "answer_unfit": Text(
        _(
            "Our work %(number)s is “%(title)s”: the title “%(value)s” does not fit, nor do date, time and place in a"
            " file of ours."
        ),
        _("Compare the two; nothing was noted."),
    ),
    "answer_untitled": Text(
        _(
            "Our work %(number)s is “%(title)s”: the answer names no title, and neither a writer nor date, time and"
            " place in a file of ours fit."
        ),
        _("Compare the two; nothing was noted."),
    ),
    "notice_unknown": Text(_("We have no work with the number “%(value)s”."), _("Compare it with our works by hand.")),
    "notice_unfit": Text(
        _("Our work %(number)s is “%(title)s”: the title “%(value)s” does not fit."),
        _("Compare the two; enter the ISWC by hand if it is the same work."),
    ),
    "notice_iswc": Text(_("“%(value)s” is not an ISWC that can be assigned."), _("Ask the sender for the right one.")),
    "iswc_differs": Text(
        _("Our work %(number)s, “%(title)s”, has the ISWC %(iswc)s; the file says %(value)s."),
        _("Ask the agency which one is right."),
    ),
    "iswc_taken": Text(
        _("Our work %(number)s, “%(title)s”, has the ISWC %(value)s already."), _("Compare the two works.")
    ),
    "iswc_in_file": Text(
        _("Transaction %(number)s of this file has the ISWC %(value)s already."), _("Compare the two works.")
    ),
    "shares_exceed": Text(
        _("%(right)s: the file gives %(sent)s %%, others hold %(held)s %% by our books; together more than the whole."),
        _("The claims on the work are decided in its dispute."),
    ),
    "shares_conflict": Text(
        _("With what others hold by our books, the shares of the file make more than the whole."),
        _("The claims on the work are decided in its dispute."),
    ),
    "other_bearer": Text(
        _("The IPI number %(value)s belongs to %(owner)s in our register; the file says %(name)s."),
        _(
            "Correct the number or the name and send it again. If it is another name of the same party, the register"
            " has to know it first."
        ),
    ),
    "two_bearers": Text(
        _(
            "The IPI name number %(value)s belongs to %(owner)s in our register, the IPI base number %(base)s to"
            " %(other)s; the file says %(name)s."
        ),
        _("Correct one of the two numbers and send it again."),
    ),
    "bearer_in_file": Text(
        _(
            "Transaction %(number)s of this file gives the IPI number %(value)s to %(owner)s; here it stands with"
            " %(name)s."
        ),
        _("Correct the number or the name and send it again."),
    ),
    "own_work": Text(
        _("The work stands in our books, where this file of ours came from: nothing was changed."),
        _("Change a work of ours on its page."),
    ),
    "sender_other": Text(
        _("The header names “%(value)s” as the sender: that is not the member who handed this file in."),
        _("Hand in files of your own alone; the sender may hand in this one, or the documentation desk."),
    ),
    "sender_unknown": Text(
        _(
            "Our work %(number)s, “%(title)s”, was registered by somebody else, and the sender's number %(value)s in"
            " the header is not the IPI name number of the member who handed this file in."
        ),
        _("Send it under your own IPI name number; the documentation desk enters it if it is missing in your profile."),
    ),
    "not_own_work": Text(
        _(
            "The member who handed this file in neither registered our work %(number)s, “%(title)s”, nor holds a share"
            " of it."
        ),
        _("Claim your share on the page of the work, or let one of its owners send the revision."),
    ),
    "member_not_named": Text(
        _("No writer or publisher with a share has the IPI number of the member who handed this file in."),
        _("Only works with a share of your own can be registered by you: give your IPI name number with your name."),
    ),
    "agreement_known": Text(_("The agreement stands in our books already."), _("Send changes as another agreement.")),
    "agreement_says": Text(
        _("%(kind)s, %(area)s, from %(start)s: %(assignor)s passes on."), _("Works that it reaches now: %(works)s.")
    ),
    "agreement_gives": Text(_("%(acquirer)s gets %(parts)s."), ""),
    "agreement_of_member": Text(
        _("%(assignor)s is a member of ours, and the file comes from somebody else."),
        _("Ask the member; then take the agreement into the books here, or leave it."),
    ),
    "agreement_contradicts": Text(
        _(
            "%(right)s: together with %(other)s it gives away more than 100 %% of what %(assignor)s holds; works that"
            " would be held: %(works)s."
        ),
        _("Find out which agreement holds; then take this one into the books here all the same, or leave it."),
    ),
    "looks_alike": Text(
        _("Our work %(number)s, “%(title)s”, has the same title, and the writer %(writer)s too."),
        _("If it is the same work, merge the two on the page of duplicates, or ask the sender."),
    ),
    "twin_in_file": Text(
        _("Transaction %(number)s of this file has the same title, and the writer %(writer)s too."),
        _("If it is the same work, merge the two on the page of duplicates, or ask the sender."),
    ),
    "share_changes": Text(_("%(right)s: %(party)s had %(before)s, by the file %(after)s."), ""),
    "member_loses": Text(
        _("%(party)s is a member of ours, and the file takes share away."),
        _("Ask the member; then take the revision into the books here, or leave it."),
    ),
    "older_file": Text(
        _("The file is dated %(dated)s, before %(standing)s, the date of the file from which the shares came."),
        _("Find out which file is right; then take this revision into the books here, or leave it."),
    ),
    "kept_for_person": Text(
        _("Transactions of type %(value)s are kept with the file, and nothing else is done with them."),
        _("A person has to look at them."),
    ),
}

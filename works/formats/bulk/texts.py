"""What each complaint about a table of works says, and what to do."""

from cmo_portal.common.words import gettext_noop as _
from works.formats.texts import Text

_CHANGE = _("They must make 100 %%: change the shares by %(rest)s.")
_TEXTS: dict[str, Text] = {
    "blank": Text(_("This cell is blank."), _("Fill it in.")),
    "no_work": Text(_("The row does not say to which work it belongs."), _("Write the same word into all its rows.")),
    "roman": Text(
        _("This title is not in Roman letters."), _("Write it in Roman letters here, its own script in title_original.")
    ),
    "own_script": Text(
        _("This title is in Roman letters."), _("Write it in its own script here, or leave this blank.")
    ),
    "language": Text(
        _("“%(value)s” is not a language we know here."),
        _("Write its ISO code, for example %(allowed)s, or leave it blank."),
    ),
    "seconds": Text(_("“%(value)s” is not a length in seconds."), _("Write a whole number: 245 for 4:05.")),
    "iswc": Text(_("“%(value)s” is not a correct ISWC."), _("Check each digit, or leave it blank.")),
    "isrc": Text(_("“%(value)s” is not an ISRC."), _("Write its twelve characters, or leave it blank.")),
    "performer": Text(
        _("A performer is named, but no recording."), _("Give the ISRC of the recording, or leave this blank.")
    ),
    "number": Text(
        _("“%(value)s” is neither an IPI name number nor a member number."), _("Check each digit, or leave it blank.")
    ),
    "role": Text(_("“%(value)s” is not a role we know here."), _("Write one of %(allowed)s.")),
    "share": Text(_("“%(value)s” is not a share."), _("Write a number from 0 to 100, for example 33.33.")),
    "decimals": Text(_("“%(value)s” has too many decimals."), _("Round it to four, for example 33.3333.")),
    "no_share": Text(_("This person has no share at all."), _("Give a share, or take the row out.")),
    "differs": Text(
        _("An earlier row of this work says “%(other)s” here."), _("Write the same, or leave it blank in further rows.")
    ),
    "twice": Text(
        _("This person stands twice in this role."), _("Put the two shares together, or correct one of the rows.")
    ),
    "sum_performing": Text(_("The performing shares of this work add up to %(total)s %%."), _CHANGE),
    "sum_mechanical": Text(_("The mechanical shares of this work add up to %(total)s %%."), _CHANGE),
    "again": Text(
        _("Row %(row)s holds a work with the same title and the same people."),
        _("Take one of them out; if they are two works, say what tells their titles apart."),
    ),
    "iswc_again": Text(_("Row %(row)s gives the same ISWC to another work."), _("Correct one of the two.")),
    "isrc_again": Text(
        _("Row %(row)s gives the same recording to another work."),
        _("Keep it in one of them. If it holds both, ask for the other link on the page of recordings afterwards."),
    ),
    "number_again": Text(
        _("Row %(row)s gives the number %(value)s to %(name)s: this is another name."), _("Correct one of the two.")
    ),
    "unreadable": Text("%(reason)s", "%(cure)s"),
    "too_many": Text(
        _("One work has more than %(most)s rows."), _("Check the column “work”: is the word really one work?")
    ),
    "too_long": Text(
        _("This text has %(length)s characters; there is room for %(most)s."),
        _("Shorten it. Nothing is cut without your knowing."),
    ),
    # what only our books can say
    "other_name": Text(
        _("The number %(value)s belongs to somebody of another name."), _("Check the number and the name.")
    ),
    "unknown_member": Text(_("No member has the number %(value)s."), _("Check it, or give the IPI name number.")),
    "one_person": Text(
        _("An earlier row of this work means %(name)s in this role too."),
        _("Put the two shares together, or give the number of the other person or “new”."),
    ),
    "ambiguous": Text(
        _("People we know go by this name."),
        _("Give her IPI name number or member number; write “new” if it is somebody else."),
    ),
    "territory": Text(
        _("“%(value)s” is no territory that we know."),
        _("Write names or TIS numbers, joined by + and −, or leave it blank for the whole world."),
    ),
    "territory_of_desk": Text(
        _("Members register their shares for the whole world."),
        _("Leave this blank, and write to the society about shares of single territories."),
    ),
    "not_named": Text(
        _("Your own share is missing in this work."),
        _("Register only works in which you have a share, and name yourself."),
    ),
    "iswc_taken": Text(
        _("This ISWC belongs to our work %(number)s."), _("Look at that work; it is registered already.")
    ),
    "isrc_taken": Text(
        _("This recording stands with our work %(number)s, in which others own shares."),
        _("Leave the ISRC blank, then ask for the link on the page of recordings: the documentation desk decides."),
    ),
    "isrc_waits": Text(
        _("This recording stands with our work %(number)s, in which others own shares: the link to this work waits."),
        _("Decide on it in the list of links that wait."),
    ),
    "alike": Text(
        _("Our work %(number)s, “%(title)s”, has this title and one of these people."),
        _("If it is the same work, nothing is to be done. If yours is another one, write “yes” into another_work."),
    ),
    "namesake": Text(
        _("Our work %(number)s has the same title by other people."),
        _("The two are compared before yours is registered."),
    ),
    "namesake_taken": Text(
        _("Our work %(number)s has the same title by other people."), _("Look at it: is it really another work?")
    ),
}


def text_of(code: str) -> Text:
    """The message and remedy of a kind of fault."""
    return _TEXTS[code]

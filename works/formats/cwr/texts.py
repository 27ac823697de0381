"""What each complaint says about a file received, by numbered edit or by kind of fault, and all texts by their keys."""

from cmo_portal.common.words import gettext_noop as _
from works.formats.cwr.book_texts import BOOKS
from works.formats.cwr.sending_texts import SENDING, WRITING
from works.formats.texts import Text

_FIELDS: dict[str, Text] = {
    "required": Text(_("The field %(field)s is blank."), _("Fill it.")),
    "code": Text(_("“%(value)s” is not a code of the table for %(field)s."), _("Use a code of the CWR tables.")),
    "flag": Text(_("The field %(field)s holds “%(value)s”."), _("Allowed: %(allowed)s.")),
    "date": Text(_("“%(value)s” in %(field)s is not a date."), _("Write YYYYMMDD, or eight zeros for none.")),
    "time": Text(_("“%(value)s” in %(field)s is not a duration."), _("Write HHMMSS, or six zeros for none.")),
    "digits": Text(_("“%(value)s” in %(field)s is not a number."), _("Write digits only.")),
    "count": Text(_("“%(value)s” in %(field)s is not a count above zero."), _("Write the count in digits.")),
    "share": Text(_("“%(value)s” in %(field)s is not a share."), _("Write five digits; 05000 stands for 50.00 %%.")),
    "share_range": Text(_("The share %(value)s in %(field)s is too high."), _("The highest is %(allowed)s %%.")),
    "society": Text(_("“%(value)s” in %(field)s is not a society."), _("Use the code of the CISAC list.")),
    "territory": Text(_("“%(value)s” is not a territory."), _("Use a TIS code of four digits, such as 2136.")),
    "organisation": Text(
        _("“%(value)s” cannot name the organisation of a cross reference."),
        _("Use the code of a society or sender, or ISW or ISR."),
    ),
    "titles": Text(
        _("The field %(field)s holds characters that titles may not have: %(characters)s"), _("Write it without them.")
    ),
    "names": Text(
        _("The field %(field)s holds characters that names may not have: %(characters)s"), _("Write it without them.")
    ),
    "ipi": Text(_("“%(value)s” is not an IPI name number."), _("Write eleven digits, or leave it blank.")),
    "ipi_base": Text(_("“%(value)s” is not an IPI base number."), _("Write it as I-000000229-7, or leave it blank.")),
    "iswc": Text(_("“%(value)s” is not an ISWC."), _("Write T and ten digits, or leave it blank.")),
    "isrc": Text(
        _("“%(value)s” is not an ISRC."), _("Write its twelve characters without hyphens, or leave it blank.")
    ),
    "ean": Text(_("“%(value)s” is not an EAN."), _("Write thirteen digits, or leave it blank.")),
    "check_digit": Text(
        _("The check digit of “%(value)s” in %(field)s is wrong."),
        _("Compare it with the registry; it may be mistyped."),
    ),
    "unknown_with_name": Text(
        _("The party “%(name)s” is marked as unknown."), _("Mark only parties without a name as unknown.")
    ),
    "name_or_unknown": Text(
        _("The party has no name and is not marked as unknown."), _("Give the name, or Y for unknown.")
    ),
}

_ORDER: dict[str, Text] = {
    "stranger": Text(_("A record of type %(type)s has no place here."), _("Leave it out, or correct its type.")),
    "second_header": Text(
        _("A second header, %(type)s, stands inside the transaction."), _("Begin a new transaction.")
    ),
    "order": Text(_("The record %(type)s stands after %(before)s."), _("Put the records in the documented order.")),
    "repeated": Text(_("The record %(type)s stands more than once."), _("Keep one.")),
    "orphan": Text(_("The record %(type)s does not follow %(after)s."), _("Put it behind the record it belongs to.")),
    "not_directly_after": Text(
        _("The record %(type)s is parted from its %(after)s by %(other)s."), _("Put it directly behind.")
    ),
    "other_party_number": Text(
        _("The party number “%(value)s” is not “%(party)s”, the number of the %(type)s above."),
        _("Repeat that number."),
    ),
    "territory_sequence": Text(
        _("The territory line is numbered “%(value)s”, %(due)s was due."), _("Count 1, 2, 3 for each party.")
    ),
    "territory_of_other": Text(
        _("A territory stands under a publisher that the sender does not control."), _("Leave it out.")
    ),
}

_PARTIES: dict[str, Text] = {
    "SPU-F-001": Text(
        _("The publisher chain is numbered “%(value)s”, %(due)s was due."), _("Number the chains 01, 02, 03.")
    ),
    "SPU-F-003": Text(
        _("The party number “%(value)s” already names “%(other)s”."), _("Give each party a number of its own.")
    ),
    "SPU-F-019": Text(
        _("A publisher of type %(value)s owns %(pr)s / %(mr)s / %(sr)s %%."), _("Only types E and AQ own shares.")
    ),
    "SPU-F-029": Text(_("The publisher “%(value)s” is named like a society."), _("Give its IPI name number.")),
    "SPU-F-032": Text(_("An acquirer (AQ) stands before the original publisher."), _("Put it after type E.")),
    "SPU-R-002": Text(_("The chain begins with a publisher of type “%(value)s”."), _("Begin it with type E or PA.")),
    "SPU-R-006": Text(
        _("The controlled publisher “%(value)s” stands in a chain of other publishers."), _("Begin a new chain.")
    ),
    "SPU-R-008": Text(_("The acquirer “%(value)s” owns nothing."), _("Give it a share of at least one right.")),
    "NWR-T-016": Text(
        _("The publisher “%(value)s”, not controlled, stands in a controlled chain."), _("Begin a new chain for it.")
    ),
    "NWR-T-017": Text(_("The chain has more than one publisher of type E."), _("Begin a new chain for each.")),
    "NWR-T-025": Text(_("The chain of “%(value)s” owns nothing."), _("Give it a share of at least one right.")),
    "NWR-T-026": Text(
        _("“%(value)s” owns a share although an acquirer follows it."), _("Give the share to the acquirer.")
    ),
    "NWR-T-007": Text(_("The chain of “%(value)s” collects nowhere."), _("Add territory lines (SPT).")),
    "NWR-T-010": Text(
        _("The work is a version, but nobody arranged, adapted or translated it."),
        _("Add a writer AR, AD, SR, SA or TR."),
    ),
    "NWR-T-012": Text(_("The work has no writer."), _("Add at least one SWR or OWR.")),
    "NWR-T-015": Text(_("No writer is a composer or author; the roles are %(roles)s."), _("Add a writer C, A or CA.")),
    "NWR-T-020": Text(_("The writer “%(value)s” owns a share and collects nowhere."), _("Add territory lines (SWT).")),
    "NWR-T-023": Text(
        _("The work is an original, but a writer has the role %(value)s."),
        _("Register it as MOD, or correct the role."),
    ),
    "NWR-T-024": Text(
        _("All writers are public domain, but %(total)s %% of the performing right is owned."),
        _("Set the shares to zero."),
    ),
    "SWR-F-002": Text(
        _("The party number “%(value)s” already names “%(other)s”."), _("Give each party a number of its own.")
    ),
    "SWR-F-020": Text(
        _("The writer with the role %(value)s has no share, and no arranger has one."), _("Give the arranger a share.")
    ),
    "SWR-R-002": Text(_("The writer “%(value)s” is linked to no publisher."), _("Add a PWR record behind the writer.")),
    "words_in_music": Text(
        _("The work is music alone, but a writer has the role %(value)s."), _("Correct the role or the relation.")
    ),
    "link_of_other": Text(_("A link to a publisher stands under a writer not controlled."), _("Leave it out.")),
    "link_to_nobody": Text(
        _("The publisher number “%(value)s” is not that of an original publisher or participant above."),
        _("Name a publisher of type E or PA."),
    ),
    "link_to_no_chain": Text(_("No publisher has the chain number “%(value)s”."), _("Repeat the chain's number.")),
    "link_name": Text(_("The publisher is called “%(name)s” above, “%(value)s” here."), _("Repeat the name.")),
}

_SHARES: dict[str, Text] = {
    "sum_fitted": Text(
        _("The %(right)s shares add up to %(total)s %%: within the tolerance, so %(stored)s %% is stored here."),
        _("Send %(better)s %% here: then the shares make 100 %% and are stored as sent."),
    ),
    "NWR-T-004": Text(
        _("Publishers own %(total)s %% of %(right)s; the most is %(limit)s %%."), _("Lower their ownership shares.")
    ),
    "writers_above": Text(
        _("Writers own %(total)s %% of %(right)s; the most is %(limit)s %%."), _("Lower their ownership shares.")
    ),
    "writers_below": Text(
        _("Writers own %(total)s %% of %(right)s; it is nothing or at least %(limit)s %%."), _("Correct their shares.")
    ),
    "NWR-T-011": Text(
        _("All parties own %(total)s %% of %(right)s together."),
        _("Make it 100.00 %%, or nothing for an unused right."),
    ),
    "territory_above": Text(
        _("%(total)s %% of %(right)s is collected in %(territories)s."), _("Lower the collection shares to 100 %%.")
    ),
    "NWR-T-027": Text(
        _("The chain of “%(value)s” owns %(owned)s %% of PR and collects %(total)s %% in %(territories)s."),
        _("Collect what is owned, or mark the change of shares."),
    ),
    "SPT-R-005": Text(
        _("“%(value)s” collects %(right)s in %(territories)s beside another of its chain."),
        _("Exclude the territory for one of them."),
    ),
    "territory_below": Text(
        _("In territory %(territories)s only %(total)s %% of %(right)s is collected."),
        _("Where a publisher collects, make it 100.00 %%."),
    ),
    "manuscript_total": Text(
        _("The manuscript shares of %(right)s make %(total)s %%."), _("Make them 100.00 %% together.")
    ),
    "include_without_share": Text(
        _("Territory %(value)s is included without any share."), _("Give a share, or exclude the territory.")
    ),
    "exclude_with_share": Text(_("An excluded territory carries the share %(value)s."), _("Write zeros.")),
}

_CONTENT: dict[str, Text] = {
    "NWR-T-002": Text(_("The work is not registered here."), _("It is taken as a new registration.")),
    "NWR-T-003": Text(_("A serious work has no instrumentation."), _("Add an INS record.")),
    "NWR-T-013": Text(_("The work is already accepted here."), _("Send changes as a REV.")),
    "NWR-T-039": Text(_("The work is for a film, but no film is named."), _("Add an ORN record with the title.")),
    "NWR-F-003": Text(
        _("The work number “%(value)s” stands in the file more than once."), _("Give each work a number of its own.")
    ),
    "NWR-F-007": Text(_("A serious work has the duration “%(value)s”."), _("Give its duration as HHMMSS.")),
    "NWR-F-018": Text(_("A composite work does not say how many parts it has."), _("Give the number of parts.")),
    "NWR-F-019": Text(_("There are %(value)s parts, but no type of composite."), _("Give the composite type.")),
    "NWR-F-020": Text(_("“%(value)s” is not a number of parts."), _("A composite has two parts or more.")),
    "version_needs": Text(_("A version needs the field %(field)s."), _("Say what was changed.")),
    "ALT-F-006": Text(_("A title in national letters names no language."), _("Give its language.")),
    "REC-F-001": Text(_("The recording says nothing."), _("Fill at least one field, or leave it out.")),
    "REC-F-018": Text(_("Whether the ISRC is valid is given as “%(value)s”."), _("Write Y, N or U.")),
    "ORN-F-004": Text(_("A library work names no CD."), _("Give the CD identifier; INTERNET is allowed.")),
    "ORN-F-010": Text(_("Neither a production nor a library is named."), _("Give one of them.")),
    "ORN-F-013": Text(_("The purpose is %(value)s, but no production is named."), _("Give the production title.")),
    "INS-F-006": Text(_("The instrumentation of a serious work is blank."), _("Give a standard type or instruments.")),
    "COM-R-001": Text(_("The part “%(value)s” stands in a work that is no composite."), _("Give the composite type.")),
    "COM-F-007": Text(_("The second writer of a part has a first name alone."), _("Give the last name.")),
    "ARI-R-001": Text(_("The society's information has neither number nor note."), _("Give one, or leave it out.")),
    "ARI-F-003": Text(_("“%(value)s” is not a subject for a note."), _("Give a code of the subject table.")),
}

_AGREEMENTS: dict[str, Text] = {
    "AGR-F-007": Text(_("The retention end “%(value)s” is no date after the end."), _("Correct the date.")),
    "AGR-F-009": Text(_("The prior royalty date “%(value)s” is no date before the start."), _("Correct the date.")),
    "AGR-F-010": Text(_("There is a prior royalty date “%(value)s” without status D."), _("Remove it, or write D.")),
    "AGR-F-013": Text(_("The collection end “%(value)s” is no date after the end."), _("Correct the date.")),
    "AGR-F-014": Text(_("Collection after the term has status D and no end."), _("Give the date.")),
    "AGR-F-015": Text(_("There is a collection end “%(value)s” without status D."), _("Remove it, or write D.")),
    "AGR-F-020": Text(_("Type %(value)s needs the sales or manufacture clause."), _("Write S or M.")),
    "agreement_kept": Text(
        _("The agreement is kept with the file and not taken: %(reason)s"), _("Enter it by hand, or ask for another.")
    ),
    "agreement_blocks": Text(
        _("The territory blocks of the agreement share differently; it is kept with the file and not taken."),
        _("Enter each block as an agreement of its own."),
    ),
    "agreement_without_territory": Text(_("The agreement has no territory."), _("Add TER records.")),
    "agreement_total": Text(_("The parties hold %(total)s %% of %(right)s together."), _("Make it 100.00 %%.")),
    "IPA-R-001": Text(_("A party stands before any territory."), _("Put the TER records first.")),
    "IPA-R-002": Text(
        _("There are %(assignors)s assignors and %(acquirers)s acquirers."), _("Name one assignor and its acquirers.")
    ),
    "IPA-R-003": Text(_("The acquirer “%(value)s” gets no share."), _("Give it a share of some right.")),
    "IPA-F-011": Text(_("The party has no society."), _("Give its PR or MR society; 099 for none.")),
    "IPA-F-012": Text(_("There is a share of %(right)s without a society."), _("Give the society.")),
    "IPA-F-013": Text(_("There is a share of %(right)s without a society."), _("Give the society.")),
    "IPA-F-014": Text(_("There is a share of %(right)s without a society."), _("Give the society.")),
    "ACK-T-002": Text(_("The acknowledgement shows no work."), _("It is linked by its numbers.")),
    "ACK-T-003": Text(_("A conflicting work follows no registration."), _("It is kept with the answer.")),
    "MSG-F-006": Text(_("There is no edit %(type)s %(level)s %(value)s."), _("The text of the message is kept.")),
}

_FILES: dict[str, Text] = {
    "utf_16": Text(
        _("The file is written in UTF-16, which CWR does not know."),
        _("Save it as plain text in ASCII (or UTF-8 where the header says so) and send it again."),
    ),
    "binary": Text(
        _("The file is no text: it holds binary data."),
        _("Send the CWR file itself: unpack an archive first, and do not send a PDF or a table."),
    ),
    "empty": Text(_("The file is empty."), _("Send the file again.")),
    "FILE-E-002": Text(
        _("The file does not begin with a header (HDR)."), _("Send a CWR file of version 2.1, 2.2, 3.0 or 3.1.")
    ),
    "HDR-F-009": Text(
        _("The EDI version is “%(value)s”, not 01.10."), _("Send a CWR file of version 2.1, 2.2, 3.0 or 3.1.")
    ),
    "version_unread": Text(
        _("The file is in CWR %(version)s, which is not read here."), _("Send version 2.1, 2.2, 3.0 or 3.1.")
    ),
    "version_guessed": Text(_("Nothing says which version this is."), _("It is read as CWR %(version)s.")),
    "version_disputed": Text(
        _("The version is %(header)s by the header, %(group)s by the group and %(name)s by the file name."),
        _("It is read as CWR %(version)s."),
    ),
    "FILE-E-003": Text(_("The second record is not a group header (GRH)."), _("Put GRH after HDR.")),
    "FILE-E-004": Text(_("A group begins before the one before it has ended."), _("End each group with GRT.")),
    "FILE-E-005": Text(_("The file does not end with a trailer (TRL)."), _("It may be cut short: send it again.")),
    "FILE-E-006": Text(_("The group has no transaction."), _("Leave empty groups out.")),
    "FILE-E-007": Text(_("The file ends inside a group."), _("End each group with GRT.")),
    "group_end_without_group": Text(_("A group trailer stands outside any group."), _("Leave it out.")),
    "FILE-E-008": Text(_("A record stands behind the end of the file, or a second header."), _("Leave it out.")),
    "outside_group": Text(_("A transaction stands outside any group."), _("Put it between GRH and GRT.")),
    "without_transaction": Text(_("A record of type %(type)s belongs to no transaction."), _("It is left out.")),
    "PREFIX-F-001": Text(
        _("“%(value)s” is not a record type."), _("The transaction cannot be read: correct the type.")
    ),
    "PREFIX-F-002": Text(_("The first transaction is numbered “%(value)s”."), _("Begin each group with 00000000.")),
    "PREFIX-F-003": Text(_("The transaction is numbered “%(value)s”, %(due)s was due."), _("Count without gaps.")),
    "PREFIX-F-004": Text(
        _("The record carries transaction number “%(value)s”, its header %(due)s."),
        _("A header may be missing: check."),
    ),
    "PREFIX-F-005": Text(_("The header's record number is “%(value)s”."), _("Begin with 00000000.")),
    "PREFIX-F-006": Text(_("The record is numbered “%(value)s”, %(due)s was due."), _("Count without gaps.")),
    "short": Text(_("%(type)s records are shorter than their layout."), _("They are filled with blanks.")),
    "long": Text(_("%(type)s records are longer than their layout, by blanks."), _("The blanks are cut.")),
    "surplus": Text(_("The record goes on behind its layout: “%(value)s”"), _("The surplus is kept, but not used.")),
    "controls": Text(_("The line holds control characters."), _("They are read as blanks.")),
    "letters": Text(_("The line holds letters outside the announced character set."), _("They are read as they seem.")),
    "line_cut": Text(_("The line is longer than 10,000 characters."), _("Send one record a line.")),
    "blank_line": Text(_("There are blank lines between the records."), _("They are left out.")),
    "too_many_records": Text(_("The transaction has more than %(limit)s records."), _("Split it.")),
    "HDR-F-002": Text(_("The sender type is “%(value)s”."), _("Write PB, SO, AA or WR.")),
    "HDR-F-003": Text(_("“%(value)s” is not the number of a sender."), _("Write the IPI name number.")),
    "HDR-F-004": Text(_("“%(value)s” is not a society."), _("Write the code of the CISAC list.")),
    "HDR-F-006": Text(_("The society is called “%(name)s”, not “%(value)s”."), _("Write the name of the CISAC list.")),
    "HDR-F-014": Text(_("“%(value)s” is not a known character set."), _("It is read as ASCII.")),
    "GRH-F-001": Text(_("“%(value)s” is not a type of transaction for a group."), _("Correct the group header.")),
    "GRH-F-002": Text(_("The group is numbered “%(value)s”, %(due)s was due."), _("Count 00001, 00002.")),
    "GRH-F-004": Text(_("The group's version is “%(value)s”, not %(due)s."), _("Correct the group header.")),
    "GRH-F-005": Text(_("There is a second group of type %(value)s."), _("Put all of a type into one group.")),
    "GRT-F-001": Text(_("The group ends with number “%(value)s”, not %(due)s."), _("Repeat the group's number.")),
    "GRT-F-002": Text(_("The group says %(value)s transactions, %(due)s were counted."), _("Correct the count.")),
    "GRT-F-003": Text(_("The group says %(value)s records, %(due)s were counted."), _("Count GRH and GRT too.")),
    "TRL-F-001": Text(_("The file says %(value)s groups, %(due)s were counted."), _("Correct the count.")),
    "TRL-F-002": Text(_("The file says %(value)s transactions, %(due)s were counted."), _("Correct the count.")),
    "TRL-F-003": Text(_("The file says %(value)s records, %(due)s were counted."), _("Count HDR and TRL too.")),
    "NWR-T-022": Text(
        _("A transaction of type %(type)s stands in a group of type %(value)s."), _("Put it into a group of its type.")
    ),
}

# What publisher chains say and our books cannot.
_CHAINS: dict[str, Text] = {
    "collection_differs": Text(
        _("%(right)s here: %(stated)s %% for “%(party)s” in the file, %(found)s %% by our books."),
        _("Compare the chains with the agreements of the work."),
    ),
    "isrc_waits": Text(
        _("The recording %(isrc)s stands with our work %(number)s: the link to this work waits."),
        _("The documentation desk decides. Tell it why the recording holds this work too, or take the ISRC out."),
    ),
    "isrc_waits_again": Text(
        _("Transaction %(number)s of this file names the recording %(isrc)s too: the link to this work waits."),
        _("The documentation desk decides. Tell it why the recording holds this work too, or take the ISRC out."),
    ),
    "chain_not_taken": Text(
        _("A step of a publisher chain could not be taken: %(reason)s"), _("Enter it as an agreement by hand.")
    ),
    "society_not_taken": Text(
        _("Society %(value)s of “%(party)s” for %(right)s was not taken; our register has: %(kept)s"),
        _("Compare the two, and change the societies of the party by hand where the file is right."),
    ),
}

_TEXTS = {
    **_FIELDS,
    **_ORDER,
    **_PARTIES,
    **_SHARES,
    **_CONTENT,
    **_AGREEMENTS,
    **_FILES,
    **WRITING,
    **_CHAINS,
    **BOOKS,
    **SENDING,
}


def text_of(key: str) -> Text:
    """The text of an edit or kind of fault. KeyError when there is none."""
    return _TEXTS[key]

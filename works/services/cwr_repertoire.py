"""A work of ours as a CWR transaction: the one place that decides what a registration of ours says.

Ownership is what the shares of the world say, after the writers' agreements with publishers; publishers stand in chains
with those who collect for them by agreements in force (cwr_collection). A writer of ours is told as controlled where
the work has no publisher, where an agreement links him to one, or where there is one publisher of ours alone; otherwise
the link is not known, and he is told without one. Everything stands in an order that the file itself shows, so that a
register made from the file writes the same file again.
"""

from dataclasses import replace
from datetime import date

from works.formats.cwr.work import WorkTransaction
from works.queries.exports import OwnWork
from works.rules.credits import credited_names
from works.services.cwr_collection import collected
from works.services.cwr_details import with_details
from works.services.cwr_owners import owners_of
from works.services.cwr_publishers import chains_of
from works.services.cwr_recordings import recordings_of
from works.services.cwr_references import references_of
from works.services.cwr_sending import ToSend
from works.services.cwr_titles import main_title, other_titles
from works.services.cwr_writers import writers_of


def to_send(work: OwnWork, *, version: str, kind: str, on: date) -> ToSend:
    """The transaction of a work with the agreements in force on a day, or why there is none."""
    sending = ToSend()
    title = main_title(work, sending)
    goes = collected(work, sending.refuse)
    owners = owners_of(work, goes.shares, sending)
    if sending.refusals:
        return sending
    chains = chains_of(work, [owner for owner in owners if owner.is_publisher], goes, version, on, sending)
    if sending.refusals:
        return sending
    publishers = tuple(publisher for chain in chains for publisher in chain)
    transaction = WorkTransaction(
        transaction_type=kind,
        version=version,
        title=title,
        submitter_work_no=work.number,
        language=sending.language(work.language),
        iswc=work.iswc,
        distribution_category=work.category or "UNC",
        duration=work.duration,
        recorded="Y" if any(recording.isrc for recording in work.recordings) else "U",
        version_type=work.version_type or "ORI",
        publishers=publishers,
        writers=writers_of(work, [owner for owner in owners if not owner.is_publisher], chains, version),
        titles=other_titles(work, title, sending),
        **{name: value for name, value in work.facts.items() if value and name != "grand_rights"},
    )
    sending.work = _described(transaction, work, sending)
    return sending


def _described(transaction: WorkTransaction, work: OwnWork, sending: ToSend) -> WorkTransaction:
    credited = [name for each in work.recordings if each.isrc for name in credited_names(each.performer)]
    is_changed, grand_rights = transaction.version_type == "MOD", work.facts.get("grand_rights")
    information, cross_references = references_of(work, transaction.version, sending)
    return replace(
        with_details(transaction, work.details, credited, sending),
        music_arrangement=transaction.music_arrangement or ("UNS" if is_changed else ""),
        lyric_adaptation=transaction.lyric_adaptation or ("UNS" if is_changed else ""),
        grand_rights="" if grand_rights is None else "Y" if grand_rights else "N",
        recordings=tuple(recordings_of(work, transaction, sending)),
        information=information,
        cross_references=cross_references,
    )

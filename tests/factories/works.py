"""Works for tests: short to write, stored by the product's own services."""

from members.models import Party
from members.services.parties import PartyFacts, register_party
from works.models import Work
from works.services.recordings import NewRecording
from works.services.registration import NewShare, NewTitle, NewWork, register_work

PERCENT = 10_000


def party(name: str, *, ipi: str | None = None, original: str = "") -> Party:
    """A party by its Roman name."""
    first, _blank, last = name.rpartition(" ")
    return register_party(
        facts=PartyFacts(last_name=last, first_name=first, original=original, ipi_name_number=ipi), by=None
    )


def work(
    title: str, *shares: tuple[Party | None, str, int], original: str = "", isrc: str = "", iswc: str = ""
) -> Work:
    """A work whose shares (party, role, percent) hold for performing and mechanical rights alike."""
    parts = tuple(
        NewShare(owner, role, right, percent * PERCENT) for right in ("PR", "MR") for owner, role, percent in shares
    )
    new = NewWork(
        title=NewTitle(title),
        other_titles=(NewTitle(original, "OL", "UR"),) if original else (),
        shares=parts,
        iswc=iswc,
        recordings=(NewRecording(isrc, title),) if isrc else (),
    )
    return register_work(new=new, by=None, source="test")

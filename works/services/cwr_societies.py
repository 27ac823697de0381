"""The societies that a CWR file names for parties: taken where none is known yet."""

from collections.abc import Mapping

from members.models import Party, PartyAffiliation
from members.queries.party_register import known_society_codes
from works.formats.cwr.codes import NO_SOCIETY

Named = Mapping[tuple[int, str], str]  # party and right → society code


def take_societies(wanted: Named) -> None:
    """Note the society that collects for a party everywhere, where nothing is known of that right; what is known
    stays, whatever a file says. Codes of no society are left out."""
    societies = known_society_codes(set(wanted.values()))
    parties = sorted({party for party, _right in wanted})
    # Two imports may tell of one party at the same time: the second finds what the first has noted.
    list(Party.objects.select_for_update(no_key=True).filter(pk__in=parties).order_by("pk").values_list("pk"))
    known = PartyAffiliation.objects.filter(party__in=parties).values_list("party_id", "right")
    standing = set(known)
    PartyAffiliation.objects.bulk_create(
        PartyAffiliation(party_id=party, right=right, society_code=code)
        for (party, right), code in wanted.items()
        if code in societies and (party, right) not in standing
    )


def names_society(code: str) -> bool:
    """Whether a code is given, and not the one of public domain or of nobody."""
    return bool(code.strip("0")) and code.zfill(3) != NO_SOCIETY

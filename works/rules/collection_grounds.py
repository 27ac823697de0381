"""On what an agreement collects where use or collection lies outside its term."""

import datetime as dt

PRIOR, RETENTION, POST_TERM = "prior_royalties", "retention", "post_term"


def grounds(
    *, start: dt.date, end: dt.date | None, retention_end: dt.date | None, used_on: dt.date, collected_on: dt.date
) -> tuple[str, ...]:
    """Prior royalties, retention, post-term collection, as far as the two days need them; none within the term.

    The agreement is one that the rule of chains lets collect on these days: whether its terms allow it is asked there.
    """
    found = [PRIOR] if used_on < start else []
    if end is not None:
        kept_until = max(end, retention_end or end)
        if end < used_on or end < collected_on <= kept_until:
            found.append(RETENTION)
        if collected_on > kept_until:
            found.append(POST_TERM)
    return tuple(found)

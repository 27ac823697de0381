"""Credits of recordings: one text that names several performers, taken apart where the signs are beyond doubt.

"and" and "&" stay: they stand within the names of groups and pairs ("Nazia & Zoheb Hassan").
"""

import re

_BETWEEN = re.compile(r"\s*(?:[;,|/،؛]|\b(?:feat|ft|featuring)\b\.?)\s*", re.IGNORECASE)


def credited_names(credit: str) -> list[str]:
    """The names of a credit in its order, each once."""
    names = (" ".join(name.split()) for name in _BETWEEN.split(credit))
    return list(dict.fromkeys(name.strip(" ()[]") for name in names if any(sign.isalnum() for sign in name)))

"""Shares as people type them: percentages that count in whole units of 1/10,000 of a percent."""

import re

from cmo_portal.common.money import WHOLE_SHARE
from cmo_portal.common.numerals import digits_to_ascii

_PERCENT = re.compile(r"(\d{1,3})(?:\.(\d{1,4}))?", re.ASCII)
_FINER_PERCENT = re.compile(r"[0-9]{1,3}\.[0-9]{5,}")
_ARABIC_SIGNS = str.maketrans({"٪": "%", "٫": "."})


class ShareRefused(ValueError):
    """A text is no share; `code` is `decimals` where it only has too many of them, else `share`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_share(text: str) -> int:
    """A share in percent, typed as 33.33, 33,33, ۳۳ or 50 %, in 1/10,000 of a percent. Raises ShareRefused."""
    bare = digits_to_ascii(text).translate(_ARABIC_SIGNS).replace("%", "").replace(",", ".").strip()
    if _FINER_PERCENT.fullmatch(bare):
        raise ShareRefused("decimals")
    match = _PERCENT.fullmatch(bare)
    units = int(match[1]) * 10_000 + int((match[2] or "").ljust(4, "0")) if match else -1
    if not 0 <= units <= WHOLE_SHARE:
        raise ShareRefused("share")
    return units

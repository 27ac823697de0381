"""Whether a message carries an address or a number by which people would go on behind the society's back."""

import re

_MAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+\.\w{2,}", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\d[\d\s().-]{7,}\d")
FEWEST_DIGITS = 10  # a telephone number with its area code; dates and work numbers are shorter


def holds_contact_data(message: str) -> bool:
    """Whether an e-mail address or something like a telephone number or CNIC stands in a message."""
    if _MAIL.search(message):
        return True
    return any(sum(sign.isdigit() for sign in found) >= FEWEST_DIGITS for found in _NUMBER.findall(message))

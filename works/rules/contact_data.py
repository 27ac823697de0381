"""Whether a text carries an address or a number by which people would go on behind the society's back."""

import re
import unicodedata

_AT = r"(?:@|[(\[{<]\s*at\s*[)\]}>]|(?<!\w)ایٹ(?!\w))"
_DOT = r"(?:\.|[(\[{<]\s*dot\s*[)\]}>]|(?<!\w)dot(?!\w)|(?<!\w)ڈاٹ(?!\w))"
_MAIL = re.compile(rf"[\w.+-]+\s*{_AT}\s*[\w-]+\s*{_DOT}\s*\w{{2,}}", re.IGNORECASE)
# "ali at gmail dot com": without a sign, "at" is an address only before a domain that is spelled or known.
_SPELLED = re.compile(
    r"[\w.+-]+\s+at\s+[\w-]+(?:\s*[(\[]?\bdot\b[)\]]?\s*\w{2,}|\s?\.\s?(?:com|net|org|pk|info|co|me|in|uk)\b)",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d"
    r"|(?:19|20)\d\d[./-](?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12]\d|3[01]))(?!\d)"
)
_NUMBER = re.compile(r"\+?\d[\d\s()./_\\|*~–—‑-]{7,}\d")
FEWEST_DIGITS = 10  # a telephone number with its area code; dates and work numbers are shorter


def holds_contact_data(message: str) -> bool:
    """Whether an e-mail address or something like a telephone number or CNIC stands in a message, in whatever digits
    and with whatever signs between them; days are no numbers of people."""
    text = "".join(sign for sign in unicodedata.normalize("NFKC", message) if unicodedata.category(sign) != "Cf")
    if _MAIL.search(text) or _SPELLED.search(text):
        return True
    numbers = _NUMBER.findall(_DATE.sub(" day ", text))
    return any(sum(sign.isdigit() for sign in found) >= FEWEST_DIGITS for found in numbers)

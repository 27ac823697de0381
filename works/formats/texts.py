"""What a complaint about a file says. Texts are English with %(name)s places: marked for translation where they stand
and translated where they are shown, because an answer carries them in English whatever language its reader uses.
"""

from typing import NamedTuple


class Text(NamedTuple):
    """A message and how to cure what it complains of."""

    message: str
    remedy: str

"""Parts of a description as one text each: the instruments of a setting, the writers of a source."""

from collections.abc import Mapping, Sequence

from cmo_portal.wording import comma_list
from works.rules.instruments import INSTRUMENTS


def instruments_text(pairs: Sequence[tuple[str, int | None]]) -> str:
    """Instruments as a list of names, parted by the comma of the language."""
    named = ((str(INSTRUMENTS.get(code, code)), players) for code, players in pairs)
    return comma_list(f"{name} {players}" if players else name for name, players in named)


def writers_text(writers: Sequence[Mapping[str, str]]) -> str:
    """Writers of a source as a list of names."""
    return "; ".join(f"{each.get('first_name', '')} {each.get('last_name', '')}".strip() for each in writers)

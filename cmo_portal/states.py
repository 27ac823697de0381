"""How a state looks and what it is called: one registry, filled by the apps, used by pages, documents and the API.

    from cmo_portal.states import register_states
    register_states("run", {
        "DRAFT": ("empty", "plain", _("Draft")),
        "CALCULATED": ("half", "waiting", _("Calculated")),
        "PUBLISHED": ("filled", "good", _("Published")),
        "CANCELLED": ("cross", "bad", _("Cancelled")),
    })

A state is always a shape and a word; the tone only adds colour to what both already say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Drawn in a box of 12 by 12. The path is filled with the colour of the word beside it.
SHAPES: Final[Mapping[str, str]] = {
    "filled": "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1z",
    "half": "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zm0 1.5v7a3.5 3.5 0 0 0 0-7z",
    "empty": "M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zm0 1.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
    "triangle": "M6 1l5.5 10H.5z",
    "square": "M1.5 1.5h9v9h-9z",
    "tick": "M1 6.6l1.6-1.6 2.2 2.2 4.8-5L11.2 3.8 4.8 10.6z",
    "cross": "M2.6 1L6 4.4 9.4 1 11 2.6 7.6 6 11 9.4 9.4 11 6 7.6 2.6 11 1 9.4 4.4 6 1 2.6z",
    "pause": "M2.5 1.5h2.6v9H2.5zm4.4 0h2.6v9H6.9z",
}
# The same shapes as characters that the fonts of documents have, for text, documents and messages.
SIGNS: Final[Mapping[str, str]] = {
    "filled": "●",
    "half": "◐",
    "empty": "○",
    "triangle": "▲",
    "square": "■",
    "tick": "✓",
    "cross": "×",
    "pause": "‖",
}
TONES: Final = ("good", "waiting", "bad", "plain")


@dataclass(frozen=True, slots=True)
class State:
    """A state as people meet it: shape (a key of SHAPES), tone (one of TONES) and the word."""

    shape: str
    tone: str
    label: str | Promise

    @property
    def path(self) -> str:
        """The drawing of the shape."""
        return SHAPES[self.shape]

    def __str__(self) -> str:
        return f"{SIGNS[self.shape]} {self.label}"


_kinds: dict[str, dict[str, State]] = {}


def register_states(kind: str, states: Mapping[str, tuple[str, str, str | Promise]]) -> None:
    """Give the states of one kind of record their shape, tone and word; codes add up over several calls."""
    for code, (shape, tone, label) in states.items():
        if shape not in SHAPES or tone not in TONES:
            raise ValueError(f"State {kind}.{code}: unknown shape {shape!r} or tone {tone!r}.")
        _kinds.setdefault(kind, {})[str(code)] = State(shape, tone, label)


def look_up(code: str, kind: str = "") -> State:
    """Return the state of this code. Without a kind the code must mean the same in every kind that knows it.

    Raises LookupError for a code that nobody registered: a state without a word must not reach a page.
    """
    kinds = [kind] if kind else sorted(_kinds)
    found = {(state.shape, state.tone, str(state.label)): state for state in _matching(str(code), kinds)}
    if len(found) != 1:
        problem = "is ambiguous; name its kind" if found else "was not registered"
        raise LookupError(f"State {code!r} of kind {kind or 'any'!r} {problem}.")
    return next(iter(found.values()))


def _matching(code: str, kinds: list[str]) -> list[State]:
    return [_kinds[kind][code] for kind in kinds if code in _kinds.get(kind, {})]


# The steps of a task list (templates/components/task_list.html) are the design's own.
register_states(
    "task",
    {
        "not_started": ("empty", "plain", _("Not started")),
        "in_progress": ("half", "waiting", _("In progress")),
        "cannot_start": ("pause", "plain", _("Cannot start yet")),
        "done": ("tick", "good", _("Done")),
    },
)

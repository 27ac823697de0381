"""What the launcher says: plain lines on the terminal, and one exception for everything that stops it."""

from __future__ import annotations

import sys


class LauncherError(Exception):
    """A reason to stop, told to the person at the terminal in one clear message, without a traceback."""


def say(message: str) -> None:
    """Print one line of progress at once, also when the output is a file or a pipe."""
    print(message, flush=True)


def complain(message: str) -> None:
    """Print one line to the error output, marked as coming from the launcher."""
    print(f"portal: {message}", file=sys.stderr, flush=True)

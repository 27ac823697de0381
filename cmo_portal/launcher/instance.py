"""One running portal: its processes, started, watched and stopped."""

from __future__ import annotations

COMMANDS = {}

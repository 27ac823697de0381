"""Ports of this machine: finding a free one, and asking whether something listens."""

from __future__ import annotations

import socket

from cmo_portal.launcher.console import LauncherError

LOOPBACK = "127.0.0.1"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(wanted: int | None = None) -> int:
    """The wanted port if it is free, else one that the system gives out."""
    if wanted and is_free(wanted):
        return wanted
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def listen(host: str, wanted: int | None, first: int, tries: int = 50) -> socket.socket:
    """A listening socket: on the wanted port or not at all; else on the first free port from `first` on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    candidates = [wanted] if wanted is not None else [*range(first, first + tries), 0]
    for port in candidates:
        try:
            return socket.create_server((host, port), family=family, backlog=256)
        except OSError as error:
            reason = error.strerror
    raise LauncherError(f"cannot listen on {host}, port {candidates[0]}: {reason}.")

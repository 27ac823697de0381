"""A page of a stranger's PDF as a picture, so that a reviewer sees it beside the form without opening the file."""

import subprocess
import sys
from pathlib import Path

WORKER = Path(__file__).with_name("preview_worker.py")
MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 8
PATIENCE_SECONDS = 12


def page_picture(pdf: bytes, number: int = 1) -> bytes:
    """The page (first is 1) as PNG, drawn by a limited sub-process; empty when it cannot be drawn."""
    command = [sys.executable, "-I", str(WORKER), str(number), str(MEMORY_BYTES), str(CPU_SECONDS)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own file; the PDF comes by stdin
            command, input=pdf, capture_output=True, timeout=PATIENCE_SECONDS, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout if done.returncode == 0 and done.stdout.startswith(b"\x89PNG") else b""

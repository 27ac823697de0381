"""Draws one page of a PDF as a PNG, in a process of its own with little memory and time: stdin PDF, stdout PNG.

Run as a script with the page, the memory limit in bytes and the CPU limit in seconds. It opens no network and ends
with code 3 when the page cannot be drawn.
"""

import resource
import sys
import tempfile
from pathlib import Path

PAGE = '#set page(width: auto, height: auto, margin: 0pt)\n#image("given.pdf", page: {number}, width: 16cm)'
DOTS_PER_INCH = 110


def draw(number: int) -> bytes:
    """The page as PNG. Raises whatever the typesetter raises."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "given.pdf").write_bytes(sys.stdin.buffer.read())
        source = Path(folder) / "page.typ"
        source.write_text(PAGE.format(number=number), encoding="utf-8")
        drawn = typst.compile(str(source), format="png", ppi=DOTS_PER_INCH)
    return drawn if isinstance(drawn, bytes) else drawn[0]


def main() -> int:
    """Set the limits, then draw."""
    number, memory, seconds = (int(word) for word in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        picture = draw(number)
    except Exception as fault:
        sys.stderr.write(f"{type(fault).__name__}: the page cannot be drawn")
        return 3
    sys.stdout.buffer.write(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())

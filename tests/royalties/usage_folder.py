"""The folder in which the usage files of a test lie."""

from pathlib import Path

from django.conf import settings


def stored_files() -> set[str]:
    """The names of everything that lies in the folder of usage files."""
    return {path.name for path in (Path(settings.MEDIA_ROOT) / "usage").glob("*")}

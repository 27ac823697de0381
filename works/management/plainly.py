"""What commands that read and write files have in common: one line of words where something is wrong, and files that
are opened before any work is done."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import CommandError


@contextmanager
def plain_errors() -> Iterator[None]:
    """What a person can mend ends the command in one line: a path, a permission, a rule."""
    try:
        yield
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    except PermissionDenied as error:
        raise CommandError(f"The member of staff may not do this: the permission {error} is missing.") from error
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        raise CommandError(f"{named}{error.strerror or error}") from error


@contextmanager
def written_file(path: Path | None) -> Iterator[BinaryIO | None]:
    """A file to write, opened at once, that takes its place at the end. Where nothing was written, nothing is left
    there, not even an older file; after an error the older file stands as before."""
    if path is None:
        yield None
        return
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not path.is_file():  # a device or a pipe
        with path.open("wb") as out:
            yield out
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with _opened(part, path) as out:
            yield out
            is_empty = not out.tell()
        if is_empty:
            path.unlink(missing_ok=True)
        else:
            part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink()


def _opened(part: Path, path: Path) -> BinaryIO:
    """The file that is written; an error names the path that was asked for."""
    try:
        return part.open("wb")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error

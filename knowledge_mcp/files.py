"""Writes small files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_text(path: Path, text: str, replace: bool) -> None:
    """Write a file in one step: a reader sees the old text or the new one, never a part.

    Args:
        path: the file; its folder exists.
        text: what to write, as UTF-8.
        replace: whether a file that is there already may be replaced.

    Raises:
        FileExistsError: there is a file, and `replace` is false.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes a file for its owner only; records are as readable as what else the user writes.
        os.chmod(name, 0o644)
        if replace:
            os.replace(name, path)
        else:
            _link(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _link(name: str, path: Path) -> None:
    """Give the finished file its name; this fails where there is one, and needs no look beforehand that could be outrun."""
    try:
        os.link(name, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: an empty file takes the place first.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        os.replace(name, path)

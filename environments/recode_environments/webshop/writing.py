"""Writing a catalogue's files, all of them or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Writes files into a new folder: under a temporary name beside it, synced, then renamed.

    Raises:
        FileExistsError: the folder is there already and has something in it.
        OSError: the disk is full, or the place cannot be written to.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder}: is there already; name a new folder, or remove it first")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, data in contents.items():
            write_synced(partial / name, data)
        partial.chmod(0o755)
        sync_folder(partial)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial)
        raise
    sync_folder(folder.parent)


def write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Makes what was created or renamed in a folder last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

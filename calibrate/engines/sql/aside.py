"""A folder for what is put aside while a run lasts, and that nothing of it stays behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import weakref
from pathlib import Path

from calibrate.errors import LeadsError
from calibrate.present.numbers import number_text

_PREFIX = "calibrate-aside-"
_LOCK = "in-use"
_PER_GB = 1e9


def put_aside(owner: object, *, needed: int, what: str) -> Path:
    """Make a folder that goes when its owner does, or the process.

    Parameters
    ----------
    owner : object
    needed : int
        Bytes that may be written there.
    what : str
        Whose copy that is, for messages.

    Raises
    ------
    LeadsError
        When there is too little room.
    """
    _remove_left_behind()
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < needed:
        raise no_room(what, needed, free)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = _locked(folder)
    weakref.finalize(owner, _remove, folder, lock)
    return folder


def no_room(what: str, needed: int, free: int) -> LeadsError:
    """Say that a copy does not fit."""
    return LeadsError(
        f"{what} is put aside once as Parquet, for which {_in_gb(needed)} GB should be free in "
        f"{tempfile.gettempdir()}; {_in_gb(free)} GB are. Make room there, name another folder in "
        f"TMPDIR, or export the leads as Parquet, which is read where it is."
    )


def _in_gb(size: int) -> str:
    return number_text(round(size / _PER_GB, 2))


def _locked(folder: Path) -> int | None:
    """Take a folder for this process, as long as it lives; None where another has it."""
    lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _remove(folder: Path, lock: int | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if lock is not None:
        os.close(lock)


def _remove_left_behind() -> None:
    """Remove what processes left that were killed: nobody else would."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if not (folder / _LOCK).is_file() or not os.access(folder / _LOCK, os.W_OK):
            continue  # only just made, or somebody else's
        lock = _locked(folder)
        if lock is not None:
            _remove(folder, lock)

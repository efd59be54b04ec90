"""Which files a path means: one, all that match a pattern, or those packed into an archive."""

from __future__ import annotations

import datetime as dt
import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from calibrate.engines.archives import ARCHIVE_ENDINGS, unpack
from calibrate.errors import LeadsError, near_names


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The content of one file of a table.

    Attributes
    ----------
    name : str
        Its name, whose ending says how to read it.
    where : str
        Its name for messages.
    label : str
        Its name among the other files of the table.
    content : bytes
    """

    name: str
    where: str
    label: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The files that a path means.

    Attributes
    ----------
    path : Path
        As the user gave it.
    files : tuple of Path
        By name.
    is_pattern : bool
        Whether the path is a pattern that these files match.
    """

    path: Path
    files: tuple[Path, ...]
    is_pattern: bool

    @classmethod
    def of(cls, path: Path) -> Source:
        """Take a path as the file of that name, else as a pattern.

        Raises
        ------
        LeadsError
            When no file matches the pattern, with names that are near.
        """
        if not glob.has_magic(str(path)) or _is_there(path):
            return cls(path=path, files=(path,), is_pattern=False)
        found = [Path(name) for name in glob.glob(str(path), recursive=True)]  # noqa: PTH207
        # Excel leaves a file `~$leads.xlsx` beside one that is open.
        files = sorted(one for one in found if one.is_file() and not one.name.startswith("~$"))
        if not files:
            raise LeadsError(_no_match(path))
        return cls(path=path, files=tuple(files), is_pattern=True)

    @property
    def dated(self) -> dt.date:
        """The day the newest of the files was last written."""
        return dt.date.fromtimestamp(max(one.stat().st_mtime for one in self.files))

    @property
    def labels(self) -> tuple[str, ...]:
        """Name each file among the others."""
        above = os.path.commonpath([one.parent for one in self.files])
        return tuple(Path(os.path.relpath(one, above)).as_posix() for one in self.files)

    def pieces(self) -> Iterator[Piece]:
        """Give the files' contents one at a time, archives unpacked."""
        for path, label in zip(self.files, self.labels, strict=True):
            content = _bytes_of(path)
            if path.suffix.lower() not in ARCHIVE_ENDINGS:
                yield Piece(name=path.name, where=str(path), label=label, content=content)
                continue
            for name, unpacked in unpack(content, name=path.name, where=str(path)):
                # One table in an archive is the archive's; of several each has its own name.
                inner = name if not self.is_pattern else f"{label}/{name}"
                yield Piece(name=name, where=f"{path}/{name}", label=inner, content=unpacked)


def short_name(name: str) -> str:
    """Give a table's name without ending, archive and pattern, for the names of other things.

    Examples
    --------
    >>> [short_name(name) for name in ("leads.csv", "leads.csv.gz", "leads-*.csv", "*.csv")]
    ['leads', 'leads', 'leads', 'leads']
    """
    path = Path(name)
    while path.suffix.lower() in ARCHIVE_ENDINGS and Path(path.stem).suffix:
        path = Path(path.stem)
    if not glob.has_magic(name):
        return path.stem
    return re.sub(r"\[[^]]*\]|[*?\[\]]+", "", path.stem).strip(" -_.") or "leads"


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _bytes_of(path: Path) -> bytes:
    try:
        if path.is_char_device():
            raise LeadsError(f"{path} is a device, not a file with leads.")
        return path.read_bytes()
    except OSError as fault:
        raise unreadable(path, fault) from None


def unreadable(path: Path, fault: OSError) -> LeadsError:
    """Say why a file cannot be read, with names that are near."""
    if isinstance(fault, FileNotFoundError):
        hint = near_names(path.name, _names_in(path.parent))
        tail = f" Did you mean `{hint[0]}`?" if hint else " Name the file with the leads."
        return LeadsError(f"{path}: no such file.{tail}")
    if isinstance(fault, IsADirectoryError):
        return LeadsError(f"{path} is a folder; name the file in it that holds the leads.")
    return LeadsError(
        f"{path} cannot be read: {fault.strerror or fault}. Check its place and permissions."
    )


def _names_in(folder: Path) -> list[str]:
    return [other.name for other in islice(folder.glob("*"), 200) if other.is_file()]


def _no_match(path: Path) -> str:
    says = f"{path}: no file matches this pattern."
    names = [] if glob.has_magic(str(path.parent)) else sorted(_names_in(path.parent))
    if not names:
        return f"{says} Check the folder, and name the files with the leads."
    near: Sequence[str] = near_names(re.sub(r"[*?\[\]]", "", path.name), names)
    listed = " or ".join(f"`{name}`" for name in near or names[:3])
    if near:
        return f"{says} Did you mean {listed}?"
    return f"{says} In its folder there is {listed}; correct the pattern."

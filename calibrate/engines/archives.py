"""Tables that are packed: which files of an archive hold leads, and is it safe to unpack them?"""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from calibrate.engines.formats import PARQUET_ENDINGS
from calibrate.engines.workbook import EXCEL_ENDINGS
from calibrate.errors import LeadsError

ARCHIVE_ENDINGS = (".zip", ".gz")
MOST_BYTES = 2 * 1024**3
"""What an archive may hold, unpacked: a small one can be made to fill any memory."""

_TABLES = (".csv", ".tsv", *PARQUET_ENDINGS, *EXCEL_ENDINGS)
_PERHAPS = (".txt", ".tab")
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
)
_ENCRYPTED = 0x1


def unpack(content: bytes, *, name: str, where: str) -> Iterator[tuple[str, bytes]]:
    """Give the tables of an archive, by name, and the content of each.

    Parameters
    ----------
    content : bytes
        The whole archive.
    name : str
        Its name, whose ending says what kind it is.
    where : str
        Its name for messages.

    Raises
    ------
    LeadsError
        When it is damaged, locked, too large unpacked, or holds no table.
    """
    if name.lower().endswith(".gz"):
        yield name[: -len(".gz")], _gunzip(content, where)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in _members(archive, where):
                # The archive is held to the size it states: no more than that is unpacked.
                yield member.filename, archive.read(member)
    except LeadsError:
        raise
    except NotImplementedError:
        raise LeadsError(
            f"{where} is packed in a way that cannot be read. Unpack it, and give the tables in it."
        ) from None
    except _DAMAGED as fault:
        raise LeadsError(_damaged(where, fault)) from None


def _gunzip(content: bytes, where: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            unpacked = packed.read(MOST_BYTES + 1)
    except _DAMAGED as fault:
        raise LeadsError(_damaged(where, fault)) from None
    if len(unpacked) > MOST_BYTES:
        raise LeadsError(_too_large(where))
    return unpacked


def _members(archive: zipfile.ZipFile, where: str) -> list[zipfile.ZipInfo]:
    """Give the members of a zip archive that hold tables, by name."""
    there = [one for one in archive.infolist() if not one.is_dir() and not _is_hidden(one.filename)]
    members = _with_ending(there, _TABLES) or _with_ending(there, _PERHAPS)
    if not members:
        found = ", ".join(f"`{one.filename}`" for one in there[:4]) or "nothing"
        raise LeadsError(
            f"{where} holds {found}, and no table among it. Pack the leads into it as CSV, "
            f"Parquet or Excel."
        )
    if any(one.flag_bits & _ENCRYPTED for one in members):
        raise LeadsError(
            f"{where} is locked with a password. Unpack it, and give the tables in it."
        )
    if sum(one.file_size for one in members) > MOST_BYTES:
        raise LeadsError(_too_large(where))
    return sorted(members, key=lambda one: one.filename)


def _with_ending(members: list[zipfile.ZipInfo], endings: tuple[str, ...]) -> list[zipfile.ZipInfo]:
    return [one for one in members if one.filename.lower().endswith(endings)]


def _is_hidden(name: str) -> bool:
    """Whether a member is the packing system's own, such as those that macOS adds."""
    parts = PurePosixPath(name).parts
    return any(part == "__MACOSX" or part.startswith((".", "~$")) for part in parts)


def _damaged(where: str, fault: Exception) -> str:
    return (
        f"{where} cannot be unpacked ({str(fault)[:120].rstrip('.')}), so it is damaged or "
        f"something else. Pack or download it again."
    )


def _too_large(where: str) -> str:
    return (
        f"{where} is larger than {MOST_BYTES / 1024**3:.0f} GB unpacked, which is more than any "
        f"leads table should be. Unpack it, and give a table with fewer columns or rows."
    )

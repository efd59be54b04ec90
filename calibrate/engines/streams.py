"""A text table that is never whole in memory: looked over once, then read as UTF-8 in pieces."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from calibrate.engines.delimited import HEAD, Header, beginning_of
from calibrate.engines.encodings import (
    not_as_promised,
    nul_byte,
    promised,
    refuse_controls,
    refuse_other_formats,
)
from calibrate.engines.sources import unreadable
from calibrate.engines.whole_rows import Lines
from calibrate.errors import LeadsError

_PIECE = 4 * 1024 * 1024
_NOT_IN_CP1252 = tuple(bytes([code]) for code in (0x81, 0x8D, 0x8F, 0x90, 0x9D))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A text table as it was found.

    Attributes
    ----------
    path : Path
    where : str
        Its name for messages.
    encoding : str
    skipped : int
        Bytes of it, in UTF-8, before its first row: Excel's own line ``sep=;``.
    marked : int
        Bytes of its mark.
    size : int
        Bytes, unpacked.
    has_quotes : bool
    separator : str
    header : Header
    """

    path: Path
    where: str
    encoding: str
    skipped: int
    marked: int
    size: int
    has_quotes: bool
    separator: str
    header: Header

    @classmethod
    def looked_over(cls, path: Path) -> TextFile:
        """Read a file once: is it text, in which encoding, and how are its cells separated?

        Raises
        ------
        LeadsError
            When it is no text, empty, or has no header, as `read_delimited` says it.
        """
        where = str(path)
        survey = _survey(path, where)
        begins = beginning_of(survey.head, where)
        return cls(
            path=path,
            where=where,
            encoding=survey.encoding,
            skipped=begins.skipped,
            marked=survey.marked,
            size=survey.size,
            has_quotes=survey.has_quotes,
            separator=begins.separator,
            header=begins.header,
        )

    def opened(self) -> IO[bytes]:
        """Open it as UTF-8, at its first row."""
        text = io.BufferedReader(_Recoded(self.path, self.marked, self.encoding), _PIECE)
        text.read(self.skipped)
        return text

    @property
    def lines(self) -> Lines:
        """What gives its lines; None where no quote stands in it."""
        return self._lines if self.has_quotes else None

    def _lines(self) -> Iterable[str]:
        return io.TextIOWrapper(self.opened(), encoding="utf-8", newline="")


def digest_of(paths: Iterable[Path]) -> str:
    """Give the SHA-256 of files, unpacked, one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        for piece in _pieces(path, str(path)):
            digest.update(piece)
    return f"sha256:{digest.hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Survey:
    """What one reading of the whole file shows."""

    head: bytes
    marked: int
    encoding: str
    size: int
    has_quotes: bool


def _survey(path: Path, where: str) -> _Survey:
    pieces = _pieces(path, where)
    first = next(pieces, b"")
    refuse_other_formats(first, where=where)
    marked, encoding = promised(first)
    checks = _Encoding(encoding, where)
    size, has_quotes = 0, False
    for piece in _chained(first[marked:], pieces):
        size += len(piece)
        checks.look_at(piece)
        has_quotes = has_quotes or b'"' in piece
    checks.close()
    head = first[marked : marked + HEAD].decode(checks.encoding, errors="ignore").encode()
    refuse_controls(head, where=where)
    if checks.has_nul:
        raise nul_byte(where, _line_of_nul(_Recoded(path, marked, checks.encoding)))
    return _Survey(
        head=head, marked=marked, encoding=checks.encoding, size=size, has_quotes=has_quotes
    )


def _line_of_nul(text: io.RawIOBase) -> int:
    line = 1
    while piece := text.read(_PIECE):
        line += piece.partition(b"\0")[0].count(b"\n")
        if b"\0" in piece:
            break
    return line


class _Encoding:
    """Which encoding fits all pieces that were looked at; UTF-8 that is none is an older one."""

    def __init__(self, promised_one: str, where: str) -> None:
        self.encoding = promised_one
        self.has_nul = False
        self._where = where
        self._is_utf16 = promised_one != "utf-8"
        self._decoder: Any = codecs.getincrementaldecoder(promised_one)()
        self._seen = 0
        self._cp1252 = True

    def look_at(self, piece: bytes, *, last: bool = False) -> None:
        if self._is_utf16:
            self.has_nul = self.has_nul or "\0" in self._decoded(piece, last=last)
        else:
            self.has_nul = self.has_nul or b"\0" in piece
            if not piece.isascii() or last or self._pending:
                self._decoded(piece, last=last)
                self._cp1252 = self._cp1252 and not any(b in piece for b in _NOT_IN_CP1252)
        self._seen += len(piece)

    def close(self) -> None:
        self.look_at(b"", last=True)
        if self._decoder is None:
            self.encoding = "cp1252" if self._cp1252 else "latin-1"

    @property
    def _pending(self) -> int:
        return 0 if self._decoder is None else len(self._decoder.getstate()[0])

    def _decoded(self, piece: bytes, *, last: bool) -> str:
        if self._decoder is None:
            return ""
        pending = self._pending
        try:
            return str(self._decoder.decode(piece, last))
        except UnicodeDecodeError as fault:
            if self._is_utf16:
                byte = self._seen - pending + fault.start + 1
                raise not_as_promised(self._where, self.encoding, byte) from None
            self._decoder = None
            return ""


class _Recoded(io.RawIOBase):
    """The bytes of a file in UTF-8, made as they are read."""

    def __init__(self, path: Path, marked: int, encoding: str) -> None:
        super().__init__()
        self._pieces = _pieces(path, str(path))
        self._to_skip = marked
        self._decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)()
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not len(self._left):
            piece = next(self._pieces, b"")
            is_last = not piece
            piece, self._to_skip = piece[self._to_skip :], 0
            if self._decoder is not None:
                piece = self._decoder.decode(piece, is_last).encode()
            self._left = memoryview(piece)
            if is_last and not piece:
                return 0
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    def close(self) -> None:
        self._pieces.close()
        super().close()


def _pieces(path: Path, where: str) -> Generator[bytes]:
    """Give a file's bytes, unpacked, some megabytes at a time."""
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except (gzip.BadGzipFile, zlib.error, EOFError) as fault:
        raise LeadsError(
            f"{where} cannot be unpacked ({str(fault)[:120].rstrip('.')}), so it is damaged or "
            f"something else. Pack or download it again."
        ) from None
    except OSError as fault:
        raise unreadable(path, fault) from None


def _chained(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others

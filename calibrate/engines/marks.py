"""A number for each lead that looks random: the beginning of the md5 of its id, many at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import SHARDS, Ints
from calibrate.engines.columns import Column, text_column
from calibrate.engines.threads import BLOCK, blocks_of, side_by_side

MARKS = 2**32
"""How many marks there are."""

_SHORT = 55
"""Bytes of a text that md5 takes in one go, its length beside it."""
_START = np.array([0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476], dtype=np.uint32)
_SINES = np.floor(np.abs(np.sin(np.arange(1.0, 65.0))) * 2**32).astype(np.uint32)
_TURNS = np.repeat([[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]], 4, axis=0)

Words = npt.NDArray[np.uint32]


def shards_of(ids: Column | None, leads: int) -> Ints:
    """Give each lead its shard: the first 8 hex digits of md5(id) mod 200.

    Examples
    --------
    >>> from calibrate.engines.columns import TextColumn
    >>> shards_of(TextColumn(codes=np.array([1], np.int8), texts=("L1",)), 1).tolist()
    [111]
    """
    return marks_of(ids, leads) % SHARDS


def marks_of(ids: Column | None, leads: int) -> Ints:
    """Give each lead a number that looks random: the first 8 hex digits of md5(id)."""
    if ids is None:
        return _marks_of_rows(leads)
    texts = text_column(ids)
    marks: Ints = marks_of_texts(["", *texts.texts])[texts.codes]
    return marks


def marks_of_texts(texts: Sequence[str]) -> Ints:
    """Give the first 8 hex digits of the md5 of each text, as a number.

    Notes
    -----
    RFC 1321, step for step, on many texts at once; one of more than 55 bytes goes to `hashlib`.

    Examples
    --------
    >>> marks = marks_of_texts(["", "L1", "x" * 60])
    >>> [f"{mark:08x}" for mark in marks.tolist()]
    ['d41d8cd9', '9ec4c0af', '1198000c']
    >>> hashlib.md5(b"L1").hexdigest()[:8]
    '9ec4c0af'
    """
    marks = np.empty(len(texts), dtype=np.int64)
    for start in range(0, len(texts), BLOCK):
        some = [text.encode() for text in texts[start : start + BLOCK]]
        lengths = np.fromiter(map(len, some), dtype=np.int64, count=len(some))
        short = lengths <= _SHORT
        kept = some
        if not short.all():
            kept = [text for text, fits in zip(some, short.tolist(), strict=True) if fits]
        found = marks[start : start + len(some)]
        found[short] = _first_words(_chunks(_cells(kept, lengths[short]), lengths[short]))
        found[~short] = [_mark(some[place]) for place in np.flatnonzero(~short).tolist()]
    return marks


def _mark(text: bytes) -> int:
    return int(hashlib.md5(text, usedforsecurity=False).hexdigest()[:8], 16)


def _marks_of_rows(leads: int) -> Ints:
    """Give the mark of each row's number, from 0 on; its digits are reckoned, not written."""
    marks = np.empty(leads, dtype=np.int64)
    ends = [0, *(10**digits for digits in range(1, len(str(leads)))), leads]
    parts = [
        (digits, first + rows.start, first + rows.stop)
        for digits, (first, end) in enumerate(pairwise(ends), start=1)
        for rows in blocks_of(end - first)
    ]

    def digest(part: tuple[int, int, int]) -> None:
        digits, first, end = part
        rows = np.arange(first, end)
        places = (rows // 10**place for place in reversed(range(digits)))
        cells = np.stack([place % 10 + ord("0") for place in places], axis=1).astype(np.uint8)
        marks[first:end] = _first_words(_chunks(cells, np.full(len(rows), digits)))

    side_by_side(digest, parts)
    return marks


def _cells(texts: Sequence[bytes], lengths: Ints) -> npt.NDArray[np.uint8]:
    """Write texts under each other, zeros after their ends."""
    cells = np.zeros((len(texts), int(lengths.max(initial=0))), dtype=np.uint8)
    cells[np.arange(cells.shape[1]) < lengths[:, None]] = np.frombuffer(b"".join(texts), np.uint8)
    return cells


def _chunks(cells: npt.NDArray[np.uint8], lengths: Ints) -> Words:
    """Give each text as md5 takes it: its bytes, a one, zeros, its length; shape (16, texts)."""
    words = cells.shape[1] // 4 + 1  # they hold the longest, and the one
    padded = np.zeros((len(cells), 4 * words), dtype=np.uint8)
    padded[:, : cells.shape[1]] = cells
    padded[np.arange(len(cells)), lengths] = 0x80
    chunks = np.zeros((16, len(cells)), dtype=np.uint32)
    chunks[:words] = padded.view("<u4").T
    chunks[14] = 8 * lengths
    return chunks


def _first_words(chunks: Words) -> Ints:
    """Give the first four bytes of each digest as one number, as its hex digits are read."""
    a, b, c, d = (np.full(chunks.shape[1], start) for start in _START)
    used = [bool(word.any()) for word in chunks]  # short texts leave most of them empty
    for step, place in enumerate(_places()):
        a += _mixed(step // 16, b, c, d)
        a += _SINES[step]
        if used[place]:
            a += chunks[place]
        turn = np.uint32(_TURNS[step // 4, step % 4])
        turned = a << turn
        a >>= np.uint32(32) - turn
        turned |= a
        turned += b
        a, b, c, d = d, turned, b, c
    marks: Ints = (a + _START[0]).astype("<u4").view(">u4").astype(np.int64)
    return marks


def _places() -> Iterator[int]:
    """Give the word that each step takes."""
    for step in range(64):
        yield (step, 5 * step + 1, 3 * step + 5, 7 * step)[step // 16] % 16


def _mixed(quarter: int, b: Words, c: Words, d: Words) -> Words:
    """Mix three words as the steps of a quarter do."""
    if quarter == 0:
        return d ^ (b & (c ^ d))
    if quarter == 1:
        return c ^ (d & (b ^ c))
    if quarter == 2:
        return b ^ c ^ d
    return c ^ (b | ~d)

"""A column of texts as it comes from Arrow gets its codes, piece by piece."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from calibrate.engines.columns import Codes, TextColumn, small
from calibrate.engines.threads import ahead, blocks_of

_PIECE = 2**19
"""So many rows are given their codes at a time."""


def coded(array: Any) -> TextColumn:
    """Give texts their codes; those that no row has and those that stand for nothing are left out.

    Parameters
    ----------
    array : pyarrow.ChunkedArray
        Texts, or dictionaries of texts.

    Notes
    -----
    Every piece of a column gets its own dictionary, in another thread, and then one goes to all:
    a text is decoded once a piece. No more than the codes of a few pieces are held wide.

    Examples
    --------
    >>> import pyarrow as pa
    >>> column = coded(pa.chunked_array([["web", None], ["fair", "", "web"]]))
    >>> column.texts, column.codes.tolist()
    (('web', 'fair'), [1, 0, 2, 0, 1])
    """
    import pyarrow as pa

    is_dictionary = pa.types.is_dictionary(array.type)
    code_of: dict[str, int] = {}
    codes: Codes = np.zeros(len(array), dtype=np.int8)
    pieces = blocks_of(len(array), _PIECE)
    each = map if len(pieces) < 2 else ahead  # one piece is no work for others
    for rows, piece in zip(pieces, each(partial(_dictionary_of, array), pieces), strict=True):
        texts = piece.chunk(0).dictionary.to_pylist()  # all chunks of a piece have the same
        if is_dictionary and (None in texts or len(set(texts)) < len(texts)):
            return coded(array.cast(array.type.value_type))
        found = [0 if one is None else code_of.setdefault(one, len(code_of) + 1) for one in texts]
        codes = small(codes, len(code_of))
        _write_codes(piece, pa.array(np.array(found, codes.dtype)), codes[rows])
    column = TextColumn(codes=codes, texts=tuple(code_of))
    # Dictionaries may hold texts that no row has (a header, an unused category of a frame).
    return column.keeping((column.counts > 0).tolist()).without(())


def _dictionary_of(array: Any, rows: slice) -> Any:
    """Give a piece of a column one dictionary; one made here has a place for no value too."""
    import pyarrow as pa

    piece = array.slice(rows.start, rows.stop - rows.start)
    if pa.types.is_dictionary(piece.type):
        return piece.unify_dictionaries()
    return piece.dictionary_encode(null_encoding="encode")


def _write_codes(piece: Any, of_piece: Any, codes: Codes) -> None:
    """Write the codes of a piece by those of its dictionary."""
    place = 0
    for chunk in piece.chunks:
        found = of_piece.take(chunk.indices).fill_null(0)
        codes[place : place + len(found)] = found.to_numpy()
        place += len(found)

"""Codes of texts, made piece by piece in threads, against looking at one text after the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.engines import coding
from calibrate.engines.coding import coded
from calibrate.levels import MISSING

Texts = Sequence[str | None]

KINDS = (pa.string(), pa.large_string(), pa.string_view())
LONG = "the same beginning of forty characters: "
texts = st.one_of(
    st.none(),
    st.sampled_from(
        [
            *("", "\0", "\0\0", "a\0", "a\0b", " ", "a", "A", "ab", "🦊", "é", "e\u0301"),
            *(f"{LONG}{one}{LONG}" for one in "xyz"),
            *(MISSING, MISSING.upper(), "0", "-0", "nan", "None"),
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
columns = st.lists(st.lists(texts, max_size=30), max_size=6)


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "_PIECE", 7)


def plainly(rows: Texts) -> tuple[tuple[str, ...], list[int]]:
    """Give the texts in the order in which rows first show them, and the code of each row."""
    code_of: dict[str, int] = {}
    codes = [
        0
        if text is None or not text.strip() or text.strip().casefold() == MISSING.casefold()
        else code_of.setdefault(text, len(code_of) + 1)
        for text in rows
    ]
    return tuple(code_of), codes


def chunked(chunks: Sequence[Texts], kind: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(one, kind) for one in chunks], kind)


@given(columns, st.sampled_from(KINDS), st.integers(0, 40), st.integers(0, 40))
def test_codes_are_those_of_one_text_after_the_other(
    chunks: list[list[str | None]], kind: pa.DataType, start: int, many: int
) -> None:
    """Of a part of the rows too, which begins and ends within chunks."""
    column = coded(chunked(chunks, kind).slice(start, many))
    rows = [text for chunk in chunks for text in chunk][start : start + many]
    assert (column.texts, column.codes.tolist()) == plainly(rows)


@given(columns)
def test_dictionaries_of_chunks_of_their_own_give_the_same(chunks: list[list[str | None]]) -> None:
    made = [pa.array(one, pa.string()).dictionary_encode() for one in chunks]
    column = coded(pa.chunked_array(made, pa.dictionary(pa.int32(), pa.string())))
    assert (column.texts, column.codes.tolist()) == plainly([t for one in chunks for t in one])


@pytest.mark.parametrize("dictionary", [["web", None, "fair"], ["web", "fair", "web"]])
def test_dictionaries_with_a_text_twice_or_a_gap_are_read_as_texts(dictionary: Texts) -> None:
    places = [2, None, 0, 1, 2] * 4
    array = pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(dictionary))
    column = coded(pa.chunked_array([array]))
    rows = [None if place is None else dictionary[place] for place in places]
    assert (column.texts, column.codes.tolist()) == plainly(rows)


@pytest.mark.parametrize("kind", [*KINDS, pa.dictionary(pa.int8(), pa.string())], ids=str)
@pytest.mark.parametrize("rows", [0, 1, 20])
def test_a_column_without_any_value_has_no_texts(kind: pa.DataType, rows: int) -> None:
    column = coded(pa.chunked_array([pa.nulls(rows, kind)]))
    assert (column.texts, column.codes.tolist()) == ((), [0] * rows)


def test_bytes_of_a_row_without_a_value_are_not_read() -> None:
    """Arrow lets anything stand there."""
    ends = pa.py_buffer(np.array([0, 3, 8, 11], np.int32))
    valid = pa.py_buffer(np.packbits([1, 0, 1], bitorder="little"))
    array = pa.Array.from_buffers(
        pa.string(), 3, [valid, ends, pa.py_buffer(b"web\xff\xff\xff\xff\xffweb")]
    )
    column = coded(pa.chunked_array([array]))
    assert (column.texts, column.codes.tolist()) == (("web",), [1, 0, 1])


@pytest.mark.parametrize(
    ("many", "kind"), [(100, np.int8), (126, np.int8), (127, np.int16), (40_000, np.int32)]
)
def test_codes_widen_while_more_texts_come(many: int, kind: type[np.integer]) -> None:
    rows = [f"text {place}" for place in range(many)] * 2
    column = coded(chunked([rows], pa.large_string()))
    assert column.codes.dtype == kind
    assert (column.texts, column.codes.tolist()) == plainly(rows)


def test_hundreds_of_thousands_of_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "_PIECE", 2**16)
    places = np.random.default_rng(0).permutation(300_000)
    rows = [f"lead {place}" for place in places.tolist()]
    column = coded(chunked([rows[:100_001], rows[100_001:]], pa.string()))
    assert column.texts == tuple(rows)
    np.testing.assert_array_equal(column.codes, np.arange(1, 300_001))


def test_few_pieces_are_held_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wide codes of all rows would take four times the memory of a column."""
    monkeypatch.setattr(coding, "_PIECE", 2**14)
    array = chunked([[f"text {place % 50}" for place in range(2**14)]] * 100, pa.string())
    held: list[int] = []
    before = pa.total_allocated_bytes()
    write = coding._write_codes

    def watch(*piece: object) -> None:
        held.append(pa.total_allocated_bytes() - before)
        write(*piece)  # type: ignore[arg-type]

    monkeypatch.setattr(coding, "_write_codes", watch)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    column = coded(array)
    assert len(held) == 100
    assert max(held) < 12 * 2**14 * 4 < array.nbytes / 20
    assert column.counts.sum() == len(array)

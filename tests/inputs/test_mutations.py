"""Tables damaged in any way are read or refused; they never end in another error, nor hang."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from calibrate import CalibrateError, Leads, Spec, count, read_leads
from calibrate.draft import draft_spec

ROUNDS, EACH = 8, 75
LONGEST = 5.0
"""Seconds; a table of this size takes a hundredth of one."""

PIECES = [
    *(b'"', b'""', b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\0", b"\\", b"'", b" "),
    *(b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc2\x85", b"\xe2\x80\xa8", b"\x1b[31m", b"\x1a"),
    *(b"2025-13-45", b"9999-12-31T23:59:59-14:00", b"0001-01-01T00:00:00+14:00", b"00/00/0000"),
    *(b"1e999", b"NaN", b"-0", b"1.234,5", b"(missing)", b"(other)", b"sep=;\n", b"=1+1"),
]
MARKS = PIECES[:9]


def table(rng: random.Random) -> bytes:
    """A few dated leads in some dialect and encoding."""
    separator = rng.choice(",;\t|")
    header = ["lead_id", "created_at", "converted_at", "source", "visits", "notes", "converted"]
    rows = [header]
    for row in range(rng.choice([3, 20, 60])):
        closed = f"2025-1{rng.randint(0, 2)}-1{rng.randint(0, 9)}"
        rows.append(
            [
                f"L{row}",
                f"2025-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}",
                rng.choice(["", closed]),
                rng.choice(["Fair", "Web", f'"a{separator}b"', '"x\ny"', "Ö"]),
                rng.choice(["1", '"2,5"', '"1.234,5"', "-", "7"]),
                rng.choice(["", "=1+1", '"say ""hi"""', "  "]),
                rng.choice("01"),
            ]
        )
    text = rng.choice(["\n", "\r\n", "\r"]).join(separator.join(cells) for cells in rows)
    return text.encode(rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"]))


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Flip bytes, put pieces in, take parts out or double them, mix up separators and quotes."""
    for _ in range(rng.randint(1, 4)):
        first, last = sorted(rng.randrange(len(content) + 1) for _ in range(2))
        content = rng.choice(
            [
                content[:first] + bytes([rng.randrange(256)]) + content[first + 1 :],
                content[:first] + rng.choice(PIECES) + content[first:],
                content[:first] + rng.choice(PIECES) + content[last:],
                content[:last] + content[first:],
                content[:last],
                content.replace(rng.choice(MARKS), rng.choice(MARKS)),
                content[:first] + rng.randbytes(rng.randint(1, 40)) + content[first:],
            ]
        )
    return content


def check_whole(leads: Leads) -> None:
    """Every counted lead stands on one level of each attribute, and the draft is a spec."""
    assert all(sum(one.leads) == leads.counted for one in count(leads).attributes)
    written = Spec.from_text(draft_spec(leads))
    assert set(written.attributes) == {one.name for one in leads.attributes}


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_damaged_tables_are_read_or_refused(round_: int, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    read = 0
    for number in range(EACH):
        rng = random.Random(round_ * EACH + number)
        path.write_bytes(damaged(table(rng), rng))
        spec = rng.choice([None, {"outcome": {"column": "converted"}, "exclude": ["lead_id"]}])
        start = time.perf_counter()
        try:
            leads = read_leads(path, spec)
        except CalibrateError:
            pass
        else:
            read += 1
            check_whole(leads)
        assert time.perf_counter() - start < LONGEST
    # Otherwise nothing but refusals would have been tried.
    assert read >= EACH // 20


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
def test_flipped_bytes_in_other_formats_are_refused_or_harmless(
    ending: str, cells: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / f"leads.{ending}"
    few = cells[["lead_id", "visits", "opted_in", "converted"]]
    few.to_parquet(path) if ending == "parquet" else few.to_excel(path, index=False)
    whole = path.read_bytes()
    rng = random.Random(ending)
    for _ in range(200):
        content = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        path.write_bytes(content)
        start = time.perf_counter()
        with suppress(CalibrateError):
            check_whole(read_leads(path))
        assert time.perf_counter() - start < LONGEST

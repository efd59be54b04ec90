"""Leads as every format should give them, and a way to read leads from bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibrate import Leads, count, read_leads

Read = Callable[..., Leads]


@pytest.fixture(scope="session")
def cells() -> pd.DataFrame:
    """240 leads with whatever is hard to write down: accents, quotes, line breaks, gaps, commas."""
    rng = np.random.default_rng(7)
    n = 240
    source = rng.choice(["Fair", "Wéb, Ads", 'Say "hi"', "two\nlines", "a;b|c\td"], n)
    return pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(n)],
            "source": source,
            "country": rng.choice(["DE", "Ö", None, "07"], n),
            "visits": rng.choice([0, 0, 1, 2, 3, 5, 8, 13, 21, 34, 55], n),
            "revenue": rng.integers(100, 9_999_999, n) / 100,
            "opted_in": rng.choice(["yes", "no"], n),
            "converted": (rng.random(n) < np.where(source == "Fair", 0.6, 0.2)).astype(int),
        }
    )


@pytest.fixture(scope="session")
def expect_same(cells: pd.DataFrame) -> Callable[[Leads], None]:
    """Check leads against what the plain frame gives: who is counted, and every level's counts."""

    def facts(leads: Leads) -> dict[str, Any]:
        return {
            "leads": (leads.total, leads.counted, leads.customers),
            "levels": count(leads).to_frame().to_dict("records"),
        }

    expected = facts(read_leads(cells))

    def check(leads: Leads) -> None:
        assert facts(leads) == expected

    return check


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read leads from the bytes or text of a file."""

    def read_content(content: bytes | str, name: str = "leads.csv", spec: object = None) -> Leads:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_leads(path, spec)  # type: ignore[arg-type]

    return read_content


@pytest.fixture(scope="session")
def as_text(cells: pd.DataFrame) -> Callable[..., str]:
    """Write the leads as separated text: `write` gives numbers their form, `end` closes a row."""

    def text(
        separator: str = ",",
        *,
        write: Callable[[float], str] = str,
        end: str = "\n",
        quoting: Any = csv.QUOTE_MINIMAL,
    ) -> str:
        page = io.StringIO(newline="")
        writer = csv.writer(page, delimiter=separator, lineterminator=end, quoting=quoting)
        writer.writerow(cells.columns)
        frame = cells.assign(revenue=[write(number) for number in cells["revenue"]])
        writer.writerows(frame.where(frame.notna(), "").itertuples(index=False, name=None))
        return page.getvalue()

    return text

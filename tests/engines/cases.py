"""Tables that engines are known to read differently: each must count as the engine in memory."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pyarrow as pa

LEADS = 240


def _cycled(values: list[object], kind: pa.DataType) -> pa.Array:
    return pa.array([values[place % len(values)] for place in range(LEADS)], kind)


def _drawn(low: float, high: float, seed: int = 1) -> pa.Array:
    return pa.array(np.random.default_rng(seed).uniform(low, high, LEADS))


def _plain() -> pa.Table:
    return pa.table(
        {
            "source": _cycled(["Fair", "web", None, "Web ", "FAIR", "radio", "x"], pa.string()),
            "visits": _cycled([1, 2, 3, None, 5, 8, 13, 21, 34, 55, 89], pa.int32()),
            "spend": _drawn(0, 1000),
        }
    )


def _texts() -> pa.Table:
    odd = ["İstanbul", "istanbul", "STRASSE", "Straße", "ΟΔΟΣ", "οδος", "οδοσ", "ǅ", "ﬁ", "FI"]
    return pa.table(
        {
            "unicode": _cycled([*odd, " \u00a0é\u2003", "e\u0301", "É"], pa.string()),
            "blank": _cycled(["", " ", "\t\u2003", None, "a", "A "], pa.string()),
            "hostile": _cycled(
                ["'; DROP TABLE leads; --", "a'b", 'a"b', "a\\b", "a\nb", "a\rb", "$1", "%s", "{}"],
                pa.string(),
            ),
            "words": _cycled(["yes", "No", "TRUE", "f", None, "y"], pa.string()),
            "named": _cycled(["(missing)", "(other)", "null", "NaN", "inf", "0"], pa.string()),
        }
    )


def _numbers() -> pa.Table:
    return pa.table(
        {
            "nan": _cycled([math.nan, None, 1.0, 2.5, -0.0, 0.0], pa.float64()),
            "infinite": _cycled([math.inf, -math.inf, 0.1, 0.2, 0.30000000000000004, 0.3, 7, 8, 9,
                                 10, 11, 12, None], pa.float64()),
            "huge": _cycled([1e308, 1.7976931348623157e308, -1e300, 5e-324, 1e16, 1e22],
                            pa.float64()),
            "single": _cycled([0.1, 0.2, 16777216.0, 3.4e38, 1e-40], pa.float32()),
            "exact": _cycled([Decimal("0.10"), Decimal("12345678.91"), None], pa.decimal128(12, 2)),
            "ids": _cycled([2**53, 2**53 + 1, 2**53 + 2, None], pa.int64()),
            "long": _cycled([2**53, -(2**53), 17, 1, None], pa.int64()),
            "small": _cycled(list(range(-5, 20)), pa.int8()),
            "atoms": _cycled([0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, None], pa.int16()),
        }
    )  # fmt: skip


def _number_texts() -> pa.Table:
    return pa.table(
        {
            "plain": _cycled(["1", "1.0", " 2 ", "1e3", "-7", "+7", None, "3", "4", "5", "6", "8"],
                             pa.string()),
            "codes": _cycled(["01", "1", "007", "7", "0.5", ".5", "5."], pa.string()),
            "commas": _cycled(["1,5", "2,25", "1.234,5", "3", None], pa.string()),
            "thousands": _cycled(["1,234", "12,345,678", "7", "0.5"], pa.string()),
            "mixed": _cycled(["1", "2", "many", "3", "n/a", "٣"], pa.string()),
        }
    )  # fmt: skip


def _types() -> pa.Table:
    days = [dt.date(2026, 1, 31), dt.date(1999, 12, 31), dt.date(44, 3, 15), None]
    times = [dt.datetime(2026, 3, 29, 2, 30, 0, 999_999), dt.datetime(2026, 10, 25), None]
    return pa.table(
        {
            "day": _cycled(days, pa.date32()),
            "moment": _cycled(times, pa.timestamp("us")),
            "zoned": _cycled(times, pa.timestamp("us", "America/New_York")),
            "time": _cycled(
                [dt.time(9, 5, 7, 500_000), dt.time(23, 59, 59), None], pa.time64("us")
            ),
            "truth": _cycled([True, False, None], pa.bool_()),
            "coded": pa.array(["a", "b", None, "a"] * (LEADS // 4)).dictionary_encode(),
            "empty": pa.nulls(LEADS, pa.string()),
            "no numbers": pa.nulls(LEADS, pa.float64()),
        }
    )


def _names() -> pa.Table:
    values = _cycled(["a", "b", "c", None], pa.string())
    names = ["select", "group by", 'the "best"', "it's", "t", "n", "x", "k0", "Ünïcode", "a.b", "v",
             "order", "count", "100%", "a;b", "$x", "?"]  # fmt: skip
    return pa.table(dict.fromkeys(names, values))


def _many() -> pa.Table:
    """So many values that a look-up needs a table, and a number more than is brought back."""
    leads = 30_000
    rng = np.random.default_rng(3)
    spread = rng.normal(0, 1e6, leads)
    spread[rng.random(leads) < 0.2] = 0.0
    spread[:50] = np.nan
    spread[50:53] = [np.inf, -np.inf, -0.0]
    return pa.table(
        {
            "towns": pa.array([f"Town {one % 700}" for one in rng.integers(0, 10_000, leads)]),
            "spread": pa.array(spread),
            "whole": pa.array(rng.integers(0, 20_000, leads)),
        }
    )


CASES: dict[str, Callable[[], pa.Table]] = {
    "plain": _plain,
    "texts": _texts,
    "numbers": _numbers,
    "numbers written as texts": _number_texts,
    "types": _types,
    "names": _names,
    "many": _many,
}


def customers(leads: int, *, none: bool = False) -> list[bool]:
    """Say who closed: nobody, or some, more among later leads."""
    rng = np.random.default_rng(9)
    return [False] * leads if none else (rng.random(leads) < np.linspace(0.05, 0.4, leads)).tolist()

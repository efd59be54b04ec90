"""Counting ready codes: the engine's verb against a bare ``numpy.bincount`` loop."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.harness import Comparison, inside

LEADS, COLUMNS, SEED = 1_000_000, 30, 20_260_101
FEWEST_LEVELS, MOST_LEVELS = 3, 2_000
REPETITIONS = 5

COMPARISONS = (
    Comparison(
        what="counting 1 M leads x 30 ready codes",
        against="bare numpy.bincount loop",
        ours=inside("counting", "ours"),
        peer=inside("counting", "bincount"),
        rounds=7,
        limit=1.3,
    ),
)


def prepare(folder: Path) -> None:
    import numpy as np

    rng = np.random.default_rng(SEED)
    np.save(folder / "customer.npy", rng.random(LEADS) < 0.08)
    for place, levels in enumerate(_levels()):
        weights = 1 / np.arange(1, levels + 2) ** 0.7
        ends = np.cumsum(weights / weights.sum())
        codes = np.searchsorted(ends, rng.random(LEADS)).clip(0, levels)
        kind = np.int8 if levels < 2**7 - 1 else np.int16
        np.save(folder / f"codes-{place}.npy", codes.astype(kind))


def ours(folder: Path) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    import numpy as np

    from calibrate.engines.columns import TextColumn
    from calibrate.engines.memory import MemoryEngine

    customer, codes = _load(folder)
    columns = {
        str(place): TextColumn(codes=one, texts=tuple(str(level) for level in range(levels)))
        for place, (one, levels) in enumerate(zip(codes, _levels(), strict=True))
    }

    def work() -> Any:
        engine = MemoryEngine(columns=columns, customer=customer)
        return [engine.count_values(name) for name in columns]

    def tell(counted: Any) -> str:
        # The engine puts leads without a value last; as a code they are 0.
        return _digest([(np.roll(one.leads, 1), np.roll(one.customers, 1)) for one in counted])

    return work, tell


def bincount(folder: Path) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    import numpy as np

    customer, codes = _load(folder)

    def work() -> Any:
        rows = np.flatnonzero(customer)
        return [
            (np.bincount(one, minlength=levels + 1), np.bincount(one[rows], minlength=levels + 1))
            for one, levels in zip(codes, _levels(), strict=True)
        ]

    return work, _digest


def _levels() -> list[int]:
    """Give each column its number of levels, 3 to 2 000 by even ratios."""
    ratio = (MOST_LEVELS / FEWEST_LEVELS) ** (1 / (COLUMNS - 1))
    return [round(FEWEST_LEVELS * ratio**place) for place in range(COLUMNS)]


def _load(folder: Path) -> tuple[Any, list[Any]]:
    import numpy as np

    codes = [np.load(folder / f"codes-{place}.npy") for place in range(COLUMNS)]
    return np.load(folder / "customer.npy"), codes


def _digest(tables: Any) -> str:
    digest = hashlib.sha256()
    for leads, customers in tables:
        digest.update(leads.astype("<i8").tobytes() + customers.astype("<i8").tobytes())
    return digest.hexdigest()

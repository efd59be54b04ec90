"""Run the comparison and print its table; what is in the cache is not run again."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy.fitting import (
    BY_NAME_ONLY,
    CAP,
    METHODS_RUN,
    FitError,
    Fitted,
    Method,
    fitted,
    is_kept,
)
from benchmarks.accuracy.places import EnvironmentMissingError, cache_folder
from benchmarks.accuracy.samples import HALF, IN_TIME, SOURCES, NoRealDataError, Split, splits
from benchmarks.accuracy.table import table, versions_text

SIZES = ("500", "2 000", HALF, IN_TIME)
SLOW = ("FasterRisk",)


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _asked(arguments)
    folder = cache_folder()
    chosen = [one for one in (*METHODS_RUN, *BY_NAME_ONLY) if one.name in asked.methods]
    try:
        planned = list(splits(folder / "splits", asked.sizes, asked.sources))
    except NoRealDataError as fault:
        print(fault, file=sys.stderr)
        return 2
    results = list(_results(chosen, planned, folder, asked.cap, only_kept=asked.table))
    print(table(results, planned, chosen, folder))
    print(versions_text(results))
    return 0


def _results(
    chosen: Sequence[Method],
    planned: Sequence[Split],
    folder: Path,
    cap: float,
    *,
    only_kept: bool,
) -> list[Fitted]:
    """Go through the quick methods first, the small sizes first; a failure is said and passed."""
    results = []
    order = sorted(
        ((method, split) for method in chosen for split in planned),
        key=lambda pair: (pair[0].name in SLOW, SIZES.index(pair[1].size), pair[1].seed),
    )
    unmade: set[str] = set()
    for method, split in order:
        home = method.environment.name if method.environment else ""
        if (only_kept and not is_kept(method, split, folder)) or home in unmade:
            continue
        try:
            result = fitted(method, split, folder, cap)
        except FitError as fault:
            print(fault, file=sys.stderr, flush=True)
            continue
        except EnvironmentMissingError as fault:
            print(fault, file=sys.stderr, flush=True)
            unmade.add(home)
            continue
        results.append(result)
        if not only_kept:
            said = f"{split.name:<34} {method.name:<15} {result.auc:.4f} {result.seconds:8.2f} s"
            print(said, file=sys.stderr, flush=True)
    return results


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [one.name for one in METHODS_RUN]
    known = [*names, *(one.name for one in BY_NAME_ONLY)]
    sources = [one.name for one in SOURCES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--methods", nargs="+", choices=known, default=names, metavar="METHOD")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=SIZES, metavar="SIZE")
    parser.add_argument("--sources", nargs="+", choices=sources, default=sources, metavar="SOURCE")
    parser.add_argument("--cap", type=float, default=CAP, help="seconds for one process")
    parser.add_argument("--quick", action="store_true", help="500 and 2 000, without FasterRisk")
    parser.add_argument("--table", action="store_true", help="only what is in the cache already")
    asked = parser.parse_args(arguments)
    if asked.quick:
        asked.sizes = SIZES[:2]
        asked.methods = [name for name in asked.methods if name not in SLOW]
    return asked


if __name__ == "__main__":
    raise SystemExit(main())

"""Fit in turn, in fresh processes, and print seconds and ratios; exit code 1 under the goal."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy.fitting import METHODS_RUN, Method, process
from benchmarks.accuracy.places import cache_folder
from benchmarks.accuracy.samples import HALF, SOURCES, NoRealDataError, Split, splits

ROUNDS = 5
GOAL = 20.0
"""So many times as fast as the fastest peer."""
CAP = 1800.0

TO_POINTS = Method("ours", "with_calibrate.py", "default/points")
"""From a frame to whole points, which is where the peers stop."""
WHOLE = Method("ours, whole run", "with_calibrate.py", "default")
"""The same, and threshold, resampled points and the card."""
QUICK_PEERS = ("optbinning", "toad")


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _asked(arguments)
    try:
        planned = [
            split
            for split in splits(cache_folder() / "splits", [HALF], asked.sources)
            if split.seed == 0
        ]
    except NoRealDataError as fault:
        print(fault, file=sys.stderr)
        return 2
    peers = [one for one in METHODS_RUN if one.name in asked.peers]
    head = ["leads", TO_POINTS.name, WHOLE.name, *asked.peers, "fastest peer / ours"]
    print(_row([*head, "range", "fastest peer / whole run"]))
    print(_row(["---"] * (len(head) + 2)))
    missed = []
    for split in planned:
        seconds = _in_turn(split, [TO_POINTS, WHOLE, *peers], asked.rounds)
        medians = {name: statistics.median(times) for name, times in seconds.items()}
        fastest = min(asked.peers, key=medians.__getitem__)
        pairs = [a / b for a, b in zip(seconds[fastest], seconds[TO_POINTS.name], strict=True)]
        ratio = statistics.median(pairs)
        texts = [f"{medians[name]:.3f} s" for name in (TO_POINTS.name, WHOLE.name, *asked.peers)]
        whole = statistics.median(
            a / b for a, b in zip(seconds[fastest], seconds[WHOLE.name], strict=True)
        )
        spread = f"{min(pairs):.1f}-{max(pairs):.1f}"
        print(_row([split.source, *texts, f"{ratio:.1f}", spread, f"{whole:.1f}"]), flush=True)
        if ratio < GOAL:
            missed.append(f"{split.source} {ratio:.1f}")
    if missed:
        print(f"\nunder {GOAL:g} times: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


def _in_turn(split: Split, methods: Sequence[Method], rounds: int) -> dict[str, list[float]]:
    """Give the seconds of fitting of each method, importing and scoring left out."""
    seconds: dict[str, list[float]] = {method.name: [] for method in methods}
    with tempfile.TemporaryDirectory(prefix="calibrate-fit-") as folder:
        scores = Path(folder) / "scores.csv"
        for turn in range(rounds + 1):  # the first turn warms byte code and the disk's cache
            for method in methods:
                said = process(method, split, scores, cache_folder(), cap=CAP)
                if turn:
                    seconds[method.name].append(said["seconds"])
    return seconds


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    sources = [one.name for one in SOURCES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit", description=__doc__)
    parser.add_argument("--sources", nargs="+", choices=sources, default=sources, metavar="SOURCE")
    parser.add_argument(
        "--peers",
        nargs="+",
        choices=(*QUICK_PEERS, "FasterRisk"),
        default=QUICK_PEERS,
        metavar="PEER",
        help="FasterRisk takes minutes and is never the fastest",
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    return parser.parse_args(arguments)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    raise SystemExit(main())

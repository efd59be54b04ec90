"""Run benchmarks and print one row each; exit code 1 when a limit is missed."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib import import_module, metadata
from pathlib import Path

from benchmarks import recording
from benchmarks.harness import (
    BenchmarkError,
    Measured,
    Sample,
    measure,
    own_peak_mb,
    prepare,
)

NAMES = ("counting", "score", "run", "help", "encoding", "evidence")
LARGE = ("engines",)
"""Run only when named."""
_PACKAGES = (
    "calibrate-leads numpy pandas pyarrow duckdb scipy statsmodels matplotlib pydantic jinja2"
)
_HEAD = ("what", "ours", "peer", "ratio", "least-most", "limit", "peak MB", "against")
_ROW = "{:<41} {:>9} {:>9} {:>7} {:>13} {:>6} {:>11}  {}"


def main(arguments: Sequence[str]) -> int:
    asked = _asked(arguments)
    if asked.leads is not None:
        os.environ["CALIBRATE_BENCH_LEADS"] = str(asked.leads)
    print(_machine(), end="\n\n")
    print(_ROW.format(*_HEAD), flush=True)
    missed, rows = [], []
    try:
        for measured in _measured(asked.names or NAMES, asked.only):
            print(_row(measured), flush=True)
            rows.append(_record(measured))
            if measured.is_missed or measured.is_too_large or measured.is_off:
                missed.append(measured.comparison.what)
    except BenchmarkError as fault:
        print(fault, file=sys.stderr)
        return 1
    if asked.record:
        recording.keep(rows, _machine().replace("\n", ". ") + ".")
    if missed:
        print(f"\nlimit missed: {'; '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join((*NAMES, *LARGE)))
    parser.add_argument("--record", action="store_true", help="keep what came")
    parser.add_argument("--only", metavar="TEXT", default="", help="rows that begin with it")
    parser.add_argument("--leads", type=int, help="of `engines`: fewer, to try it")
    asked = parser.parse_args(arguments)
    strange = [name for name in asked.names if name not in (*NAMES, *LARGE)]
    if strange:
        parser.error(f"no benchmark `{strange[0]}`; there are: {', '.join((*NAMES, *LARGE))}")
    if asked.record and asked.leads is not None:
        parser.error("what fewer leads give is not recorded")
    return asked


def _measured(names: Sequence[str], only: str) -> Iterator[Measured]:
    for name in names:
        room = import_module(f"benchmarks.{name}")
        with tempfile.TemporaryDirectory(prefix=f"calibrate-{name}-") as made:
            folder = getattr(room, "FOLDER", Path(made))  # large inputs stay
            prepare(name, folder)
            for comparison in room.COMPARISONS:
                if comparison.what.startswith(only):
                    yield measure(comparison, folder)


def _row(measured: Measured) -> str:
    """Show the least time of each side, and the median of the ratios pair by pair."""
    comparison, ratios = measured.comparison, measured.ratios
    ours, peer = measured.ours, measured.peer
    return _ROW.format(
        comparison.what,
        recording.time_text(min(sample.seconds for sample in ours)),
        recording.time_text(min(sample.seconds for sample in peer)),
        f"{measured.ratio:.3g}",
        f"{min(ratios):.3g}-{max(ratios):.3g}",
        "none" if comparison.limit is None else f"{comparison.limit:g}",
        f"{_peak(ours)} / {_peak(peer)}",
        f"{_against(measured)} ({len(ratios)} pairs){_memory(measured)}",
    )


def _record(measured: Measured) -> recording.Row:
    """Give the figures of a row, to three digits."""
    comparison, ratios = measured.comparison, measured.ratios
    return {
        "what": comparison.what,
        "against": _against(measured),
        "ours": _rounded(min(sample.seconds for sample in measured.ours)),
        "peer": _rounded(min(sample.seconds for sample in measured.peer)),
        "ratio": _rounded(measured.ratio),
        "least": _rounded(min(ratios)),
        "most": _rounded(max(ratios)),
        "pairs": len(ratios),
        "limit": comparison.limit,
        "peak_mb": [_peak(measured.ours), _peak(measured.peer)],
    } | _memory_record(measured)


def _against(measured: Measured) -> str:
    """Name the peer, and how near the answers came where they need not be the same."""
    figure, came = measured.comparison.figure, measured.figure_came
    if figure is None or came is None:
        return measured.comparison.against
    return (
        f"{measured.comparison.against}; mean ratio of {figure.of} {came:.3f} ({figure.least:g} to "
        f"{figure.most:g} will do)"
    )


def _memory(measured: Measured) -> str:
    memory, came = measured.comparison.memory, measured.memory_came
    if memory is None or came is None:
        return ""
    return f", memory {came:.3g} {memory.unit}, at most {memory.most:.4g}"


def _memory_record(measured: Measured) -> recording.Row:
    memory, came = measured.comparison.memory, measured.memory_came
    if memory is None or came is None:
        return {}
    return {"memory": {"most": memory.most, "came": _rounded(came), "unit": memory.unit}}


def _rounded(number: float) -> float:
    return float(f"{number:.3g}")


def _peak(samples: Sequence[Sample]) -> str:
    """Say the largest peak; a process smaller than this one shows this one's, so at most that."""
    peak = max(sample.peak_mb for sample in samples)
    return f"{'<' if peak <= 1.05 * own_peak_mb() else ''}{peak:.0f}"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = (f"{name} {metadata.version(name)}" for name in _PACKAGES.split())
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}\n"
        f"Python {platform.python_version()}, {', '.join(packages)}"
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

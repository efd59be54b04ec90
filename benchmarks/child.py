"""One side of one benchmark, in a process of its own; says its time and answer as JSON."""

from __future__ import annotations

import json
import math
import sys
import time
from importlib import import_module
from pathlib import Path

_STATUS = Path("/proc/self/status")


def main(module: str, side: str, folder: Path) -> None:
    room = import_module(f"benchmarks.{module}")
    if side == "prepare":
        room.prepare(folder)
        return
    work, tell = getattr(room, side)(folder)
    seconds = []
    _forget_the_peak()
    before = _status_mb("VmRSS")
    for _ in range(room.REPETITIONS):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    # The least disturbed repetition; the pairs of processes show how far it moves.
    scaled = getattr(room, "SCALED", {}).get(side, 1) * min(seconds)
    told = {"seconds": scaled, "extra_mb": _status_mb("VmHWM") - before}
    print(json.dumps(told | {"answer": tell(result)}))


def _forget_the_peak() -> None:
    """Let the kernel begin anew: making the input may have taken more than the work does."""
    if _STATUS.exists():
        Path("/proc/self/clear_refs").write_text("5")


def _status_mb(key: str) -> float:
    if not _STATUS.exists():
        return math.nan
    lines = _STATUS.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) / 2**10


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

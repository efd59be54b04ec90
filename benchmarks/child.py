"""One side of one benchmark, in a process of its own; says its time and answer as JSON."""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path


def main(module: str, side: str, folder: Path) -> None:
    room = import_module(f"benchmarks.{module}")
    if side == "prepare":
        room.prepare(folder)
        return
    work, tell = getattr(room, side)(folder)
    seconds = []
    for _ in range(room.REPETITIONS):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    # The least disturbed repetition; the pairs of processes show how far it moves.
    print(json.dumps({"seconds": min(seconds), "answer": tell(result)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

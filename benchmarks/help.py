"""``calibrate --help`` against the same interpreter doing nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.harness import Comparison, installed, whole_process

COMPARISONS = (
    Comparison(
        what="calibrate --help",
        against="python -c pass",
        ours=whole_process(installed("calibrate"), "--help"),
        peer=whole_process(sys.executable, "-c", "pass"),
        rounds=40,
        limit=4.0,
    ),
)


def prepare(folder: Path) -> None:
    """Need no input."""

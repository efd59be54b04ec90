"""Run two sides in turn, every sample in a fresh process, and compare them pair by pair.

Only the standard library is imported here: a process inherits the peak memory of the one that
started it, so this one stays small.
"""

from __future__ import annotations

import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent
MOST_BATCHES = 3
"""So often the rounds are run again while the pairs do not agree."""
WIDE = 0.1
"""Pairs agree when the middle half of their ratios lies within this share of the median."""
_PER_MB = 2**20 if sys.platform == "darwin" else 2**10  # what getrusage counts in


class BenchmarkError(Exception):
    """A side failed, or the two sides do not agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One process: how long, how large, and what it answered."""

    seconds: float
    peak_mb: float
    answer: Any = None
    extra_mb: float = math.nan
    """By how much the work let memory grow; NaN where nobody looked."""


Side = Callable[[Path], Sample]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryLimit:
    """The most memory that will do: in MB, in MB beside the input, or as a share of the peer's."""

    most: float
    unit: Literal["MB", "MB extra", "of the peer's"]

    def came(self, ours: Sequence[Sample], peer: Sequence[Sample]) -> float:
        if self.unit == "MB extra":
            return max(sample.extra_mb for sample in ours)
        peak = max(sample.peak_mb for sample in ours)
        return peak if self.unit == "MB" else peak / max(sample.peak_mb for sample in peer)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanRatio:
    """How near our answers must come to the peer's where chance has a part in either."""

    of: str
    least: float
    most: float

    def came(self, ours: Sequence[Sample], peer: Sequence[Sample]) -> float:
        """Give the mean ratio of the answers, number by number and pair by pair."""
        pairs = [
            a / b
            for one, other in zip(ours, peer, strict=True)
            for a, b in zip(one.answer, other.answer, strict=True)
        ]
        return statistics.fmean(pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Ours against a named peer; `limit` is the largest ratio of their times that will do.

    A slow one is not warmed up, and its rounds are not run again while the pairs do not agree. Both
    sides must answer the same, but for a `figure`, which may differ as far as it says.
    """

    what: str
    against: str
    ours: Side
    peer: Side
    rounds: int
    limit: float | None = None
    memory: MemoryLimit | None = None
    figure: MeanRatio | None = None
    is_slow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A comparison and its samples, pair after pair."""

    comparison: Comparison
    ours: tuple[Sample, ...]
    peer: tuple[Sample, ...]

    @property
    def ratios(self) -> list[float]:
        return [a.seconds / b.seconds for a, b in zip(self.ours, self.peer, strict=True)]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def spread(self) -> float:
        if len(self.ratios) == 1:
            return math.inf
        low, _, high = statistics.quantiles(self.ratios, n=4)
        return (high - low) / self.ratio

    @property
    def is_missed(self) -> bool:
        return self.comparison.limit is not None and self.ratio > self.comparison.limit

    @property
    def memory_came(self) -> float | None:
        memory = self.comparison.memory
        return None if memory is None else memory.came(self.ours, self.peer)

    @property
    def is_too_large(self) -> bool:
        memory, came = self.comparison.memory, self.memory_came
        return memory is not None and came is not None and came > memory.most

    @property
    def figure_came(self) -> float | None:
        figure = self.comparison.figure
        return None if figure is None else figure.came(self.ours, self.peer)

    @property
    def is_off(self) -> bool:
        figure, came = self.comparison.figure, self.figure_came
        if figure is None or came is None:
            return False
        return not figure.least <= came <= figure.most


def measure(comparison: Comparison, folder: Path) -> Measured:
    """Take pairs of samples until the pairs agree, or patience ends."""
    if not comparison.is_slow:
        comparison.ours(folder), comparison.peer(folder)  # byte code, fonts, the disk's cache
    ours: list[Sample] = []
    peer: list[Sample] = []
    for _ in range(1 if comparison.is_slow else MOST_BATCHES):
        for _ in range(comparison.rounds):
            ours.append(comparison.ours(folder))
            peer.append(comparison.peer(folder))
            if comparison.figure is None:
                _check_agreement(comparison, ours[-1].answer, peer[-1].answer)
        measured = Measured(comparison=comparison, ours=tuple(ours), peer=tuple(peer))
        if measured.spread <= WIDE:
            break
    return measured


def whole_process(*command: str) -> Side:
    """Make a side of a command: the whole process is timed, from outside."""

    def once(folder: Path) -> Sample:
        seconds, peak_mb, _ = _run(command, folder)
        return Sample(seconds=seconds, peak_mb=peak_mb)

    return once


def inside(module: str, side: str) -> Side:
    """Make a side of a function in a benchmark's module: its work alone is timed."""

    def once(folder: Path) -> Sample:
        _, peak_mb, said = _run(_child(module, side, folder), ROOT)
        return _told(said, peak_mb)

    return once


def elsewhere(python: Callable[[], Path], script: str, *arguments: str) -> Side:
    """Make a side of a script that another interpreter runs, in an environment of its own."""

    def once(folder: Path) -> Sample:
        command = (str(python()), str(ROOT / script), *arguments)
        _, peak_mb, said = _run(command, folder)
        return _told(said, peak_mb)

    return once


def prepare(module: str, folder: Path) -> None:
    """Let a benchmark make its input, in a process of its own."""
    _run(_child(module, "prepare", folder), ROOT)


def installed(command: str) -> str:
    """Find a command beside this interpreter."""
    found = shutil.which(command, path=str(Path(sys.executable).parent))
    if found is None:
        raise BenchmarkError(f"`{command}` is not installed beside {sys.executable}")
    return found


def own_peak_mb() -> float:
    """Give this process's own peak: no child is seen to have less."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PER_MB


def _told(said: bytes, peak_mb: float) -> Sample:
    """Read the last line of what a side says; packages may say something before it."""
    told = json.loads(said.strip().splitlines()[-1])
    return Sample(
        seconds=told["seconds"],
        peak_mb=peak_mb,
        answer=told["answer"],
        extra_mb=told.get("extra_mb", math.nan),
    )


def _child(module: str, side: str, folder: Path) -> Sequence[str]:
    return (sys.executable, "-m", "benchmarks.child", module, side, str(folder))


def _run(command: Sequence[str], where: Path) -> tuple[float, float, bytes]:
    """Run a command; give its seconds, peak memory and output."""
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as child:
        assert child.stdout is not None
        said = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise BenchmarkError(f"{' '.join(command)} failed:\n{said.decode(errors='replace')}")
    return seconds, usage.ru_maxrss / _PER_MB, said


def _check_agreement(comparison: Comparison, ours: Any, peer: Any) -> None:
    if isinstance(ours, list):
        same = len(ours) == len(peer) and all(
            math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-300)
            for a, b in zip(ours, peer, strict=True)
        )
    else:
        same = ours == peer
    if not same:
        raise BenchmarkError(f"{comparison.what}: the two sides do not give the same results")

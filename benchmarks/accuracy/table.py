"""The comparison as a Markdown table, with what is lost marked."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy.fitting import PEERS, Fitted, Method, read_scores, scores_path
from benchmarks.accuracy.judging import error_over_seeds, paired_error
from benchmarks.accuracy.samples import Split

JUDGED = ("ours", "ours attribute")
CEILING, ROOM = "boosting", 0.02
LEGEND = (
    "AUC on unseen leads: mean and, in brackets, standard error over seeds (in thousandths). "
    "v: below the best integer peer by more than one standard error of the paired difference "
    "(over seeds; in time order DeLong's). ^: more than .02 under boosting. "
    "*: fitted on fewer leads, for the cap on time."
)


@dataclass(frozen=True)
class Cell:
    """One method on all seeds of one table and size."""

    method: str
    by_seed: dict[int, Fitted]

    @property
    def mean(self) -> float:
        return statistics.mean(one.auc for one in self.by_seed.values())

    @property
    def text(self) -> str:
        error = error_over_seeds([one.auc for one in self.by_seed.values()])
        spread = f" ({1000 * error:.1f})" if error == error else ""  # noqa: PLR0124 - not NaN
        star = "*" if any(one.is_capped for one in self.by_seed.values()) else ""
        return f"{self.mean:.3f}".removeprefix("0") + star + spread


def table(
    results: Sequence[Fitted], planned: Sequence[Split], chosen: Sequence[Method], folder: Path
) -> str:
    """Write one row a table and size."""
    names = [one.name for one in chosen]
    by_name = {one.name: one for one in chosen}
    rows = [["leads", "teach", *names], ["---"] * (len(names) + 2)]
    for source, size in dict.fromkeys((split.source, split.size) for split in planned):
        here = [split for split in planned if (split.source, split.size) == (source, size)]
        cells = {name: Cell(name, _of(results, name, source, size)) for name in names}
        cells = {name: cell for name, cell in cells.items() if cell.by_seed}
        if not cells:
            continue
        marks = {
            name: _marks(cells[name], cells, here, by_name, folder)
            for name in JUDGED
            if name in cells
        }
        texts = [
            f"{cells[name].text}{_short(cells[name], here)}{marks.get(name, '')}"
            if name in cells
            else ""
            for name in names
        ]
        rows.append([source, size, *texts])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + f"\n\n{LEGEND}\n"


def versions_text(results: Sequence[Fitted]) -> str:
    """Write the packages that took part, method by method."""
    by_method = {one.method: one.versions for one in results}
    lines = (
        f"{method}: {', '.join(f'{name} {number}' for name, number in versions.items())}"
        for method, versions in by_method.items()
    )
    return "\n".join(lines)


def _of(results: Sequence[Fitted], method: str, source: str, size: str) -> dict[int, Fitted]:
    return {
        one.seed: one
        for one in results
        if (one.method, one.source, one.size) == (method, source, size)
    }


def _short(cell: Cell, here: Sequence[Split]) -> str:
    """Say when not all seeds are there."""
    done = len(cell.by_seed)
    return "" if done == len(here) else f" {done} of {len(here)} seeds"


def _marks(
    ours: Cell,
    cells: dict[str, Cell],
    here: Sequence[Split],
    by_name: dict[str, Method],
    folder: Path,
) -> str:
    marks = ""
    peers = [cells[name] for name in PEERS if name in cells]
    if peers:
        best = max(peers, key=lambda cell: _gap(cell, ours))
        if _gap(best, ours) > _gap_error(best, ours, here, by_name, folder):
            marks += " v"
    if CEILING in cells and _gap(cells[CEILING], ours) > ROOM:
        marks += " ^"
    return marks


def _gaps(one: Cell, two: Cell) -> list[float]:
    both = one.by_seed.keys() & two.by_seed.keys()
    return [one.by_seed[seed].auc - two.by_seed[seed].auc for seed in sorted(both)]


def _gap(one: Cell, two: Cell) -> float:
    gaps = _gaps(one, two)
    return statistics.mean(gaps) if gaps else 0.0


def _gap_error(
    one: Cell, two: Cell, here: Sequence[Split], by_name: dict[str, Method], folder: Path
) -> float:
    gaps = _gaps(one, two)
    if len(gaps) > 1:
        return error_over_seeds(gaps)
    split = here[0]
    a, b = (read_scores(scores_path(by_name[cell.method], split, folder)) for cell in (one, two))
    return paired_error(split.outcomes(), a, b)

"""Fit one method on one split in a fresh process, or remember how that went."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from benchmarks.accuracy.places import (
    FASTERRISK,
    METHODS,
    OPTBINNING,
    ROOT,
    SKLEARN,
    TOAD,
    Environment,
)
from benchmarks.accuracy.samples import Split

CAP = 300.0
"""Seconds for one fit; a method that needs longer gets half of the leads, and so on."""
LEAST = 250


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    script: str
    variant: str = "-"
    environment: Environment | None = None  # None: the one this runs in

    @property
    def is_ours(self) -> bool:
        return self.environment is None


METHODS_RUN = (
    Method("ours", "with_calibrate.py", "default"),
    Method("ours attribute", "with_calibrate.py", "attribute"),
    Method("ours all", "with_calibrate.py", "all"),
    Method("optbinning", "with_optbinning.py", environment=OPTBINNING),
    Method("toad", "with_toad.py", environment=TOAD),
    Method("FasterRisk", "with_fasterrisk.py", environment=FASTERRISK),
    Method("logistic", "with_sklearn.py", "logistic", SKLEARN),
    Method("boosting", "with_sklearn.py", "boosting", SKLEARN),
)
BY_NAME_ONLY = (
    Method("published", "with_calibrate.py", "published"),
    Method("untested", "with_calibrate.py", "untested"),
)
"""The published arithmetic, run by this program: no part of the table unless asked for."""
PEERS = ("optbinning", "toad", "FasterRisk")
"""Those that give whole-number points too."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """How a method did on a split.

    Attributes
    ----------
    leads : int
        That taught; fewer than the split has where the time cap was met.
    auc : float
        On the leads of the other half.
    """

    method: str
    source: str
    size: str
    seed: int
    seconds: float
    leads: int
    auc: float
    is_capped: bool
    versions: dict[str, str] = field(default_factory=dict)


class FitError(Exception):
    """A method's process ended with an error."""


def fitted(method: Method, split: Split, cache_folder: Path, cap: float = CAP) -> Fitted:
    """Give the result from the cache, or fit and keep it."""
    kept = cache_folder / "results" / f"{split.name}-{method.name.replace(' ', '_')}.json"
    stamp = _stamp(method)
    if kept.exists():
        known = json.loads(kept.read_text(encoding="utf-8"))
        if known.pop("stamp") == stamp:
            return Fitted(**known)
    kept.parent.mkdir(parents=True, exist_ok=True)
    made = _fit(method, split, cache_folder, cap)
    part = kept.with_suffix(".part")
    part.write_text(json.dumps(asdict(made) | {"stamp": stamp}), encoding="utf-8")
    part.replace(kept)
    return made


def is_kept(method: Method, split: Split, cache_folder: Path) -> bool:
    kept = cache_folder / "results" / f"{split.name}-{method.name.replace(' ', '_')}.json"
    return kept.exists() and json.loads(kept.read_text(encoding="utf-8"))["stamp"] == _stamp(method)


def scores_path(method: Method, split: Split, cache_folder: Path) -> Path:
    return cache_folder / "scores" / f"{split.name}-{method.name.replace(' ', '_')}.csv"


def process(
    method: Method, split: Split, scores: Path, cache_folder: Path, *, most: int = 0, cap: float
) -> dict:
    """Run the method's script once; give what it says."""
    environment = method.environment
    python = sys.executable if environment is None else environment.python(cache_folder / "peers")
    script = METHODS / method.script
    surroundings = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    surroundings |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    if method.is_ours:
        surroundings["PYTHONPATH"] = str(ROOT)
    command = [
        str(part)
        for part in (python, script, split.teach, split.judge, scores, method.variant, most)
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=cap, check=False, env=surroundings
    )
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise FitError(f"{method.name} on {split.name}: {last}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def read_scores(path: Path) -> list[float]:
    with path.open(newline="", encoding="utf-8") as page:
        return [float(row["score"]) for row in csv.DictReader(page)]


def _fit(method: Method, split: Split, cache_folder: Path, cap: float) -> Fitted:
    from benchmarks.accuracy.judging import auc

    scores = scores_path(method, split, cache_folder)
    scores.parent.mkdir(parents=True, exist_ok=True)
    most = 0
    while True:
        try:
            said = process(method, split, scores, cache_folder, most=most, cap=cap)
            break
        except subprocess.TimeoutExpired:
            most = (most or _rows(split.teach)) // 2
            if most < LEAST:
                raise FitError(f"{method.name} on {split.name}: over {cap:g} s") from None
    return Fitted(
        method=method.name,
        source=split.source,
        size=split.size,
        seed=split.seed,
        seconds=said["seconds"],
        leads=said["leads"],
        auc=auc(split.outcomes(), read_scores(scores)),
        is_capped=most > 0,
        versions=said["versions"],
    )


def _rows(path: Path) -> int:
    with path.open(newline="", encoding="utf-8") as page:
        return sum(1 for _ in csv.reader(page)) - 1


@cache
def _stamp(method: Method) -> str:
    """Tell by what a result was made: the scripts, the packages, and for ours all of the code."""
    files = [METHODS / "common.py", METHODS / method.script]
    if method.is_ours:
        files += sorted((ROOT / "calibrate").rglob("*.py"))
    digest = hashlib.sha256(method.variant.encode())
    for file in files:
        digest.update(file.read_bytes())
    if method.environment is not None:
        digest.update("\n".join(method.environment.packages).encode())
    return digest.hexdigest()

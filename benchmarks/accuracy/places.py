"""Where things are: this project, the cache, and one environment per package under test."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
METHODS = Path(__file__).resolve().parent / "methods"


class EnvironmentMissingError(Exception):
    """The packages of an environment could not be installed."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment with nothing in it but what is named."""

    name: str
    packages: tuple[str, ...]

    def python(self, folder: Path) -> Path:
        """Give its interpreter, making the environment first if it is not there."""
        stamp = hashlib.sha256("\n".join(self.packages).encode()).hexdigest()[:8]
        home = folder / f"{self.name}-{stamp}"
        ready = home / ".ready"
        if not ready.exists():
            self._make(home)
            ready.touch()
        return home / ("Scripts" if os.name == "nt" else "bin") / "python"

    def _make(self, home: Path) -> None:
        python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(home)],
            [str(python), "-m", "pip", "install", "--quiet", *self.packages],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                last = "\n".join(done.stderr.strip().splitlines()[-3:])
                raise EnvironmentMissingError(f"{self.name}: {' '.join(command[-3:])}\n{last}")


OPTBINNING = Environment(
    "optbinning",
    ("optbinning==1.0.0", "numpy==2.4.6", "pandas==3.1.1", "scikit-learn==1.9.1"),
)
SKLEARN = Environment("sklearn", ("scikit-learn==1.9.1", "numpy==2.4.6", "pandas==3.1.1"))
TOAD = Environment(  # its wheel names no requirements: these are the ones it imports
    "toad",
    (
        "toad==0.1.7",
        "numpy==1.26.4",
        "pandas==2.2.3",
        "scipy<1.16",
        "scikit-learn==1.5.2",
        "joblib",
        "seaborn",
    ),
)
PROSCORE = Environment("proscore", ("proscore==0.2.3", "numpy==2.4.6", "pandas==3.1.1"))
FASTERRISK = Environment("fasterrisk", ("fasterrisk==0.1.10",))


def cache_folder() -> Path:
    """Give the folder for environments, splits and results: `$CALIBRATE_BENCH_CACHE` or temp."""
    declared = os.environ.get("CALIBRATE_BENCH_CACHE")
    return Path(declared) if declared else Path(tempfile.gettempdir()) / "calibrate-accuracy"

"""Helpers of all tests: leads to calibrate, the command as a person runs it, real data."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from tests.starting import Starter

# The same examples on every machine, and none judged by its speed.
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

ROOT = Path(__file__).parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes in no test's name: archives hold the time, and each worker would name it otherwise."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[Path]:
    """A place for servers of Postgres, which run as a user of their own.

    Another pytest that starts meanwhile shuts pytest's own folder to all other users.
    """
    with (
        tempfile.TemporaryDirectory(prefix="calibrate-") as made,
        pytest.MonkeyPatch.context() as patch,
    ):
        runtime = Path(made) / "runtime"
        runtime.mkdir(0o700)
        if "XDG_RUNTIME_DIR" not in os.environ:
            patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        yield Path(made)


@pytest.fixture(scope="session")
def golden() -> Path:
    return Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data that are not part of the package."""
    declared = os.environ.get("CALIBRATE_REAL_DATA")
    place = Path(declared) if declared else ROOT.parent / "shared" / "data"
    if not place.is_dir():
        pytest.skip(f"no real data in {place}; $CALIBRATE_REAL_DATA may name their folder")
    return place


@pytest.fixture(scope="session")
def leads_frame() -> pd.DataFrame:
    """1 500 leads: two strong texts, a number, a yes or no, a rare value, gaps, and noise."""
    rng = np.random.default_rng(1)
    n = 1500
    source = rng.choice(["Google", "Fair", "Referral", "Cold list"], n, p=[0.4, 0.2, 0.1, 0.3])
    visits = rng.poisson(np.where(source == "Fair", 6, 3))
    demo = rng.random(n) < 0.3
    chance = (
        0.15
        + 0.35 * (source == "Referral")
        - 0.1 * (source == "Cold list")
        + 0.03 * visits
        + 0.2 * demo
    )
    customer = rng.random(n) < np.clip(chance, 0, 1)
    industry = rng.choice(["Software", "software ", "Finance", "Retail"], n).astype(object)
    industry[rng.random(n) < 0.15] = None
    industry[:4] = ["Mining", "Fishing", "Mining", "Forestry"]
    return pd.DataFrame(
        {
            "lead_id": [f"L{row:05d}" for row in range(n)],
            "source": source,
            "visits": visits,
            "demo": np.where(demo, "yes", "no"),
            "industry": industry,
            "shoe_size": rng.integers(36, 47, n),
            "converted": customer.astype(int),
        }
    )


@pytest.fixture(scope="session")
def leads_csv(leads_frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("leads") / "leads.csv"
    leads_frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def frame_of() -> Callable[..., pd.DataFrame]:
    """Give leads by level: `frame_of(Fair=(20, 100))` is 20 customers among 100 at the fair."""

    def frame(column: str = "source", **levels: tuple[int, int]) -> pd.DataFrame:
        rows = [
            (name, int(number < customers))
            for name, (customers, leads) in levels.items()
            for number in range(leads)
        ]
        return pd.DataFrame(rows, columns=[column, "converted"])

    return frame


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    found = Starter()
    yield found
    found.close()


@pytest.fixture(scope="session")
def command(starter: Starter) -> Run:
    """Run `calibrate` in a process of its own, as a person does.

    One that has a seed or an environment of its own, or that asks for it, begins `anew`; the
    others are copies of a process that has read all modules.
    """

    def run(
        *arguments: object, folder: Path, seed: int = 0, anew: bool = False, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        called = ["-m", "calibrate", *map(str, arguments)]
        if anew or seed or environment:
            return subprocess.run(
                [sys.executable, *called],
                cwd=folder,
                env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONUTF8": "1", **environment},
                capture_output=True,
                encoding="utf-8",
                check=False,
                timeout=120,
            )
        text = partial(TemporaryFile, "w+", encoding="utf-8")
        with Path(os.devnull).open() as nothing, text() as said, text() as complained:
            files = [one.fileno() for one in (nothing, said, complained)]
            starter.start(called[2:], folder, files)
            code = starter.ended()
            texts = [one.seek(0) or one.read() for one in (said, complained)]
        return subprocess.CompletedProcess(called, code, *texts)

    return run

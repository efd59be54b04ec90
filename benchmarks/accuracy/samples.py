"""The real leads, and who teaches and who judges in each split."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.accuracy.places import ROOT

if TYPE_CHECKING:
    import pandas as pd

SEEDS = 5
OUTCOME = "outcome"
HALF, IN_TIME = "half", "in time order"
SIZES = {"500": 500, "2 000": 2_000, HALF: None}
"""Leads that teach, drawn from a random half; the other half judges, whatever the size."""


class NoRealDataError(Exception):
    """The real tables are not on this machine."""


def real_data() -> Path:
    """Find the folder of real tables: `$CALIBRATE_REAL_DATA`, else ``../shared/data``."""
    declared = os.environ.get("CALIBRATE_REAL_DATA")
    folder = Path(declared) if declared else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        raise NoRealDataError(
            f"no real tables in {folder}; name their folder in CALIBRATE_REAL_DATA "
            f"(docs/accuracy.md says which tables)"
        )
    return folder


def bank_full() -> pd.DataFrame:
    return _bank("uci_bank_full.csv")


def bank_additional() -> pd.DataFrame:
    return _bank("uci_bank_additional.csv")


def shoppers() -> pd.DataFrame:
    import pandas as pd

    frame = pd.read_csv(real_data() / "online_shoppers_intention.csv")
    frame["Weekend"] = frame["Weekend"].map({True: "yes", False: "no"})
    return _with_outcome(frame, frame.pop("Revenue"))


def olist() -> pd.DataFrame:
    """Leads in the order of their first contact; where they came from and where they landed."""
    import pandas as pd

    leads = pd.read_csv(real_data() / "olist_marketing_qualified_leads_dataset.csv")
    deals = pd.read_csv(real_data() / "olist_closed_deals_dataset.csv")
    leads = leads.sort_values("first_contact_date", kind="stable")
    return _with_outcome(
        leads[["origin", "landing_page_id"]].copy(), leads["mql_id"].isin(deals["mql_id"])
    )


def _bank(name: str) -> pd.DataFrame:
    import pandas as pd

    frame = pd.read_csv(real_data() / name, sep=";").drop(columns="duration")
    return _with_outcome(frame, frame.pop("y") == "yes")


def _with_outcome(frame: pd.DataFrame, outcome: pd.Series) -> pd.DataFrame:
    frame[OUTCOME] = outcome.astype(int)
    return frame.reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    load: Callable[[], pd.DataFrame]
    in_time: bool


SOURCES = (
    Source("uci_bank_full", bank_full, in_time=True),
    Source("uci_bank_additional", bank_additional, in_time=True),
    Source("online_shoppers", shoppers, in_time=False),
    Source("olist", olist, in_time=True),
)


@dataclass(frozen=True, slots=True)
class Split:
    """One table, one size, one seed; its two files lie in `folder`."""

    source: str
    size: str
    seed: int
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.source}-{self.size.replace(' ', '')}-{self.seed}"

    @property
    def teach(self) -> Path:
        return self.folder / f"{self.name}-teach.csv"

    @property
    def judge(self) -> Path:
        where = self.size if self.size == IN_TIME else HALF
        return self.folder / f"{self.source}-{where.replace(' ', '')}-{self.seed}-judge.csv"

    def outcomes(self) -> list[int]:
        with self.judge.open(newline="", encoding="utf-8") as page:
            return [int(row[OUTCOME]) for row in csv.DictReader(page)]


def splits(folder: Path, sizes: Sequence[str], sources: Sequence[str]) -> Iterator[Split]:
    """List the splits, seed after seed, and write the files that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in SOURCES:
        if source.name not in sources:
            continue
        planned = [
            Split(source.name, size, seed, folder)
            for size in sizes
            for seed in range(1 if size == IN_TIME else SEEDS)
            if size != IN_TIME or source.in_time
        ]
        if not all(split.teach.exists() and split.judge.exists() for split in planned):
            frame = source.load()
            for split in planned:
                _write(frame, split)
        yield from planned


def _write(frame: pd.DataFrame, split: Split) -> None:
    import numpy as np

    middle = len(frame) // 2
    if split.size == IN_TIME:
        order = np.arange(len(frame))
        teach = order[:middle]
    else:
        order = np.random.default_rng(split.seed).permutation(len(frame))
        teach = np.sort(order[: SIZES[split.size] or middle])
    for rows, path in ((teach, split.teach), (np.sort(order[middle:]), split.judge)):
        part = path.with_suffix(".part")
        frame.iloc[rows].to_csv(part, index=False)
        part.replace(path)

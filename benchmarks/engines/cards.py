"""Evidence for every column, and a whole card: ours, from the frame that optbinning takes too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

REPETITIONS = 1

Parts = tuple[Callable[[], Any], Callable[[Any], Any]]

_SPEC = {"outcome": {"column": "outcome"}}


def evidence(folder: Path) -> Parts:
    """Read, look for what is odd, count, screen, find bands, and weigh every level."""
    from calibrate import read_leads
    from calibrate.teaching import teach

    frame = _frame(folder)
    return lambda: teach(read_leads(frame, _SPEC)), lambda _: None


def card(folder: Path) -> Parts:
    """And give points, resample them, choose a threshold, cross-validate, and make the card."""
    from calibrate import calibrate

    frame = _frame(folder)
    return lambda: calibrate(frame, _SPEC).scorecard, lambda _: None


def _frame(folder: Path) -> Any:
    import pandas as pd
    import pyarrow.compute  # noqa: F401
    import scipy.special  # noqa: F401
    import yaml  # noqa: F401  (imports are not fitting)

    return pd.read_csv(folder / "modelled.csv")

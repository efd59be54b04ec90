"""The plots of a validation: gains, calibration, close rate by tier, and ROC."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrate.errors import CalibrateError, did_you_mean
from calibrate.policy.rated import Rated
from calibrate.present.numbers import percent_text, share_text
from calibrate.present.plots import INK, LOWERS, QUIET, RAISES, new_axes, styled, svg_text
from calibrate.present.terminal import clean, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calibrate.validation import Validation

NAMES = ("gains", "calibration", "tiers", "roc")
_SQUARE, _WIDE = (5.2, 4.6), (9.0, 3.4)
_GROUPS = 10


def draw_validation(found: Validation, name: str, ax: Axes | None = None) -> Axes:
    """Draw one of the plots."""
    if name not in NAMES:
        raise CalibrateError(f"There is no plot `{name}`; {did_you_mean(name, NAMES)}")
    if name == "calibration" and found.foretold is None:
        raise CalibrateError("The card is of an earlier version and foretells no close rates.")
    ax = ax or new_axes(_size(name))
    with styled():
        _DRAW[name](found, ax)
    return ax


def validation_plots(found: Validation) -> dict[str, str]:
    """Draw all that there is to draw, as SVG text."""
    names = [name for name in NAMES if name != "calibration" or found.foretold is not None]
    return {name: svg_text(_size(name), partial(_DRAW[name], found)) for name in names}


def _size(name: str) -> tuple[float, float]:
    return _WIDE if name == "tiers" else _SQUARE


def _draw_gains(found: Validation, ax: Axes) -> None:
    curve = found.gains
    worked, reached = (
        100 * np.concatenate([[0.0], one]) for one in (curve.leads_worked, curve.customers_reached)
    )
    ax.plot(worked, reached, color=RAISES, linewidth=1.8)
    ax.plot([0, 100], [0, 100], color=QUIET, linewidth=0.8, linestyle="--")
    ax.set_xlabel("leads worked, highest scores first, %")
    ax.set_ylabel("customers reached, %")
    ax.set_title(f"The best 20 % of leads hold {percent_text(curve.reached(0.2))} of customers")


def _draw_roc(found: Validation, ax: Axes) -> None:
    n, x = (np.array(one)[::-1] for one in (found.score_table.leads, found.score_table.customers))
    others = n - x
    along, up = (100 * np.append(0, one.cumsum()) / one.sum() for one in (others, x))
    ax.plot(along, up, color=RAISES, linewidth=1.8)
    ax.plot([0, 100], [0, 100], color=QUIET, linewidth=0.8, linestyle="--")
    ax.set_xlabel("other leads that pass, %")
    ax.set_ylabel("customers that pass, %")
    ax.set_title(f"AUC {share_text(found.auc.auc)}, expected {share_text(found.expected_auc)}")


def _draw_tiers(found: Validation, ax: Axes) -> None:
    parts = [one for one in found.tiers or found.bands if one.leads]
    _points(parts, ax)
    ax.axhline(100 * (found.now.close_rate or 0.0), color=QUIET, linewidth=0.8, linestyle="--")
    names = [shorten(clean(one.name), 16) for one in parts]
    ax.set_xticks(np.arange(len(parts)), names, fontsize=8)
    ax.set_ylim(0, None)
    ax.set_ylabel("close rate, %")
    ax.set_title("Close rate by tier, with 95 % intervals (overall dashed)")


def _points(parts: Sequence[Rated], ax: Axes) -> None:
    rates = np.array([one.close_rate or 0.0 for one in parts])
    ends = np.array([one.interval or (0.0, 0.0) for one in parts])
    spread = np.abs(np.stack([rates - ends[:, 0], ends[:, 1] - rates]))
    ax.errorbar(
        np.arange(len(parts)), 100 * rates, yerr=100 * spread, fmt="o", color=RAISES, capsize=3
    )


def _draw_calibration(found: Validation, ax: Axes) -> None:
    """Hold the rate foretold against the rate that came, in groups of about as many leads."""
    foretold, groups = _grouped(found)
    rates = np.array([one.close_rate or 0.0 for one in groups])
    ends = np.array([one.interval or (0.0, 0.0) for one in groups])
    spread = np.abs(np.stack([rates - ends[:, 0], ends[:, 1] - rates]))
    top = 105 * max(float(ends.max()), float(foretold.max()), 0.01)
    ax.plot([0, top], [0, top], color=QUIET, linewidth=0.8, linestyle="--")
    ax.errorbar(
        100 * foretold, 100 * rates, yerr=100 * spread, fmt="o", color=LOWERS, ecolor=INK, capsize=2
    )
    ax.set_xlim(0, top)
    ax.set_ylim(0, top)
    ax.set_xlabel("close rate foretold, %")
    ax.set_ylabel("close rate that came, %")
    ax.set_title("On the dashed line, what was foretold came")


def _grouped(found: Validation) -> tuple[Any, list[Rated]]:
    table = found.score_table
    n, x = np.array(table.leads), np.array(table.customers)
    foretold = found.card.close_rates(table.scores)
    middle = (np.cumsum(n) - n / 2) / n.sum()
    _, group = np.unique((middle * _GROUPS).astype(int), return_inverse=True)
    leads, customers = (np.bincount(group, part).astype(int) for part in (n, x))
    mean = np.bincount(group, n * foretold) / leads
    return mean, [
        Rated(name="", leads=int(a), customers=int(b))
        for a, b in zip(leads, customers, strict=True)
    ]


_DRAW = {
    "gains": _draw_gains,
    "calibration": _draw_calibration,
    "tiers": _draw_tiers,
    "roc": _draw_roc,
}

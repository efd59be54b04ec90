"""The plots of a series of cards: rates, threshold, AUC, and the points of an attribute."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from calibrate.errors import CalibrateError, did_you_mean
from calibrate.levels import fold
from calibrate.present.plots import LOWERS, QUIET, RAISES, new_axes, styled, svg_text
from calibrate.present.terminal import clean, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from calibrate.timeline import History

NAMES = ("rates", "threshold", "auc")
_SIZE = (8.0, 3.0)


def draw_history(found: History, name: str, ax: Axes | None = None) -> Axes:
    """Draw one of the plots."""
    attributes = list(dict.fromkeys(one.attribute for one in found.levels))
    by_name = {fold(one): one for one in attributes}
    if name not in NAMES and fold(name) not in by_name:
        raise CalibrateError(f"There is no plot `{name}`; {did_you_mean(name, [*NAMES, *by_name])}")
    ax = ax or new_axes(_SIZE)
    with styled():
        if name in NAMES:
            _DRAW[name](found, ax)
        else:
            _draw_points(found, by_name[fold(name)], ax)
    return ax


def history_plots(found: History) -> dict[str, str]:
    """Draw rates, threshold and AUC, as SVG text."""
    return {name: svg_text(_SIZE, partial(_DRAW[name], found)) for name in NAMES}


def attribute_plots(found: History, names: Sequence[str]) -> dict[str, str]:
    """Draw the points of attributes, as SVG text."""
    return {name: svg_text(_SIZE, partial(_draw_points, found, name)) for name in names}


def _quarters(found: History, ax: Axes) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    at = np.arange(len(found.entries))
    names = [_plain(one.name, 14) for one in found.entries]
    ax.set_xticks(at, names, fontsize=8)
    ax.set_xlim(-0.3, len(at) - 0.7)  # the same in every plot, whichever cards know the figure
    return at


def _plain(name: str, width: int) -> str:
    return shorten(clean(name), width)


def _draw_rates(found: History, ax: Axes) -> None:
    at = _quarters(found, ax)
    overall = [one.card.overall for one in found.entries]
    rates = np.array([one.close_rate for one in overall])
    ends = np.array([one.interval for one in overall])
    above = [one.card.threshold.close_rate_at_or_above for one in found.entries]
    spread = 100 * np.abs(np.stack([rates - ends[:, 0], ends[:, 1] - rates]))
    ax.errorbar(at, 100 * rates, yerr=spread, fmt="o-", color=QUIET, capsize=3, label="overall")
    ax.plot(at, 100 * np.array(above), "o-", color=RAISES, label="at or above the threshold")
    ax.set_ylim(0, None)
    ax.set_ylabel("close rate, %")
    ax.legend(frameon=False, fontsize=8)
    ax.set_title("Close rate, card by card")


def _draw_threshold(found: History, ax: Axes) -> None:
    at = _quarters(found, ax)
    ax.plot(at, [one.card.threshold.score for one in found.entries], "o-", color=RAISES)
    ax.set_ylabel("threshold")
    ax.set_title("Threshold, card by card")


def _draw_auc(found: History, ax: Axes) -> None:
    at = _quarters(found, ax)
    known = [np.nan if one.auc is None else one.auc for one in found.entries]
    ax.plot(at, known, "o-", color=LOWERS)
    ax.set_ylim(0.45, 1.0)
    ax.axhline(0.5, color=QUIET, linewidth=0.8, linestyle="--")
    ax.set_ylabel("AUC")
    ax.set_title("How well each card ranked (a coin: 0.5)")


def _draw_points(found: History, attribute: str, ax: Axes) -> None:
    at = _quarters(found, ax)
    for one in found.levels:
        if one.attribute == attribute:
            points = [np.nan if p is None else p for p in one.points]
            ax.plot(at, points, "o-", label=_plain(one.level, 24))
    ax.axhline(0, color=QUIET, linewidth=0.8, linestyle="--")
    ax.set_ylabel("points")
    ax.legend(frameon=False, fontsize=7, ncols=2)
    ax.set_title(f"Points of {_plain(attribute, 40)}")


_DRAW = {"rates": _draw_rates, "threshold": _draw_threshold, "auc": _draw_auc}

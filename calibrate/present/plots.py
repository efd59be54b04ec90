"""The plots of a run: drawn on any axes, or as SVG text that is the same for the same run."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrate.errors import CalibrateError, did_you_mean
from calibrate.present import policy_plots
from calibrate.present.numbers import points_text
from calibrate.present.summary import Row, level_rows
from calibrate.present.terminal import clean, level_name, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calibrate.pipeline import Calibration
    from calibrate.selection import Choices, Parsimony

NAMES = ("lift", "scores", "sweep")
"""Plots of the run's folder; there are more to be asked for."""

RAISES, LOWERS, QUIET, INK = "#0072B2", "#D55E00", "#8A8F98", "#22262B"
"""Okabe & Ito's blue and vermilion: told apart by colour-blind readers too."""

_MOST_LEVELS = 24
_LABEL = 42
_ENOUGH = 20
_STYLE: dict[Any, Any] = {
    "text.parse_math": False,  # a dollar sign in a level's name is a dollar sign
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.hashsalt": "calibrate",
    "svg.fonttype": "none",
}


def draw(run: Calibration, name: str, ax: Axes | None = None) -> Axes:
    """Draw a plot.

    Parameters
    ----------
    run : Calibration
    name : {"lift", "scores", "sweep", "close_rates", "tiers", "grid"}
    ax : matplotlib Axes, optional
        Where to; a new figure when absent.
    """
    if name not in _DRAW:
        raise CalibrateError(f"There is no plot `{name}`; {did_you_mean(name, list(_DRAW))}")
    if ax is None:
        ax = new_axes(_size(run, name))
    with styled():
        _DRAW[name](run, ax)
    return ax


def all_plots(run: Calibration, choices: Choices | None = None) -> dict[str, str]:
    """Draw every plot of a run as SVG text."""
    plots = {name: svg_text(_size(run, name), partial(_DRAW[name], run)) for name in NAMES}
    if choices is not None and choices.parsimony.auc:
        plots["parsimony"] = svg_text((9.0, 3.6), partial(_draw_parsimony, choices.parsimony))
    return plots


def draw_parsimony(found: Parsimony, ax: Axes | None = None) -> Axes:
    """Draw cross-validated AUC by number of attributes."""
    if ax is None:
        ax = new_axes((9.0, 3.6))
    with styled():
        _draw_parsimony(found, ax)
    return ax


def new_axes(size: tuple[float, float]) -> Axes:
    """Make axes of our size, on a figure of the current backend."""
    from matplotlib import pyplot

    # Let the backend start before the style is lent: Jupyter's switches interactive plots on as
    # it starts, and giving the style back would switch them off again.
    pyplot.draw_if_interactive()  # type: ignore[no-untyped-call]
    with styled():
        return pyplot.subplots(figsize=size, layout="constrained")[1]


def svg_text(size: tuple[float, float], drawing: Callable[[Axes], None]) -> str:
    """Draw as SVG text, without a date, so that the same run gives the same bytes."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=size, layout="constrained")
        canvas = FigureCanvasSVG(figure)
        drawing(figure.add_subplot())
        page = io.StringIO()
        # Straight from the canvas: `savefig` would draw everything twice.
        canvas.print_svg(page, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    return page.getvalue()


@contextmanager
def styled() -> Iterator[None]:
    """Lend matplotlib our style for a while."""
    import matplotlib as mpl

    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # Names in scripts that the measuring font lacks are drawn by the reader's own fonts.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _size(run: Calibration, name: str) -> tuple[float, float]:
    rows = len(_lift_rows(run)) if name == "lift" else 0
    return (9.0, 1.3 + 0.27 * max(rows, 3)) if name == "lift" else (9.0, 3.6)


def _lift_rows(run: Calibration) -> list[Row]:
    """Choose the levels that earn points, else those tested, farthest from 1 first."""
    rows = [row for row in level_rows(run) if row.evidence.p_value is not None]
    rows = [row for row in rows if row.points.points] or rows
    rows.sort(key=lambda row: (-abs(row.points.points), row.evidence.p_value or 0.0))
    return sorted(rows[:_MOST_LEVELS], key=lambda row: row.evidence.lift)


def _draw_lift(run: Calibration, ax: Axes) -> None:
    rows = _lift_rows(run)
    ends = [row.evidence.lift_interval for row in rows]
    smallest = min((low for low, _ in ends if low > 0), default=0.5)
    floor = min(0.5, smallest) / 1.3
    for place, (row, (low, high)) in enumerate(zip(rows, ends, strict=True)):
        colour = {"raises": RAISES, "lowers": LOWERS}.get(row.evidence.verdict, QUIET)
        ax.plot([max(low, floor), high], [place, place], color=colour, linewidth=1.6)
        marker = "o" if row.evidence.lift > floor else "<"
        ax.plot([max(row.evidence.lift, floor)], [place], marker, color=colour, markersize=5)
        ax.annotate(
            points_text(row.points.points),
            (1.01, place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=9,
        )
    ax.axvline(1, color=INK, linewidth=0.8)
    ax.set_xscale("log")
    ax.set_xlim(left=floor)
    _plain_ratio_ticks(ax)
    ax.set_yticks(range(len(rows)), [_label(row) for row in rows], fontsize=9)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.set_xlabel("lift: close rate against overall, 95 % interval (log scale)")
    _explain_colours(run, ax, len(rows))


def _explain_colours(run: Calibration, ax: Axes, shown: int) -> None:
    earning = sum(bool(row.points.points) for row in level_rows(run))
    if not earning:
        ax.set_title("No level earns points; those with the smallest p-values")
        return
    ax.set_title(f"The {shown} strongest of {earning} levels with points")
    ax.annotate("points", (1.01, 1.0), xycoords="axes fraction", va="bottom", fontsize=9)
    for name, colour in (("raises", RAISES), ("lowers", LOWERS), ("no evidence", QUIET)):
        if any(row.evidence.verdict == name for row in _lift_rows(run)):
            ax.plot([], [], "o-", color=colour, markersize=5, label=name)
    ax.legend(frameon=False, loc="lower right", fontsize=9)


def _plain_ratio_ticks(ax: Axes) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    low, high = ax.get_xlim()
    steps = [m * 10.0**e for e in range(-4, 5) for m in (1, 2, 5)]
    ax.xaxis.set_major_locator(FixedLocator([step for step in steps if low <= step <= high]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}x"))


def _label(row: Row) -> str:
    return level_name(row.attribute, row.evidence.level.label, _LABEL)


def _draw_scores(run: Calibration, ax: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    table = run.score_table
    scores, leads, customers = (
        np.array(part) for part in (table.scores, table.leads, table.customers)
    )
    low, high = min(run.points.lowest, int(scores[0])), max(run.points.highest, int(scores[-1]))
    width = max(1, round((high - low) / 25))
    edges = np.arange(low, high + width + 1, width)
    for counts, name, colour, shift in (
        (leads - customers, "others", QUIET, 0.0),
        (customers, "customers", RAISES, 0.45),
    ):
        shares = np.histogram(scores, bins=edges, weights=counts)[0] / max(counts.sum(), 1)
        ax.bar(
            edges[:-1] + shift * width, 100 * shares, width=0.45 * width, align="edge",
            color=colour, label=name,
        )  # fmt: skip
    _mark_threshold(run, ax)
    ax.set_xlabel("score")
    ax.set_ylabel("% of each group")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_title(f"Scores of customers and others (AUC {table.auc:.3f})")
    ax.legend(frameon=False)


def _draw_sweep(run: Calibration, ax: Axes) -> None:
    cuts = run.decision.deciding.sweep()
    scores = [cut.score for cut in cuts]
    # Over a handful of leads the close rate only jumps about.
    rates = [cut.close_rate_at_or_above if cut.leads >= _ENOUGH else np.nan for cut in cuts]
    for name, values, colour, style in (
        ("leads kept", [cut.leads_kept for cut in cuts], QUIET, "-"),
        ("customers kept", [cut.customers_kept for cut in cuts], RAISES, "-"),
        (f"close rate at or above ({_ENOUGH} leads or more)", rates, LOWERS, "--"),
    ):
        ax.plot(
            scores, [100 * value for value in values], style, color=colour, label=name,
            drawstyle="steps-pre", marker="o" if len(scores) == 1 else None,
        )  # fmt: skip
    _mark_threshold(run, ax)
    ax.set_ylim(0, 102)
    ax.set_xlabel("threshold: leads with this score or more pass")
    ax.set_ylabel("%")
    ax.set_title("What a threshold keeps")
    ax.legend(frameon=False)


def _mark_threshold(run: Calibration, ax: Axes) -> None:
    ax.axvline(run.threshold.score, color=INK, linewidth=1, linestyle=":")
    ax.annotate(
        f"threshold {run.threshold.score}",
        (run.threshold.score, 0.5),
        xycoords=("data", "axes fraction"),
        xytext=(-3, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        rotation=90,
        fontsize=9,
    )


def _draw_parsimony(found: Parsimony, ax: Axes) -> None:
    lengths = np.arange(1, len(found.auc) + 1)
    mean, error = np.array(found.auc), np.array(found.auc_se)
    ax.fill_between(lengths, mean - error, mean + error, color=RAISES, alpha=0.15, linewidth=0)
    ax.plot(lengths, mean, "o-", color=RAISES, markersize=4)
    ax.axvline(found.shortest, color=INK, linewidth=1, linestyle=":")
    names = [shorten(clean(name), 18) for name in found.attributes[: len(lengths)]]
    ax.set_xticks(
        lengths,
        [f"{place} {name}" for place, name in zip(lengths, names, strict=True)],
        rotation=40,
        ha="right",
        fontsize=8,
    )
    ax.set_ylabel("AUC on unseen leads")
    ax.set_title(f"{found.shortest} attributes are enough (band: one standard error)")


_DRAW: dict[str, Any] = {
    "lift": _draw_lift,
    "scores": _draw_scores,
    "sweep": _draw_sweep,
    **policy_plots.DRAW,
}

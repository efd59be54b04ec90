"""The pieces that plots are put together from: axes, heads, reference lines, rows, intervals."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibrate.policy.rated import Rated
from calibrate.present.drawing import BLUE, INK, PALE, QUIET, WIDE, Size, is_wide
from calibrate.present.numbers import count_text, percent_text, share_tick, times_text
from calibrate.present.terminal import clean, level_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

MOST_ROWS = 24
"""So many levels or attributes fit on one plot; of more, those that say most are shown."""
ENOUGH = 20
"""Of fewer leads the close rate only jumps about."""
LABEL = 42
"""Letters of a row's name."""

_LETTER = 0.62
"""Width of a letter by its size, on average, of the font that is measured with."""
_SMALL, _TITLE = 9, 11
_DARK = 0.6
"""From this part of the highest close rate on, a cell is so dark that its text is white."""

Numbers = npt.ArrayLike


def name_text(name: str, width: int = LABEL) -> str:
    """Cut a name from the leads to so many letters, of which a wide one counts as two.

    Examples
    --------
    >>> name_text("Welingak Website", 8), name_text("東京都千代田区", 8)
    ('Welinga…', '東京都…')
    """
    shown, room = clean(name), width
    for place, letter in enumerate(shown):
        room -= 1 + is_wide(letter)
        if room < 0 or (room == 0 and place + 1 < len(shown)):
            return f"{shown[:place]}…"
    return shown


def level_text(attribute: str, level: str) -> str:
    """Name a level; its attribute gives way before it does."""
    return name_text(level_name(attribute, level, LABEL))


def row_size(rows: int) -> Size:
    """Give the size of a plot with a row for each level or attribute, in inches."""
    return (WIDE[0], 1.45 + 0.27 * max(rows, 3))


def head(ax: Axes, title: str, *, legend: bool = False, marks: bool = False) -> None:
    """Write the title; under it, beside no data, the legend, then the names of marked lines.

    Parameters
    ----------
    ax : Axes
    title : str
        Broken into lines where it is longer than the axes are wide.
    legend : bool
    marks : bool
        Whether `mark` has written names above the axes.
    """
    from matplotlib.transforms import ScaledTranslation

    inches = _inches(ax)
    pad = 6 + 14 * marks
    if legend:
        lift = ScaledTranslation(0, pad / 72, ax.figure.dpi_scale_trans)
        handles, labels = ax.get_legend_handles_labels()
        wide = sum(len(one) + 6 for one in labels) * _SMALL * _LETTER / 72
        ncols = len(labels) if wide < inches * 1.1 else 1
        ax.legend(
            handles, labels, loc="lower left", bbox_to_anchor=(0, 1),
            bbox_transform=ax.transAxes + lift, ncols=ncols, borderpad=0, borderaxespad=0,
            columnspacing=1.6, handlelength=2.4,
        )  # fmt: skip
        pad += 6 + 14 * (len(labels) if ncols == 1 else 1)
    ax.set_title(
        textwrap.fill(title, max(20, int(inches * 72 / (_TITLE * 0.56)))), pad=pad, wrap=False
    )


def _inches(ax: Axes) -> float:
    """Give the width of the axes, as far as it is known before they are laid out."""
    return ax.get_window_extent().width / ax.figure.dpi


def side_legend(ax: Axes) -> None:
    """Write a legend of many or long names to the right of the axes."""
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)


def mark(ax: Axes, places: Mapping[str, float]) -> None:
    """Draw a dotted line for each place on the x axis, and write its name above the axes.

    Call it once the limits of the axis are set. Of names close to one another the left one ends at
    its line and the right one begins there.
    """
    by_place: dict[float, list[str]] = {}
    for name, place in places.items():
        by_place.setdefault(place, []).append(name)
    named = [(place, " = ".join(by_place[place])) for place in sorted(by_place)]
    low, high = ax.get_xlim()
    wide = (high - low) * _SMALL * _LETTER / 72 / _inches(ax)
    are_close = any(
        right - left < (len(one) + len(other) + 2) / 2 * wide
        for (left, one), (right, other) in pairwise(named)
    )
    for number, (place, name) in enumerate(named):
        ax.axvline(place, color=INK, linewidth=1, linestyle=":")
        half = len(name) / 2 * wide
        side = "left" if place - half < low else "right" if place + half > high else "center"
        if are_close:
            side = "left" if number else "right"
        ax.annotate(
            name, (place, 1), xycoords=("data", "axes fraction"), xytext=(0, 3),
            textcoords="offset points", ha=side, va="bottom", fontsize=_SMALL,
        )  # fmt: skip


def percent_axis(axis: Axis, label: str) -> None:
    """Name an axis of shares, and write them as percentages."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: share_tick(value)))
    axis.set_label_text(label)


def whole_axis(axis: Axis, label: str) -> None:
    """Name an axis of whole numbers, such as scores; a single one gets room on both sides."""
    from matplotlib.ticker import MaxNLocator

    low, high = axis.get_view_interval()
    if high - low < 4:
        middle = round((low + high) / 2)
        name = "xlim" if axis is axis.axes.xaxis else "ylim"
        axis.axes.set(**{name: (middle - 2, middle + 2)})
    axis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axis.set_label_text(label)


def time_axis(ax: Axes, names: Sequence[str]) -> None:
    """Name places on the x axis, from left to right in time; every so many, where they are many."""
    longest = max(map(len, names))
    room = _inches(ax) * 72 / (_SMALL * _LETTER)
    step = max(1, -(-len(names) * (longest + 2) // int(room)))
    ax.set_xticks(range(0, len(names), step), list(names[::step]))
    ax.set_xlim(-0.5, len(names) - 0.5)


def ratio_axis(ax: Axes, label: str) -> None:
    """Make the x axis one of ratios, on which twice and half are equally far from 1."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    low, high = ax.get_xlim()
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    steps = [m * 10.0**e for e in decades for m in (1, 2, 5)]
    shown = [step for step in steps if low <= step <= high]
    if len(shown) < 3:
        shown = np.linspace(low, high, 5).round(2).tolist()
    thin = -(-len(shown) // 12)
    ax.xaxis.set_major_locator(FixedLocator(shown[::thin]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: times_text(value)))
    ax.set_xlabel(label)
    ax.axvline(1, color=INK, linewidth=0.8)


def rows(ax: Axes, what: str, names: Sequence[str], columns: Mapping[str, Sequence[str]]) -> None:
    """Name the rows of a plot, the first at the top, and write columns of text to their right.

    Parameters
    ----------
    ax : Axes
    what : str
        What the names are; it stands above them.
    names : sequence of str
    columns : mapping of str to sequence of str
        Texts by the head of their column.
    """
    ax.set_ylabel(what, rotation=0, ha="right", va="bottom", fontsize=_SMALL, color=QUIET)
    ax.yaxis.set_label_coords(-0.006, 1.0)
    ax.set_yticks(range(len(names)), list(names))
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=True, axis="x", color=PALE, linewidth=0.6)
    ax.set_axisbelow(True)
    right = 4.0
    for title, texts in columns.items():
        right += 10 + _SMALL * _LETTER * max(map(len, [title, *texts]))
        for place, text in [(-1, title), *enumerate(texts)]:
            at = (1, 1) if place < 0 else (1, place)
            ax.annotate(
                text, at, xycoords="axes fraction" if place < 0 else ("axes fraction", "data"),
                xytext=(right, 2 if place < 0 else 0), textcoords="offset points", ha="right",
                va="bottom" if place < 0 else "center", fontsize=_SMALL,
                color=QUIET if place < 0 else INK,
            )  # fmt: skip


def whiskers(
    ax: Axes, places: Numbers, parts: Sequence[Rated], *, along: str = "y", **style: Any
) -> None:
    """Draw close rates with their 95 % intervals, at places on the other axis."""
    rates = np.array([np.nan if one.close_rate is None else one.close_rate for one in parts])
    ends = np.array([one.interval or (np.nan, np.nan) for one in parts]).reshape(-1, 2)
    spread = np.abs(ends.T - rates)
    look: dict[str, Any] = {
        "fmt": "o",
        "color": INK,
        "capsize": 2.5,
        "linewidth": 1.2,
        "markersize": 5,
    } | style
    if along == "y":
        ax.errorbar(places, rates, yerr=spread, **look)
    else:
        ax.errorbar(rates, places, xerr=spread, **look)


def rate_rows(
    ax: Axes, what: str, parts: Sequence[Rated], names: Sequence[str], *, overall: float, title: str
) -> None:
    """Draw the close rate of each part as a bar with its interval, counts beside it.

    Parameters
    ----------
    ax : Axes
    what : str
        What the parts are, such as a tier.
    parts : sequence of Rated
        The first stands at the top.
    names : sequence of str
    overall : float
        The close rate of all, which is marked.
    title : str
    """
    places = np.arange(len(parts))
    ax.barh(places, [one.close_rate or 0.0 for one in parts], height=0.62, color=BLUE, alpha=0.45)
    whiskers(ax, places, parts, along="x", markersize=4)
    columns = {
        "close rate": [percent_text(one.close_rate) for one in parts],
        "leads": [count_text(one.leads) for one in parts],
        "customers": [count_text(one.customers) for one in parts],
    }
    rows(ax, what, [name_text(name) for name in names], columns)
    top = max((one.interval[1] for one in parts if one.interval), default=overall)
    ax.set_xlim(0, min(1.0, 1.04 * max(top, overall)))
    percent_axis(ax.xaxis, "close rate, with 95 % interval")
    mark(ax, {f"overall {percent_text(overall)}": overall})
    head(ax, title, marks=True)


def diagonal(ax: Axes, name: str) -> None:
    """Draw the dashed line on which both axes say the same."""
    ends = [0, max(ax.get_xlim()[1], ax.get_ylim()[1])]
    ax.plot(ends, ends, color=QUIET, linewidth=1, linestyle="--", label=name)


def heat(
    ax: Axes, cells: Sequence[Sequence[Rated]], down: Sequence[str], along: Sequence[str]
) -> None:
    """Draw close rates as a table of shaded cells, each with its rate and its leads in words.

    The rate of a handful of leads is no more than luck: such a cell is not shaded.
    """
    rates = np.array(
        [[(one.close_rate or 0.0) * (one.leads >= ENOUGH) for one in row] for row in cells]
    )
    ax.imshow(rates, cmap="Blues", vmin=0, vmax=max(float(rates.max()), 1e-9), aspect="auto")
    for row, each in enumerate(cells):
        for column, one in enumerate(each):
            says = "no leads" if not one.leads else percent_text(one.close_rate)
            is_dark = rates[row, column] > _DARK * rates.max() > 0
            ax.text(
                column, row, f"{says}\n{count_text(one.leads)}" if one.leads else says,
                ha="center", va="center", fontsize=_SMALL - (len(along) > 8),
                color="white" if is_dark else INK,
            )  # fmt: skip
    ax.set_xticks(range(len(along)), list(along))
    ax.set_yticks(range(len(down)), list(down))
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def then_and_now(
    ax: Axes, then: Sequence[float], now: Sequence[float], colours: Sequence[str]
) -> None:
    """Draw dumbbells, one a row: a small open dot then, a large filled one now."""
    for place, (old, new, colour) in enumerate(zip(then, now, colours, strict=True)):
        ax.plot([old, new], [place, place], color=colour, linewidth=2)
    places = np.arange(len(then))
    ax.scatter(
        then, places, s=30, facecolor="white", edgecolor=INK, linewidth=1.2, zorder=3, label="then"
    )
    ax.scatter(now, places, s=48, c=list(colours), zorder=3, label="now")

"""What all plots share: one style, plots found by name, axes of our own, and SVG text."""

from __future__ import annotations

import io
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from calibrate.errors import CalibrateError, near_names
from calibrate.levels import fold
from calibrate.present.terminal import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Found = TypeVar("Found")
Size = tuple[float, float]

WIDE: Size = (9.0, 3.6)
"""As wide as a notebook, in inches."""
SQUARE: Size = (5.8, 5.0)

BLUE, VERMILION, ORANGE, GREEN = "#0072B2", "#D55E00", "#E69F00", "#009E73"
"""Okabe & Ito's (2008), told apart by colour-blind readers; markers and lines tell them in grey."""
INK, QUIET, PALE = "#22262B", "#737982", "#CDD1D6"

_LONGEST = 60
_FONTS = ("DejaVu Sans", "sans-serif")
_OTHER_SCRIPTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Hiragino Sans", "PingFang SC", "Microsoft YaHei",
    "Malgun Gothic", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari",
    "Noto Sans Thai", "Arial Unicode MS",
)  # fmt: skip
_WIDE_LETTER = 0.4
"""By so much of its size a wide letter is wider than the box it is measured as."""
_STYLE: dict[str, Any] = {
    "text.parse_math": False,  # a dollar sign in a level's name is a dollar sign
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
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "svg.hashsalt": "calibrate",
    "svg.fonttype": "none",
}


def _nothing_lacks(_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot(Generic[Found]):
    """A plot of a result.

    Attributes
    ----------
    draw : callable of (result, Axes)
    size : (float, float), or callable of result
        Width and height in inches.
    lacks : callable of result
        Gives what is missing to draw it, in words; None where it can be drawn.
    """

    draw: Callable[[Found, Axes], None]
    size: Size | Callable[[Found], Size] = WIDE
    lacks: Callable[[Found], str | None] = _nothing_lacks

    def size_for(self, found: Found) -> Size:
        """Give width and height for a result, in inches."""
        return self.size(found) if callable(self.size) else self.size


def draw_by_name(
    plots: Mapping[str, Plot[Found]],
    found: Found,
    name: str,
    ax: Axes | None = None,
    attributes: Mapping[str, Plot[Found]] | None = None,
) -> Axes:
    """Draw one of a result's plots.

    Parameters
    ----------
    plots : mapping of str to Plot
    found : result
    name : str
    ax : matplotlib Axes, optional
        Where to; a new figure when absent.
    attributes : mapping of str to Plot, optional
        One for each attribute, by its name; where a plot has the same name, that is drawn.

    Raises
    ------
    CalibrateError
        When there is no plot of this name, or what it shows is not there.
    """
    by_attribute = {fold(one): plot for one, plot in (attributes or {}).items()}
    plot = plots.get(name) or by_attribute.get(fold(name))
    if plot is None:
        raise CalibrateError(_no_plot(name, list(plots), list(attributes or ())))
    why = plot.lacks(found)
    if why is not None:
        raise CalibrateError(f"There is nothing to draw for `{shorten(name, _LONGEST)}`: {why}")
    own = new_axes(plot.size_for(found)) if ax is None else ax
    with styled(_fonts()):
        plot.draw(found, own)
        _as_written(own)
        if ax is None:
            _make_room(own)
    return own


def svg_plots(
    plots: Mapping[str, Plot[Found]], found: Found, names: Sequence[str] | None = None
) -> dict[str, str]:
    """Draw all that there is to draw, or what is named, as SVG text."""
    return {
        name: svg_text(plots[name].size_for(found), partial(plots[name].draw, found))
        for name in (plots if names is None else names)
        if plots[name].lacks(found) is None
    }


def new_axes(size: Size) -> Axes:
    """Make axes of our size, on a figure of the current backend."""
    from matplotlib import pyplot

    # Let the backend start before the style is lent: Jupyter's switches interactive plots on as
    # it starts, and giving the style back would switch them off again.
    pyplot.draw_if_interactive()  # type: ignore[no-untyped-call]
    with styled():
        return pyplot.subplots(figsize=size, layout="constrained")[1]


def svg_text(size: Size, drawing: Callable[[Axes], None]) -> str:
    """Draw as SVG text, without a date, so that the same run gives the same bytes."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=size, layout="constrained")
        canvas = FigureCanvasSVG(figure)
        ax = figure.add_subplot()
        drawing(ax)
        _as_written(ax)
        _make_room(ax)
        page = io.StringIO()
        # Straight from the canvas: `savefig` would draw everything twice.
        canvas.print_svg(page, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    return page.getvalue()


@contextmanager
def styled(fonts: Sequence[str] = _FONTS) -> Iterator[None]:
    """Lend matplotlib our style for a while, whatever the reader's own is."""
    from matplotlib import style

    ours = _STYLE | {"font.family": list(fonts)}
    with style.context(["default", ours]), warnings.catch_warnings():
        # Names in scripts that the measuring font lacks are drawn by the reader's own fonts.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _as_written(ax: Axes) -> None:
    """Keep dollar signs in names from being read as formulas, wherever the axes came from."""
    from matplotlib.text import Text

    ax.get_xticklabels(), ax.get_yticklabels()  # ticks have no texts before they are asked
    for text in ax.findobj(Text):
        text.set_parse_math(False)


@cache
def _fonts() -> tuple[str, ...]:
    """Give our font, then those at hand that know the scripts which it does not."""
    from matplotlib import font_manager

    there = set(font_manager.get_font_names())
    return (_FONTS[0], *(name for name in _OTHER_SCRIPTS if name in there), *_FONTS[1:])


def _make_room(ax: Axes) -> None:
    """Keep room for names in wide letters, which are drawn wider than they are measured."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ax.figure.get_layout_engine()
    points = max(
        (
            _WIDE_LETTER * float(text.get_fontsize()) * sum(map(is_wide, text.get_text()))
            for text in ax.get_yticklabels()
        ),
        default=0.0,
    )
    if points and isinstance(layout, ConstrainedLayoutEngine):
        share = min(points / 72 / WIDE[0], 0.3)
        layout.set(rect=(share, 0, 1 - share, 1))


def is_wide(letter: str) -> bool:
    """Say whether a letter is as wide as it is high, as those of East Asia are."""
    return unicodedata.east_asian_width(letter) in "WF"


def _no_plot(name: str, plots: Sequence[str], attributes: Sequence[str]) -> str:
    near = near_names(name, [*plots, *attributes])
    meant = f"did you mean {' or '.join(f'`{shorten(one, _LONGEST)}`' for one in near)}? "
    listed = ", ".join(f"`{one}`" for one in plots)
    also = ", and one for each attribute, by its name" if attributes else ""
    return (
        f"There is no plot `{shorten(name, _LONGEST)}`; {meant if near else ''}there are "
        f"{listed}{also}."
    )

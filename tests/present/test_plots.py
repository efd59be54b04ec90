"""Every plot of every result, on the sample and on odd leads: words, room, bytes, no traces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator

import calibrate as cal
from calibrate.errors import CalibrateError
from calibrate.pipeline import Calibration
from calibrate.present import (
    check_plots,
    comparison_plots,
    explained_plots,
    plots,
    timeline_plots,
    validation_plots,
)
from calibrate.present.drawing import new_axes, styled, svg_plots, svg_text
from calibrate.selection import Parsimony
from calibrate.stats.gains import gains
from tests.later_quarters import SPEC, first_quarter, quarters

pytestmark = pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
"""Not every machine has fonts for every script; what is measured is where the boxes lie."""

NAMES = (
    "Ein sehr langer Wert " * 15,
    "东京都千代田区丸の内一丁目九番二号グラントウキョウノースタワー",
    "مرحبا بالعالم من صفحة الهبوط",
    "Привет, мир",
    "😀" * 30,
    "$\\frac{1}{0}$ and $",
    "${x}^2$ _under_",
    "<script>alert(1)</script>",
    "\u202eright to left",
    "two\nlines\ttab",
    "nul\x01bell",
    "%s {0} \\n",
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A result, its plots by name, and the names of attributes that have one each."""

    result: Any
    plots: Mapping[str, Any]
    attributes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The plots that there is something to draw for."""
        return [
            *(name for name, one in self.plots.items() if one.lacks(self.result) is None),
            *self.attributes,
        ]

    def each(self) -> Iterator[tuple[str, Axes]]:
        for name in self.names:
            yield name, self.result.plot(name)


def world(frame: pd.DataFrame, spec: dict[str, Any]) -> dict[str, Shown]:
    """All results that there are of leads."""
    run = cal.calibrate(frame, spec)
    card = cal.Scorecard.from_yaml(run.scorecard.to_yaml())
    half = cal.calibrate(frame.iloc[::2].reset_index(drop=True), spec).scorecard
    lead = str(frame["lead_id"].iloc[0]) if "lead_id" in frame else "index 0"
    with TemporaryDirectory() as folder:
        half.save(Path(folder, "2026Q1.yaml"))
        card.save(Path(folder, "a card with a very long name.yaml"))
        history = cal.history(folder)
    return {
        "run": run_shown(run),
        "check": Shown(result=cal.check(frame, spec), plots=check_plots.PLOTS),
        "comparison": Shown(result=cal.compare(half, card, frame), plots=comparison_plots.PLOTS),
        "cards": Shown(result=cal.compare(half, card), plots=comparison_plots.PLOTS),
        "history": Shown(
            result=history,
            plots=timeline_plots.PLOTS,
            attributes=tuple(dict.fromkeys(one.attribute for one in history.levels)),
        ),
        "explanation": Shown(result=cal.explain(card, frame, lead), plots=explained_plots.PLOTS),
    }


def run_shown(run: Calibration) -> Shown:
    names = [one.name for one in run.evidence.attributes]
    return Shown(result=run, plots=plots.PLOTS, attributes=tuple(names[::6]))


def levels(names: Mapping[str, tuple[int, int]], column: str = "source") -> pd.DataFrame:
    rows = [
        (name, int(number < customers))
        for name, (customers, leads) in names.items()
        for number in range(leads)
    ]
    return pd.DataFrame(rows, columns=[column, "converted"])


def sample() -> dict[str, Shown]:
    leads, spec = "data/leads.csv", "data/spec.yaml"
    frame = pd.read_csv(leads, dtype=str, keep_default_na=False)
    early = frame[frame["created_at"] < "2026-02-01"]
    first = cal.calibrate(early, spec, events="data/events.csv").scorecard
    run = cal.calibrate(leads, spec)
    found = {
        "run": run_shown(run),
        "validation": cal.validate(first, frame, events="data/events.csv"),
        "comparison": cal.compare(first, run.scorecard, frame, events="data/events.csv"),
        "check": cal.check(leads, spec),
        "explanation": cal.explain(run.scorecard, leads, "L00003", events="data/events.csv"),
    }
    by_kind = {
        "validation": validation_plots.PLOTS,
        "comparison": comparison_plots.PLOTS,
        "check": check_plots.PLOTS,
        "explanation": explained_plots.PLOTS,
    }
    return found | {
        kind: Shown(result=found[kind], plots=registry) for kind, registry in by_kind.items()
    }


def nothing_earned() -> dict[str, Shown]:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {"source": rng.choice(list("abc"), 400), "converted": (rng.random(400) < 0.3).astype(int)}
    )
    made = world(frame, {})
    assert len(made["run"].result.score_table.scores) == 1
    return made


def one_tier() -> dict[str, Shown]:
    frame = levels({"Fair": (40, 100), "web": (10, 200)})
    return world(frame, {"tiers": {"everyone there is": 0}})


def sixty_levels() -> dict[str, Shown]:
    rng = np.random.default_rng(4)
    named = {f"campaign of week {week}": (int(rng.integers(1, 28)), 30) for week in range(60)}
    return world(levels(named), {})


def odd_names() -> dict[str, Shown]:
    named = {name: (26 if place % 2 else 2, 40) for place, name in enumerate(NAMES)}
    frame = levels(named, "${a}$ <b> 東京 attribute with a name that goes on and on")
    return world(frame, {"tiers": {name[:60]: 20 * place for place, name in enumerate(NAMES[:5])}})


def one_level_has_all_customers() -> dict[str, Shown]:
    return world(
        levels({"Fair": (60, 60), "web": (0, 300), "cold": (0, 40)}),
        {"attributes": {"source": {"wanted": True}}},
    )


def two_quarters() -> dict[str, Shown]:
    frame = quarters(later_effect=-0.5)
    card = cal.calibrate(first_quarter(frame), SPEC).scorecard
    of_validation = Shown(result=cal.validate(card, frame), plots=validation_plots.PLOTS)
    return world(frame, SPEC) | {"validation": of_validation}


WORLDS: dict[str, Callable[[], dict[str, Shown]]] = {
    one.__name__: one
    for one in (
        sample,
        nothing_earned,
        one_tier,
        sixty_levels,
        odd_names,
        one_level_has_all_customers,
        two_quarters,
    )
}


@pytest.fixture(scope="module", params=WORLDS)
def leads(request: pytest.FixtureRequest) -> dict[str, Shown]:
    return WORLDS[request.param]()


Drawn = list[tuple[str, str, Axes]]


def drawn(found: Mapping[str, Shown]) -> Drawn:
    """Draw all that can be drawn, each on a figure of its own size, and lay it out."""
    axes: Drawn = []
    for kind, shown in found.items():
        for name, ax in shown.each():
            ax.figure.draw_without_rendering()
            pyplot.close(ax.figure)
            axes.append((kind, name, ax))
    return axes


@pytest.fixture(scope="module")
def looks(leads: dict[str, Shown]) -> Drawn:
    return drawn(leads)


def texts(ax: Axes) -> list[Text]:
    return [
        one
        for one in ax.figure.findobj(Text)
        if one.get_visible() and one.get_text().strip() and is_inside_limits(one, ax)
    ]


def is_inside_limits(text: Text, ax: Axes) -> bool:
    """Ticks beyond the limits of an axis have texts too, which are never drawn."""
    for axis, ends in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        for tick in axis.get_major_ticks():
            if text is tick.label1:
                return min(ends) <= tick.get_loc() <= max(ends)
            if text is tick.label2:
                return False
    return True


# ------------------------------------------------------------------------------------ how they look


def test_plots_speak_in_words_and_units(looks: Drawn) -> None:
    units = r"points|days|AUC|index"
    for kind, name, ax in looks:
        assert re.search("[A-Za-z]{3}", ax.get_title(loc="left")), (kind, name)
        for axis, label in ((ax.xaxis, ax.get_xlabel()), (ax.yaxis, ax.get_ylabel())):
            said = " ".join(one.get_text() for one in axis.get_ticklabels())
            assert label or re.search(r"\w", said), (kind, name)
            is_number = not isinstance(axis.get_major_locator(), FixedLocator)
            if is_number and not re.search(r"[^\W\d]|%", said):
                assert re.search(units, label), (kind, name, label, said)


def test_nothing_is_cut_off_and_no_text_covers_another(looks: Drawn) -> None:
    for kind, name, ax in looks:
        figure = ax.figure
        box, page = figure.get_tightbbox(), figure.bbox_inches
        assert box.x0 >= page.x0 - 0.01, (kind, name)
        assert box.x1 <= page.x1 + 0.01, (kind, name)
        assert box.y0 >= page.y0 - 0.01, (kind, name)
        assert box.y1 <= page.y1 + 0.01, (kind, name)
        boxes = [(one.get_text(), one.get_window_extent().padded(-1)) for one in texts(ax)]
        for (one, here), (other, there) in combinations(boxes, 2):
            if here.width > 0 < there.width and one != other:
                assert not here.overlaps(there), (kind, name, one, other)


def test_a_legend_covers_no_data(looks: Drawn) -> None:
    for kind, name, ax in looks:
        legend = ax.get_legend()
        if legend is not None:
            box = legend.get_window_extent()
            inside = ax.get_window_extent()
            assert box.y0 >= inside.y1 or box.x0 >= inside.x1, (kind, name)


def test_lines_and_markers_tell_in_grey(looks: Drawn) -> None:
    """What the legend tells apart by colour differs by line or marker too."""
    for kind, name, ax in looks:
        lines = [one for one in ax.get_lines() if not one.get_label().startswith("_")]
        looks = [(one.get_linestyle(), one.get_marker()) for one in lines]
        assert len(set(looks)) == len(looks), (kind, name)


# --------------------------------------------------------------------------------- what they leave


def test_axes_of_ones_own_are_drawn_on_and_nothing_else_is_touched(
    leads: dict[str, Shown],
) -> None:
    for shown in leads.values():
        for name in shown.names:
            ax = Figure().add_subplot()
            before, figures = dict(mpl.rcParams), pyplot.get_fignums()
            assert shown.result.plot(name, ax) is ax
            assert dict(mpl.rcParams) == before
            assert pyplot.get_fignums() == figures


def test_what_cannot_be_drawn_opens_no_figure() -> None:
    run = cal.calibrate(levels({"Fair": (40, 100), "web": (10, 200)}), {})
    before = pyplot.get_fignums()
    for name in ("grid", "time_to_close", "tiers_by_period"):
        with pytest.raises(CalibrateError, match=f"nothing to draw for `{name}`: .*[.]$"):
            run.plot(name)
    assert pyplot.get_fignums() == before


def test_the_readers_own_style_changes_nothing() -> None:
    run = cal.calibrate(levels({"Fair": (40, 100), "web": (10, 200)}), {})
    plain = plots.all_plots(run)
    with mpl.rc_context({"axes.facecolor": "black", "font.size": 30, "lines.linewidth": 9}):
        assert plots.all_plots(run) == plain


def test_the_same_leads_give_the_same_bytes() -> None:
    frame = quarters(taught=800, later=400)
    once, again = (svg_plots(plots.PLOTS, cal.calibrate(frame, SPEC)) for _ in range(2))
    assert once == again
    assert set(plots.PLOTS) - set(once) == {"grid"}


def test_a_picture_holds_names_as_texts_and_nothing_else() -> None:
    run = odd_names()["run"]
    for page in svg_plots(run.plots, run.result).values():
        assert page == page.encode("utf-8", "strict").decode()
        tags = {one.tag.rpartition("}")[2] for one in ElementTree.fromstring(page).iter()}
        assert not tags & {"script", "a", "foreignObject"}


def test_a_dollar_sign_stays_one_on_any_axes() -> None:
    run = cal.calibrate(levels({"$\\frac{1}{0}$": (40, 60), "a $ b $": (3, 60)}), {})
    for name in ("lift", "source"):
        ax = run.plot(name, Figure(layout="constrained").add_subplot())
        ax.figure.draw_without_rendering()
        said = " ".join(one.get_text() for one in ax.get_yticklabels())
        assert "$\\frac{1}{0}$" in said
        assert not any(one.get_parse_math() for one in ax.get_yticklabels())


def test_wide_letters_have_room() -> None:
    """A browser draws them a letter wide, wider than they are measured here."""
    run = cal.calibrate(levels({"東" * 30: (40, 60), "web": (3, 60)}), {})
    ax = run.plot("source")
    ax.figure.draw_without_rendering()
    label = max(ax.get_yticklabels(), key=lambda one: len(one.get_text()))
    points = len(label.get_text()) * label.get_fontsize()
    assert label.get_window_extent().x1 * 72 / ax.figure.dpi >= points
    pyplot.close(ax.figure)


def test_how_well_a_card_does_is_shown_on_the_leads_set_aside() -> None:
    frame = quarters(taught=1500, later=900)
    kept = cal.calibrate(frame, SPEC | {"fit": {"holdout": "last:0.4"}})
    assert kept.validation is not None
    taught = cal.calibrate(frame, SPEC | {"fit": {"holdout": "none"}})
    for run, table, who in (
        (kept, kept.validation.score_table, "(leads set aside)"),
        (taught, taught.decision.deciding, "(leads that taught the card)"),
    ):
        curve = gains(table.leads, table.customers)
        ax = run.plot("gains", Figure().add_subplot())
        assert ax.get_lines()[0].get_ydata()[1:] == pytest.approx(curve.customers_reached)
        for name in ("gains", "calibration", "roc"):
            title = run.plot(name, Figure().add_subplot()).get_title(loc="left")
            assert " ".join(title.split()).endswith(who)


# --------------------------------------------------------------------------------------- the names


@pytest.mark.parametrize(
    ("kind", "registry"),
    [
        (cal.Calibration, plots.PLOTS),
        (cal.Validation, validation_plots.PLOTS),
        (cal.Comparison, comparison_plots.PLOTS),
        (cal.Explanation, explained_plots.PLOTS),
        (cal.Check, check_plots.PLOTS),
        (cal.History, timeline_plots.PLOTS),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_the_docstring_lists_every_name_and_no_other(kind: Any, registry: Any) -> None:
    assert re.findall("``(.+?)``", kind.plot.__doc__) == list(registry)


def test_an_unknown_name_is_told_the_near_one_and_all_there_are() -> None:
    run = cal.calibrate(levels({"Fair": (40, 100), "web": (10, 200)}), {})
    with pytest.raises(CalibrateError) as caught:
        run.plot("tier")
    said = str(caught.value)
    assert said.startswith("There is no plot `tier`; did you mean `tiers`")
    for name in plots.PLOTS:
        assert f"`{name}`" in said
    assert said.endswith("and one for each attribute, by its name.")
    with pytest.raises(CalibrateError, match="did you mean `source`"):
        run.plot("sorce")
    assert (
        run.plot(" SOURCE ".strip(), Figure().add_subplot())
        .get_title(loc="left")
        .endswith("source")
    )
    with pytest.raises(CalibrateError) as caught:
        run.plot("x" * 5000)
    assert len(str(caught.value)) < 400


def test_parsimony_of_nothing_says_so() -> None:
    nothing = Parsimony(attributes=(), auc=(), auc_se=(), shortest=0)
    with pytest.raises(CalibrateError, match="no attribute earned a place"):
        nothing.plot()


def test_axes_of_our_size_do_not_keep_the_style() -> None:
    before = dict(mpl.rcParams)
    ax = new_axes((9.0, 3.6))
    assert ax.figure.get_size_inches().tolist() == [9.0, 3.6]
    assert dict(mpl.rcParams) == before
    with styled():
        assert mpl.rcParams["axes.spines.top"] is False
    assert dict(mpl.rcParams) == before
    pyplot.close(ax.figure)
    assert svg_text((2.0, 1.0), lambda ax: None).startswith("<?xml")


def test_files_of_the_folder_are_plots_that_there_are() -> None:
    assert set(plots.NAMES) <= set(plots.PLOTS)
    assert set(validation_plots.NAMES) <= set(validation_plots.PLOTS)
    assert set(comparison_plots.NAMES) <= set(comparison_plots.PLOTS)
    assert Path("data/leads.csv").is_file()

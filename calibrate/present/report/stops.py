"""The threshold slider: at each score that leads had, what a threshold there keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calibrate.present.numbers import (
    NOTHING,
    a_month_text,
    count_text,
    ends_text,
    lift_text,
    number_text,
    percent_text,
)
from calibrate.scores import Cut
from calibrate.threshold import rule_name

if TYPE_CHECKING:
    from calibrate.pipeline import Calibration

WIDTH, HEIGHT = 720, 260
"""Of the picture, in its own units."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 34
_ENOUGH = 20
"""Over a handful of leads the close rate only jumps about, and is not drawn."""
_MOST_TICKS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One stop of the slider, in words.

    Attributes
    ----------
    at : str
        Where its line stands on the picture.
    cut : Cut
    score, leads, leads_kept, customers, customers_kept, above, below, lift, month : str
        As they are shown; `month` is leads that pass in a calendar month.
    rules : str
        Which rules end here, with their intervals; empty where none does.
    is_chosen : bool
    """

    at: str
    cut: Cut
    score: str
    leads: str
    leads_kept: str
    customers: str
    customers_kept: str
    above: str
    below: str
    lift: str
    month: str
    rules: str
    is_chosen: bool

    @property
    def says(self) -> str:
        """The stop as a sentence, for those who hear it."""
        month = "" if self.month == NOTHING else f", {self.month} a month"
        return (
            f"From {self.score} points on {self.leads} leads pass ({self.leads_kept}{month}), with "
            f"{self.customers_kept} of customers; {self.above} of them close, {self.below} of "
            f"those below."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve of the picture: its name, its look, and its points as SVG has them."""

    name: str
    kind: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark of an axis, and its name."""

    at: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """All stops, and the picture beside them.

    Attributes
    ----------
    stops : tuple of Stop
        Scores rising, as `ScoreTable.sweep` of leads whose points decide.
    chosen : int
        Which of them is the card's threshold, or the next above it.
    threshold_at : str
    lines : tuple of Line
    across, up : tuple of Mark
        Scores, and percentages.
    """

    stops: tuple[Stop, ...]
    chosen: int
    threshold_at: str
    lines: tuple[Line, ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]

    def values(self) -> dict[str, Any]:
        """Give what the page's script shows, each stop in the order of `fields`."""
        fields = "at score leads leads_kept customers customers_kept above below month says".split()
        return {
            "fields": fields,
            "chosen": self.chosen,
            "stops": [[getattr(stop, name) for name in fields] for stop in self.stops],
        }


def stops(run: Calibration) -> Stops:
    """Put what every threshold would keep into words, and draw it."""
    cuts = run.decision.deciding.sweep()
    picture = _Picture(low=cuts[0].score, high=max(cuts[-1].score, cuts[0].score + 1))
    chosen = _stop_of(cuts, run.threshold.score)
    each = enumerate(zip(cuts, _rules(run, cuts), strict=True))
    return Stops(
        stops=tuple(
            _stop(run, cut, picture, rules, place == chosen) for place, (cut, rules) in each
        ),
        chosen=chosen,
        threshold_at=picture.across(cuts[chosen].score),
        lines=_lines(cuts, picture),
        across=picture.scores(),
        up=tuple(Mark(at=picture.up(part / 100), name=f"{part} %") for part in range(0, 101, 25)),
    )


def _stop(run: Calibration, cut: Cut, picture: _Picture, rules: str, is_chosen: bool) -> Stop:
    beside = run.decision.beside
    month = None
    if beside.leads_a_month is not None:
        month = beside.leads_a_month * cut.leads / beside.all_leads
    return Stop(
        at=picture.across(cut.score),
        cut=cut,
        score=number_text(cut.score),
        leads=count_text(cut.leads),
        leads_kept=percent_text(cut.leads_kept),
        customers=count_text(cut.customers),
        customers_kept=percent_text(cut.customers_kept),
        above=percent_text(cut.close_rate_at_or_above),
        below=percent_text(cut.close_rate_below),
        lift=lift_text(cut.lift),
        month=a_month_text(month),
        rules=rules,
        is_chosen=is_chosen,
    )


def _rules(run: Calibration, cuts: Sequence[Cut]) -> list[str]:
    """Name at each stop the rules that choose it, with the intervals of their scores."""
    threshold = run.threshold
    named: list[list[str]] = [[] for _ in cuts]
    for name, cut in {rule_name(threshold.rule): threshold.cut, **threshold.alternatives}.items():
        place = _stop_of(cuts, cut.score)
        # A declared score that no lead has lets the same leads pass as the next that some have.
        at = "" if cuts[place].score == cut.score else f" {cut.score}"
        named[place].append(f"{name}{at}{ends_text(threshold.intervals.get(name))}")
    return [", ".join(names) for names in named]


def _stop_of(cuts: Sequence[Cut], score: int) -> int:
    return next((place for place, cut in enumerate(cuts) if cut.score >= score), len(cuts) - 1)


def _lines(cuts: Sequence[Cut], picture: _Picture) -> tuple[Line, ...]:
    enough = [cut for cut in cuts if cut.leads >= _ENOUGH]
    return (
        Line(
            name="leads kept",
            kind="quiet",
            points=picture.steps([(cut.score, cut.leads_kept) for cut in cuts]),
        ),
        Line(
            name="customers kept",
            kind="up",
            points=picture.steps([(cut.score, cut.customers_kept) for cut in cuts]),
        ),
        Line(
            name=f"close rate at or above ({_ENOUGH} leads or more)",
            kind="down",
            points=picture.steps([(cut.score, cut.close_rate_at_or_above) for cut in enough]),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """Scores from `low` to `high` across, shares from 0 to 1 upwards."""

    low: int
    high: int

    def across(self, score: float) -> str:
        part = (score - self.low) / (self.high - self.low)
        return number_text(round(_LEFT + min(max(part, 0.0), 1.0) * (WIDTH - _LEFT - _RIGHT), 1))

    def up(self, share: float) -> str:
        return number_text(round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1))

    def steps(self, points: Sequence[tuple[int, float]]) -> str:
        """Draw what holds from the score below, exclusive, up to each score."""
        path, before = [], None
        for score, share in points:
            if before is not None:
                path.append(f"{before} {self.up(share)}")
            before = self.across(score)
            path.append(f"{before} {self.up(share)}")
        return " ".join(path)

    def scores(self) -> tuple[Mark, ...]:
        span = self.high - self.low
        step = next(
            ten * one
            for ten in (1, 10, 100, 1000, 10_000, 100_000, 10**9)
            for one in (1, 2, 5)
            if span / (ten * one) <= _MOST_TICKS
        )
        first = -(-self.low // step) * step
        return tuple(
            Mark(at=self.across(score), name=number_text(score))
            for score in range(first, self.high + 1, step)
        )

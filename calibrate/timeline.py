"""A folder of cards as a time series: what each quarter said."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.errors import Finding, ScorecardError
from calibrate.levels import fold
from calibrate.scorecard import Scorecard
from calibrate.scorecard.parts import CardAttributePart
from calibrate.shown import AsReport, AsScreen

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_ENDINGS = (".yaml", ".yml")
_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One card of the series.

    Attributes
    ----------
    name : str
        Of its file, or of its folder where the file is called ``scorecard.yaml``; the whole path
        within the folder of cards where two would have the same name.
    card : Scorecard
    """

    name: str
    card: Scorecard

    @property
    def day(self) -> dt.date | None:
        """The day its data were taken, else the last day of its leads."""
        return self.card.made.as_of or self.card.cohort.to

    @property
    def auc(self) -> float | None:
        """Cross-validated where the card says so, else on its own leads; None of older cards."""
        found = self.card.auc
        if found is None:
            return None
        return found.fit if found.cross_validated is None else found.cross_validated


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPath:
    """The points of a level from card to card; None on a card that has no such level."""

    attribute: str
    level: str
    points: tuple[int | None, ...]

    @property
    def range(self) -> int:
        """By how much its points differ over time."""
        known = [one for one in self.points if one is not None]
        return max(known) - min(known)


@dataclass(frozen=True, kw_only=True, repr=False)
class History(AsReport, AsScreen):
    """Cards over time.

    Attributes
    ----------
    folder : str
        Its name.
    entries : tuple of Entry
        The oldest first; those without a day last, by name.
    levels : tuple of LevelPath
        Of levels that earn points on any card, in the order of the newest that has them.
    findings : tuple of Finding
    """

    folder: str
    entries: tuple[Entry, ...]
    levels: tuple[LevelPath, ...]
    findings: tuple[Finding, ...]

    def to_frame(self) -> pd.DataFrame:
        """Give one row a card: day, leads, close rate and its interval, threshold, AUC, kept."""
        import pandas as pd

        rows = [
            (
                one.name, one.card.name, one.day, one.card.cohort.leads, one.card.cohort.customers,
                one.card.overall.close_rate, *one.card.overall.interval, one.card.threshold.score,
                one.card.threshold.leads_kept, one.card.threshold.close_rate_at_or_above,
                one.auc, one.card.points.base,
            )
            for one in self.entries
        ]  # fmt: skip
        names = (
            "quarter card day leads customers close_rate close_rate_low close_rate_high threshold "
            "leads_kept close_rate_above auc base"
        )
        return pd.DataFrame(rows, columns=names.split())

    def points_frame(self) -> pd.DataFrame:
        """Give one row a level, one column a card: its points."""
        import pandas as pd

        rows = [(one.attribute, one.level, *one.points) for one in self.levels]
        quarters = [one.name for one in self.entries]
        frame = pd.DataFrame(rows, columns=["attribute", "level", *quarters])
        return frame.astype(dict.fromkeys(quarters, "Int64"))

    def summary(self) -> dict[str, Any]:
        """Give the series as plain values that fit into JSON."""
        from calibrate.present.timeline_text import history_summary

        return history_summary(self)

    def plot(self, name: str, ax: Axes | None = None) -> Axes:
        """Draw ``rates``, ``threshold``, ``auc``, or the points of an attribute by its name."""
        from calibrate.present.timeline_plots import draw_history

        return draw_history(self, name, ax)

    def _page(self) -> str:
        from calibrate.present.timeline_page import history_html

        return history_html(self)

    def __str__(self) -> str:
        from calibrate.present.timeline_text import history_text

        return history_text(self)

    def _repr_html_(self) -> str:
        from calibrate.present.timeline_page import history_summary_html

        return history_summary_html(self)


def history(folder: str | Path) -> History:
    """Read a folder of cards as a time series.

    Parameters
    ----------
    folder : path
        With cards (``2026Q1.yaml``), or with run folders (``2026Q1/scorecard.yaml``). Other files
        are left alone, specs too.

    Returns
    -------
    History
        By the day the data were taken, then by name.

    Raises
    ------
    ScorecardError
        When there is no such folder or no card in it, or a card is damaged or of a newer version;
        all of them are named.
    """
    folder = Path(folder)
    entries = sorted(
        _entries(folder), key=lambda one: (one.day is None, one.day or dt.date.min, one.name)
    )
    return History(
        folder=folder.resolve().name or str(folder),
        entries=tuple(entries),
        levels=_paths(entries),
        findings=(*_other_names(entries), *_other_scales(entries), *_same_days(entries)),
    )


def _entries(folder: Path) -> list[Entry]:
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "no such folder"
        raise ScorecardError(f"{folder}: {what}. Give the folder that holds the cards.")
    found: list[tuple[Path, Entry]] = []
    problems: list[str] = []
    for path in _candidates(folder):
        if not _is_card(path):
            continue
        try:
            card = Scorecard.load(path)
        except ScorecardError as fault:
            problems += fault.problems if len(fault.problems) == 1 else [str(fault)]
            continue
        name = path.stem if path.stem != "scorecard" else path.resolve().parent.name
        found.append((path.relative_to(folder), Entry(name=name, card=card)))
    if problems:
        raise ScorecardError(f"{folder}: {'; '.join(problems)}", problems)
    if not found:
        raise ScorecardError(
            f"{folder}: no scorecard in this folder. Put cards there (2026Q1.yaml, 2026Q2.yaml), "
            f"or run folders with their scorecard.yaml."
        )
    times = Counter(one.name for _, one in found)
    return [
        one if times[one.name] == 1 else replace(one, name=path.as_posix()) for path, one in found
    ]


def _candidates(folder: Path) -> list[Path]:
    own = [one for one in folder.iterdir() if one.suffix.lower() in _ENDINGS and one.is_file()]
    return sorted([*own, *folder.glob("*/scorecard.yaml")])


def _is_card(path: Path) -> bool:
    """Say whether a file says that it is a card; what else lies there is nobody's fault."""
    with path.open("rb") as lines:
        return b"calibrate/scorecard/" in lines.read(4096)


def _paths(entries: list[Entry]) -> tuple[LevelPath, ...]:
    """Follow the levels that earn points on any card."""
    found: dict[tuple[str, str], list[int | None]] = {}
    shown: dict[tuple[str, str], tuple[str, str]] = {}
    for place, entry in reversed(list(enumerate(entries))):
        for attribute in entry.card.attributes:
            for key, points in _points(attribute):
                at = (fold(attribute.name), fold(key))
                shown.setdefault(at, (attribute.name, key))
                found.setdefault(at, [None] * len(entries))[place] = points
    return tuple(
        LevelPath(attribute=shown[at][0], level=shown[at][1], points=tuple(points))
        for at, points in found.items()
        if any(points)
    )


def _points(attribute: CardAttributePart) -> list[tuple[str, int]]:
    return [(one.as_level.label, one.points) for one in attribute.levels]


def _other_names(entries: list[Entry]) -> tuple[Finding, ...]:
    names = list(dict.fromkeys(one.card.name for one in entries))
    if len(names) == 1:
        return ()
    listed = ", ".join(f"`{name[:40]}`" for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        Finding(
            code="cards-of-several-names",
            severity="warning",
            says=f"The cards have {len(names)} names ({listed}{more}): they may be of different "
            f"leads.",
            fix="Keep the cards of one kind of lead in a folder of their own.",
        ),
    )


def _other_scales(entries: list[Entry]) -> tuple[Finding, ...]:
    ways = {(one.card.points.measure, one.card.points.scale) for one in entries}
    if len(ways) == 1:
        return ()
    return (
        Finding(
            code="points-made-otherwise",
            severity="warning",
            says="Measure or scale changed between cards, so points before and after do not "
            "compare; close rates do.",
            fix="Make all with the same `points` in the spec.",
        ),
    )


def _same_days(entries: list[Entry]) -> tuple[Finding, ...]:
    days = Counter(one.day for one in entries if one.day is not None)
    twice = [day for day, times in days.items() if times > 1]
    if not twice:
        return ()
    listed = ", ".join(f"`{one.name[:40]}`" for one in entries if one.day == twice[0])
    more = f" So it is on {len(twice) - 1} more days." if len(twice) > 1 else ""
    return (
        Finding(
            code="cards-of-the-same-day",
            severity="info",
            says=f"The data of {listed} were taken on the same day, {twice[0]}: they stand in the "
            f"order of their names, and time has moved nothing between them.{more}",
            fix="Keep one card of each quarter in the folder.",
        ),
    )

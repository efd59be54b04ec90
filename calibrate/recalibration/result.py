"""What a new quarter says of an old card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calibrate.errors import Finding
from calibrate.policy.rated import Rated
from calibrate.recalibration.advice import Advice
from calibrate.recalibration.parts import (
    BandsMove,
    Contest,
    LevelMove,
    ListMove,
    Month,
    ShareMove,
    TierMoves,
)
from calibrate.scorecard import Scorecard
from calibrate.shown import AsReport, AsScreen
from calibrate.validation.worked import Worked

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, kw_only=True, repr=False)
class Comparison(AsReport, AsScreen):
    """An old card against a new one, and against new leads where they are given.

    Attributes
    ----------
    old, new : Scorecard
    name : str or None
        Of the leads table; None for the cards alone.
    advice : {"keep", "refresh", "rebuild"}
    reasons : tuple of str
    then, now : Rated
        Overall: the leads that taught the old card, and those of now.
    overall_p : float
        Two-sided, that the overall close rate is what it was; in [0, 1].
    passed_then, passed_now : Rated or None
        Leads that pass by the old card, then and now; None where it cannot be known.
    levels : tuple of LevelMove
        Of attributes on both cards, in the order of the old one.
    shares : tuple of ShareMove
        Per attribute on both cards.
    score_shares : ShareMove or None
        Of the old card's score; None without leads.
    lists : tuple of ListMove
        Levels that came or went.
    bands : tuple of BandsMove
        Attributes whose bands were cut anew.
    gone, added : tuple of str
        Attributes on the old card alone, and on the new one alone.
    months : tuple of Month
    tiers : TierMoves or None
    contest : Contest or None
    worked : Worked or None
        Who was worked of the leads of now, by the old card's scores.
        Each empty or None without leads, and `worked` without a column that tells.
    findings : tuple of Finding
    """

    old: Scorecard
    new: Scorecard
    name: str | None
    advice: Advice
    reasons: tuple[str, ...]
    then: Rated
    now: Rated
    overall_p: float
    passed_then: Rated | None
    passed_now: Rated | None
    levels: tuple[LevelMove, ...]
    shares: tuple[ShareMove, ...]
    score_shares: ShareMove | None
    lists: tuple[ListMove, ...]
    bands: tuple[BandsMove, ...]
    gone: tuple[str, ...]
    added: tuple[str, ...]
    months: tuple[Month, ...]
    tiers: TierMoves | None
    contest: Contest | None
    worked: Worked | None
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether the old card may be used on: keep or refresh."""
        return self.advice != "rebuild"

    @property
    def moved(self) -> tuple[LevelMove, ...]:
        """The levels whose own effect moved, the surest first."""
        return tuple(
            sorted((one for one in self.levels if one.move == "own"), key=lambda one: one.own_p)
        )

    def to_frame(self) -> pd.DataFrame:
        """Give one row a level: leads, close rate, lift and points then and now, with the tests."""
        import pandas as pd

        rows = [
            (
                one.attribute, one.level,
                one.then.leads, one.then.customers, one.then.close_rate, one.lift_then,
                one.now.leads, one.now.customers, one.now.close_rate, one.lift_now,
                one.points_then, one.points_now,
                one.p_value, one.q_value, one.own_p, one.own_q, one.move,
            )
            for one in self.levels
        ]  # fmt: skip
        sides = [
            f"{what}_{when}"
            for when in ("then", "now")
            for what in ("leads", "customers", "close_rate", "lift")
        ]
        names = ["attribute", "level", *sides, "points_then", "points_now"]
        frame = pd.DataFrame(rows, columns=[*names, "p_value", "q_value", "own_p", "own_q", "move"])
        return frame.astype({"points_then": "Int64", "points_now": "Int64"})

    def summary(self) -> dict[str, Any]:
        """Give advice, reasons and numbers as plain values that fit into JSON."""
        from calibrate.present.comparison_text import comparison_summary

        return comparison_summary(self)

    def plot(self, name: str, ax: Axes | None = None) -> Axes:
        """Draw what moved.

        ``levels``: lift then and now; ``points``: points then and now; ``drift``: the stability
        index of every attribute; ``months``: who passes, and how many of them close.
        """
        from calibrate.present.comparison_plots import draw_comparison

        return draw_comparison(self, name, ax)

    def _page(self) -> str:
        from calibrate.present.comparison_page import comparison_html

        return comparison_html(self)

    def __str__(self) -> str:
        from calibrate.present.comparison_text import comparison_text

        return comparison_text(self)

    def _repr_html_(self) -> str:
        from calibrate.present.comparison_page import comparison_summary_html

        return comparison_summary_html(self)

"""What later leads say of a card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calibrate.errors import Finding
from calibrate.policy.rated import Rated
from calibrate.scorecard import Scorecard
from calibrate.scores import ScoreTable
from calibrate.shown import AsReport, AsScreen
from calibrate.stats.delong import AucInterval, PairedAuc
from calibrate.stats.gains import Gains, gains
from calibrate.stats.rising import Rising
from calibrate.validation.frozen import Frozen
from calibrate.validation.judging import Jury
from calibrate.validation.measures import Foretold, Kept
from calibrate.validation.surprises import Surprise
from calibrate.validation.verdict import Verdict
from calibrate.validation.worked import Worked

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, kw_only=True, repr=False)
class Validation(AsReport, AsScreen):
    """A card judged by leads that came later.

    Attributes
    ----------
    card : Scorecard
    name : str
        Of the leads table.
    verdict : {"ready", "caution", "not ready"}
    reasons : tuple of str
        Of the verdict, in a salesperson's words.
    jury : Jury
        Which leads judge.
    then, now : Rated
        Overall: the leads that taught the card, and those that judge it.
    score_table : ScoreTable
        Leads and customers per score, of leads that judge and whose points decide, as all below.
    auc : AucInterval
        With DeLong's interval.
    expected_auc : float
        The cross-validated AUC of the card; of a card without one, that on its own leads.
    unit_weights : PairedAuc
        Every level with points worth 1 or -1 (`old`) against the score (`new`).
    published : PairedAuc
        The published arithmetic on the card's evidence (`old`) against the score (`new`).
    tiers, bands : tuple of Rated
        By tier, and by tenth of the range of scores, the lowest first.
    tiers_rise, bands_rise : Rising
    foretold : Foretold or None
        None for a card of an earlier version, without close rates.
    kept : Kept
        What the threshold kept, against its promise.
    standings : tuple of Rated
        Leads that judge, by veto, gate, must-contact and points; empty without a policy.
    surprises : tuple of Surprise
        The highest-scored leads that did not buy, then the lowest-scored that did.
    worked : Worked or None
        None without a column that tells.
    frozen : Frozen or None
        The scores given at the time, where they were asked for.
    findings : tuple of Finding
    """

    card: Scorecard
    name: str
    verdict: Verdict
    reasons: tuple[str, ...]
    jury: Jury
    then: Rated
    now: Rated
    score_table: ScoreTable
    auc: AucInterval
    expected_auc: float
    unit_weights: PairedAuc
    published: PairedAuc
    tiers: tuple[Rated, ...]
    bands: tuple[Rated, ...]
    tiers_rise: Rising
    bands_rise: Rising
    foretold: Foretold | None
    kept: Kept
    standings: tuple[Rated, ...]
    surprises: tuple[Surprise, ...]
    worked: Worked | None
    frozen: Frozen | None
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether the card may be used: ready, or with caution."""
        return self.verdict != "not ready"

    @property
    def gains(self) -> Gains:
        """What working the highest scores first reached."""
        return gains(self.score_table.leads, self.score_table.customers)

    def to_frame(self) -> pd.DataFrame:
        """Give leads, customers and close rate with its interval by tier and by band of scores."""
        import pandas as pd

        parts = {
            "overall": (self.now,),
            "tier": self.tiers,
            "band": self.bands,
            "threshold": (self.kept.below, self.kept.above),
            "standing": self.standings,
        }
        rows = [
            (
                what,
                one.name,
                one.leads,
                one.customers,
                one.close_rate,
                *(one.interval or (None,) * 2),
            )
            for what, each in parts.items()
            for one in each
        ]
        names = "what name leads customers close_rate close_rate_low close_rate_high".split()
        return pd.DataFrame(rows, columns=names)

    def summary(self) -> dict[str, Any]:
        """Give the verdict and its numbers as plain values that fit into JSON."""
        from calibrate.present.validation_text import validation_summary

        return validation_summary(self)

    def plot(self, name: str, ax: Axes | None = None) -> Axes:
        """Draw ``gains``, ``calibration``, ``tiers``, ``roc``, ``bands``, ``scores`` or ``sweep``.

        Each of the leads that judge.
        """
        from calibrate.present.validation_plots import draw_validation

        return draw_validation(self, name, ax)

    def _page(self) -> str:
        from calibrate.present.validation_page import validation_html

        return validation_html(self)

    def __str__(self) -> str:
        from calibrate.present.validation_text import validation_text

        return validation_text(self)

    def _repr_html_(self) -> str:
        from calibrate.present.validation_page import validation_summary_html

        return validation_summary_html(self)

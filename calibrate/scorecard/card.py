"""The artefact: a scorecard as a YAML file that people keep, read, compare and score with."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from calibrate.documents import Part, validated
from calibrate.engines.base import ColumnPoints
from calibrate.engines.tables import Table, open_table
from calibrate.errors import ScorecardError
from calibrate.files import read_text, read_yaml, write_whole, yaml_text
from calibrate.scorecard.columns import columns_for
from calibrate.scorecard.layout import card_document
from calibrate.scorecard.parts import (
    CardAttributePart,
    CardPointsPart,
    CohortPart,
    FindingPart,
    MadePart,
    OverallPart,
    ProbabilityPart,
    ReadsPart,
    SweepPart,
    ThresholdPart,
    WithheldPart,
)
from calibrate.scores import ScoreTable
from calibrate.scoring import ScoredLeads, Scoring, score_columns

if TYPE_CHECKING:
    import pandas as pd

CARD_SCHEMA = "calibrate/scorecard/1"


class Scorecard(Part):
    """Points for every level, the threshold, and the evidence for both.

    Examples
    --------
    ``Scorecard.load("scorecard.yaml").score(frame)`` scores new leads;
    ``card.save("scorecard.yaml")`` writes the file.
    """

    schema_: Literal["calibrate/scorecard/1"] = Field("calibrate/scorecard/1", alias="schema")
    name: str
    made: MadePart
    cohort: CohortPart
    overall: OverallPart
    points: CardPointsPart
    missing: tuple[str, ...] = Field((), description="Texts that stand for nothing.")
    reads: ReadsPart | None = Field(
        None, description="Who is who in the leads, and further tables."
    )
    withheld: tuple[WithheldPart, ...] = ()
    attributes: tuple[CardAttributePart, ...]
    threshold: ThresholdPart
    probability: ProbabilityPart | None = Field(
        None, description="How often leads of a score close; not in cards of an earlier version."
    )
    sweep: tuple[SweepPart, ...]
    findings: tuple[FindingPart, ...] = ()

    @classmethod
    def load(cls, path: str | Path) -> Scorecard:
        """Read a scorecard file.

        Raises
        ------
        ScorecardError
            When it is missing, is no scorecard, is damaged, or is of a newer version; every
            problem is listed.
        """
        text = read_text(Path(path), what="a scorecard", error=ScorecardError)
        return cls.from_yaml(text, where=str(path))

    @classmethod
    def from_yaml(cls, text: str, *, where: str = "scorecard") -> Scorecard:
        """Read a scorecard from its YAML text; `where` names it in messages."""
        document = read_yaml(text, where=where, error=ScorecardError)
        return validated(cls, document, where=where, error=ScorecardError)

    def to_yaml(self) -> str:
        """Write the card as YAML: the same card is always the same bytes."""
        return yaml_text(card_document(self.model_dump(by_alias=True)))

    def save(self, path: str | Path) -> Path:
        """Write the card to a file, whole or not at all."""
        return write_whole(Path(path), self.to_yaml())

    def score(
        self,
        leads: pd.DataFrame | str | Path,
        *,
        events: pd.DataFrame | str | Path | None = None,
        as_of: dt.date | None = None,
    ) -> pd.DataFrame:
        """Score leads.

        Parameters
        ----------
        leads : DataFrame or path
            Any leads table with the card's columns; the outcome is not needed.
        events : DataFrame or path, optional
            The log of what leads did, for a card that gives points for it; by default the file
            that the card names, beside the leads.
        as_of : date, optional
            See what leads did from the end of this day, and let it age until then; by default from
            the moment in a lead's life from which the card was made.

        Returns
        -------
        DataFrame
            ``score`` (int), ``passes`` (bool), ``close_rate`` (float, see `close_rates`) and
            ``reasons`` (str), one row a lead in the order and with the index given;
            ``.attrs["unseen"]`` counts values on no level of the card.

        Raises
        ------
        ScorecardError
            When a column or a log that earns points is not there.
        """
        import pandas as pd

        table = open_table(leads)
        scored = self.score_table(table, events=events, as_of=as_of)
        index = None if isinstance(leads, str | Path) else leads.index
        frame = pd.DataFrame(
            {
                "score": scored.scores,
                "passes": scored.scores >= self.threshold.score,
                "close_rate": self.close_rates(scored.scores),
                "reasons": list(scored.reasons),
            },
            index=index,
        )
        frame.attrs["unseen"] = {one.attribute: one.leads for one in scored.unseen}
        return frame

    def score_table(
        self,
        table: Table,
        *,
        events: pd.DataFrame | str | Path | Table | None = None,
        as_of: dt.date | None = None,
    ) -> ScoredLeads:
        """Score a table that is open already."""
        scoring = self.scoring
        earning = {one.column for one in scoring.columns}
        columns = columns_for(
            table,
            tuple((one.name, one.made_from) for one in self.attributes if one.name in earning),
            self.reads or ReadsPart(),
            missing=self.missing,
            events=events,
            as_of=as_of,
        )
        return score_columns(scoring, columns, table.rows)

    def close_rates(self, scores: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Give how often leads of each score close, by the card's table.

        Parameters
        ----------
        scores : array_like of int, shape (n,)
            One between two rows of the table has the rate of the lower one.

        Returns
        -------
        ndarray of float, shape (n,)
            In [0, 1]; NaN from a card of an earlier version, which has no such table.
        """
        if self.probability is None:
            return np.full(np.shape(scores), np.nan)
        return self.probability.as_probability.at(scores)

    @property
    def score_table_taught(self) -> ScoreTable:
        """Leads and customers per score of the cohort that taught the card, from its sweep."""
        kept = [round(one.leads_kept * self.cohort.leads) for one in self.sweep]
        customers = [round(one.customers_kept * self.cohort.customers) for one in self.sweep]
        return ScoreTable(
            scores=tuple(one.score for one in self.sweep),
            leads=tuple(a - b for a, b in pairwise([*kept, 0])),
            customers=tuple(a - b for a, b in pairwise([*customers, 0])),
        )

    @property
    def scoring(self) -> Scoring:
        """What scoring needs of the card."""
        parts = (
            ColumnPoints(
                column=one.name,
                levels=one.as_levels,
                points=tuple(level.points for level in one.levels),
                otherwise=one.otherwise,
            )
            for one in self.attributes
        )
        return Scoring(
            base=self.points.base, columns=tuple(part for part in parts if any(part.points))
        )

    def to_frame(self) -> pd.DataFrame:
        """Give points and evidence, one row a level in the order of the card."""
        import pandas as pd

        rows = []
        for attribute in self.attributes:
            for level in attribute.levels:
                evidence = level.evidence.model_dump()
                rate, lift = (evidence.pop(f"{key}_interval") for key in ("close_rate", "lift"))
                rows.append(
                    {
                        "attribute": attribute.name,
                        "level": level.as_level.label,
                        "points": level.points,
                        **evidence,
                        "close_rate_low": rate[0],
                        "close_rate_high": rate[1],
                        "lift_low": lift[0],
                        "lift_high": lift[1],
                        "why": level.why,
                    }
                )
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        earning = sum(any(level.points for level in one.levels) for one in self.attributes)
        return (
            f"Scorecard({self.name}: {earning} attributes earn points, base {self.points.base}, "
            f"threshold {self.threshold.score})"
        )

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        return str(
            self.to_frame().to_html(
                escape=True, index=False, na_rep="", float_format="{:.3g}".format
            )
        )

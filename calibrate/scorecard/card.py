"""The artefact: a scorecard as a YAML file that people keep, read, compare and score with."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from calibrate.documents import Part, validated
from calibrate.engines.base import ColumnPoints, Scoring
from calibrate.engines.tables import Table, open_table
from calibrate.errors import ScorecardError
from calibrate.eventlog import EventLog
from calibrate.files import read_text, read_yaml, write_whole, yaml_text
from calibrate.levels import Levels
from calibrate.policy.conditions import problems_of
from calibrate.policy.standing import with_policy
from calibrate.rules import Condition, GatePart, SizePrefixPart
from calibrate.scorecard.columns import Absent, columns_for
from calibrate.scorecard.layout import card_document
from calibrate.scorecard.parts import (
    AucPart,
    CardAttributePart,
    CardPointsPart,
    CohortPart,
    FindingPart,
    GridPart,
    LaterPart,
    MadePart,
    MustContactLevelPart,
    OverallPart,
    ProbabilityPart,
    ReadsPart,
    StandingPart,
    SweepPart,
    ThresholdPart,
    TierPart,
    WithheldPart,
)
from calibrate.scorecard.scored import ScoredColumns, scored_columns
from calibrate.scores import ScoreTable
from calibrate.scoring import ScoredLeads, score_columns, scoring_of
from calibrate.shown import AsScreen, AsTable

if TYPE_CHECKING:
    import pandas as pd

CARD_SCHEMA = "calibrate/scorecard/1"


class Scorecard(AsScreen, AsTable, Part):
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
    vetoes: tuple[Condition, ...] = Field((), description="A lead that meets one does not pass.")
    gates: tuple[GatePart, ...] = Field((), description="A lead that fails one does not pass.")
    must_contact: tuple[MustContactLevelPart, ...] = Field(
        (), description="Levels whose leads go to sales whatever their score."
    )
    standings: tuple[StandingPart, ...] = Field(
        (), description="Leads that taught the card, by what decides about them."
    )
    size_prefix: SizePrefixPart | None = None
    tiers: tuple[TierPart, ...] = Field((), description="Ranges of scores, the lowest first.")
    grid: GridPart | None = Field(None, description="Fit by engagement, in quarters of each.")
    threshold: ThresholdPart
    auc: AucPart | None = Field(
        None, description="How well the score ranks; not in cards of an earlier version."
    )
    later: LaterPart | None = Field(None, description="What leads set aside said of the card.")
    probability: ProbabilityPart | None = Field(
        None, description="How often leads of a score close; not in cards of an earlier version."
    )
    sweep: tuple[SweepPart, ...]
    findings: tuple[FindingPart, ...] = ()

    @model_validator(mode="after")
    def _policy_fits(self) -> Self:
        levels = {one.name: one.as_levels for one in self.attributes}
        conditions = [*self.vetoes, *(one for gate in self.gates for one in gate.conditions)]
        if self.size_prefix is not None:
            conditions.append({self.size_prefix.attribute: tuple(self.size_prefix.digits)})
        problems = [problem for one in conditions for problem in problems_of(one, levels)]
        sure = {one.attribute for one in self.must_contact}
        problems += [f"no attribute `{name}`" for name in sorted(sure - set(levels))]
        if not problems and len(self._must_contact_numbers(levels)) < len(self.must_contact):
            problems.append("must_contact names a level that is not on the card")
        starts = [one.from_ for one in self.tiers]
        if any(b <= a for a, b in pairwise(starts)):
            problems.append("tiers must rise")
        if problems:
            raise ValueError("; ".join(problems))
        return self

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
        card = validated(cls, document, where=where, error=ScorecardError)
        vars(card)["fingerprint"] = _digest(text)  # the file's own, without writing it out anew
        return card

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
        absent: Absent = "refuse",
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
        absent : {"refuse", "as-missing"}
            What becomes of a column that the card needs and the table lacks: an error, or empty on
            every lead.

        Returns
        -------
        DataFrame
            One row a lead in the order and with the index given: ``score`` (int), ``passes``
            (bool), ``close_rate`` (float, see `close_rates`), ``tier`` (str; None for leads that a
            veto or a gate keeps out), ``fit`` and ``engagement`` (int, their parts of the score),
            what the policy says (``gate``, ``must_contact``, ``grade``, ``stakes``, ``shown``,
            ``action``, ``due``, as far as the card has one), and ``reasons`` (str).
            ``.attrs["unseen"]`` counts values on no level of the card.

        Raises
        ------
        ScorecardError
            When a column or a log that earns points is not there.
        """
        import pandas as pd

        table = open_table(leads)
        scored = self.score_table(table, events=events, as_of=as_of, absent=absent)
        index = None if isinstance(leads, str | Path) else leads.index
        frame = pd.DataFrame(self.columns_of(scored, as_of=as_of), index=index)
        frame.attrs["unseen"] = {one.attribute: one.leads for one in scored.unseen}
        return frame

    def columns_of(self, scored: ScoredLeads, *, as_of: dt.date | None = None) -> ScoredColumns:
        """Give what scored leads are told, column by column."""
        return scored_columns(self, scored, as_of or dt.date.today())

    def score_table(
        self,
        table: Table,
        *,
        events: pd.DataFrame | str | Path | Table | EventLog | None = None,
        as_of: dt.date | None = None,
        absent: Absent = "refuse",
        folder: Path | None = None,
    ) -> ScoredLeads:
        """Score a table that is open already; `folder` is another place of further tables."""
        scoring = self.scoring
        found = columns_for(
            table,
            tuple(
                (one.name, one.made_from) for one in self.attributes if one.name in scoring.needed
            ),
            self.reads or ReadsPart(),
            missing=self.missing,
            events=events,
            as_of=as_of,
            absent=absent,
            folder=folder,
        )
        return score_columns(scoring, found.columns, table.rows, absent=found.absent)

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
        """Leads and customers per score, of those that taught the card and whose points decided."""
        deciding = self.standings[-1] if self.standings else self.cohort
        kept = [round(one.leads_kept * deciding.leads) for one in self.sweep]
        customers = [round(one.customers_kept * deciding.customers) for one in self.sweep]
        return ScoreTable(
            scores=tuple(one.score for one in self.sweep),
            leads=tuple(a - b for a, b in pairwise([*kept, 0])),
            customers=tuple(a - b for a, b in pairwise([*customers, 0])),
        )

    @cached_property
    def fingerprint(self) -> str:
        """The first 8 hex digits of the sha256 of the card's file."""
        return _digest(self.to_yaml())

    @cached_property
    def scoring(self) -> Scoring:
        """What scoring needs of the card."""
        levels = {one.name: one.as_levels for one in self.attributes}
        parts = (
            (
                ColumnPoints(
                    column=one.name,
                    levels=levels[one.name],
                    points=tuple(level.points for level in one.levels),
                    otherwise=one.otherwise,
                ),
                one.group,
            )
            for one in self.attributes
        )
        return with_policy(
            scoring_of(self.points.base, parts, self.points.caps),
            levels,
            vetoes=self.vetoes,
            gates=self.gates,
            must_contact=self._must_contact_numbers(levels),
            prefix=self.size_prefix,
        )

    def _must_contact_numbers(self, levels: Mapping[str, Levels]) -> list[tuple[str, int]]:
        return [
            (one.attribute, number)
            for one in self.must_contact
            for number, level in enumerate(levels[one.attribute].levels)
            if (level.text, level.low, level.below) == (one.level, one.from_, one.below)
        ]

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

    def __str__(self) -> str:
        earning = sum(any(level.points for level in one.levels) for one in self.attributes)
        return (
            f"Scorecard({self.name}: {earning} attributes earn points, base {self.points.base}, "
            f"threshold {self.threshold.score})"
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]

"""The parts of a spec: which column is what, who teaches, how evidence becomes points."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from calibrate.documents import Integer, Name, Part, Text
from calibrate.levels import fold

Group = Literal[
    "demographic",
    "firmographic",
    "behaviour",
    "email",
    "social",
    "spam",
    "budget",
    "authority",
    "need",
    "timing",
    "other",
]
FIT: frozenset[Group] = frozenset(
    ("demographic", "firmographic", "budget", "authority", "need", "timing")
)
"""Groups that say who a lead is."""
ENGAGEMENT: frozenset[Group] = frozenset(("behaviour", "email", "social"))
"""Groups that say what it does."""
Measure = Literal["lift_ratio", "lift_difference", "log_lift", "log_odds"]
PresetName = Literal["hubspot", "salesforce", "pipedrive", "zoho", "none"]
Award = Literal["significant", "raises", "attribute", "all"]


class LeadsPart(Part):
    """Which columns say who a lead is and when it came."""

    id: Name | None = Field(None, description="Column that names a lead; each value once.")
    created: Name | None = Field(None, description="Column with the day a lead was created.")
    since: dt.date | None = Field(None, description="Leads created earlier are left out.")
    sheet: Name | None = Field(None, description="Sheet of the workbook that holds the leads.")


class OutcomePart(Part):
    """Which column says who became a customer."""

    closed: Name | None = Field(None, description="Column with the day a lead closed, else empty.")
    column: Name | None = Field(None, description="Column with a flag or a status.")
    customer: tuple[Text, ...] = Field((), description="Values of the column that mean customer.")
    lost: tuple[Text, ...] = Field((), description="Values that mean lost; others are open.")

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if (self.closed is None) == (self.column is None):
            raise ValueError("name either `closed` (a date column) or `column` (a flag or status)")
        if self.closed is not None and (self.customer or self.lost):
            raise ValueError("`customer` and `lost` go with `column`, not with `closed`")
        if self.lost and not self.customer:
            raise ValueError("`lost` needs `customer` beside it")
        both = {fold(value) for value in self.customer} & {fold(value) for value in self.lost}
        if both:
            raise ValueError(f"{', '.join(sorted(both))} cannot mean both customer and lost")
        return self


class AttributePart(Part):
    """What is known of one attribute beforehand."""

    kind: Literal["category", "boolean", "number", "list"] | None = Field(
        None, description="How to read its values; found from them when absent."
    )
    group: Group = Field("other", description="Whose kind of evidence it is.")
    bands: tuple[FiniteFloat, ...] | None = Field(
        None, min_length=1, description="Cut points, rising; each begins a band."
    )
    unit: Text | None = Field(None, description="Unit of a number, for people.")
    min_leads: Integer | None = Field(
        None, ge=1, description="Smaller levels of this attribute are pooled into (other)."
    )
    monotone: Literal["up", "down", "auto"] | None = Field(
        None, description="Direction in which the close rates of a number's bands must run."
    )
    separator: Text | None = Field(
        None, min_length=1, description="What stands between the members of a list; `;` if silent."
    )
    wanted: bool | None = Field(
        None, strict=True, description="true: no leak, whatever it looks like; let it earn points."
    )

    @model_validator(mode="after")
    def _separator_of_a_list(self) -> Self:
        if self.separator is not None and self.kind != "list":
            raise ValueError("`separator` goes with `kind: list`")
        return self

    @model_validator(mode="after")
    def _bands_of_a_number(self) -> Self:
        if self.bands is not None:
            if self.kind not in (None, "number"):
                raise ValueError("`bands` go with `kind: number`")
            if any(b <= a for a, b in pairwise(self.bands)):
                raise ValueError("`bands` must rise")
        return self


class JoinPart(Part):
    """A further table about the same leads."""

    path: Name | None = Field(None, description="Its file, from the folder of the leads table.")
    table: Name | None = Field(None, description="Its name, where leads are in a database.")
    on: Name = Field(description="The column that names the lead, in both tables.")

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.path is None and self.table is None:
            raise ValueError("name the `path` of its file, or its `table` in the leads' database")
        return self

    @property
    def place(self) -> str:
        """What it is called: by its file, else by its table."""
        return str(self.path or self.table)


class ExpirePart(Part):
    """How an event loses its weight as it ages."""

    expires_days: Integer | None = Field(
        None, ge=1, description="Older events do not count any more."
    )
    half_life_days: FiniteFloat | None = Field(
        None, gt=0, description="An event counts half after so many days."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.expires_days is None) == (self.half_life_days is None):
            raise ValueError("name either `expires_days` or `half_life_days`")
        return self


NEWEST, LAST_QUARTER = "newest", "last:quarter"
"""Rules by which leads are set aside: the newest with a fifth of the customers; of a quarter."""


class FitPart(Part):
    """Which leads teach the card; later ones judge it."""

    until: dt.date | None = Field(
        None, description="Leads created later do not teach the card, but judge it."
    )
    holdout: Text | None = Field(
        None,
        description="`newest` (with a fifth of the customers), `last:quarter`, `last:0.25` of the "
        "leads, or `none`.",
    )
    refit_on_all: bool | None = Field(
        None, strict=True, description="true: after the verdict all leads teach the card anew."
    )

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if self.until is not None and self.holdout is not None:
            raise ValueError("name either `until` or `holdout`")
        known = self.holdout in (None, "none", NEWEST, LAST_QUARTER)
        if not known and self.share is None:
            raise ValueError(
                f"holdout: found `{self.holdout}`; allowed: `newest`, `last:quarter`, a share of "
                f"the leads such as `last:0.25`, or `none`; a day is written 2026-09-30 (in a "
                f"spec: `until: 2026-09-30`)"
            )
        if self.refit_on_all and self.holdout == "none":
            raise ValueError("`refit_on_all` needs leads that are set aside first")
        return self

    @property
    def is_newest(self) -> bool:
        """Whether the newest leads with a fifth of the customers judge, the default."""
        return self.until is None and self.holdout in (None, NEWEST)

    @property
    def share(self) -> float | None:
        """The share of leads that `last:0.25` sets aside; None for any other rule."""
        found = re.fullmatch(r"last:(0?\.\d+)", self.holdout or "")
        return float(found[1]) if found and 0 < float(found[1]) < 1 else None


class EventsPart(Part):
    """The log of what leads did, and the moment from which it is seen."""

    path: Name | None = Field(None, description="Its file, from the folder of the leads table.")
    table: Name | None = Field(None, description="Its table, where leads are in a database.")
    lead: Name | None = Field(None, description="Column that names the lead.")
    name: Name | None = Field(None, description="Column that names what was done.")
    time: Name | None = Field(None, description="Column that says when.")
    object: Name | None = Field(None, description="Column with the page, mail or asset.")
    lookback_days: Integer = Field(
        90, ge=1, le=3650, description="Events older than this at the landmark do not count."
    )
    score_after_days: Integer = Field(
        0, ge=0, le=3650, description="The landmark: so many days after a lead was created."
    )
    by_day: bool | None = Field(
        None, description="Whether the landmark is the end of a day; found when absent."
    )
    expire: dict[Name, ExpirePart] = Field(default_factory=dict)
    sequences: tuple[tuple[Name, Name], ...] | None = Field(
        None, description="Pairs of events to try in this order; the commonest when silent."
    )
    exclude: tuple[Name, ...] = Field((), description="Events not to look at.")


class PointsPart(Part):
    """How evidence becomes points."""

    measure: Measure = Field("log_odds", description="What a level's value is made from.")
    estimate: Literal["shrunken", "raw"] = Field(
        "shrunken", description="Draw small levels toward the overall rate, or take rates raw."
    )
    award: Award = Field("significant", description="Which levels earn points.")
    overlap: bool = Field(True, description="Pay attributes that tell the same story only once.")
    scale: Literal["0-100", "points"] = Field(
        "0-100", description="Stretch the card to 0-100, or leave points in their unit."
    )
    points_per_unit: FiniteFloat | None = Field(
        None, gt=0, description="Points for one unit of the measure, with `scale: points`."
    )
    q_max: FiniteFloat = Field(
        0.05, gt=0, lt=1, description="Largest expected share of false discoveries."
    )
    band_alpha: FiniteFloat = Field(
        0.01,
        gt=0,
        lt=1,
        description="Neighbouring bands differ at this level, or merge.",
    )
    max_bands: Integer = Field(6, ge=2, le=50, description="Most bands of a number.")
    max_attributes: Integer | None = Field(
        None, ge=1, description="Only so many attributes, those that add most, earn points."
    )
    caps: dict[Group, Annotated[Integer, Field(ge=0)]] = Field(
        default_factory=dict, description="Most points that the attributes of a group may add."
    )

    damping: bool | None = Field(
        None, strict=True, description="true: a level keeps its earlier points unless it moved."
    )

    @model_validator(mode="after")
    def _unit_with_points(self) -> Self:
        if self.scale == "0-100" and self.points_per_unit is not None:
            raise ValueError("`points_per_unit` goes with `scale: points`")
        return self

    @property
    def unit_points(self) -> float:
        """Points for one unit of the measure on the scale `points`; 1 when not declared."""
        return self.points_per_unit or 1.0


class OverridePart(Part):
    """Points the analyst sets by hand, with the reason."""

    points: Integer = Field(description="The points of this level, whatever it earned.")
    why: Name = Field(description="The reason, kept in the card.")

"""What the analyst declares: which column is what, and how points are to be made."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    FiniteFloat,
    PrivateAttr,
    Tag,
    field_validator,
    model_validator,
)

from calibrate.documents import AS_MAPPING, BY_NAME, BY_NUMBER, Integer, Name, Part, Text, validated
from calibrate.errors import SpecError
from calibrate.files import read_text, read_yaml
from calibrate.levels import MISSING, OTHER, fold
from calibrate.rules import (
    BY_THEIR_POINTS,
    SURE,
    Condition,
    FollowUpPart,
    GatePart,
    MustContactPart,
    ProposeVetoesPart,
    SizePrefixPart,
    Tiers,
)

SPEC_SCHEMA = "calibrate/spec/1"

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

    path: Name = Field(description="Its file, from the folder of the leads table.")
    on: Name = Field(description="The column that names the lead, in both tables.")


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


class QuantilePart(Part):
    """The threshold that keeps all but a share of customers."""

    customer_quantile: FiniteFloat = Field(
        ge=0, lt=1, description="Share of customers that may fall below."
    )


class CapacityPart(Part):
    """The lowest threshold that sales can work off."""

    capacity: Integer = Field(ge=1, description="Most leads a calendar month that may pass.")


class SharePart(Part):
    """The lowest threshold that lets a share of leads pass."""

    share: FiniteFloat = Field(gt=0, le=1, description="Largest share of leads that may pass.")


class CloseRatePart(Part):
    """The lowest threshold from which on leads close often enough."""

    min_close_rate: FiniteFloat = Field(
        gt=0, lt=1, description="Close rate that leads at or above must reach."
    )


class ValuePart(Part):
    """What a customer brings, and what it costs to work a lead."""

    customer: FiniteFloat = Field(gt=0, description="What a customer brings.")
    contact: FiniteFloat = Field(ge=0, description="What working a lead costs.")


class ExpectedValuePart(Part):
    """The threshold that brings most: customers' value less the cost of contacts."""

    expected_value: ValuePart


_MAPPINGS: dict[str, type[Part]] = {
    "customer_quantile": QuantilePart,
    "capacity": CapacityPart,
    "share": SharePart,
    "min_close_rate": CloseRatePart,
    "expected_value": ExpectedValuePart,
}


def _tag_of_rule(rule: Any) -> str:
    if isinstance(rule, str):
        return BY_NAME
    if isinstance(rule, int | float):
        return BY_NUMBER
    keys = rule if isinstance(rule, Mapping) else getattr(type(rule), "model_fields", ())
    return AS_MAPPING + next((key for key in _MAPPINGS if key in keys), "customer_quantile")


ThresholdRule = Annotated[
    Annotated[Literal["lowest_customer", "max_f1", "youden"], Tag(BY_NAME)]
    | Annotated[Integer, Tag(BY_NUMBER)]
    | Annotated[QuantilePart, Tag(AS_MAPPING + "customer_quantile")]
    | Annotated[CapacityPart, Tag(AS_MAPPING + "capacity")]
    | Annotated[SharePart, Tag(AS_MAPPING + "share")]
    | Annotated[CloseRatePart, Tag(AS_MAPPING + "min_close_rate")]
    | Annotated[ExpectedValuePart, Tag(AS_MAPPING + "expected_value")],
    Discriminator(_tag_of_rule),
]


class Spec(Part):
    r"""What the analyst declares; everything but the outcome has a default.

    Examples
    --------
    >>> spec = Spec.from_text("outcome: {column: y}\nexclude: [duration]")
    >>> spec.outcome.column, spec.exclude, spec.min_leads
    ('y', ('duration',), 10)
    >>> Spec.from_text("exclud: [duration]")
    Traceback (most recent call last):
    calibrate.errors.SpecError: spec: exclud: unknown key; did you mean `exclude`?
    """

    schema_: Literal["calibrate/spec/1"] = Field("calibrate/spec/1", alias="schema")
    preset: PresetName | None = Field(
        None, description="CRM that the leads were exported from; seen from headers when absent."
    )
    leads: LeadsPart = LeadsPart.model_construct()
    outcome: OutcomePart | None = None
    window_days: Integer | None = Field(None, ge=1, description="Days a lead is given to close.")
    as_of: dt.date | None = Field(None, description="The day the data were taken.")
    fit: FitPart | None = Field(None, description="Which leads teach the card, which judge it.")
    repeated: Literal["first", "last"] | None = Field(
        None, description="Which row of a lead wins that stands on several."
    )
    day_first: bool | None = Field(
        None, description="Whether 03/04/2026 is in April; found from the dates when absent."
    )
    missing: tuple[Text, ...] = Field((), description="Texts that stand for nothing.")
    exclude: tuple[Name, ...] = Field((), description="Columns not to look at.")
    only: tuple[Name, ...] | None = Field(None, min_length=1, description="Look at these alone.")
    min_leads: Integer = Field(10, ge=1, description="Smaller levels are pooled into (other).")
    attributes: dict[Name, AttributePart] = Field(default_factory=dict)
    join: tuple[JoinPart, ...] = Field((), description="Further tables about the same leads.")
    events: EventsPart | None = None
    points: PointsPart = PointsPart.model_construct()
    levels: dict[Name, dict[Name, tuple[Text, ...]]] = Field(
        default_factory=dict, description="Values grouped under one name, by attribute."
    )
    override: dict[Name, dict[Name, OverridePart]] = Field(
        default_factory=dict, description="Points set by hand, by attribute and level."
    )
    gates: tuple[GatePart, ...] = Field(
        (), description="A lead that fails one does not pass, whatever its score."
    )
    must_contact: MustContactPart | None = None
    vetoes: tuple[Condition, ...] = Field(
        (), description="A lead that meets one does not pass, whatever its score."
    )
    propose_vetoes: ProposeVetoesPart | None = None
    size_prefix: SizePrefixPart | None = None
    tiers: Tiers = Field("fifths", description="Names for ranges of scores.")
    follow_up: dict[Name, FollowUpPart] = Field(
        default_factory=dict, description="What to do with the leads of a tier."
    )
    threshold: ThresholdRule = "lowest_customer"
    _folder: Path | None = PrivateAttr(None)

    @property
    def folder(self) -> Path | None:
        """The folder of the file it was read from, where further tables may stand."""
        return self._folder

    @model_validator(mode="after")
    def _gates_apart(self) -> Self:
        names = [fold(gate.name) for gate in self.gates]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"gates: {', '.join(twice)} stands there twice")
        taken = [name for name in names if name in (SURE, BY_THEIR_POINTS)]
        if taken:
            raise ValueError(f"gates: `{taken[0]}` is what other leads are called")
        return self

    @field_validator("levels")
    @classmethod
    def _groups_apart(
        cls, levels: dict[str, dict[str, tuple[str, ...]]]
    ) -> dict[str, dict[str, tuple[str, ...]]]:
        for attribute, groups in levels.items():
            names = [fold(name) for name in groups]
            taken = [name for name in names if name in (MISSING, OTHER) or names.count(name) > 1]
            if taken:
                raise ValueError(f"{attribute}: {taken[0]} cannot be the name of a group")
            members = [fold(member) for group in groups.values() for member in group]
            twice = sorted({one for one in members if members.count(one) > 1})
            if twice:
                raise ValueError(f"{attribute}: {', '.join(twice)} stands in two places")
        return levels

    @classmethod
    def from_text(cls, text: str, *, where: str = "spec") -> Spec:
        """Read a spec from YAML text; `where` names it in messages."""
        document = read_yaml(text, where=where, error=SpecError)
        return validated(cls, {} if document is None else document, where=where, error=SpecError)

    @classmethod
    def load(cls, path: str | Path) -> Spec:
        """Read a spec file.

        Raises
        ------
        SpecError
            When the file is missing, is not YAML, or does not follow the format; all problems
            are listed at once.
        """
        text = read_text(Path(path), what="a spec", error=SpecError)
        spec = cls.from_text(text, where=str(path))
        spec._folder = Path(path).parent
        return spec

    def changed(self, **keys: Any) -> Spec:
        """Give the same spec with some keys declared anew.

        Examples
        --------
        >>> Spec(window_days=90).changed(preset="none").document()
        {'schema': 'calibrate/spec/1', 'preset': 'none', 'window_days': 90}
        """
        return self.declaring(self.document() | keys)

    def teaching_all(self) -> Spec:
        """Give the same spec with no leads set aside."""
        return self.declaring({key: one for key, one in self.document().items() if key != "fit"})

    def declaring(self, document: Mapping[str, Any]) -> Spec:
        """Give the spec of another document, as if it stood in the same folder."""
        spec = type(self).model_validate(document)
        spec._folder = self._folder
        return spec

    def __eq__(self, other: object) -> bool:
        # From which folder it was read makes no difference.
        return isinstance(other, Spec) and self.document() == other.document()

    def __hash__(self) -> int:
        return hash(repr(self))

    def __str__(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"Spec({', '.join(f'{key}={value!r}' for key, value in self.document().items())})"

    def document(self) -> dict[str, Any]:
        """Give the spec as it would be written: declared keys only, in the format's order."""
        kept = self.model_dump(by_alias=True, exclude_unset=True)
        return {"schema": SPEC_SCHEMA} | kept


def as_spec(spec: Spec | Mapping[str, Any] | str | Path | None) -> Spec:
    """Take a spec, a mapping in its form, or a path to its file; None is all defaults.

    Examples
    --------
    >>> as_spec({"window_days": 90}).window_days
    90
    """
    if spec is None:
        return Spec()
    if isinstance(spec, Spec):
        return spec
    if isinstance(spec, Mapping):
        return validated(Spec, dict(spec), where="spec", error=SpecError)
    return Spec.load(spec)

"""What the analyst declares: which column is what, and how points are to be made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, field_validator, model_validator

from calibrate.documents import Integer, Name, Part, Text, validated
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
from calibrate.spec.parts import (
    AttributePart,
    EventsPart,
    FitPart,
    JoinPart,
    LeadsPart,
    OutcomePart,
    OverridePart,
    PointsPart,
    PresetName,
)
from calibrate.spec.thresholds import ThresholdRule

SPEC_SCHEMA = "calibrate/spec/1"


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

"""What stands above the points, as the analyst declares it: vetoes, gates, must-contact, tiers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, FiniteFloat, Tag, model_validator

from calibrate.documents import AS_MAPPING, BY_NAME, Integer, Name, Part, Text
from calibrate.levels import OTHER, fold

MUST_CONTACT = 0.8
"""Levels whose close rate is surely at least this go to sales whatever the score: 20 of 20 has
.839."""
SURE, BY_THEIR_POINTS = "must contact", "points decide"
"""What leads are called that no veto or gate keeps out."""
VETO = 0.01
"""Levels whose close rate is surely under this are proposed as vetoes."""


class RangePart(Part):
    """Numbers that meet a condition: `from` is among them, `below` is not."""

    from_: FiniteFloat | None = Field(None, alias="from", description="The smallest that does.")
    below: FiniteFloat | None = Field(None, description="The smallest that does not any more.")

    @model_validator(mode="after")
    def _some_numbers(self) -> Self:
        if self.from_ is None and self.below is None:
            raise ValueError("name `from`, `below`, or both")
        if self.from_ is not None and self.below is not None and self.from_ >= self.below:
            raise ValueError("`from` must be smaller than `below`")
        return self


def _tag_of_test(test: Any) -> str:
    return AS_MAPPING + "range" if isinstance(test, dict | RangePart) else BY_NAME


def _one_attribute(condition: dict[str, Any]) -> dict[str, Any]:
    if len(condition) != 1:
        raise ValueError("one attribute a condition: write each on a line of its own")
    return condition


def _no_rest(values: tuple[str, ...]) -> tuple[str, ...]:
    if OTHER in map(fold, values):
        raise ValueError("(other) is what was rare when the card was made; name the values")
    return values


Test = Annotated[
    Annotated[
        Annotated[tuple[Text, ...], Field(min_length=1), AfterValidator(_no_rest)], Tag(BY_NAME)
    ]
    | Annotated[RangePart, Tag(AS_MAPPING + "range")],
    Discriminator(_tag_of_test),
]
"""The values of an attribute that meet a condition, or the range of its numbers."""

Condition = Annotated[dict[Name, Test], AfterValidator(_one_attribute)]
"""`{industry: [Software, Finance]}` or `{visits: {from: 1}}`."""

Conditions = Annotated[tuple[Condition, ...], Field(min_length=1)]


class GatePart(Part):
    """Conditions of which enough must hold; a lead that fails does not pass, whatever its score."""

    name: Name = Field(description="What it is called where a lead fails it.")
    at_least: Integer | None = Field(None, ge=1, description="How many of `of` must hold.")
    of: Conditions | None = None
    all_: Conditions | None = Field(None, alias="all", description="Conditions that must all hold.")
    any_: Conditions | None = Field(
        None, alias="any", description="Conditions of which one must hold."
    )

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if sum(one is not None for one in (self.of, self.all_, self.any_)) != 1:
            raise ValueError("name one of `of` (with `at_least`), `all` and `any`")
        if (self.of is None) != (self.at_least is None):
            raise ValueError("`at_least` and `of` go together")
        if self.of is not None and self.at_least is not None and self.at_least > len(self.of):
            raise ValueError(f"`at_least: {self.at_least}` of {len(self.of)} can never be met")
        return self

    @property
    def conditions(self) -> tuple[dict[str, tuple[str, ...] | RangePart], ...]:
        """Its conditions, whichever form it has."""
        return self.of or self.all_ or self.any_ or ()

    @property
    def needs(self) -> int:
        """How many of them must hold."""
        return self.at_least or (1 if self.any_ else len(self.conditions))


class MustContactPart(Part):
    """Levels that close so surely that their leads go to sales whatever the score."""

    close_rate_low: FiniteFloat = Field(
        MUST_CONTACT, gt=0, lt=1, description="What the lower end of the close rate must reach."
    )


class ProposeVetoesPart(Part):
    """Levels that close so rarely that a veto is proposed."""

    close_rate_high: FiniteFloat = Field(
        VETO, gt=0, lt=1, description="What the upper end of the close rate must stay under."
    )


def _names_apart(named: dict[str, Any]) -> dict[str, Any]:
    names = [fold(name) for name in named]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} stands there twice")
    return named


class SizePrefixPart(Part):
    """A thousands digit before the score that shows how large a company is: 3062."""

    attribute: Name
    digits: Annotated[
        dict[Name, Annotated[Integer, Field(ge=1, le=9)]],
        Field(min_length=1),
        AfterValidator(_names_apart),
    ]


class TierRatePart(Part):
    """A tier as wide as it can be while its leads close this often."""

    close_rate: FiniteFloat = Field(gt=0, lt=1, description="Close rate its leads must reach.")


def _tag_of_tier(tier: Any) -> str:
    return AS_MAPPING + "close_rate" if isinstance(tier, dict | TierRatePart) else BY_NAME


Tier = Annotated[
    Annotated[Integer, Tag(BY_NAME)] | Annotated[TierRatePart, Tag(AS_MAPPING + "close_rate")],
    Discriminator(_tag_of_tier),
]
"""The lowest score of a tier, or how often its leads must close."""


def _tiers_apart(tiers: dict[str, Any]) -> dict[str, Any]:
    starts = {name: tier for name, tier in tiers.items() if isinstance(tier, int)}
    shared = [name for name, start in starts.items() if list(starts.values()).count(start) > 1]
    if shared:
        raise ValueError(f"{' and '.join(shared)} begin at the same score")
    return _names_apart(tiers)


def _tag_of_tiers(tiers: Any) -> str:
    return AS_MAPPING + "tiers" if isinstance(tiers, dict) else BY_NAME


Tiers = Annotated[
    Annotated[Literal["fifths", "buying_stages"], Tag(BY_NAME)]
    | Annotated[
        Annotated[dict[Name, Tier], Field(min_length=1), AfterValidator(_tiers_apart)],
        Tag(AS_MAPPING + "tiers"),
    ],
    Discriminator(_tag_of_tiers),
]


class FollowUpPart(Part):
    """What to do with a lead of a tier, and by when."""

    action: Name = Field(description="What to do: call, write, leave alone.")
    within_hours: Integer | None = Field(None, ge=1, description="By when, in hours.")
    within_days: Integer | None = Field(None, ge=1, description="By when, in days.")

    @model_validator(mode="after")
    def _one_deadline(self) -> Self:
        if self.within_hours is not None and self.within_days is not None:
            raise ValueError("name `within_hours` or `within_days`, not both")
        return self

    @property
    def hours(self) -> int | None:
        """Hours until it is due; None when it never is."""
        return self.within_days * 24 if self.within_days is not None else self.within_hours

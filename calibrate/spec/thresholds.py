"""The rules by which a spec may choose its threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, FiniteFloat, Tag

from calibrate.documents import AS_MAPPING, BY_NAME, BY_NUMBER, Integer, Part


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

"""How complete a lead's record is: an attribute in itself, once leaks are out of the way."""

from __future__ import annotations

from dataclasses import replace

from calibrate.attributes import BANDED_FROM
from calibrate.leads import Attribute, Leads
from calibrate.recipes import FilledRecipe
from calibrate.spec import AttributePart

COMPLETENESS = "record: filled"
"""The attribute's name."""
_FROM_COLUMNS = 3
_GAPS = 0.05
"""It is tried where so many columns have gaps on at least this share of leads."""


def with_completeness(leads: Leads) -> Leads:
    """Add the number of filled cells, where records are of different completeness."""
    names = tuple(
        one.name for one in leads.own_attributes if _GAPS <= _gaps(leads, one.name) <= 1 - _GAPS
    )
    declared = leads.spec.attributes.get(COMPLETENESS)
    if (
        COMPLETENESS in leads.spec.exclude
        or (leads.spec.only is not None and COMPLETENESS not in leads.spec.only)
        or len(names) < _FROM_COLUMNS
    ):
        return leads
    part = declared or AttributePart()
    recipe = FilledRecipe(as_="filled", columns=names)
    return replace(
        leads,
        attributes=(
            *leads.attributes,
            Attribute(
                name=COMPLETENESS,
                kind="number" if len(names) + 1 >= BANDED_FROM else "category",
                part=part,
                min_leads=part.min_leads or leads.spec.min_leads,
                groups={},
                recipe=recipe,
            ),
        ),
        engine=leads.engine.with_filled(COMPLETENESS, names),
    )


def _gaps(leads: Leads, name: str) -> float:
    """Give the share of leads without a value."""
    return 1 - leads.engine.count_filled(name)[0] / leads.engine.size

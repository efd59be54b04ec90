"""What a person has to type for an attribute, said in words."""

from __future__ import annotations

from calibrate.behaviours import BehaviourRecipe
from calibrate.present.numbers import number_text
from calibrate.present.terminal import clean
from calibrate.recipes import (
    ColumnRecipe,
    EmailTypeRecipe,
    GivenRecipe,
    MemberRecipe,
    SpamSignsRecipe,
)
from calibrate.scorecard.parts import CardAttributePart

_BEHAVIOURS = {
    "did": "Did the lead do {event}? yes or no",
    "times": "How many times did the lead do {event}? A number",
    "weight": "How much {event} did the lead do, each counting less as it ages? A number",
    "days_since": "How many days ago did the lead last do {event}? A number; empty if never",
    "trend": "Does the lead do {event} more or less than before? One of the list",
    "rate": "{event} divided by {then}. A number, such as 0.25; empty if none",
    "first_event": "What did the lead do first? One of the list",
    "kinds": "How many different things did the lead do? A number",
    "burst": "Did the lead do several things within a week? yes or no",
    "in_order": "Did the lead do {event} and later {then}? yes or no",
    "days_between": "How many days from {event} to {then}? A number; empty if it did not do both",
}


def question(attribute: CardAttributePart) -> str:
    """Say what to type for an attribute: the value of its column, or what is made from others.

    Parameters
    ----------
    attribute : CardAttributePart
    """
    recipe = attribute.made_from
    if recipe is None:
        return clean(_of_column(attribute))
    if isinstance(recipe, BehaviourRecipe):
        event = "anything" if recipe.event is None else f"`{recipe.event}`"
        event += "" if recipe.object is None else f" on `{recipe.object}`"
        return clean(_BEHAVIOURS[recipe.as_].format(event=event, then=f"`{recipe.then}`"))
    return clean(_of_recipe(recipe))


def _of_recipe(recipe: ColumnRecipe) -> str:
    if isinstance(recipe, MemberRecipe):
        return f"Is `{recipe.member}` on the list in `{recipe.column}`? yes, no or empty"
    if isinstance(recipe, EmailTypeRecipe):
        return f"Whose is the address in `{recipe.column}`? One of the list"
    if isinstance(recipe, GivenRecipe):
        return f"Is `{recipe.column}` filled in? yes or no"
    if isinstance(recipe, SpamSignsRecipe):
        return f"Does `{recipe.column}` look typed at random? yes or no"
    named = ", ".join(f"`{name}`" for name in recipe.columns)
    return f"How many of these are filled in: {named}? A number"


def _of_column(attribute: CardAttributePart) -> str:
    if attribute.kind == "number":
        unit = f" of {attribute.unit}" if attribute.unit else ""
        edges = attribute.as_levels.edges
        such = f", such as {number_text(edges[0])}" if edges else ""
        return f"A number{unit}{such}"
    return "yes or no" if attribute.kind == "boolean" else "One of the list, or another value"

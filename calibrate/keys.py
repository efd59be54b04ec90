"""Key conversion behaviours: what most customers did before they closed."""

from __future__ import annotations

from dataclasses import dataclass

from calibrate.behaviours import BehaviourRecipe
from calibrate.evidence import Evidence
from calibrate.leads import Leads

MOST = 0.5
"""A key behaviour is shown by at least this share of customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyBehaviour:
    """Something that most customers did before closing, and more of them than of other leads.

    Attributes
    ----------
    name : str
    of_customers, of_others : float
        Share of customers, and of other leads, that did it.
    lift : float
        Close rate of those who did it against overall.
    lift_interval : (float, float)
    """

    name: str
    of_customers: float
    of_others: float
    lift: float
    lift_interval: tuple[float, float]


def key_behaviours(leads: Leads, evidence: Evidence) -> tuple[KeyBehaviour, ...]:
    """Find the behaviours of at least half of the customers whose lift lies above 1.

    Behaviours are seen from each lead's landmark, customers and others alike.

    Parameters
    ----------
    leads : Leads
    evidence : Evidence

    Returns
    -------
    tuple of KeyBehaviour
        The commonest among customers first.
    """
    did = {
        one.name
        for one in leads.attributes
        if isinstance(one.recipe, BehaviourRecipe) and one.recipe.as_ == "did"
    }
    customers = evidence.overall.customers
    others = evidence.overall.leads - customers
    found = [
        KeyBehaviour(
            name=attribute.name,
            of_customers=level.customers / customers,
            of_others=(level.leads - level.customers) / others,
            lift=level.lift,
            lift_interval=level.lift_interval,
        )
        for attribute in evidence.attributes
        if attribute.name in did
        for level in attribute.evidence
        if level.level.text == "yes"
        and level.customers >= MOST * customers
        and level.lift_interval[0] > 1
    ]
    return tuple(sorted(found, key=lambda one: -one.of_customers))

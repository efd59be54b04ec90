"""Made-up leads for simulations: many attributes, some real, most not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from calibrate.engines.columns import NumberColumn, TextColumn, small
from calibrate.engines.memory import MemoryEngine
from calibrate.leads import Attribute, Leads
from calibrate.outcomes import Outcome
from calibrate.spec import AttributePart, PointsPart, Spec

CATEGORIES, NUMBERS = 30, 10
SIZES = (2, 3, 5, 8, 10, 12, 15, 20, 25, 33)
"""Levels of the categories, over and over: 399 in all, and ten bands a number on top."""


def world(rng, leads, *, skew=1.0, real=0, effect=0.0, rate=0.1):
    """Draw leads with 40 attributes, of which the first `real` move the odds of closing.

    Real attributes are spread over categories and numbers alike. Returns the Leads and, per real
    attribute, the true effect of each lead's value on the log-odds.
    """
    columns, attributes, effects = {}, [], {}
    for place in range(CATEGORIES + NUMBERS):
        # Every fourth attribute is a number, so that real ones are of both kinds.
        name = f"a{place:02d}"
        if place % 4 == 3:
            values = rng.normal(size=leads).round(3)
            columns[name] = NumberColumn(numbers=values)
            kind, push = "number", np.where(values > 0.5, effect, 0.0)
        else:
            size = SIZES[place % len(SIZES)]
            shares = np.arange(1, size + 1.0) ** -skew
            codes = rng.choice(size, size=leads, p=shares / shares.sum())
            columns[name] = TextColumn(
                codes=small(codes + 1, size), texts=tuple(f"v{one:02d}" for one in range(size))
            )
            kind, push = "category", np.where(codes % 2 == 1, effect, 0.0)
        if place < real:
            effects[name] = push
        attributes.append(
            Attribute(name=name, kind=kind, part=AttributePart(), min_leads=10, groups={})
        )
    customer = outcomes(rng, sum(effects.values(), np.zeros(leads)), rate)
    engine = MemoryEngine(columns=columns, customer=customer)
    return _leads(engine, tuple(attributes)), effects


def lone_level(rng, leads, *, rate, lift, share, attributes=20, levels=5):
    """Draw leads of whom one level of one attribute, `v0` of `a00`, closes otherwise than the rest.

    The levels of an attribute that are not `v0` share the other leads evenly.
    """
    columns, parts = {}, []
    for place in range(attributes):
        codes = rng.integers(1, levels, size=leads)
        codes[rng.permutation(leads)[: round(share * leads)]] = 0
        name = f"a{place:02d}"
        texts = tuple(f"v{one}" for one in range(levels))
        columns[name] = TextColumn(codes=small(codes + 1, levels), texts=texts)
        parts.append(
            Attribute(name=name, kind="category", part=AttributePart(), min_leads=10, groups={})
        )
    on = columns["a00"].codes == 1
    rest = rate * (1 - share * lift) / (1 - share)
    customer = rng.random(leads) < np.where(on, rate * lift, rest)
    return _leads(MemoryEngine(columns=columns, customer=customer), tuple(parts))


def outcomes(rng, push, rate):
    """Draw who closes: log-odds moved by `push`, its start set so that `rate` close overall."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _logistic(middle + push).mean() < rate else (low, middle)
    return rng.random(len(push)) < _logistic(low + push)


def reshuffled(leads, rng):
    """Give the same leads with their outcomes dealt out anew."""
    engine = replace(leads.engine, customer=rng.permutation(leads.engine.customer))
    return replace(leads, engine=engine)


def _logistic(log_odds):
    return 1 / (1 + np.exp(-log_odds))


def _leads(engine, attributes):
    return Leads(
        name="simulated",
        spec=Spec(points=PointsPart()),
        engine=engine,
        attributes=attributes,
        total=len(engine.customer),
        counted=len(engine.customer),
        customers=int(engine.customer.sum()),
        outcome=Outcome(
            customer=engine.customer, counted=np.ones_like(engine.customer), left_out={}
        ),
        fingerprint="sha256:0",
        findings=(),
    )

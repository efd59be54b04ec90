"""Two stages: attributes first, then the levels of those that passed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import calibrate as cal
from calibrate.counts import count, refine
from calibrate.reading import read_leads
from calibrate.stats.significance import benjamini_hochberg


@pytest.fixture(scope="module")
def leads():
    rng = np.random.default_rng(12)
    n = 4000
    source = rng.choice(["Fair", "Web", "List"], n)
    visits = rng.poisson(4, n)
    chance = 0.05 + 0.1 * (source == "Fair") + 0.1 * (visits > 6)
    nothing = {f"noise_{place}": rng.choice(list("abcdef"), n) for place in range(6)}
    frame = pd.DataFrame({"source": source, "visits": visits, **nothing})
    frame["converted"] = (rng.random(n) < chance).astype(int)
    return read_leads(frame)


def test_the_real_attributes_pass_and_noise_does_not(leads) -> None:
    assert cal.screen(count(leads), q_max=0.001).selected == {"source", "visits"}


def test_q_values_are_those_of_two_stages(leads) -> None:
    counts = count(leads)
    screening = cal.screen(counts, q_max=0.05)
    evidence = cal.weigh(counts, screening)
    share = len(screening.selected) / len(screening.attributes)
    for one in evidence.attributes:
        p = [level.p_value for level in one.evidence]
        q = [level.q_value for level in one.evidence]
        if one.name not in screening.selected:
            assert set(q) == {None}
            assert {level.verdict for level in one.evidence} <= {"no evidence", "too few"}
        else:
            tested = np.array([np.nan if value is None else value for value in p])
            wanted = np.minimum(benjamini_hochberg(tested) / share, 1)
            assert [value for value in q if value is not None] == pytest.approx(
                wanted[~np.isnan(wanted)]
            )


def test_no_cut_sees_the_outcome_before_the_attribute_has_passed(leads) -> None:
    counts = count(leads)
    dealt_anew = leads.engine.customer[np.random.default_rng(0).permutation(4000)]
    from dataclasses import replace

    other = replace(leads, engine=replace(leads.engine, customer=dealt_anew))
    for one, two in zip(counts.attributes, count(other).attributes, strict=True):
        assert one.levels == two.levels
    refined = refine(leads, counts, {"source"}, alpha=0.01, max_bands=6)
    unpassed = {one.name: one.levels for one in refined.attributes}["visits"]
    assert unpassed == {one.name: one.levels for one in counts.attributes}["visits"]


def test_declared_bands_are_used_as_they_are() -> None:
    frame = pd.DataFrame({"visits": np.arange(400) % 20, "converted": [1, 0, 0, 0] * 100})
    spec = {"attributes": {"visits": {"bands": [3.5, 7.25]}}}
    result = cal.calibrate(frame, spec)
    (one,) = result.counts.attributes
    assert one.levels.edges == (3.5, 7.25)


def test_awards(leads) -> None:
    evidence = cal.weigh(count(leads), q_max=0.001)
    earning = {}
    for award in ("significant", "raises", "attribute", "all"):
        settings = cal.Spec.model_validate({"points": {"award": award, "overlap": False}}).points
        values = cal.assign_points(evidence, settings).attributes
        earning[award] = {
            (one.name, place)
            for one in values
            for place, level in enumerate(one.given)
            if level.value
        }
    assert earning["raises"] < earning["significant"] <= earning["attribute"] < earning["all"]
    assert {name for name, _ in earning["attribute"]} == {"source", "visits"}

"""Evidence told twice is paid once; signs never flip; nothing is paid for perfection."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.optimize import minimize

import calibrate as cal
from calibrate import overlap
from calibrate.engines.base import Profiles
from calibrate.overlap import fit_factors
from calibrate.overlap.slopes import LookedUp


def frame(n: int = 50_000, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    title = rng.choice(["CEO", "Clerk", "Intern", "Manager"], n, p=[0.15, 0.4, 0.15, 0.3])
    size = rng.choice(["Small", "Medium", "Large"], n)
    push = pd.Series(title).map({"CEO": 1.0, "Clerk": -0.3, "Intern": -1.0, "Manager": 0.2})
    push += pd.Series(size).map({"Small": -0.5, "Medium": 0.0, "Large": 0.6})
    customer = rng.random(n) < 1 / (1 + np.exp(2.2 - push))
    return pd.DataFrame({"title": title, "size": size, "converted": customer.astype(int)})


def paid(result: cal.Calibration, rows: pd.DataFrame) -> np.ndarray:
    """Each lead's sum of factor x value."""
    total = np.zeros(len(rows))
    for one in result.points.attributes:
        worth = {
            level.text: one.overlap.factor * given.value
            for level, given in zip(one.levels.levels, one.given, strict=True)
        }
        total += rows[one.name].map(worth).to_numpy(dtype=float)
    return total


def test_independent_attributes_are_paid_in_full() -> None:
    result = cal.calibrate(frame())
    assert [one.overlap.factor for one in result.points.attributes] == pytest.approx(
        [1, 1], abs=0.06
    )


def test_an_exact_copy_changes_no_leads_sum_by_more_than_a_hundredth_of_the_range() -> None:
    rows = frame()
    alone = paid(cal.calibrate(rows), rows)
    twice = rows.assign(seniority=rows.title)
    with_copy = cal.calibrate(twice)
    assert np.abs(paid(with_copy, twice) - alone).max() <= 0.01 * np.ptp(alone)
    factors = {one.name: one.overlap for one in with_copy.points.attributes}
    assert factors["title"].factor == pytest.approx(factors["seniority"].factor)
    assert factors["title"].told_by == ("seniority",)
    assert any(
        one.code == "told-already" and "`seniority`" in one.says for one in with_copy.findings
    )


def closed(rng: np.random.Generator, log_odds: npt.NDArray[np.float64]) -> list[str]:
    return np.where(rng.random(len(log_odds)) < 1 / (1 + np.exp(-log_odds)), "yes", "no").tolist()


def test_what_is_paid_nothing_tells_nothing_of_others() -> None:
    rng = np.random.default_rng(4)
    senior = rng.random(20_000) < 0.3
    # Who is senior has more meetings and more calls, which beside it speak against a close.
    meetings = rng.random(20_000) < np.where(senior, 0.8, 0.2)
    calls = np.where(rng.random(20_000) < 0.8, meetings, rng.random(20_000) < 0.5)
    rows = pd.DataFrame({"senior": senior, "meetings": meetings, "calls": calls})
    rows["converted"] = closed(rng, -2.5 + 2.5 * senior - 0.4 * meetings - 0.4 * calls)
    result = cal.calibrate(rows)
    found = {one.name: one.overlap for one in result.points.attributes}
    assert (found["meetings"].factor, found["calls"].factor) == (0, 0)
    assert found["meetings"].told_by == found["calls"].told_by == ("senior",)
    assert found["senior"].told_by == ()
    said = next(one.says for one in result.findings if one.code == "told-already")
    assert "`calls` 0.00 (`senior`)" in said
    assert "(`meetings`)" not in said


def test_a_factor_that_is_small_for_another_reason_is_told_by_nobody() -> None:
    rng = np.random.default_rng(5)
    signs = rng.random((20_000, 4)) < 0.5
    rows = pd.DataFrame({f"sign_{place}": signs[:, place] for place in range(4)})
    rows["converted"] = closed(rng, -2.0 + 0.4 * signs.sum(axis=1))
    result = cal.calibrate(rows, {"points": {"measure": "lift_ratio"}})
    assert max(one.overlap.factor for one in result.points.attributes) < overlap.TOLD_ALREADY
    assert all(one.overlap.told_by == () for one in result.points.attributes)
    assert "told-already" not in {one.code for one in result.findings}


def test_planted_points_are_recovered_on_50_000_leads() -> None:
    result = cal.calibrate(frame())
    truth = {"CEO": 1.0, "Clerk": -0.3, "Intern": -1.0, "Manager": 0.2}
    truth |= {"Small": -0.5, "Medium": 0.0, "Large": 0.6}
    span = 2.0 + 1.1
    for one in result.points.attributes:
        given = {
            level.text: points.points
            for level, points in zip(one.levels.levels, one.given, strict=True)
        }
        shift = np.mean([given[name] - 100 / span * truth[name] for name in given])
        for name, points in given.items():
            assert points - shift == pytest.approx(100 / span * truth[name], abs=2)


def test_factors_are_the_constrained_optimum_that_scipy_finds() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(300, 5))
    values[:, 4] = -values[:, 0] + 0.1 * rng.normal(size=300)  # would be paid below nothing
    leads = rng.integers(20, 200, 300)
    customers = rng.binomial(leads, 1 / (1 + np.exp(1 - values[:, 0] - 0.4 * values[:, 1])))

    def loss(coefficients: np.ndarray) -> float:
        linear = coefficients[0] + values @ coefficients[1:]
        fit = (leads * np.logaddexp(0, linear) - customers * linear).sum()
        return fit + 0.5 * (coefficients[1:] ** 2).sum()

    found = minimize(
        loss, np.zeros(6), method="L-BFGS-B", bounds=[(None, None)] + [(0, None)] * 5,
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 5000},
    )  # fmt: skip
    intercept, factors = fit_factors(Profiles.of(values, leads, customers))
    assert [intercept, *factors] == pytest.approx(found.x, abs=2e-4)
    assert factors.min() >= 0
    assert (factors == 0).any(), "one of them is told by the others with the sign turned"
    assert loss(np.array([intercept, *factors])) <= found.fun + 1e-9


def test_perfect_separation_gives_finite_points_and_a_finding() -> None:
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(
        {"stage": ["won"] * 200 + ["lost"] * 800, "x": rng.choice(list("ab"), 1000)}
    )
    rows["converted"] = (rows.stage == "won").astype(int)
    result = cal.calibrate(rows, {"attributes": {"stage": {"wanted": True}}})
    assert (result.points.lowest, result.points.highest) == (0, 100)
    assert "looks-like-a-leak" in {one.code for one in result.findings}


def test_above_the_cap_a_sample_of_others_moves_only_the_intercept() -> None:
    rows = frame(60_000)
    from calibrate.engines.base import ColumnValues
    from calibrate.reading import read_leads

    leads = read_leads(rows)
    result = cal.calibrate(rows)
    columns = [
        ColumnValues(
            column=one.name, levels=one.levels, values=tuple(level.value for level in one.given)
        )
        for one in result.points.attributes
    ]
    whole = leads.engine.joint_profiles(columns, most=1_000_000)
    drawn = leads.engine.joint_profiles(columns, most=30_000)
    assert whole.leads.sum() == 60_000
    assert drawn.customers.sum() == whole.customers.sum() == leads.customers
    assert drawn.leads.sum() < 36_000
    start, factors = fit_factors(whole)
    sampled_start, sampled = fit_factors(drawn)
    assert sampled == pytest.approx(factors, abs=0.08)
    assert sampled_start > start + 0.3


def test_a_fit_begun_from_a_part_ends_where_one_begun_from_nothing_does() -> None:
    rng = np.random.default_rng(4)
    values = np.unique(rng.normal(size=(140_000, 3)).round(3), axis=0)
    chance = 1 / (1 + np.exp(2 - values @ [1.2, 0.4, -0.3]))
    leads = rng.integers(1, 4, len(values))
    profiles = Profiles.of(values, leads, rng.binomial(leads, chance))
    assert len(values) >= overlap._WARM * overlap._EVERY
    whole = profiles.customers.sum() / leads.sum()
    cold, _ = overlap._fitted(profiles, np.array([np.log(whole / (1 - whole)), 0.0, 0.0, 0.0]))
    assert fit_factors(profiles)[1] == pytest.approx(cold[1:], rel=1e-10)
    assert cold[3] == 0.0  # its slope would be negative


@pytest.mark.parametrize("sizes", [[], [1], [2, 3], [70, 60, 5, 1, 9, 2000]])
@pytest.mark.parametrize("rows", [1, 300])
def test_slopes_of_what_is_looked_up_are_those_of_the_rows(sizes: list[int], rows: int) -> None:
    """Attributes that stand together and one that stands alone; log-odds from -300 to 300."""
    rng = np.random.default_rng(rows)
    values = np.array([rng.integers(-size, size + 1, rows) / size for size in sizes])
    values = values.reshape(len(sizes), rows).T
    leads = rng.integers(1, 9, rows)
    customers = rng.binomial(leads, 0.4)
    ridge, coefficients = rng.random(1 + len(sizes)), rng.normal(size=1 + len(sizes))
    design = np.column_stack([np.ones(rows), values])
    looked_up = LookedUp.of(Profiles.of(values, leads, customers))
    for found in (coefficients, 300 * coefficients):
        linear = design @ found
        p = 1 / (1 + np.exp(-np.clip(linear, -700, 700)))
        loss = (leads * np.logaddexp(0, linear) - customers * linear).sum()
        slope = looked_up.slope(found, ridge)
        assert slope.loss == pytest.approx(loss + (ridge * found**2).sum() / 2)
        gradient = design.T @ (leads * p - customers) + ridge * found
        assert slope.gradient == pytest.approx(gradient, abs=1e-9)
        curvature = (design.T * (leads * p * (1 - p))) @ design + np.diag(ridge)
        assert looked_up.curvature(found, ridge) == pytest.approx(curvature, abs=1e-9)


def test_leads_one_by_one_are_paid_as_those_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the curvature of a part, which is reckoned anew where the part was a poor one."""
    rng = np.random.default_rng(8)
    values = rng.integers(0, 4, (20_000, 3)) / 4.0
    customers = (rng.random(20_000) < 1 / (1 + np.exp(3 - values @ [1.5, 0.7, -1.0]))).astype(int)
    order = np.argsort(customers, kind="stable")  # customers last
    rows, place = np.unique(values, axis=0, return_inverse=True)
    apart = Profiles.of(rows, np.bincount(place), np.bincount(place, customers).astype(int))
    one_by_one = Profiles.of(values, np.ones(20_000, dtype=int), customers)
    by_outcome = Profiles.of(values[order], np.ones(20_000, dtype=int), customers[order])
    _, wanted = fit_factors(apart)
    monkeypatch.setattr(overlap, "_WARM", 10)
    assert wanted[2] == 0.0
    for some in (one_by_one, by_outcome):
        assert fit_factors(some)[1] == pytest.approx(wanted, rel=1e-9)

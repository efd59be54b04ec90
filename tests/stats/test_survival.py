"""Time to close against statsmodels, R's numbers on real data, and the advice by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from calibrate.stats.survival import time_to_close

watched = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=80)


def closed_by_statsmodels(days: list[int], closed: list[bool], day: int) -> float:
    # statsmodels refuses closes on day 0; a day later for all changes nothing but the clock.
    curve = SurvfuncRight(np.array(days) + 1.0, np.array(closed, int))
    before = curve.surv_times <= day + 1
    return float(1 - curve.surv_prob[before][-1]) if before.any() else 0.0


@given(watched, st.integers(0, 70))
def test_the_curve_agrees_with_statsmodels(rows: list[tuple[int, bool]], day: int) -> None:
    days, closed = (list(part) for part in zip(*rows, strict=True))
    found = time_to_close(days, closed).closed_by(day)
    assert found == pytest.approx(closed_by_statsmodels(days, closed, day), abs=1e-12)


@given(watched)
def test_the_advised_window_is_that_of_exact_fractions(rows: list[tuple[int, bool]]) -> None:
    days, closed = (list(part) for part in zip(*rows, strict=True))
    assert time_to_close(days, closed).advised_window() == window_by_fractions(rows)


def test_the_advised_window_is_exact_where_one_lead_closes_a_day() -> None:
    """Shares such as 9 of 10 must not be missed by a rounding error."""
    for leads in range(1, 120):
        rows = [(day, True) for day in range(1, leads + 1)]
        advised = time_to_close(*zip(*rows, strict=True)).advised_window()
        assert advised == window_by_fractions(rows), leads


def window_by_fractions(rows: list[tuple[int, bool]]) -> int:
    """METHOD word for word: 90 % of the closes by the last day with 10 % of leads at risk."""
    open_share, curve = Fraction(1), []
    for day in sorted({day for day, is_closed in rows if is_closed}):
        at_risk = sum(other >= day for other, _ in rows)
        open_share *= 1 - Fraction(sum(row == (day, True) for row in rows), at_risk)
        curve.append((day, 1 - open_share, at_risk))
    enough = [share for _, share, at_risk in curve if 10 * at_risk >= len(rows)]
    if not enough:
        return 1
    return max(1, next(day for day, share, _ in curve if 10 * share >= 9 * enough[-1]))


def test_days_with_a_fraction_are_advised_as_whole_days() -> None:
    assert time_to_close([2.2, 9.0], [True, False]).advised_window() == 3


def test_leads_that_never_close_give_no_share_and_a_window_of_a_day() -> None:
    curve = time_to_close([5, 9], [False, False])
    assert curve.closed_by(100) == 0
    assert curve.advised_window() == 1


def test_a_close_counts_before_leads_that_go_out_of_sight_that_day() -> None:
    assert time_to_close([4, 4], [True, False]).closed_by(4) == 0.5


def test_olist_is_closed_by_day_as_r_says(real_data: Path) -> None:
    """R 4.2 `survival`; golden/README.md of the project's shared files."""
    leads = pd.read_csv(real_data / "olist_marketing_qualified_leads_dataset.csv")
    deals = pd.read_csv(real_data / "olist_closed_deals_dataset.csv")[["mql_id", "won_date"]]
    leads = leads.merge(deals, on="mql_id", how="left")
    created = pd.to_datetime(leads["first_contact_date"])
    won = pd.to_datetime(leads["won_date"])
    days = (won.fillna(won.max()) - created).dt.total_seconds() / 86_400
    kept = ~(won < created)
    assert (int(kept.sum()), int(won[kept].notna().sum())) == (7999, 841)
    curve = time_to_close(days[kept], won[kept].notna())
    wanted = {
        7: 0.0310038754844,
        14: 0.0513814226778,
        30: 0.0682585323165,
        60: 0.0803850481310,
        90: 0.0862607825978,
        180: 0.0966779852985,
        365: 0.1133828250169,
    }
    assert {day: curve.closed_by(day) for day in wanted} == pytest.approx(wanted, rel=1e-8)

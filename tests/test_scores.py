"""The score table and its sweep against lists of leads; the AUC that rounding costs."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import assign_points, calibrate, count, read_leads, tally_scores, teach, weigh
from calibrate.scores import ScoreTable
from calibrate.spec import PointsPart

scored_leads = st.lists(
    st.tuples(st.integers(-5, 12), st.booleans()), min_size=2, max_size=60
).filter(lambda rows: any(customer for _, customer in rows))


def table_of(rows: list[tuple[int, bool]]) -> ScoreTable:
    leads, customers = Counter(s for s, _ in rows), Counter(s for s, c in rows if c)
    scores = tuple(sorted(leads))
    return ScoreTable(
        scores=scores,
        leads=tuple(leads[score] for score in scores),
        customers=tuple(customers[score] for score in scores),
    )


@given(scored_leads)
def test_the_sweep_says_what_each_threshold_keeps(rows: list[tuple[int, bool]]) -> None:
    cuts = table_of(rows).sweep()
    assert [cut.score for cut in cuts] == sorted({score for score, _ in rows})
    all_customers = sum(customer for _, customer in rows)
    for cut in cuts:
        above = [customer for score, customer in rows if score >= cut.score]
        below = [customer for score, customer in rows if score < cut.score]
        assert (cut.leads, cut.customers) == (len(above), sum(above))
        assert cut.leads_kept == len(above) / len(rows)
        assert cut.customers_kept == sum(above) / all_customers
        assert cut.close_rate_at_or_above == sum(above) / len(above)
        assert cut.close_rate_below == (sum(below) / len(below) if below else None)
        overall = all_customers / len(rows)
        assert cut.lift == pytest.approx(cut.close_rate_at_or_above / overall)


@given(scored_leads)
def test_the_sweep_begins_with_all_leads_and_only_falls(rows: list[tuple[int, bool]]) -> None:
    cuts = table_of(rows).sweep()
    assert (cuts[0].leads_kept, cuts[0].customers_kept, cuts[0].lift) == (1.0, 1.0, 1.0)
    assert [cut.leads for cut in cuts] == sorted({cut.leads for cut in cuts}, reverse=True)
    assert [cut.customers for cut in cuts] == sorted((cut.customers for cut in cuts), reverse=True)


def test_the_table_counts_every_counted_lead_once(leads_frame: pd.DataFrame) -> None:
    result = calibrate(leads_frame)
    scored = result.scorecard.score(leads_frame)["score"]
    wanted = leads_frame.groupby(scored)["converted"].agg(["size", "sum"])
    assert result.score_table.scores == tuple(wanted.index)
    assert result.score_table.leads == tuple(wanted["size"])
    assert result.score_table.customers == tuple(wanted["sum"])
    assert sum(result.score_table.leads) == result.counts.leads


def test_steps_one_by_one_give_what_the_whole_path_gives(leads_frame: pd.DataFrame) -> None:
    leads = read_leads(leads_frame)
    _, evidence = teach(leads)
    points = assign_points(evidence, leads=leads)
    assert tally_scores(points, leads) == calibrate(leads_frame).score_table


def test_a_frame_of_the_table_is_its_sweep(leads_frame: pd.DataFrame) -> None:
    table = calibrate(leads_frame).score_table
    frame = table.to_frame()
    assert frame["score"].tolist() == list(table.scores)
    assert frame["leads_kept"].is_monotonic_decreasing
    assert f"among {sum(table.leads)} leads" in repr(table)


def test_rounding_that_costs_ranking_is_remarked(leads_frame: pd.DataFrame) -> None:
    """On a scale of a tenth of a point a unit nearly all points are rounded to nothing."""
    coarse = {"scale": "points", "points_per_unit": 0.6}
    codes = [one.code for one in calibrate(leads_frame, {"points": coarse}).findings]
    assert "rounding-costs" in codes
    fine = {"scale": "points", "points_per_unit": 1000}
    codes = [one.code for one in calibrate(leads_frame, {"points": fine}).findings]
    assert "rounding-costs" not in codes


def test_a_card_without_points_gives_every_lead_the_same_score(leads_frame: pd.DataFrame) -> None:
    leads = read_leads(leads_frame, {"only": ["shoe_size"]})
    points = assign_points(weigh(count(leads)), PointsPart(overlap=False))
    table = tally_scores(points, leads)
    assert table.scores == (0,)
    assert table.auc == 0.5

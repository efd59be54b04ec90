"""Close rate by score: what is asked of it whatever the leads, edges, and the card's table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from calibrate import Scorecard, calibrate
from calibrate.errors import CalibrateError, ScorecardError
from calibrate.files import read_yaml, yaml_text
from calibrate.pipeline import Calibration
from calibrate.probability import ENOUGH_TO_CHOOSE, Probability, fit_probability
from calibrate.scores import ScoreTable

Rows = list[tuple[int, int, int]]
"""Score, customers and others."""

tables = st.lists(
    st.tuples(st.integers(-40, 140), st.integers(0, 60), st.integers(0, 300)).filter(
        lambda row: row[1] + row[2] > 0
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[0],
).map(sorted)


def table_of(rows: Rows) -> ScoreTable:
    scores, customers, others = zip(*rows, strict=True)
    leads = tuple(x + o for x, o in zip(customers, others, strict=True))
    return ScoreTable(scores=scores, leads=leads, customers=customers)


def stepped(low: float, high: float, leads: int = 2000) -> ScoreTable:
    """Twenty scores, the upper half of which closes more often."""
    rates = [low] * 10 + [high] * 10
    return table_of([(s, round(leads * r), leads - round(leads * r)) for s, r in enumerate(rates)])


# ------------------------------------------------------------------ whatever the leads


@given(tables)
def test_rates_do_not_fall_and_lie_in_their_intervals(rows: Rows) -> None:
    found = fit_probability(table_of(rows))
    assert found.scores == tuple(score for score, _, _ in rows)
    rates, lows, highs = (np.array(one) for one in (found.close_rates, found.lows, found.highs))
    assert (np.diff(rates) >= 0).all()
    assert ((lows >= 0) & (lows <= rates) & (rates <= highs) & (highs <= 1)).all()
    for values in (found.close_rates, found.lows, found.highs):
        assert list(values) == [float(f"{value:.6g}") for value in values]


@given(tables)
def test_as_many_customers_are_foretold_as_came(rows: Rows) -> None:
    """Both methods balance: the likelihood of the intercept, and the mean of each block."""
    table = table_of(rows)
    foretold = float(np.dot(fit_probability(table).close_rates, table.leads))
    assert foretold == pytest.approx(sum(table.customers), rel=1e-4, abs=1e-6)


@given(tables, st.integers(-1000, 1000), st.integers(1, 900))
def test_the_rates_do_not_hang_on_the_scale_of_the_score(rows: Rows, shift: int, unit: int) -> None:
    found = fit_probability(table_of(rows))
    moved = fit_probability(table_of([(shift + unit * s, x, o) for s, x, o in rows]))
    assert moved.method == found.method
    assert moved.close_rates == pytest.approx(found.close_rates, rel=1e-5)
    assert moved.highs == pytest.approx(found.highs, rel=1e-5)


@given(tables, st.lists(st.integers(-60, 160), min_size=1))
def test_a_score_between_two_rows_has_the_rate_of_the_row_below(
    rows: Rows, asked: list[int]
) -> None:
    found = fit_probability(table_of(rows))
    by_score = dict(zip(found.scores, found.close_rates, strict=True))
    wanted = [
        by_score[max((row for row in by_score if row <= score), default=found.scores[0])]
        for score in asked
    ]
    assert found.at(asked).tolist() == wanted
    assert found.at(asked * 200).tolist() == wanted * 200, "many leads go another way"


@given(tables)
def test_the_same_leads_give_the_same_rates(rows: Rows) -> None:
    assert fit_probability(table_of(rows)) == fit_probability(table_of(rows))


# ------------------------------------------------------------------ the two methods


def test_the_line_and_its_interval_are_those_of_statsmodels() -> None:
    rng = np.random.default_rng(2)
    scores, leads = np.arange(5, 95, 3), rng.integers(50, 900, 30)
    customers = rng.binomial(leads, 1 / (1 + np.exp(4 - 0.05 * scores)))
    rows = zip(scores.tolist(), customers.tolist(), (leads - customers).tolist(), strict=True)
    found = fit_probability(table_of(list(rows)))
    assert found.method == "logistic"
    design = sm.add_constant(scores.astype(float))
    counts = np.column_stack([customers, leads - customers])
    model = sm.GLM(counts, design, family=sm.families.Binomial()).fit(tol=1e-12)
    wanted = model.get_prediction(design).summary_frame()
    assert found.close_rates == pytest.approx(wanted["mean"].tolist(), rel=2e-5)
    assert found.lows == pytest.approx(wanted["mean_ci_lower"].tolist(), rel=2e-5)
    assert found.highs == pytest.approx(wanted["mean_ci_upper"].tolist(), rel=2e-5)


def test_steps_have_the_rate_and_the_wilson_interval_of_their_block() -> None:
    found = fit_probability(stepped(0.05, 0.4))
    assert found.method == "isotonic"
    assert found.close_rates == (0.05,) * 10 + (0.4,) * 10
    low, high = proportion_confint(8000, 20_000, method="wilson")
    assert (found.lows[-1], found.highs[-1]) == pytest.approx((low, high), rel=1e-5)


def test_with_few_customers_the_line_is_kept_unjudged() -> None:
    """The same step, with too few customers of one kind to tell."""
    few = [(s, 0 if s < 18 else 4, 20_000) for s in range(20)]
    few[3] = (3, ENOUGH_TO_CHOOSE - 9, 20_000)
    assert sum(x for _, x, _ in few) < ENOUGH_TO_CHOOSE
    assert fit_probability(table_of(few)).method == "logistic"
    many = [(s, 100 * x, 2000 * o) for s, x, o in few]
    assert fit_probability(table_of(many)).method == "isotonic"


NO_LINE = {
    "one score": [(50, 30, 70)],
    "no customers": [(10, 0, 50), (20, 0, 90)],
    "customers only": [(10, 50, 0), (20, 90, 0)],
    "customers above all others": [(10, 0, 50), (20, 0, 90), (30, 60, 0)],
    "customers above all others but at one score": [(10, 0, 50), (20, 5, 90), (30, 60, 0)],
    "one customer, at the top": [(10, 0, 50), (20, 0, 90), (30, 1, 0)],
    "customers below all others": [(10, 60, 0), (20, 0, 90)],
    "rates that fall": [(10, 60, 40), (20, 50, 50), (30, 20, 80)],
    "one lead": [(3, 1, 0)],
}


@pytest.mark.parametrize("name", NO_LINE)
def test_where_no_line_rises_there_are_steps(name: str) -> None:
    found = fit_probability(table_of(NO_LINE[name]))
    assert found.method == "isotonic"
    assert all(low < high for low, high in zip(found.lows, found.highs, strict=True))


def test_rates_that_fall_are_the_overall_one() -> None:
    found = fit_probability(table_of(NO_LINE["rates that fall"]))
    assert set(found.close_rates) == {0.433333}


def test_counts_beyond_a_billion_leads_are_no_trouble() -> None:
    many = table_of([(s, 10**8 * (s + 1), 10**9) for s in range(12)])
    found = fit_probability(many)
    assert found.close_rates[0] < found.close_rates[-1]


def test_it_shows_itself() -> None:
    found = fit_probability(stepped(0.05, 0.4))
    assert repr(found) == (
        "Probability(isotonic: 0 points close in 5.0 %, 19 points close in 40.0 %)"
    )
    assert repr(fit_probability(table_of([(50, 30, 70)]))) == (
        "Probability(isotonic: 50 points close in 30.0 %)"
    )
    assert list(found.to_frame()["close_rate"]) == list(found.close_rates)
    assert found._repr_html_().count("<tr") == 21


# ------------------------------------------------------------------ in the card


@pytest.fixture(scope="module")
def run(leads_frame: pd.DataFrame) -> Calibration:
    return calibrate(leads_frame)


def test_a_card_read_back_gives_the_same_rates_to_the_last_digit(
    run: Calibration, leads_frame: pd.DataFrame, tmp_path: Path
) -> None:
    card = run.scorecard
    loaded = Scorecard.load(card.save(tmp_path / "scorecard.yaml"))
    assert loaded.probability is not None
    assert loaded.probability.as_probability == run.probability
    scored, again = card.score(leads_frame), loaded.score(leads_frame)
    assert list(again.columns) == "score passes close_rate tier fit engagement reasons".split()
    assert again["close_rate"].tolist() == scored["close_rate"].tolist()
    assert again["close_rate"].tolist() == run.probability.at(scored["score"]).tolist()
    assert again["close_rate"].nunique() > 10
    every = np.arange(-50, 200)
    assert loaded.close_rates(every).tolist() == run.probability.at(every).tolist()


@pytest.mark.parametrize("method", ["logistic", "isotonic"])
def test_either_method_goes_through_the_file(run: Calibration, method: Any) -> None:
    part = run.scorecard.probability
    assert part is not None
    card = run.scorecard.model_copy(
        update={"probability": part.model_copy(update={"method": method})}
    )
    assert Scorecard.from_yaml(card.to_yaml()) == card


def test_the_table_has_a_line_a_score(run: Calibration) -> None:
    text = run.scorecard.to_yaml()
    first = run.probability
    wanted = (
        f"\nprobability:\n  method: {first.method}\n  table:\n"
        f"  - {{score: {first.scores[0]}, close_rate: {first.close_rates[0]!r}, "
        f"interval: [{first.lows[0]!r}, {first.highs[0]!r}]}}\n"
    )
    assert wanted in text
    assert text.count("{score: ") == 2 * len(first.scores) + len(run.threshold.alternatives)


def document_of(run: Calibration) -> dict[str, Any]:
    found = read_yaml(run.scorecard.to_yaml(), where="card", error=CalibrateError)
    assert isinstance(found, dict)
    return found


def test_a_card_of_an_earlier_version_scores_without_close_rates(
    run: Calibration, leads_frame: pd.DataFrame
) -> None:
    document = document_of(run)
    del document["probability"]
    old = Scorecard.from_yaml(yaml_text(document))
    assert old.probability is None
    assert "probability" not in old.to_yaml()
    scored = old.score(leads_frame)
    assert scored["close_rate"].isna().all()
    assert scored["score"].tolist() == run.scorecard.score(leads_frame)["score"].tolist()


def test_leads_scored_with_an_earlier_card_have_empty_cells(
    run: Calibration, leads_csv: Path, command: Callable[..., Any], tmp_path: Path
) -> None:
    document = document_of(run)
    del document["probability"]
    (tmp_path / "old.yaml").write_text(yaml_text(document), encoding="utf-8")
    done = command("score", "old.yaml", leads_csv, "--out", "scored.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    cells = pd.read_csv(tmp_path / "scored.csv", dtype=str, keep_default_na=False)["close_rate"]
    assert set(cells) == {""}


BROKEN = {
    "scores that do not rise": (
        lambda rows: rows[1].update(score=rows[0]["score"]),
        "the scores must rise",
    ),
    "rates that fall": (
        lambda rows: rows[0].update(close_rate=0.99, interval=[0, 1]),
        "the close rates must not fall",
    ),
    "a rate outside its interval": (
        lambda rows: rows[0].update(interval=[0.9, 1]),
        "is not in its interval",
    ),
    "a rate above 1": (lambda rows: rows[-1].update(close_rate=1.5), "close_rate"),
    "no rows": (lambda rows: rows.clear(), "table"),
    "half a point": (lambda rows: rows[0].update(score=0.5), "score"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_table_that_cannot_be_is_refused(run: Calibration, name: str) -> None:
    break_it, says = BROKEN[name]
    document = document_of(run)
    break_it(document["probability"]["table"])
    with pytest.raises(ScorecardError, match=rf"probability(.|\n)*{says}"):
        Scorecard.from_yaml(yaml_text(document))


def test_an_unknown_method_is_refused(run: Calibration) -> None:
    document = document_of(run)
    document["probability"]["method"] = "platt"
    with pytest.raises(ScorecardError, match=r"probability\.method"):
        Scorecard.from_yaml(yaml_text(document))


def test_a_card_whose_leads_all_score_alike_has_one_rate(frame_of: Any) -> None:
    run = calibrate(frame_of(Fair=(10, 40), Web=(10, 40)))
    assert isinstance(run.probability, Probability)
    assert run.probability.close_rates == (0.25,)
    assert run.scorecard.close_rates([0, 50, 100]).tolist() == [0.25] * 3

"""Every golden value, to the digits asked for; see golden/README.md for where they come from."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibrate.stats.auc import auc
from calibrate.stats.changes import rate_changes
from calibrate.stats.delong import auc_interval, paired_auc
from calibrate.stats.intervals import lift_interval, ratio_interval, wilson
from calibrate.stats.significance import (
    chi_square_p,
    fisher_mid_p,
    level_p_values,
    smallest_expected,
)

TABLES = json.loads((Path(__file__).parent.parent / "golden" / "evidence.json").read_text())


def counts(table: dict) -> tuple[int, int, int, int]:
    return tuple(table[k] for k in ("customers", "leads", "overall_customers", "overall_leads"))


def named(table: dict) -> str:
    x, n, all_x, all_n = counts(table)
    return f"{x} of {n} against {all_x} of {all_n}"


def ends(pair: list[float | None]) -> list[float]:
    return [math.inf if end is None else end for end in pair]


def near(value: object) -> object:
    return pytest.approx(value, rel=1e-8, abs=1e-300)


def has_rest(table: dict) -> bool:
    return table["leads"] < table["overall_leads"]


every_table = pytest.mark.parametrize("table", TABLES, ids=named)
compared = [table for table in TABLES if has_rest(table)]
every_table_with_a_rest = pytest.mark.parametrize("table", compared, ids=named)


@every_table
def test_wilson_interval(table: dict) -> None:
    x, n, _, _ = counts(table)
    assert [float(end) for end in wilson(x, n)] == near(table["wilson_95"])


@every_table_with_a_rest
def test_ratio_interval(table: dict) -> None:
    x, n, all_x, all_n = counts(table)
    found = ratio_interval([x], [n], [all_x - x], [all_n - n])
    assert [float(end[0]) for end in found] == near(ends(table["ratio_vs_rest_95"]))


@every_table_with_a_rest
def test_lift_interval(table: dict) -> None:
    x, n, all_x, all_n = counts(table)
    found = [float(end[0]) for end in lift_interval([x], [n], all_x, all_n)]
    assert found == near(table["lift_95"])


@every_table_with_a_rest
def test_mid_p(table: dict) -> None:
    x, n, all_x, all_n = counts(table)
    assert fisher_mid_p([x], [n], all_x, all_n)[0] == near(table["fisher_midp"])


@every_table_with_a_rest
def test_chi_square(table: dict) -> None:
    x, n, all_x, all_n = counts(table)
    assert chi_square_p([x], [n], all_x, all_n)[0] == near(table["chi2_n_minus_1_p"])


@every_table_with_a_rest
def test_a_level_now_against_then_is_a_level_against_the_rest(table: dict) -> None:
    x, n, all_x, all_n = counts(table)
    wanted = "chi2_n_minus_1_p" if table["min_expected"] >= 1000 else "fisher_midp"
    p_values, _ = rate_changes([all_x - x], [all_n - n], [x], [n])
    assert p_values[0] == near(table[wanted])


@every_table_with_a_rest
def test_smallest_expected_count(table: dict) -> None:
    _, n, all_x, all_n = counts(table)
    assert float(smallest_expected(n, all_x, all_n)) == near(table["min_expected"])


def test_a_level_of_all_leads_has_no_p_value_and_a_lift_of_one() -> None:
    (table,) = (table for table in TABLES if not has_rest(table))
    x, n, all_x, all_n = counts(table)
    p, by_chi_square = level_p_values([x], [n], all_x, all_n)
    assert np.isnan(p[0])
    assert not by_chi_square[0]
    assert [float(end[0]) for end in lift_interval([x], [n], all_x, all_n)] == [1.0, 1.0]


def test_all_tables_at_once_give_what_each_gives_alone() -> None:
    """Levels of one call share blocks of work, and must not touch each other."""
    all_x, all_n = 300, 4000
    n = np.array([1, 2, 5, 40, 399, 1200, 3999, 4000])
    x = np.array([1, 0, 5, 3, 90, 60, 300, 300])
    together = level_p_values(x, n, all_x, all_n)[0]
    alone = [level_p_values([a], [b], all_x, all_n)[0][0] for a, b in zip(x, n, strict=True)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    lows, highs = lift_interval(x, n, all_x, all_n)
    for place, (a, b) in enumerate(zip(x, n, strict=True)):
        low, high = lift_interval([a], [b], all_x, all_n)
        assert (lows[place], highs[place]) == (low[0], high[0])


def test_the_golden_tables_hold_the_hard_cases() -> None:
    """A file that lost them would leave the tests above green."""
    cases = [counts(table) for table in TABLES]
    assert len(cases) == 36
    assert any(x == 0 for x, *_ in cases)
    assert any(x == n for x, n, *_ in cases)
    assert any(x == all_x for x, _, all_x, _ in cases)
    assert any(n == 1 for _, n, *_ in cases)
    assert any(n == all_n for _, n, _, all_n in cases)


@pytest.mark.parametrize(("column", "key"), [("score", "auc"), ("score_other", "auc_other")])
def test_auc(golden: Path, column: str, key: str) -> None:
    leads = pd.read_csv(golden / "auc_scores.csv")
    tally = leads.groupby(column)["converted"].agg(["size", "sum"])
    wanted = json.loads((golden / "auc.json").read_text())[key]
    assert auc(tally["size"], tally["sum"]) == pytest.approx(wanted, rel=1e-9)


def test_delong_interval(golden: Path) -> None:
    leads = pd.read_csv(golden / "auc_scores.csv")
    tally = leads.groupby("score")["converted"].agg(["size", "sum"])
    found = auc_interval(tally["size"], tally["sum"])
    wanted = json.loads((golden / "auc.json").read_text())["delong_95"]
    assert [found.low, found.high] == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("tallied", [False, True], ids=["a row a lead", "a row a pair of scores"])
def test_delong_paired(golden: Path, tallied: bool) -> None:
    leads = pd.read_csv(golden / "auc_scores.csv").assign(leads=1)
    if tallied:
        leads = leads.groupby(["score", "score_other"], as_index=False).sum()
        assert len(leads) < 400
    found = paired_auc(leads["score_other"], leads["score"], leads["leads"], leads["converted"])
    wanted = json.loads((golden / "auc.json").read_text())
    assert found.z == pytest.approx(wanted["paired_z"], rel=1e-9)
    assert found.p_value == pytest.approx(wanted["paired_p"], rel=1e-9)
    assert (found.old, found.new) == pytest.approx((wanted["auc_other"], wanted["auc"]), rel=1e-9)

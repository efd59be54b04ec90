"""Leads set aside in a database judge the card as the same leads in a file do."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from calibrate import Scorecard, calibrate, validate
from calibrate.engines.sql.relations import open_parquet, open_relation
from calibrate.errors import LeadsError, ScorecardError, SpecError
from calibrate.pipeline import Calibration
from calibrate.validation import Validation
from calibrate.validation.there import SURPRISES_UNLISTED
from tests.later_quarters import SPEC, quarters
from tests.test_warehouse import SAMPLE, in_table, odd_leads, plain

RULES: dict[str, dict[str, Any]] = {
    "unasked": {},
    "newest": {"fit": {"holdout": "newest"}},
    "until": {"fit": {"until": "2026-03-20"}},
    "last quarter": {"fit": {"holdout": "last:quarter"}},
    "last share": {"fit": {"holdout": "last:0.25"}},
    "refitted": {"fit": {"refit_on_all": True}},
}
WORLD = {key: value for key, value in SPEC.items() if key != "fit"}


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two quarters, with a value that is new in the second, and who was worked."""
    frame = quarters(3, taught=2500, later=1500, later_odds=0.3)
    frame.loc[frame.index[3000:3050], "source"] = "podcast"
    frame["worked"] = np.where(frame["visits"] > 3, "yes", "no")
    path = tmp_path_factory.mktemp("dated") / "leads.parquet"
    frame.to_parquet(path, index=False)
    return path


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("odd") / "odd.parquet"
    odd_leads().to_parquet(path, index=False)
    return path


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "leads.parquet"
    pd.read_csv(SAMPLE).to_parquet(path, index=False)
    return path


def told(found: Validation) -> dict[str, Any]:
    """Give what a verdict says, but for leads by name."""
    assert not found.surprises or found.name
    parts = found.summary()
    parts.pop("surprises", None)
    parts["findings"] = [o for o in parts["findings"] if o["code"] != SURPRISES_UNLISTED]
    return parts


def same_run(there: Calibration, here: Calibration) -> None:
    assert there.scorecard.to_yaml() == here.scorecard.to_yaml()
    assert there.holdout == here.holdout
    assert there.validation is not None
    assert here.validation is not None
    same_verdict(there.validation, here.validation)


def same_verdict(there: Validation, here: Validation) -> None:
    for part in ("verdict", "reasons", "then", "now", "score_table", "auc", "expected_auc",
                 "tiers", "bands", "tiers_rise", "bands_rise", "foretold", "kept", "standings",
                 "worked"):  # fmt: skip
        assert getattr(there, part) == getattr(here, part), part
    for part in ("unit_weights", "published"):
        one, other = getattr(there, part), getattr(here, part)
        assert (one.old, one.new) == pytest.approx((other.old, other.new), abs=1e-12)
        assert one.p_value == pytest.approx(other.p_value, abs=1e-9)
    assert (there.jury.first, there.jury.last) == (here.jury.first, here.jury.last)
    assert (there.jury.taught, there.jury.left_out) == (here.jury.taught, here.jury.left_out)
    said = [one for one in there.findings if one.code != SURPRISES_UNLISTED]
    assert said == list(here.findings)
    assert len(said) == len(there.findings) - 1


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_sets_the_same_leads_aside(dated: Path, rule: str) -> None:
    spec = WORLD | RULES[rule]
    here = calibrate(dated, spec)
    same_run(calibrate(open_parquet(dated), spec), here)
    assert here.scorecard.later is not None
    assert here.validation is not None
    assert here.validation.worked is not None


def test_values_never_seen_are_counted_alike(dated: Path) -> None:
    spec = WORLD | {"fit": {"until": "2026-03-31"}}
    found = calibrate(open_parquet(dated), spec)
    (says,) = (one.says for one in found.findings if one.code == "unseen-level")
    assert "50 leads" in says
    assert "`podcast`" in says


def test_the_sample_leads_are_judged_alike(sample: Path) -> None:
    same_run(calibrate(open_parquet(sample)), calibrate(sample))


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {
            "window_days": 60,
            "missing": ["n/a", "999"],
            "attributes": {"pets": {"kind": "list"}, "code": {"kind": "category"}},
            "vetoes": [{"source": ["Radio"]}],
            "must_contact": {"close_rate_low": 0.4},
            "fit": {"holdout": "last:0.3"},
        },
        {"exclude": ["lead_id"], "leads": {"since": "2025-02-01"}},
    ],
    ids=["plain", "with a policy", "no id"],
)
def test_odd_leads_are_judged_alike(odd: Path, spec: dict[str, Any]) -> None:
    same_run(calibrate(open_parquet(odd), spec), calibrate(odd, spec))

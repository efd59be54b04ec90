"""Leads set aside in a database judge the card as the same leads in a file do."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from calibrate import calibrate, validate
from calibrate.cli import main
from calibrate.engines.sql.parquet_files import open_parquet
from calibrate.engines.sql.relations import open_relation
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
SPEC_ALL: dict[str, Any] = {"fit": {"holdout": "none"}, "window_days": 60}
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


def same_run(there: Calibration, here: Calibration) -> None:
    assert there.scorecard.to_yaml() == here.scorecard.to_yaml()
    assert there.holdout == here.holdout
    assert there.validation is not None
    assert here.validation is not None
    same_verdict(there.validation, here.validation)


def same_verdict(there: Validation, here: Validation) -> None:
    for part in ("verdict", "reasons", "then", "now", "score_table", "auc", "expected_auc",
                 "tiers", "bands", "tiers_rise", "bands_rise", "foretold", "kept", "standings",
                 "worked", "surprises", "findings"):  # fmt: skip
        assert getattr(there, part) == getattr(here, part), part
    for part in ("unit_weights", "published"):
        one, other = getattr(there, part), getattr(here, part)
        assert (one.old, one.new) == pytest.approx((other.old, other.new), abs=1e-12)
        assert one.p_value == pytest.approx(other.p_value, abs=1e-9)
    assert (there.jury.first, there.jury.last) == (here.jury.first, here.jury.last)
    assert (there.jury.taught, there.jury.left_out) == (here.jury.taught, here.jury.left_out)


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


def test_a_card_is_judged_by_leads_of_a_database(dated: Path) -> None:
    """The card is another's: its leads are the first quarter's, those of the table both's."""
    frame = pd.read_parquet(dated)
    card = calibrate(frame[frame["created_at"] < "2026-04-01"], SPEC).scorecard
    here = validate(card, frame)
    there = validate(card, open_relation(in_table(frame), table="leads"))
    same_verdict(there, here)
    assert there.jury.is_later
    assert there.name == "leads in DuckDB"
    assert str(there).startswith(str(here).partition(":")[0])
    assert len(there.surprises) == 20
    as_of = dt.date(2026, 5, 31)
    same_verdict(
        validate(card, open_parquet(dated), as_of=as_of), validate(card, dated, as_of=as_of)
    )


def test_leads_that_nothing_names_are_not_listed(dated: Path) -> None:
    frame = pd.read_parquet(dated)
    spec = SPEC | {"leads": {"created": "created_at"}}
    card = calibrate(frame.drop(columns=["lead_id"]), spec).scorecard
    relation = open_relation(in_table(frame), query="SELECT * EXCLUDE lead_id FROM leads")
    found = validate(card, relation)
    assert found.surprises == ()
    assert SURPRISES_UNLISTED in {one.code for one in found.findings}
    placed = open_relation(in_table(frame.drop(columns=["lead_id"])), table="leads")
    assert [one.lead[:4] for one in validate(card, placed).surprises] == ["row "] * 20


def test_leads_that_taught_the_card_judge_it_with_a_warning(dated: Path) -> None:
    card = calibrate(dated, SPEC).scorecard
    found = validate(card, open_parquet(dated))
    assert not found.jury.is_later
    assert "judged-on-its-own-leads" in {one.code for one in found.findings}
    assert found.now == validate(card, dated).now


def test_a_card_with_made_attributes_is_judged_alike(odd: Path) -> None:
    """Gaps that come together, an address's type, members of a list."""
    card = calibrate(odd, {"attributes": {"pets": {"kind": "list"}}} | SPEC_ALL).scorecard
    made = {one.made_from.as_ for one in card.attributes if one.made_from is not None}
    assert made >= {"member", "email_type"}
    there = validate(card, open_parquet(odd))
    here = validate(card, odd)
    assert there.score_table == here.score_table
    assert there.published.old == pytest.approx(here.published.old, abs=1e-12)


def test_rows_of_a_database_are_not_taken_for_time(dated: Path) -> None:
    frame = pd.read_parquet(dated).drop(columns=["created_at"])
    frame["closed_at"] = (frame["closed_at"] != "").astype(int)
    frame = frame.rename(columns={"closed_at": "converted"})
    relation = open_relation(in_table(frame), table="leads")
    with pytest.raises(SpecError, match="rows of a database stand in no order"):
        calibrate(relation, {"fit": {"holdout": "last:0.25"}})
    found = calibrate(relation)
    assert found.validation is None
    (says,) = (one.says for one in found.findings if one.code == "time-not-tested")
    assert "nothing says when" in says


def test_a_day_with_one_outcome_behind_it_is_refused_with_its_leads_counted(dated: Path) -> None:
    for source in (dated, open_parquet(dated)):
        with pytest.raises(LeadsError, match="0 leads are set aside to judge the card"):
            calibrate(source, WORLD | {"fit": {"until": "2030-01-01"}})


def test_what_judges_in_files_only_is_refused(dated: Path) -> None:
    frame = pd.read_parquet(dated)
    card = calibrate(frame, SPEC).scorecard
    relation = open_parquet(dated)
    with pytest.raises(SpecError, match="scored: cannot be held against leads in a"):
        validate(card, relation, scored=frame)
    with pytest.raises(SpecError, match="log of events has to be where the leads are"):
        calibrate(relation, WORLD, events=frame)
    lacking = open_relation(
        in_table(frame.drop(columns=["source"]).rename(columns={"visits": "Visits "})),
        table="leads",
    )
    with pytest.raises(ScorecardError, match="lacks columns that the card gives points for"):
        validate(card, lacking)


def test_a_hostile_value_is_counted_like_any_other(dated: Path) -> None:
    frame = pd.read_parquet(dated)
    frame.loc[frame["source"] == "podcast", "source"] = "x'); DROP TABLE leads; --"
    relation = open_relation(in_table(frame), table="leads")
    here, there = calibrate(frame, WORLD), calibrate(relation, WORLD)
    assert here.scorecard.later == there.scorecard.later
    assert plain(here.scorecard) == plain(there.scorecard)


def test_the_command_judges_by_a_database(
    dated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(tmp_path / "crm.db")) as connection:
        connection.execute(f"CREATE TABLE leads AS FROM read_parquet('{dated}')")
    frame = pd.read_parquet(dated)
    card = calibrate(frame[frame["created_at"] < "2026-04-01"], SPEC).scorecard
    path = card.save(tmp_path / "card.yaml")
    where = ["--connect", f"duckdb://{tmp_path / 'crm.db'}", "--table", "leads"]
    in_file = main(["validate", str(path), str(dated), "--json"])
    here = json.loads(capsys.readouterr().out)
    assert main(["validate", str(path), *where, "--json"]) == in_file
    there = json.loads(capsys.readouterr().out)
    for one in ("verdict", "reasons", "auc", "tiers", "kept"):
        assert there.get(one) == here.get(one)
    assert there["verdict"]
    html = tmp_path / "page.html"
    assert main(["validate", str(path), *where, "--html", str(html)]) == in_file
    assert "leads in DuckDB" in html.read_text("utf-8")
    capsys.readouterr()
    assert main(["validate", str(path), *where, "--scored", str(dated)]) == 2
    assert "--scored: needs leads in memory" in " ".join(capsys.readouterr().err.split())
    with pytest.raises(SystemExit, match="2"):
        main(["validate", str(path)])
    assert "name the leads: a file, or a database" in capsys.readouterr().err

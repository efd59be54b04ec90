"""The spec: read strictly, every problem at once, and written so that it reads back the same."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import Spec, calibrate
from calibrate.errors import SpecError
from calibrate.pipeline import spec_text
from calibrate.spec import as_spec

WHOLE = """
schema: calibrate/spec/1
leads: {id: lead_id, created: created_at}
outcome: {column: stage, customer: [Won], lost: [Lost]}
window_days: 90
as_of: 2026-09-30
missing: [Select, unknown, no, 999, 1e3, 07, 2026-01-01, true, 1.50]
exclude: [tags, lead_quality, 2020]
min_leads: 12
attributes:
  industry: {group: firmographic}
  visits:   {kind: number, bands: [0, 1, 5, 10], group: behaviour, unit: visits}
  2020:     {min_leads: 3}
points: {measure: lift_ratio, estimate: raw, award: raises, scale: points, points_per_unit: 2,
         q_max: 0.1, overlap: false}
levels: {country: {DACH: [DE, AT, CH], no: [NO]}, rating: {1: [2, 3]}}
override: {lead_source: {Partner: {points: 10, why: contract}, 1: {points: -2, why: no}}}
threshold: {customer_quantile: 0.05}
"""


def refused(text: str) -> tuple[str, ...]:
    with pytest.raises(SpecError) as fault:
        Spec.from_text(text)
    assert str(fault.value).startswith("spec")
    return fault.value.problems


def test_everything_declared_is_understood() -> None:
    spec = Spec.from_text(WHOLE)
    assert (spec.leads.id, spec.leads.created) == ("lead_id", "created_at")
    assert spec.outcome.customer == ("Won",)
    assert spec.as_of.isoformat() == "2026-09-30"
    assert spec.missing == (
        *("Select", "unknown", "no", "999", "1000", "07", "2026-01-01", "true", "1.5"),
    )
    assert spec.exclude == ("tags", "lead_quality", "2020")
    assert spec.attributes["visits"].bands == (0, 1, 5, 10)
    assert spec.attributes["2020"].min_leads == 3
    assert spec.levels["country"]["no"] == ("NO",)
    assert spec.levels["rating"] == {"1": ("2", "3")}
    assert spec.override["lead_source"]["1"].points == -2
    assert spec.points.unit_points == 2
    assert spec.threshold.customer_quantile == 0.05


def test_nothing_declared_is_all_defaults() -> None:
    for text in ("", "{}", "schema: calibrate/spec/1"):
        spec = Spec.from_text(text)
        assert spec == Spec()
        assert (spec.min_leads, spec.threshold, spec.points.measure) == (
            10,
            "lowest_customer",
            "log_odds",
        )


def test_a_spec_is_written_as_it_reads_back() -> None:
    spec = Spec.from_text(WHOLE)
    assert Spec.from_text(spec_text(spec)) == spec
    assert spec_text(Spec.from_text(spec_text(spec))) == spec_text(spec)


def test_only_what_was_declared_is_written() -> None:
    assert spec_text(Spec.from_text("min_leads: 5")) == "schema: calibrate/spec/1\nmin_leads: 5\n"


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(
    names,
    st.lists(names, max_size=4),
    st.dictionaries(names, st.lists(names, max_size=3), max_size=3),
)
def test_any_names_come_back(name: str, texts: list[str], groups: dict[str, list[str]]) -> None:
    declared = {
        "leads": {"id": name},
        "outcome": {"column": name, "customer": texts},
        "missing": texts,
        "exclude": texts,
        "attributes": {name: {"group": "email", "unit": name}},
        "override": {name: {name: {"points": 3, "why": name}}},
    }
    spec = as_spec(declared)
    assert Spec.from_text(spec_text(spec)) == spec
    try:
        grouped = as_spec({"levels": {name: groups}})
    except SpecError:
        return
    assert Spec.from_text(spec_text(grouped)).levels == {
        name: {group: tuple(members) for group, members in groups.items()}
    }


def test_a_spec_is_taken_in_every_form(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("window_days: 90", encoding="utf-8")
    spec = Spec(window_days=90)
    assert as_spec(path) == as_spec(str(path)) == as_spec({"window_days": 90}) == spec
    assert as_spec(spec) is spec
    assert as_spec(None) == Spec()


def test_all_problems_are_listed_at_once() -> None:
    problems = refused(
        "min_leads: few\nexclud: [a]\nthreshold: highest\npoints: {measure: odds, q_max: 2}\n"
        "attributes: {visits: {kind: numbr, bands: [2, 1]}}"
    )
    assert [problem.partition(":")[0] for problem in problems] == [
        "min_leads",
        "attributes.visits.kind",
        "points.measure",
        "points.q_max",
        "threshold",
        "exclud",
    ]
    assert "found `few`" in problems[0]
    assert "'category', 'boolean', 'number' or 'list'" in problems[1]
    assert "did you mean `exclude`" in problems[-1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "attributes: {visits: {grop: email}}",
            "attributes.visits.grop: unknown key; did you mean",
        ),
        ("outcome: {columm: y}", "outcome.columm: unknown key; did you mean `column`"),
        ("outcome: {}", "name either `closed` (a date column) or `column`"),
        ("outcome: {closed: a, column: b}", "name either"),
        ("outcome: {column: y, lost: [no]}", "`lost` needs `customer`"),
        ("outcome: {column: y, customer: [Yes], lost: [yes]}", "cannot mean both"),
        ("outcome: {closed: d, customer: [x]}", "go with `column`"),
        ("attributes: {visits: {bands: []}}", "attributes.visits.bands"),
        ("attributes: {visits: {bands: [1, 1]}}", "`bands` must rise"),
        ("attributes: {visits: {kind: category, bands: [1]}}", "`bands` go with `kind: number`"),
        ("attributes: {visits: {bands: [1, .inf]}}", "attributes.visits.bands.1"),
        ("points: {points_per_unit: 2}", "`points_per_unit` goes with `scale: points`"),
        ("points: {scale: points, points_per_unit: 0}", "points.points_per_unit"),
        ("points: {q_max: 1}", "points.q_max"),
        ("levels: {c: {A: [x], B: [X]}}", "c: x stands in two places"),
        ("levels: {c: {A: [x], a: [y]}}", "c: a cannot be the name of a group"),
        ("levels: {c: {(missing): [x]}}", "c: (missing) cannot be the name of a group"),
        ("override: {c: {A: {points: 1}}}", "override.c.A.why: missing"),
        ("override: {c: {A: {points: 1, why: ''}}}", "override.c.A.why"),
        ("override: {c: {A: {points: 1.5, why: x}}}", "override.c.A.points: found 1.5"),
        ("threshold: {customer_quantile: 1}", "threshold.customer_quantile"),
        ("threshold: {customer_quantile: 0.1, kept: 1}", "threshold.kept: unknown key"),
        ("threshold: 50.5", "threshold: found 50.5"),
        ("threshold: [50]", "threshold: found [50]"),
        ("as_of: soon", "as_of: found `soon`"),
        ("window_days: 0", "window_days"),
        ("min_leads: true", "min_leads: found True"),
        ("min_leads: '5'", "min_leads: found `5`"),
        ("only: []", "only"),
        ("leads: {id: ''}", "leads.id"),
        ("fit: 2026-03-31", "fit: found"),
        (
            "fit: {holdout: last:1.5}",
            "holdout: found `last:1.5`; allowed: `newest`, `last:quarter`",
        ),
        ("points: {damping: 1}", "points.damping: found 1"),
        ("attributes: {a: {wanted: 'yes'}}", "attributes.a.wanted: found `yes`"),
        ("attributes: {a: {separator: ','}}", "`separator` goes with `kind: list`"),
        ("events: {expire: {open: {}}}", "name either `expires_days` or `half_life_days`"),
        ("events: {lookback_days: 0}", "events.lookback_days"),
        ("join: [{path: a.csv}]", "join.0.on: missing"),
        ("repeated: newest", "repeated: found `newest`"),
        ("[a, b]", "lines of `key: value` were expected"),
        (
            "schema: calibrate/scorecard/1",
            "found `calibrate/scorecard/1`; allowed: `calibrate/spec/1`",
        ),
    ],
    ids=lambda text: text[:40],
)
def test_what_cannot_be_meant_is_refused_with_its_place(text: str, says: str) -> None:
    (problem,) = refused(text)
    assert says in problem


def test_a_spec_of_a_newer_version_is_refused_by_name() -> None:
    (problem,) = refused("schema: calibrate/spec/2\nnew_key: 1")
    assert (
        "is of the version `calibrate/spec/2`; this calibrate reads `calibrate/spec/1`" in problem
    )


def test_a_spec_file_is_named_in_its_problems(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("exclud: [a]")
    with pytest.raises(SpecError, match=r"mine\.yaml: exclud: unknown key"):
        Spec.load(path)
    with pytest.raises(SpecError, match="no such file; a spec was expected"):
        Spec.load(tmp_path / "none.yaml")


def test_the_spec_as_used_gives_the_same_card_again(leads_frame: pd.DataFrame) -> None:
    declared = {
        "only": ["source", "visits", "industry", "demo"],
        "attributes": {"visits": {"bands": [0, 2, 4], "group": "behaviour", "unit": "visits"}},
        "levels": {"source": {"Warm": ["Fair", "Referral"]}},
        "override": {"source": {"Warm": {"points": 40, "why": "no"}}},
        "missing": ["Retail"],
        "points": {"measure": "log_lift"},
    }
    first = calibrate(leads_frame, declared)
    again = calibrate(leads_frame, Spec.from_text(spec_text(first.leads.spec)))
    assert again.scorecard.made.spec == first.scorecard.made.spec
    # All but what was said of columns found by their names, which are declared the second time.
    codes = {finding.code for finding in first.findings}
    assert {finding.code for finding in again.findings} == codes - {"roles-found"}
    without = {"findings": (), "made": None}
    assert again.scorecard.model_copy(update=without) == first.scorecard.model_copy(update=without)

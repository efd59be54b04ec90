"""Policies drawn at random, sensible and not: a card, or one paragraph and nothing written."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibrate import Scorecard, Spec
from calibrate.cli import main
from calibrate.errors import CalibrateError
from calibrate.files import yaml_text
from tests.policy.worlds import CONDITIONS, GROUPS, RULES, TIERS, leads

ODD_VALUES: tuple[Any, ...] = (
    "", "(missing)", "(other)", "nope", True, 0, -1, 1e308, float("inf"), None, [], {}, "x" * 300,
    "=1+1", "\x1b[31m", "'; DROP TABLE leads; --", "</script>", "a\nb", "0", "1.0", 2**70, "ß",
)  # fmt: skip
ODD_CONDITIONS: tuple[Any, ...] = (
    {"nope": ["x"]}, {"converted": ["1"]}, {"lead_id": ["L1"]}, {"industry": []}, {},
    {"visits": {}}, {"visits": {"from": 5, "below": 1}}, {"visits": {"from": "5"}},
    {"visits": {"from": -1e308, "below": 1e308}}, {"visits": ["(missing)"]}, {"demo": {"from": 1}},
    {"industry": "Software"}, "Software", None, 5, {"industry": ["Software"], "size": ["Large"]},
    {"visits": [0.1]}, {"rating": {"below": 0}},
    {"size": ["Small", "Medium", "Large", "(missing)"]},
)  # fmt: skip
ODD_TIERS: tuple[Any, ...] = (
    {}, [], "thirds", 5, None, {"a": -10**9}, {"a": 10**9}, {"a": 50, "b": 50}, {"a": "x"},
    {"a": {"close_rate": 0.999}}, {"a": {"close_rate": 1e-9}, "b": {"close_rate": 2e-9}},
    {"": 0}, {"x" * 200: 0, "\x1b[31m": 1}, {"a": True}, {"a": {"close_rate": 0.2}, "b": 1},
)  # fmt: skip
ODD_RULES: tuple[Any, ...] = (
    "best", -5, 0, 100, 101, 99, 55.5, True, None, {}, {"share": 0}, {"share": 1e-9}, {"share": 1},
    {"capacity": 5}, {"capacity": 0}, {"min_close_rate": 0.999}, {"customer_quantile": 0.999},
    {"expected_value": {"customer": 1, "contact": 1e9}}, {"share": 0.1, "capacity": 2},
)  # fmt: skip


def condition(rng: np.random.Generator) -> Any:
    kind = rng.random()
    if kind < 0.6:
        return CONDITIONS[rng.integers(len(CONDITIONS))]
    if kind < 0.8:
        name = list(GROUPS)[rng.integers(len(GROUPS))]
        return {name: [ODD_VALUES[rng.integers(len(ODD_VALUES))]]}
    return ODD_CONDITIONS[rng.integers(len(ODD_CONDITIONS))]


def gate(rng: np.random.Generator) -> dict[str, Any]:
    conditions = [condition(rng) for _ in range(rng.integers(0, 4))]
    key = ("of", "all", "any", "none")[rng.integers(4)] if rng.random() < 0.3 else "any"
    name = ("g", "h", "", "=g", "x" * 90)[rng.integers(5)]
    found: dict[str, Any] = {"name": name, key: conditions}
    if key == "of" or rng.random() < 0.1:
        found["at_least"] = int(rng.integers(-1, 5))
    return found


def odd_policy(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)

    def value() -> Any:
        return ODD_VALUES[rng.integers(len(ODD_VALUES))]

    def rate() -> Any:
        return float(rng.choice([0.2, 0.5, 0.9])) if rng.random() < 0.7 else value()

    spec: dict[str, Any] = {
        "outcome": {"column": "converted"},
        "leads": {"id": "lead_id"},
        "attributes": GROUPS,
        "levels": {"industry": {"DACH": ["Travel", "Public"]}},
    }
    parts: dict[str, Any] = {
        "gates": lambda: [gate(rng) for _ in range(rng.integers(0, 3))],
        "vetoes": lambda: [condition(rng) for _ in range(rng.integers(0, 3))],
        "must_contact": lambda: {"close_rate_low": rate()},
        "propose_vetoes": lambda: {"close_rate_high": rate()},
        "size_prefix": lambda: {
            "attribute": ["size", "visits", "nope"][rng.choice(3, p=[0.7, 0.2, 0.1])],
            "digits": {"Small": 1, "Large": 3} if rng.random() < 0.6 else {"Small": value()},
        },
        "tiers": lambda: (TIERS if rng.random() < 0.6 else ODD_TIERS),
        "follow_up": lambda: {
            ["hot", "top fifth", "", "a"][rng.integers(4)]: {
                "action": "call" if rng.random() < 0.7 else value(),
                "within_hours": 24 if rng.random() < 0.7 else value(),
            }
        },
        "threshold": lambda: (RULES if rng.random() < 0.7 else ODD_RULES),
    }  # fmt: skip
    for key, draw in parts.items():
        if rng.random() < 0.35:
            drawn = draw()
            spec[key] = drawn[rng.integers(len(drawn))] if isinstance(drawn, tuple) else drawn
    if rng.random() < 0.4:
        group = ["firmographic", "behaviour", "nope"][rng.choice(3, p=[0.45, 0.45, 0.1])]
        spec["points"] = {"caps": {group: int(rng.integers(-2, 30))}}
    return spec


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("odd") / "leads.csv"
    leads(1, 400).to_csv(path, index=False)
    return path


def run(*words: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(word) for word in words])
    return code, out.getvalue(), err.getvalue()


TURNS = range(8)
EACH = 12


@pytest.mark.parametrize("turn", TURNS)
def test_an_odd_policy_makes_a_card_or_is_refused_in_a_paragraph(
    turn: int, table: Path, tmp_path: Path
) -> None:
    for seed in range(EACH * turn, EACH * (turn + 1)):
        spec, folder = tmp_path / f"{seed}.yaml", tmp_path / f"run-{seed}"
        spec.write_text(yaml_text(odd_policy(seed)), encoding="utf-8")
        code, said, complaint = run("run", table, "--spec", spec, "--out", folder)
        assert code in (0, 2), (seed, complaint)
        assert not {"\x1b", "\x07"} & set(said + complaint), seed
        assert all(len(line) <= 80 for line in (said + complaint).splitlines()
                   if str(tmp_path) not in line), seed  # fmt: skip
        if code == 0:
            assert not complaint, seed
            card = Scorecard.load(folder / "scorecard.yaml")
            assert len(card.score(table)) == 400
        else:
            assert complaint.startswith("calibrate: "), (seed, complaint)
            assert "\n\n" not in complaint, seed
            assert not said, seed
            assert not folder.exists(), seed
    found = {path.name for path in tmp_path.iterdir()}
    assert all(name.endswith(".yaml") or name.startswith("run-") for name in found)


def test_the_drawn_policies_are_of_both_sorts() -> None:
    def is_read(seed: int) -> bool:
        try:
            Spec.from_text(yaml_text(odd_policy(seed)))
        except CalibrateError:
            return False
        return True

    read = sum(is_read(seed) for seed in range(EACH * len(TURNS)))
    assert 0.25 < read / (EACH * len(TURNS)) < 0.9

"""A card as one Python file gives the scores of calibrate, run by a Python without calibrate."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import io
import re
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import Scorecard
from calibrate.engines.tables import open_table
from calibrate.export import export
from calibrate.levels import Level, bands
from calibrate.present.spreadsheet import harmless
from calibrate.recipes import SpamSignsRecipe
from tests.odd_cards import attribute, card_of, odd_card, odd_table, policy_card, texts


def loaded(card: Scorecard) -> Any:
    module = types.ModuleType("card")
    exec(compile(str(export(card, "python")), "card.py", "exec"), module.__dict__)
    return module


def run(card: Scorecard, folder: Path, *arguments: str, stdin: str = "") -> Any:
    (folder / "card.py").write_text(str(export(card, "python")), "utf-8")
    return subprocess.run(
        [sys.executable, "-I", folder / "card.py", *arguments],
        input=stdin.encode(),
        capture_output=True,
        check=False,
        cwd=folder,
    )


DAY = dt.date(2026, 9, 30)


def told_by_calibrate(card: Scorecard, leads: pd.DataFrame | Path) -> dict[str, list[Any]]:
    told = card.columns_of(card.score_table(open_table(leads)), as_of=DAY)
    columns = {name: np.asarray(values, object).tolist() for name, values in told.items()}
    return {name: values for name, values in columns.items() if name != "reasons"}


def test_ten_thousand_odd_leads_score_as_in_calibrate() -> None:
    card, table = policy_card(), odd_table(10_000, 1, nul=True)
    wanted = told_by_calibrate(card, table.to_pandas(integer_object_nulls=True))
    leads = table.to_pylist()
    module = loaded(card)
    scored = [module.score(lead, DAY) for lead in leads]
    assert list(scored[0]) == [*wanted, "points"]
    for name, values in wanted.items():
        assert [one[name] for one in scored] == values, name


@pytest.mark.parametrize(
    "without",
    ["vetoes", "gates", "must_contact", "size_prefix", "grid", "tiers", "probability", "caps"],
)
def test_a_policy_that_lacks_a_part_is_told_alike(without: str) -> None:
    card, table = policy_card(), odd_table(500, 8)
    nothing = () if isinstance(getattr(card, without, None), tuple) else None
    changed: dict[str, Any] = {without: nothing}
    if without == "caps":
        changed = {"points": card.points.model_copy(update={"caps": {}})}
    card = Scorecard.from_yaml(card.model_copy(update=changed).to_yaml())
    wanted = told_by_calibrate(card, table.to_pandas(integer_object_nulls=True))
    module, leads = loaded(card), table.to_pylist()
    scored = [module.score(lead, DAY) for lead in leads]
    left_out = {"tiers": "tier", "probability": "close_rate"}.get(without)
    wanted.pop(left_out or "", None)
    assert list(scored[0]) == [*wanted, "points"]
    for name, values in wanted.items():
        assert [one[name] for one in scored] == values, name


def test_the_points_of_a_lead_add_up_to_its_score() -> None:
    module, leads = loaded(odd_card()), odd_table(100, 1).to_pylist()
    scored = [module.score(lead) for lead in leads]
    assert all(sum(one["points"].values()) == one["score"] for one in scored)


def test_a_file_is_scored_by_a_python_that_has_no_calibrate(tmp_path: Path) -> None:
    card = policy_card()
    frame = odd_table(13_000, 4).to_pandas(integer_object_nulls=True).astype(object)
    # Control characters make a file no table to calibrate, and a CSV has no other empty text.
    controls = frame.apply(
        lambda lead: bool(re.search("[\x00-\x1f\x7f]", "".join(map(str, lead)))), 1
    )
    frame = frame[~controls].head(10_000)
    frame.to_csv(tmp_path / "leads.csv", index=False, lineterminator="\n")
    wanted = told_by_calibrate(card, tmp_path / "leads.csv")
    done = run(card, tmp_path, "leads.csv", DAY.isoformat())
    assert done.returncode == 0, done.stderr
    header, *rows = csv.reader(io.StringIO(done.stdout.decode(), newline=""))
    assert header == [*(name for name in frame if name != "score"), *wanted]
    for place, (name, values) in enumerate(wanted.items(), start=len(frame.columns) - 1):
        found = [row[place] for row in rows]
        assert found == [shown(one) for one in values], name
    assert not any(cell.startswith(("=", "@", "+cmd")) for row in rows for cell in row)
    whole = (tmp_path / "leads.csv").read_bytes().decode()
    assert run(card, tmp_path, "-", DAY.isoformat(), stdin=whole).stdout == done.stdout
    wrong = run(card, tmp_path, "-", "30.9.2026", stdin=whole)
    assert wrong.returncode == 1
    assert b"is no day; write it like 2026-09-30" in wrong.stderr


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else harmless(str(value)) if isinstance(value, str) else str(value)


def test_the_file_imports_the_standard_library_alone() -> None:
    written = str(export(odd_card(), "python"))
    tree = ast.parse(written)
    names = {one.names[0].name for one in ast.walk(tree) if isinstance(one, ast.Import)}
    names |= {str(one.module) for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= {*sys.stdlib_module_names, "__future__"}
    assert written == export(odd_card(), "python")
    assert all(one not in written for one in ("import calibrate", "from calibrate"))


@given(name=st.text(max_size=12), value=st.text(max_size=12))
def test_any_spam_sign_any_column_and_any_lead_alone(name: str, value: str) -> None:
    signs = SpamSignsRecipe(as_="spam_signs", column="x")
    levels = [Level(text="yes"), Level(text="no")]
    card = card_of(
        attribute("x: spam", "boolean", levels, otherwise=4, made_from=signs),
        attribute("x", "category", texts("1,5", "ok"), otherwise=30),
        attribute("y", "number", [*bands([0.0, 2.0]), Level(text="(missing)")], otherwise=80),
    )
    values = {"x": value, "y": name}
    wanted = card.score(pd.DataFrame([values]))["score"][0]
    assert loaded(card).score(values)["score"] == wanted


@pytest.mark.parametrize(
    "written", [["1,5", "x"], ["1.234,5", "1.500"], ["1,234", "1.5"], ["1,5", "1,234.5"]]
)
@pytest.mark.parametrize("commas", [None, True, False])
def test_commas_are_read_as_the_card_knows_them(written: list[str], commas: bool | None) -> None:
    part = attribute("x", "number", bands([0.0, 1.5, 3.0, 1000.0]), otherwise=40)
    card = card_of(part.model_copy(update={"decimal_comma": commas}))
    module, leads = loaded(card), [{"x": one} for one in written]
    wanted = card.score(pa.table({"x": written}).to_pandas())["score"].tolist()
    assert [module.score(lead)["score"] for lead in leads] == wanted


def test_points_stay_with_their_level_whatever_the_order_of_levels() -> None:
    part = attribute("x", "category", texts("a", "b", "c"), otherwise=9)
    turned = card_of(part.model_copy(update={"levels": part.levels[::-1]}))
    for card in (card_of(part), turned):
        scored = [loaded(card).score({"x": one})["score"] for one in ("a", "b", "c", None, "d")]
        assert scored == [1, -2, 3, -4, 9]


def test_what_lacks_is_named(tmp_path: Path) -> None:
    card = card_of(attribute("x", "category", texts("a")), attribute("y", "category", texts("b")))
    with pytest.raises(KeyError, match="lacks 'y'"):
        loaded(card).score({"x": "a"})
    done = run(card, tmp_path, stdin="x,z\na,b\n")
    assert done.returncode == 1
    assert b"lacks columns that the card reads: 'y'" in done.stderr
    assert not done.stdout

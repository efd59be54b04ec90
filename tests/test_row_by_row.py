"""A lead has the score it has, whatever other leads stand beside it."""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrate import Scorecard, calibrate
from calibrate.export import export
from calibrate.levels import Level, bands, read_number
from calibrate.recipes import EmailTypeRecipe, FilledRecipe, GivenRecipe, MemberRecipe
from calibrate.rules import GatePart, RangePart
from tests.odd_cards import attribute, card_of, texts

COMMAS = (None, True, False)
WRITTEN = (
    "0,5", "1,5", "3,268", "1,234", "12,345", "1.234,5", "1,234.5", "1.234", "3.268", "0.5", "1.5",
    "1500", "7", "7,0", "-0,1", "1e3", "07,5", "1,234,567", "1.234.567", "n/a", "", " ", "x", "999",
    "999,0", "(missing)", "Berlin, DE", "yes", "No", "T", "ja", "wolf;5", "5", "5.0", "5,0",
    "ann@gmail.com", "2026-01-02", "03/04/2026",
)  # fmt: skip
TYPED: tuple[Any, ...] = (
    None, 0, 1, 5, 7, 999, 2**60, 0.5, 1.5, 3.268, 1234.5, float("nan"), True, False,
    decimal.Decimal("1.50"), dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 3, 4, 5, 600_000),
    dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC), dt.time(10, 0), dt.timedelta(days=1, seconds=2),
)  # fmt: skip
MIXED = (*(one for one in WRITTEN if one not in ("0.5", "1.5", "3.268")), *TYPED)
"""Without the texts that are written just as a number of them would be, but are texts."""
NAMES = (
    "1.5", "1,5", "1500", "1.234", "3,268", "5", "7,5", "999", "yes", "Berlin, DE", "2026-01-02",
    "2026-01-02T03:04:05", "2026-01-02T03:04:00", "10:00:00", "86402",
)  # fmt: skip


def card_reading(commas: bool | None) -> Scorecard:
    """A card that looks at the column `x` in every way there is, and at a gate and a veto."""
    edges = [0.0, 0.5, 1.4, 3.0, 100.0, 1234.0, 3000.0]
    numbers = [*bands(edges), Level(text="(missing)")]
    every = {"commas": commas}
    card = card_of(
        _reading(attribute("x", "number", numbers, otherwise=40), **every),
        _reading(attribute("y", "category", texts(*NAMES), otherwise=300), **every),
        _reading(attribute("z", "boolean", texts("yes", "no"), otherwise=1000), **every),
        attribute(
            "wolf",
            "boolean",
            [Level(text="yes"), Level(text="no")],
            made_from=MemberRecipe(as_="member", column="y", member="5", separator=";"),
        ),
        attribute(
            "mail",
            "category",
            texts("free", "no address"),
            made_from=EmailTypeRecipe(as_="email_type", column="y"),
        ),
        attribute(
            "given",
            "boolean",
            [Level(text="yes"), Level(text="no")],
            made_from=GivenRecipe(as_="given", column="x"),
        ),
        attribute(
            "filled",
            "number",
            bands([1.0, 2.0, 3.0]),
            made_from=FilledRecipe(as_="filled", columns=("x", "y", "z")),
        ),
        missing=("n/a", "999"),
    )
    gate = GatePart(name="enough", any=({"x": RangePart(from_=1.0, below=2000.0)},))
    policy = {"gates": (gate,), "vetoes": ({"x": ("1234", "0.5")}, {"y": ("1,5",)})}
    return Scorecard.from_yaml(card.model_copy(update=policy).to_yaml())


def _reading(part: Any, *, commas: bool | None) -> Any:
    return part.model_copy(update={"decimal_comma": commas})


CARDS = {commas: card_reading(commas) for commas in COMMAS}


def leads(values: Sequence[Any]) -> Any:
    cells = st.sampled_from(values)
    return st.lists(st.fixed_dictionaries(dict.fromkeys("xyz", cells)), min_size=1, max_size=8)


def told(scored: pd.DataFrame) -> list[tuple[Any, ...]]:
    shown = scored[["score", "passes", "tier", "gate", "reasons"]].astype(object)
    return list(shown.where(scored.notna(), None).itertuples(index=False, name=None))


def frame_of(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    columns = {name: pd.Series([row[name] for row in rows], dtype=object) for name in "xyz"}
    return pd.DataFrame(columns)


@pytest.mark.parametrize("commas", COMMAS)
@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_any_part_of_a_frame_scores_as_in_the_whole(commas: bool | None, data: Any) -> None:
    rows = data.draw(leads(data.draw(st.sampled_from([WRITTEN, TYPED, MIXED]))))
    kept = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    kept[data.draw(st.integers(0, len(rows) - 1))] = True
    card = CARDS[commas]
    whole = told(card.score(frame_of(rows)))
    part = [row for row, keep in zip(rows, kept, strict=True) if keep]
    expected = [one for one, keep in zip(whole, kept, strict=True) if keep]
    assert told(card.score(frame_of(part))) == expected
    assert told(card.score(frame_of(rows)[kept])) == expected


@pytest.mark.parametrize("commas", COMMAS)
@pytest.mark.parametrize("separator", [",", ";"])
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_any_part_of_a_file_scores_as_in_the_whole(
    tmp_path_factory: pytest.TempPathFactory, commas: bool | None, separator: str, data: Any
) -> None:
    folder = tmp_path_factory.mktemp("files")
    rows = data.draw(leads(WRITTEN))

    def scored(some: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
        with (folder / "leads.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
            writer.writerow(["id", "x", "y", "z"])
            writer.writerows(["a", *row.values()] for row in some)
        return told(CARDS[commas].score(folder / "leads.csv"))

    assert scored(rows) == [one for row in rows for one in scored([row])]


@pytest.mark.parametrize("commas", COMMAS)
@given(rows=leads((*WRITTEN, None)))
@settings(max_examples=50, deadline=None)
def test_the_python_file_scores_as_the_card_does(
    commas: bool | None, rows: list[dict[str, Any]]
) -> None:
    card = CARDS[commas]
    module = MODULES[commas]
    expected = without_policy(card).score(frame_of(rows))["score"].tolist()
    assert [module.score(row)["score"] for row in rows] == expected


def without_policy(card: Scorecard) -> Scorecard:
    return card.model_copy(update={"gates": (), "vetoes": ()})


def _module(card: Scorecard) -> Any:
    module = types.ModuleType("card")
    exec(compile(str(export(card, "python")), "card.py", "exec"), module.__dict__)
    return module


MODULES = {commas: _module(without_policy(card)) for commas, card in CARDS.items()}


def taught(written: Sequence[str]) -> Scorecard:
    """A card taught on texts, the half with the larger numbers being customers."""
    numbers = [float(read_number(one, True) or 0) for one in written]
    outcome = [int(number > float(np.median(numbers))) for number in numbers]
    frame = pd.DataFrame({"v": list(written), "converted": outcome})
    return calibrate(
        pd.concat([frame] * 8, ignore_index=True), {"attributes": {"v": {"wanted": True}}}
    ).scorecard


GERMAN = [f"{number / 1000:.3f}".replace(".", ",") for number in range(17, 9000, 171)]


def test_a_card_remembers_decimal_commas_and_scores_a_lead_alone_as_among_others() -> None:
    card = taught(GERMAN)
    assert card.attributes[0].decimal_comma is True
    assert "decimal_comma: true" in card.to_yaml()
    again = Scorecard.from_yaml(card.to_yaml())
    frame = pd.DataFrame({"v": GERMAN})
    whole = again.score(frame)["score"].tolist()
    assert len(set(whole)) > 1
    assert [again.score(frame[n : n + 1])["score"].iloc[0] for n in range(len(frame))] == whole
    typed = pd.DataFrame({"v": [float(one.replace(",", ".")) for one in GERMAN]})
    assert again.score(typed)["score"].tolist() == whole


def test_points_separate_thousands_where_commas_are_decimal() -> None:
    card = taught([*GERMAN, "1.234,5"])
    levels = card.attributes[0].as_levels
    top = card.score(pd.DataFrame({"v": [3268.0]}))["score"].iloc[0]
    scored = card.score(pd.DataFrame({"v": ["3.268", "3.5"]}))
    assert levels.decimal_comma is True
    assert scored["score"].iloc[0] == top
    assert scored.attrs["unseen"] == {"v": 1}  # `3.5` is no number in such texts


def test_a_card_remembers_thousands_commas() -> None:
    written = [f"{number:,}" for number in range(517, 90_000, 1710)]
    card = taught(written)
    assert card.attributes[0].decimal_comma is False
    scored = card.score(pd.DataFrame({"v": ["3,268", "0,5"]}))
    typed = card.score(pd.DataFrame({"v": [3268.0]}))
    assert scored["score"].iloc[0] == typed["score"].iloc[0]
    assert scored.attrs["unseen"] == {"v": 1}


@pytest.mark.parametrize("written", [["1", "2.5"], ["a, b", "c"], ["1,5", "1,234.5", "x"]])
def test_a_card_says_nothing_of_commas_where_none_was_read(written: list[str]) -> None:
    frame = pd.DataFrame({"v": written * 60, "converted": [0, 1] * (30 * len(written))})
    card = calibrate(frame, {"attributes": {"v": {"wanted": True}}}).scorecard
    assert card.attributes[0].decimal_comma is None
    assert "decimal_comma" not in card.to_yaml()


def test_levels_that_are_numbers_with_commas_are_found_by_typed_numbers() -> None:
    frame = pd.DataFrame({"v": ["1,5", "2,25"] * 60, "converted": [0, 1] * 60})
    card = calibrate(frame, {"attributes": {"v": {"wanted": True}}}).scorecard
    assert card.attributes[0].kind == "category"
    texts_scored = card.score(pd.DataFrame({"v": ["1,5", "2,25", "2,250"]}))["score"].tolist()
    typed = card.score(pd.DataFrame({"v": [1.5, 2.25, 2.25]}))["score"].tolist()
    assert texts_scored == typed
    assert len(set(typed)) == 2


def test_files_that_write_numbers_in_two_ways_score_as_their_numbers(tmp_path: Path) -> None:
    card = taught(GERMAN)
    (tmp_path / "a1.csv").write_text("id;v\na;3,268\nb;0,5\n", "utf-8")
    (tmp_path / "a2.csv").write_text("id,v\nc,3.268\nd,0.5\n", "utf-8")
    typed = card.score(pd.DataFrame({"v": [3.268, 0.5, 3.268, 0.5]}))["score"].tolist()
    assert card.score(tmp_path / "a*.csv")["score"].tolist() == typed

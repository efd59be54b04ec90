"""A value finds its level, however it is spelled, and no other."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.levels import MISSING, OTHER, Level, Levels, bands, fold, parse_number

texts = st.text(min_size=1, max_size=20).filter(lambda text: text.strip())


@given(texts)
def test_comparing_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(f"  {text}\t") == fold(text)


@given(st.lists(texts, min_size=1, max_size=8, unique_by=fold))
def test_every_level_is_found_by_its_own_name(names: list[str]) -> None:
    levels = Levels(kind="category", levels=tuple(Level(text=name.strip()) for name in names))
    for place, name in enumerate(names):
        if fold(name) != MISSING:
            assert levels.find(name) == place
            assert levels.find(f" {name.strip()} ") == place


def test_empty_texts_are_missing() -> None:
    with_gap = Levels(kind="category", levels=(Level(text="Fair"), Level(text=MISSING)))
    without = Levels(kind="category", levels=(Level(text="Fair"),))
    for text in ("", "  ", "(missing)", "(MISSING) "):
        assert with_gap.find(text) == 1
        assert without.find(text) is None


def test_pooled_values_and_members_of_a_group_lead_to_their_level() -> None:
    levels = Levels(
        kind="category",
        levels=(Level(text="DACH", members=("DE", "AT", "CH")), Level(text=OTHER)),
        pooled=("Malta", "Cyprus"),
    )
    found = [levels.find(text) for text in ("dach", "de", "AT", "malta", "CYPRUS", "(other)", "FR")]
    assert found == [0, 0, 0, 1, 1, 1, None]


def test_a_member_may_have_the_name_of_another_group() -> None:
    levels = Levels(
        kind="category", levels=(Level(text="A", members=("x",)), Level(text="B", members=("A",)))
    )
    assert [levels.find(text) for text in ("x", "A", "B")] == [0, 1, 1]


def test_yes_and_no_are_read_in_every_spelling_only_where_the_attribute_is_one() -> None:
    boolean = Levels(kind="boolean", levels=(Level(text="no"), Level(text="yes")))
    assert [boolean.find(text) for text in ("TRUE", "y", "F", "No", "maybe")] == [1, 1, 0, 0, None]
    country = Levels(kind="category", levels=(Level(text="no"), Level(text="se")))
    assert [country.find(text) for text in ("NO", "n", "f")] == [0, None, None]


@pytest.mark.parametrize(("level", "value"), [("1.0", "1"), ("2", "2.0"), ("1e3", "1000")])
def test_a_number_spelled_otherwise_is_the_same_level(level: str, value: str) -> None:
    assert Levels(kind="category", levels=(Level(text=level),)).find(value) == 0


def test_a_number_has_its_own_spelling_first() -> None:
    levels = Levels(kind="category", levels=(Level(text="1.0"), Level(text="1")))
    assert (levels.find("1"), levels.find("1.0")) == (1, 0)


def test_a_code_with_a_leading_zero_is_no_number() -> None:
    levels = Levels(kind="category", levels=(Level(text="07"),))
    assert (levels.find("07"), levels.find("7")) == (0, None)


@pytest.mark.parametrize("text", ["", " ", "nan", "inf", "-inf", "1_000", "0x10", "07", "1,5", "٣"])
def test_what_is_not_plainly_a_number_is_none(text: str) -> None:
    assert parse_number(text) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_number_is_read_back(number: float) -> None:
    assert parse_number(repr(number)) == number


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8, unique=True).map(sorted),
    st.floats(-2e6, 2e6),
)
def test_every_number_is_in_exactly_one_band(edges: list[float], number: float) -> None:
    inside = [
        (-math.inf if one.low is None else one.low)
        <= number
        < (math.inf if one.below is None else one.below)
        for one in bands(edges)
    ]
    assert sum(inside) == 1
    assert Levels(kind="number", levels=bands(edges)).edges == tuple(edges)

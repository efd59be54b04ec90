"""Attributes made from a column: what each recipe makes of the texts that people leave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from calibrate.engines.cells import from_objects
from calibrate.engines.columns import Column, NumberColumn, TextColumn
from calibrate.levels import fold
from calibrate.recipes import (
    ColumnRecipe,
    columns_of,
    derived,
    email_type,
    has_spam_signs,
    members,
)

RECIPE: TypeAdapter[ColumnRecipe] = TypeAdapter(ColumnRecipe)


def values(column: Column) -> list[Any]:
    if isinstance(column, NumberColumn):
        return column.numbers.tolist()
    return [(None, *column.texts)[code] for code in column.codes]


def made(recipe: dict[str, Any], **columns: Column) -> list[Any]:
    return values(derived(RECIPE.validate_python(recipe), columns))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ann@acme.com", "company"),
        (" Ann.Lee+crm@Sub.Acme.co.uk ", "company"),
        ("ann@mygmail.com", "company"),
        ("ann@gmail.com", "free"),
        ("ANN@GMX.DE", "free"),
        ("info@gmail.com", "free"),
        ("info@acme.com", "role"),
        ("Sales@acme.com", "role"),
        ("infos@acme.com", "company"),
        ("x@mailinator.com", "disposable"),
        ("info@yopmail.com", "disposable"),
        ("none", "no address"),
        ("ann@acme", "no address"),
        ("@acme.com", "no address"),
        ("ann acme@acme.com", "no address"),
        ("a@b@c.com", "no address"),
        ("ann@acme.", "no address"),
    ],
)
def test_email_type(address: str, expected: str) -> None:
    assert email_type(address) == expected


@given(st.text(max_size=40))
def test_any_text_has_an_email_type_and_maybe_spam_signs(text: str) -> None:
    kind = email_type(text)
    assert kind in ("company", "free", "role", "disposable", "no address")
    assert "@" in text or kind == "no address"
    assert has_spam_signs(text) == has_spam_signs(f" {text} ")


@pytest.mark.parametrize(
    "name",
    [
        *("Ann", "Ann Lee", "Jürgen Groß", "Ng", "Smith", "Lynn", "O'Brien", "BMW", "IBM"),
        *("Strč", "Иван Петров", "李 小龙", "", "42", "Mc Donald", "Anne-Marie", "Wm Hsu"),
    ],
)
def test_names_of_people_have_no_spam_signs(name: str) -> None:
    assert not has_spam_signs(name)


@pytest.mark.parametrize(
    "name", ["sdfgh", "Ann qwrtz", "ANN LEE", "MUELLER", "aaaa", "Xxxx", "John SDFG", "zzzz zzzz"]
)
def test_names_typed_at_random_have_spam_signs(name: str) -> None:
    assert has_spam_signs(name)


def test_email_types_and_spam_signs_of_a_column() -> None:
    column = from_objects(["ann@acme.com", None, "x@gmail.com", "ann@acme.com"])
    assert made({"as": "email_type", "column": "mail"}, mail=column) == [
        *("company", None, "free", "company")
    ]
    names = from_objects(["Ann", None, "SDFGH"])
    assert made({"as": "spam_signs", "column": "name"}, name=names) == ["no", None, "yes"]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (from_objects(["+49 30 1", None, "0"]), ["yes", "no", "yes"]),
        (NumberColumn(numbers=np.array([0.0, np.nan, 4915.0])), ["yes", "no", "yes"]),
        (from_objects(["x", "n/a", None]).without(["n/a"]), ["yes", "no", "no"]),
    ],
    ids=["texts", "numbers", "a text that stands for nothing"],
)
def test_given_says_whether_a_cell_is_filled(column: Column, expected: list[str]) -> None:
    assert made({"as": "given", "column": "phone"}, phone=column) == expected


def test_filled_counts_the_filled_cells() -> None:
    recipe = {"as": "filled", "columns": ["a", "b", "c"]}
    found = made(
        recipe,
        a=from_objects(["x", None, None]),
        b=NumberColumn(numbers=np.array([1.0, 0.0, np.nan])),
        c=from_objects(["y", "z", None]),
    )
    assert found == [3, 2, 0]
    assert columns_of(RECIPE.validate_python(recipe)) == ("a", "b", "c")


def test_a_member_is_found_whole() -> None:
    column = from_objects(["cat; wolf", "Wolf;cat ", "wolfhound", None, ";;", "cat"])
    recipe = {"as": "member", "column": "pets", "member": "wolf", "separator": ";"}
    assert made(recipe, pets=column) == ["yes", "yes", "no", "no", "no", "no"]


names = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters=";|"), min_size=1, max_size=8
)
lists = st.lists(names, min_size=1, max_size=5, unique_by=fold)


@given(listed=lists, separator=st.sampled_from([";", "|", "; "]), blanks=st.text(" ", max_size=3))
def test_members_of_a_joined_list_come_back(listed: list[str], separator: str, blanks: str) -> None:
    text = separator.join(f"{blanks}{name}{blanks}" for name in listed)
    assert list(members(text, separator.strip()).values()) == listed


@given(cells=st.lists(lists, min_size=1, max_size=8), wanted=st.integers(0, 4))
def test_a_member_is_on_the_lists_that_name_it(cells: list[list[str]], wanted: int) -> None:
    member = cells[0][wanted % len(cells[0])]
    column = from_objects(["; ".join(one) for one in cells])
    recipe = {"as": "member", "column": "pets", "member": member.upper(), "separator": ";"}
    assume(fold(member.upper()) == fold(member))  # ß and its like have no such capital
    expected = ["yes" if fold(member) in map(fold, one) else "no" for one in cells]
    assert made(recipe, pets=column) == expected


def test_a_recipe_is_of_a_known_kind() -> None:
    assert isinstance(
        derived(RECIPE.validate_python({"as": "given", "column": "a"}), {"a": from_objects(["x"])}),
        TextColumn,
    )
    with pytest.raises(ValueError, match="does not match any of the expected tags"):
        RECIPE.validate_python({"as": "guessed", "column": "a"})

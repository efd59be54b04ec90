"""Which columns are tried, as what, and what is remarked about the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrate import Leads, Spec
from calibrate.draft import draft_spec
from calibrate.errors import SpecError

Read = Callable[..., Leads]


def column(*values: object, separator: str = ",") -> str:
    """Sixty leads with these values in turn, and a second attribute."""
    lines = [
        separator.join(map(str, (values[row % len(values)], "ab"[row % 2], int(row % 11 < 4))))
        for row in range(60)
    ]
    return "\n".join([separator.join(("it", "other", "converted")), *lines])


def codes(leads: Leads) -> dict[str, str]:
    return {one.code: f"{one.says} {one.fix}" for one in leads.findings}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["Fair", "Web"], "category"),
        (["yes", "No", ""], "boolean"),
        (["TRUE", "false"], "boolean"),
        (["0", "1"], "category"),
        ([1, 2, 3, 4, 5, 6, 7, 8], "category"),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9], "number"),
        (["1.0", "2.5", "-3", "4e2", "5", "6", "7", "8", "9", ""], "number"),
        (["07", "08", "09", "10", "11", "12", "13", "14", "15"], "category"),
        ([f"L{row}" for row in range(5)], "category"),
    ],
    ids=lambda values: str(values)[:30],
)
def test_kinds(values: list[object], kind: str, read: Read) -> None:
    assert next(one.kind for one in read(column(*values)).attributes if one.name == "it") == kind


@pytest.mark.parametrize(
    ("values", "code", "says"),
    [
        (["Fair"], "constant", "`it` has one value, `Fair`, on all 60 counted leads"),
        ([""], "constant", "`it` is empty on all 60"),
        (
            [f"n{row}" for row in range(60)],
            "all-different",
            "60 different values, such as `n0`, none on 10",
        ),
        ([*range(20), "Select"], "mostly-numbers", "but for `Select`; it was read as a category"),
    ],
)
def test_columns_that_are_no_evidence_are_said(
    values: list[object], code: str, says: str, read: Read
) -> None:
    assert says in codes(read(column(*values)))[code]


def test_a_placeholder_among_decimal_commas_is_seen(read: Read) -> None:
    numbers = [f"{row},5" for row in range(20)]
    text = column(*numbers, "Select", separator=";")
    found = codes(read(text))["mostly-numbers"]
    assert "`Select`" in found
    assert "missing: [Select]" in found
    leads = read(text, spec={"missing": ["Select"]})
    assert next(one.kind for one in leads.attributes if one.name == "it") == "number"


@pytest.mark.parametrize(
    ("separator", "texts", "largest"),
    [
        (";", ["1,234", "2,345", "950"], 950),
        ("\t", ["1,234", "2,345", "950"], 2345),
        (";", ["1.234", "2.345", "950"], 950),
        ("\t", ["1.234", "0,5", "950"], 1234),
        ("\t", ["0,123", "0,5", "950"], 950),
        (";", ["1.5", "2,5", "3"], None),
    ],
    ids=[
        "decimal in a semicolon file",
        "thousands in a tab file",
        "points alone are decimal",
        "points beside decimal commas are thousands",
        "nought point",
        "both ways is a text",
    ],
)
def test_commas_are_read_by_the_column_as_a_whole(
    separator: str, texts: list[str], largest: float | None, read: Read
) -> None:
    leads = read(column(*texts, separator=separator), spec={"attributes": {"it": {}}})
    numbers = leads.engine.columns["it"].numbers
    found = None if None in numbers else max(numbers)
    assert found == largest


def test_one_column_of_decimal_commas_settles_the_whole_file(read: Read) -> None:
    lines = [f"{row}.000;{row},5;{row % 2}" for row in range(1, 30)]
    leads = read("\n".join(["revenue;rate;converted", *lines]))
    assert max(leads.engine.columns["revenue"].numbers) == 29_000


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ({"kind": "number"}, "has `many` (row 3) in it"),
        ({"bands": [1, 2]}, "has `many` (row 3) in it"),
        ({"kind": "boolean"}, "has `1` (row 2), `many`, `2` in it"),
    ],
    ids=str,
)
def test_values_that_are_not_of_the_declared_kind_are_named(
    part: dict[str, Any], says: str, read: Read
) -> None:
    with pytest.raises(SpecError) as fault:
        read(column(1, "many", 2), spec={"attributes": {"it": part}})
    assert says in str(fault.value)


def test_a_draft_can_be_read_whatever_stands_in_the_leads(read: Read) -> None:
    names = ["a\x07b", "line\nbreak", "\x85", "x: y # z", "- no", "'\"", "\u2028", "on"]
    head = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    lines = [",".join(["Select", "n/a"][row % 2] for _ in names) for row in range(40)]
    text = "\n".join(f"{line},{row % 3 // 2}" for row, line in enumerate(lines))
    leads = read(f"{head},converted\n{text}")
    draft = draft_spec(leads)
    assert set(Spec.from_text(draft).attributes) == {name.strip() for name in names if name.strip()}
    assert "Texts that may stand for nothing" in draft

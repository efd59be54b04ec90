"""The workbook recalculated by LibreOffice: leads typed into it score as the card scores them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from calibrate import Scorecard, calibrate
from calibrate.engines.columns import Column, NumberColumn
from calibrate.engines.tables import open_table
from calibrate.export.spreadsheet import workbook
from calibrate.levels import parse_number, read_number
from calibrate.present.sheets.card_sheets import by_strength
from calibrate.present.sheets.page import label_of
from calibrate.scorecard.columns import columns_for
from calibrate.scorecard.parts import ReadsPart
from tests.odd_cards import odd_table, policy_card

pytestmark = [
    pytest.mark.full,
    # openpyxl, which types the leads in, does not keep the bars behind the numbers.
    pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning"),
]

ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item></oor:items>
"""
ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"

NAMES = [
    *('=HYPERLINK("http://x")', "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "'quoted'", '"double"'),
    *("a*", "a?", "a~", "~a*", "*", "?", "~", "a**", "abc", "ab", "<b>", "[1]", "#N/A", "TRUE."),
    *("Café Zürich 東京", "STRASSE", "straße", "ſ", "İ", "i", "ΑΣ", "Σίσυφος", "Kelvin", "🦊 Fox"),
    *("e\u0301", "é", "two\nlines", "tab\there", "a  b", "a b", "a\u00a0b", "العربية", "_x0041_"),
    *("x" * 300, "y" * 255 + "1", "y" * 255 + "2", "'; DROP TABLE leads; --", "</script>", "no."),
    *(
        "\u0085mid\u0085dle",
        "\u2028sep",
        "bell\x07",
        "soft\u00adhyphen",
        "softhyphen",
        "zero\u200bwidth",
    ),
    *("12:30", "2026-01-01", "1 000", "1,5", "50%", "$5", "1e999", "nan", "inf", "0x1F", "ǅ", "Ω"),
]
CODES = ["1.0", "07", "2.5", "3", "-4", "1e3", "true", "No", "0.1", "123456789012345678", "Basic"]
SPACES = ["", " ", "  ", "\t", "\u00a0", "\u3000", "\n", "\x1c", " \u2003"]


def leads(n: int, seed: int, *, wild: bool) -> pd.DataFrame:
    """Leads whose values are as odd as can be; wild ones are spelled in many ways."""
    rng = np.random.default_rng(seed)

    def pick(values: list[str]) -> list[str]:
        return [values[place] for place in rng.integers(len(values), size=n)]

    name, code, answer = pick(NAMES), pick(CODES), pick(["yes", "no"])
    visits: list[Any] = list(rng.integers(0, 40, n) / 4)
    pets = pick(["cat", "cat; wolf", "dog;=wolf", "wolf", ""])
    if wild:
        name = [spelled(text, rng) for text in name]
        code = [spelled(text, rng) for text in code]
        extra = [
            "1",
            "1.00",
            "+1",
            "7",
            "2.50",
            "25e-1",
            ".1",
            "1E+3",
            "1000",
            "1000.",
            "1e",
            "e5",
            "-",
            ".",
            "+-4",
            "-4.0",
            "-04",
            "00",
            "True",
            "YES",
            "n",
            "1_000",
            "y",
            "1.0.0",
            "1-",
            "--4",
            "1e2.5",
            "0.10",
            "1e+03",
            "select",
            "SELECT ",
            "999",
            "999.0",
            "9.99e2",
            "123456789012345678.",
            "",
            "(missing)",
            "(other)",
            "٣",
        ]
        code = [pick_one(extra, rng) if rng.random() < 0.6 else text for text in code]
        name = [
            pick_one(["", "never seen", "(Missing)", "(other)", "Select", "#REF!", "5", "12"], rng)
            if rng.random() < 0.1
            else text
            for text in name
        ]
        answer = [
            pick_one(["Y", "true", "F", " NO", "1", "maybe", "", "Yes "], rng) for _ in answer
        ]
        odd = [
            2.5,
            5.0,
            "2.5",
            " 5 ",
            "4.99999999999999",
            4.999999999999999,
            5.000000000000001,
            "2.49999999999999",
            "many",
            "",
            None,
            "-1",
            -1.0,
            "1e1",
            1e22,
            0.30000000000000004,
            999.0,
            "999",
            "999.00",
            "select",
            "0x5",
            "5e-1",
            "05",
            "5.",
            "+.5e1",
            True,
            "1e22",
        ]
        visits = [odd[rng.integers(len(odd))] if rng.random() < 0.7 else value for value in visits]
    chance = 0.1 + 0.05 * (np.arange(n) % 7) + 0.2 * np.array([len(x) % 3 for x in name])
    converted = (rng.random(n) < np.clip(chance, 0, 1)).astype(int)
    return pd.DataFrame(
        {
            "name": name,
            "code": code,
            "answer": answer,
            "visits": visits,
            "pets": pets,
            "converted": converted,
        }
    )


def pick_one(values: list[Any], rng: np.random.Generator) -> Any:
    return values[rng.integers(len(values))]


def spelled(text: str, rng: np.random.Generator) -> str:
    change = pick_one([str.upper, str.lower, str.title, str.swapcase, str, str], rng)
    return str(pick_one(SPACES, rng) + change(text) + pick_one(SPACES, rng))


def typed(book_bytes: bytes, leads_rows: list[list[Any]]) -> bytes:
    """Type leads into the workbook, as texts where they are texts."""
    book = openpyxl.load_workbook(io.BytesIO(book_bytes))
    sheet = book["Score many"]
    heads = [cell.value for cell in sheet[3]]
    first = 1 + min(
        (n for n, head in enumerate(heads) if str(head).startswith("points: ")),
        default=len(heads),
    ) - len(leads_rows[0])  # fmt: skip
    if "Close rate" in heads:  # shown to every digit, so that it can be compared
        rates = 1 + heads.index("Close rate")
        for row in range(4, 4 + len(leads_rows)):
            sheet.cell(row, rates).number_format = "General"
    for row, values in enumerate(leads_rows, start=4):
        sheet.cell(row, 1).value = f"L{row}"
        for column, value in enumerate(values, start=first):
            cell = sheet.cell(row, column)
            cell.value = escaped(value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def escaped(text: str) -> str | None:
    """Write what a worksheet's XML cannot hold in its own way, ``_xHHHH_``."""
    text = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return (
        re.sub(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]", lambda m: f"_x{ord(m[0]):04X}_", text) or None
    )


def recalculated(content: bytes, place: Path, sheet: str = "Score many") -> list[list[str]]:
    """Give a sheet of scores as LibreOffice reckons it, without its title and note."""
    office = shutil.which("soffice")
    assert office, "LibreOffice is not there: apt-get install libreoffice-calc"
    profile = place / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE)
    (place / "book.xlsx").write_bytes(content)
    subprocess.run(
        [
            office,
            f"-env:UserInstallation={profile.parent.as_uri()}",
            "--headless",
            "--convert-to",
            ALL_SHEETS,
            "--outdir",
            str(place),
            str(place / "book.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=1500,
    )
    with (place / f"book-{sheet}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[3:]


def heads_of(content: bytes) -> list[str]:
    """Give the heads of the sheet for many leads."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [str(cell.value) for cell in book["Score many"][3]]


def inputs(card: Scorecard, leads: pd.DataFrame | Path) -> list[list[Any]]:
    """Give what is typed for each lead: its values, and what is made from them."""
    table = open_table(leads)
    earning = [one for one in by_strength(card) if one.name in card.scoring.needed]
    made = columns_for(
        table,
        tuple((one.name, one.made_from) for one in earning),
        card.reads or ReadsPart(),
        missing=card.missing,
    ).columns
    columns = []
    for one in earning:
        if one.made_from is not None:
            columns.append(cells(made[one.name]))
        elif isinstance(leads, Path):
            columns.append(cells(table.columns[one.name]))
        else:
            columns.append(list(leads[one.name]))
    return [list(row) for row in zip(*columns, strict=True)]


def cells(column: Column) -> list[Any]:
    if isinstance(column, NumberColumn):
        return [None if np.isnan(number) else number for number in column.numbers.tolist()]
    return [column.texts[code - 1] if code else None for code in column.codes.tolist()]


SPEC = {
    "missing": ["Select", "999"],
    "exclude": [],
    "attributes": {
        "name": {"kind": "category"},
        "code": {"kind": "category"},
        "answer": {"kind": "boolean"},
        "visits": {"kind": "number", "bands": [0.1, 2.5, 5, 7.25]},
        "pets": {"kind": "list", "separator": ";"},
    },
    "min_leads": 5,
    "points": {"award": "all", "scale": "points", "points_per_unit": 100, "overlap": False},
}


def cannot_be_told(value: Any) -> bool:
    """Whether a value is of the kinds that the workbook says it cannot score."""
    if isinstance(value, float):  # next to a number of fewer digits, which may name a level
        return float(f"{value:.15g}") != value
    if not isinstance(value, str):
        return False
    lines_and_tab = "\t" in value and "\n" in value
    foreign = any(letter.isdigit() and not letter.isascii() for letter in value)
    long = len(re.sub(r"\D", "", value)) > 15 and parse_number(value) is not None
    power = re.fullmatch(r"\s*[+-]?[\d.]+[eE][+-]?\d{2,}\s*", value) is not None
    with_comma = "," in value and read_number(value) is not None
    return lines_and_tab or foreign or long or power or with_comma or "\x01" in value


def test_ten_thousand_odd_leads_score_in_the_workbook_as_by_the_card(tmp_path: Path) -> None:
    taught = leads(9_000, 1, wild=False)
    taught.loc[::50, ["name", "code", "visits"]] = None
    card = Scorecard.from_yaml(calibrate(taught, SPEC).scorecard.to_yaml())
    frame = leads(10_000, 2, wild=True)
    by_card = card.score(frame)["score"].tolist()
    assert len(set(by_card)) > 200
    rows = inputs(card, frame)
    book = workbook(card, rows=len(frame))
    heads = heads_of(book)
    found = recalculated(typed(book, rows), tmp_path)
    told = 0
    for values, score, line in zip(rows, by_card, found, strict=True):
        after = heads.index(f"points: {by_strength(card)[0].name}")
        points = line[after : after + len(values)]
        untold = [value for value, said in zip(values, points, strict=True) if said == "?"]
        if untold:
            assert line[1:3] == ["cannot be scored: see the ?", ""]
            assert all(map(cannot_be_told, untold)), untold
        else:
            assert line[1] == str(score), values
            assert line[2] == ("passes" if score >= card.threshold.score else "does not pass")
            told += 1
    assert told > 9_000


TOLD = {
    "Tier": "tier", "Close rate": "close_rate", "Kept out by": "gate",
    "Must contact": "must_contact", "Fit": "fit", "Engagement": "engagement", "Grade": "grade",
    "Stakes": "stakes", "Shown": "shown", "Action": "action",
}  # fmt: skip


@pytest.mark.parametrize("threshold", [200, 5])
def test_odd_leads_are_judged_in_the_workbook_as_by_the_card(
    tmp_path: Path, threshold: int
) -> None:
    card = policy_card(threshold=threshold)
    frame = odd_leads(1_000, threshold)
    wanted = card.columns_of(card.score_table(open_table(frame)))
    rows = inputs(card, frame)
    book = workbook(card, rows=len(frame))
    heads = heads_of(book)
    found = recalculated(typed(book, rows), tmp_path)
    first = next(n for n, head in enumerate(heads) if head.startswith("points: "))
    seen: dict[str, set[str]] = {name: set() for name in ("score", "Result", *TOLD)}
    for row, (values, line) in enumerate(zip(rows, found, strict=True)):
        untold = [
            value for value, points in zip(values, line[first:], strict=False) if points == "?"
        ]
        if untold:
            assert line[1] == "cannot be scored: see the ?"
            assert not any(line[2 : 3 + len(TOLD)])
            assert all(map(cannot_be_told, untold)), untold
            continue
        assert line[1] == str(wanted["score"][row]), values
        seen["score"].add(line[1])
        says = "passes" if wanted["passes"][row] else "does not pass"
        assert line[heads.index("Result")] == says, values
        seen["Result"].add(says)
        for head, name in TOLD.items():
            shown, value = line[heads.index(head)], wanted[name][row]
            seen[head].add(shown)
            if name == "close_rate":
                assert float(shown) == value, values
            else:
                assert shown == label_of("" if value is None else str(value)), (head, values)
    assert len(seen["score"]) > 200
    assert all(len(shown) > 1 for shown in seen.values()), seen
    assert {one.split(":")[0].split(",")[0] for one in seen["Kept out by"]} == {
        "", "veto", *(gate.name for gate in card.gates),
    }  # fmt: skip
    assert len(seen["Must contact"]) == 1 + len(card.must_contact)
    assert len(seen["Grade"]) > 8


def odd_leads(leads: int, seed: int) -> pd.DataFrame:
    """Odd leads as a sheet can hold them: no infinite numbers, days and truths as texts.

    Who types TRUE into a cell for texts gets a text; a truth written there by a program is 1 in
    LibreOffice.
    """
    frame = odd_table(leads, seed).to_pandas(integer_object_nulls=True)
    return pd.DataFrame(
        {
            name: pd.Series([as_typed(value) for value in frame[name]], dtype=object)
            for name in frame
        }
    )


def as_typed(value: Any) -> Any:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, float):
        return float(f"{value:.16g}")  # the digits that openpyxl writes
    return str(value) if isinstance(value, bool | dt.date) else value


@pytest.mark.parametrize("edges", [[0.1 + 0.2, 1 / 3, 2 / 3], [-1e-7, 1.0, 1e15 / 3, 2.0**60]])
def test_edges_of_seventeen_digits_are_kept_to_the_last(edges: list[float], tmp_path: Path) -> None:
    near = [np.nextafter(edge, side) for edge in edges for side in (-np.inf, np.inf)]
    values = [float(value) for value in [*edges, *near, 0.3, 0.333333333333333, -5.0, 1e300]]
    taught = pd.DataFrame({"size": values * 40, "converted": [1, 0, 0, 1, 0] * (8 * len(values))})
    spec = {
        "attributes": {"size": {"kind": "number", "bands": edges}},
        "points": {"award": "all", "scale": "points", "points_per_unit": 1000},
    }
    card = Scorecard.from_yaml(calibrate(taught, spec).scorecard.to_yaml())
    frame = pd.DataFrame({"size": values})
    book = typed(workbook(card, rows=len(values)), [[value] for value in values])
    found = [line[1] for line in recalculated(book, tmp_path)]
    assert found == [str(score) for score in card.score(frame)["score"]]


def test_the_sample_leads_with_what_they_did_score_in_the_workbook(
    tmp_path: Path,
) -> None:
    data = Path(__file__).parent.parent / "data"
    card = calibrate(data / "leads.csv", data / "spec.yaml").scorecard
    by_card = card.score(data / "leads.csv")["score"].tolist()[:1000]
    rows = inputs(card, data / "leads.csv")[:1000]
    assert any(one.made_from for one in card.attributes if one.levels[0].points)
    book = typed(workbook(card, rows=len(rows)), rows)
    assert [line[1] for line in recalculated(book, tmp_path)] == [str(score) for score in by_card]


@pytest.mark.parametrize("source", [" FAIR ", "=1+1", None])
def test_one_lead_typed_in_has_its_score_and_the_points_that_make_it(
    leads_frame: pd.DataFrame, tmp_path: Path, source: str | None
) -> None:
    leads_frame = leads_frame.assign(source=leads_frame["source"].replace("Referral", "=1+1"))
    card = calibrate(leads_frame).scorecard
    lead = leads_frame.head(1).assign(source=[source])
    book = openpyxl.load_workbook(io.BytesIO(workbook(card, rows=1)))
    sheet = book["Score a lead"]
    first = next(cell.row for cell in sheet["A"] if cell.value == "Attribute") + 1
    for row, value in enumerate(inputs(card, lead)[0], start=first):
        sheet.cell(row, 2).value = value
        if isinstance(value, str):
            sheet.cell(row, 2).data_type = "s"
    content = io.BytesIO()
    book.save(content)
    lines = recalculated(content.getvalue(), tmp_path, "Score a lead")
    said = {line[0]: line[1:] for line in lines}
    scored = card.score(lead)
    assert said["Score"][0] == str(scored["score"][0])
    assert said["Result"][0] == ("passes" if scored["passes"][0] else "does not pass")
    assert said["Tier"][0] == scored["tier"][0]
    points = [int(line[2]) for line in lines[first - 4 :] if line[0]]
    assert card.points.base + sum(points) == scored["score"][0]
    shown = {" FAIR ": "Fair", "=1+1": "=1+1", None: "nothing typed"}
    assert said["source"][2] == shown[source]

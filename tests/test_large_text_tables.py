"""Text tables that are copied aside give the card of those read into memory, to the last byte."""

from __future__ import annotations

import gc
import gzip
import shutil
import tempfile
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyarrow import csv as pacsv

from calibrate import calibrate, open_files, read_leads
from calibrate.engines import blocks
from calibrate.engines.sql.held import MOST_NUMBERS, hold
from calibrate.engines.tables import open_table
from calibrate.errors import LeadsError, SpecError
from calibrate.warehouse import read_relation
from tests.engines.cases import CASES, customers
from tests.test_warehouse import SPECS, odd_leads

_DAMAGED = gzip.compress(b"a,b\n" * 9000)[:60]


@pytest.fixture(autouse=True)
def aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put copies aside where they can be seen, and see that none is left."""
    folder = tmp_path / "aside"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(params=["one block", "many blocks"], autouse=True)
def blocks_of(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "many blocks":
        monkeypatch.setattr(blocks.Blocks.__init__, "__kwdefaults__", {"block": 40_000})
        monkeypatch.setattr(blocks, "_GATHERED", 3)


def with_commas(frame: pd.DataFrame) -> pd.DataFrame:
    told = frame["score"].map(lambda one: "" if np.isnan(one) else f"{one:.3f}".replace(".", ","))
    return frame.assign(score=told)


def quoted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(source=frame["source"].str.replace("Partner", 'Pärtner, "GmbH"\nBerlin'))


def gaps(text: str) -> str:
    rows = text.splitlines()
    for place in range(len(rows) - 1, 5, -17):
        rows.insert(place, ["", "   ", "," * rows[0].count(",")][place % 3])
    return "\n\n" + "\n".join(rows) + "\n"


FRAME = odd_leads(1500)
PLAIN = FRAME.to_csv(index=False)
SEMICOLONS = quoted(with_commas(FRAME)).to_csv(index=False, sep=";")
WRITTEN: dict[str, tuple[str, bytes]] = {
    "plain": ("leads.csv", PLAIN.encode()),
    "a mark": ("leads.csv", PLAIN.encode("utf-8-sig")),
    "packed": ("leads.csv.gz", gzip.compress(PLAIN.encode(), mtime=0)),
    "tabs": ("leads.tsv", FRAME.to_csv(index=False, sep="\t").encode()),
    "Excel's own": ("leads.csv", ("sep=;\r\n" + SEMICOLONS.replace("\n", "\r\n")).encode()),
    "latin-1": ("leads.csv", SEMICOLONS.encode("latin-1")),
    "utf-16": ("leads.txt", SEMICOLONS.encode("utf-16")),
    "gaps": ("leads.csv", gaps(PLAIN).encode()),
    "decimal commas": ("leads.csv", with_commas(FRAME).to_csv(index=False).encode()),
    "a column without a name": (
        "leads.csv", FRAME.rename(columns={"only": " "}).to_csv(index=False).encode(),
    ),
    "an end more": ("leads.csv", PLAIN.replace("\n", ",\n").encode()),
}  # fmt: skip


def both(path: Path, spec: Any) -> tuple[Any, Any]:
    return calibrate(path, spec), calibrate(open_files(path), spec)


@pytest.mark.parametrize("name", WRITTEN)
def test_they_give_the_same_card(name: str, tmp_path: Path, aside: Path) -> None:
    ending, content = WRITTEN[name]
    path = tmp_path / ending
    path.write_bytes(content)
    here, there = both(path, SPECS["declared"])
    assert there.scorecard.to_yaml() == here.scorecard.to_yaml()
    assert [str(one) for one in there.findings] == [str(one) for one in here.findings]
    del there
    gc.collect()
    assert not list(aside.iterdir()), "the copy goes with the connection"


@pytest.mark.parametrize("case", [one for one in CASES if one not in ("types",)])
def test_odd_tables_are_counted_alike(case: str, tmp_path: Path) -> None:
    table = CASES[case]()
    path = tmp_path / "leads.csv"
    table = table.append_column("closed", [["yes" if x else "no" for x in customers(len(table))]])
    pacsv.write_csv(table, path)
    spec = {"outcome": {"column": "closed"}, "fit": {"holdout": "none"}, "missing": ["13", "n/a"]}
    try:
        here = read_leads(path, spec)
    except LeadsError as fault:
        with pytest.raises(LeadsError, match=str(fault)[:30]):
            read_relation(open_files(path), spec)
        return
    there = read_relation(open_files(path), spec)
    assert there.engine.describe() == here.engine.describe()
    assert there.attributes == here.attributes
    for name in here.engine.columns:
        one, other = (leads.engine.count_values(name) for leads in (here, there))
        found = dict(zip(other.values, other.leads[:-1].tolist(), strict=True))
        assert found == dict(zip(one.values, one.leads[:-1].tolist(), strict=True)), name


def test_several_are_stacked_alike(tmp_path: Path) -> None:
    for place in range(3):
        part = FRAME.iloc[place::3]
        part = part.drop(columns="rating") if place == 1 else part
        part.to_csv(tmp_path / f"leads-{place}.csv", index=False)
    here, there = both(tmp_path / "leads-*.csv", SPECS["found by itself"])
    assert there.scorecard.to_yaml() == here.scorecard.to_yaml()
    assert [str(one) for one in there.findings] == [str(one) for one in here.findings]


def test_very_many_numbers_and_moments_stay_there(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    rows = MOST_NUMBERS + 4000
    created = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.permutation(rows) * 997, unit="s")
    spend = rng.permutation(rows) / 1000
    frame = pd.DataFrame({
        "created": created.strftime("%Y-%m-%d %H:%M:%S"),
        "won": np.where(rng.random(rows) < 0.1 + 0.02 * spend, "yes", "no"),
        "spend": spend,
        "code": [f"{one:05}" for one in rng.permutation(rows)],
    })  # fmt: skip
    path = tmp_path / "leads.csv"
    frame.to_csv(path, index=False)
    relation = open_files(path)
    kinds = {name: one.kind for name, one in relation.columns.items()}
    assert kinds == {"created": "moment", "won": "text", "spend": "number", "code": "text"}
    assert not hold(relation.rows, "spend", "number").is_whole
    spec = {"leads": {"created": "created"}, "outcome": {"column": "won"}, "exclude": ["code"]}
    here, there = both(path, spec)
    assert there.scorecard.to_yaml() == here.scorecard.to_yaml()


TROUBLE = {
    "too few": b"a,b,won\n1,2,yes\n3,no\n4,5,no\n",
    "too many": b"a,b,won\n1,2,yes\n3,4,no\n4,5,6,no\n",
    "many of them": b"a,b,won\n" + b"1,2\n" * 1500,
    "below a line break": b'a,b,won\n1,"x\ny",yes\n3,no\n',
    "an open quote": b'a,b,won\n1,2,yes\n3,"4,no\n5,6,no\n7,"8",no\n9,1,no\n',
    "right of the header": b"a,b\n1,2,\n3,4,\n" + b"5,6,x\n" * 200,
    "no rows": b"a,b,won\n\n,,\n",
    "nothing": b"  \n",
    "one column": b"leads\n1\n",
    "a name twice": b"a,a,won\n1,2,yes\n",
    "control characters": b"a,b\n" + bytes(range(1, 9)) * 50,
    "a NUL": b"a,b,won\n1,2,yes\n3,\0,no\n",
    "half of UTF-16": "a;b\n1;2\n".encode("utf-16") + b"\n",
    "a workbook": b"PK\x03\x04 xl/workbook",
    "a very long value": b'a,b\n1,"' + b"x" * 1_000_001 + b'"\n',
}


@pytest.mark.parametrize("name", TROUBLE)
def test_they_are_refused_in_the_same_words(name: str, tmp_path: Path, aside: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(TROUBLE[name])
    with pytest.raises(LeadsError) as here:
        open_table(path)
    with pytest.raises(LeadsError) as there:
        open_files(path)
    assert str(there.value) == str(here.value)
    del there
    gc.collect()
    assert not list(aside.iterdir())


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "leads.csv.gz").write_bytes(_DAMAGED)
    with pytest.raises(LeadsError, match=r"leads.csv.gz cannot be unpacked .* Pack or download"):
        open_files(tmp_path / "leads.csv.gz")


def test_names_that_differ_by_case_are_refused(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("Town,town,won\na,b,yes\n", "utf-8")
    with pytest.raises(LeadsError, match="row 1: the column `town` differs from `Town` by case"):
        open_files(tmp_path / "leads.csv")


def test_files_that_write_numbers_in_two_ways_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("spend,won\n1.5,yes\n2.5,no\n", "utf-8")
    (tmp_path / "b.csv").write_text("spend;won\n1,5;yes\n2,5;no\n", "utf-8")
    with pytest.raises(LeadsError, match=r"`b.csv` writes numbers with decimal commas, or may"):
        open_files(tmp_path / "*.csv")


def test_parquet_and_csv_mixed_are_refused(tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "a.csv", index=False)
    FRAME.to_parquet(tmp_path / "b.parquet", index=False)
    with pytest.raises(SpecError, match="one pattern means one kind of file"):
        open_files(tmp_path / "*.*")


def test_a_copy_that_does_not_fit_is_refused_before_it_is_begun(
    tmp_path: Path, aside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leads.csv").write_text(PLAIN, "utf-8")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(9, 9, len(PLAIN) // 2))
    with pytest.raises(LeadsError, match=r"leads.csv is put aside once .* GB should be free in"):
        open_files(tmp_path / "leads.csv")
    assert not list(aside.iterdir())

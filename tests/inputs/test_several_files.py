"""A table in several files, or packed, gives the same leads as in one."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from calibrate import Leads, calibrate, cli, count, read_leads
from calibrate.engines import archives
from calibrate.engines.columns import NumberColumn, TextColumn
from calibrate.engines.sources import short_name
from calibrate.engines.tables import Table, open_table
from calibrate.errors import LeadsError, SpecError

Check = Callable[[Leads], None]
HEADER = "lead_id,source,converted\n"


def write(folder: Path, **files: str) -> Path:
    """Write text tables: `a="..."` becomes ``leads-a.csv``."""
    for name, content in files.items():
        (folder / f"leads-{name}.csv").write_text(content)
    return folder / "leads-*.csv"


def said(table: Table) -> str:
    return " ".join(table.remarks)


@pytest.fixture
def halves(cells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return cells[:100], cells[100:]


# ----------------------------------------------------------------------------------- a pattern


def test_files_of_a_pattern_are_one_table(
    halves: tuple[pd.DataFrame, ...], tmp_path: Path, expect_same: Check
) -> None:
    for place, half in enumerate(halves):
        half.to_csv(tmp_path / f"leads-{place}.csv", index=False)
    leads = read_leads(tmp_path / "leads-*.csv")
    expect_same(leads)
    (remark,) = [one for one in leads.findings if one.code == "format"]
    assert remark.says == "2 files were read as one table: leads-0.csv, leads-1.csv."
    assert calibrate(str(tmp_path / "leads-*.csv")).scorecard.name == "leads"


def test_files_of_different_formats_are_one_table(
    halves: tuple[pd.DataFrame, ...], tmp_path: Path, expect_same: Check
) -> None:
    first, rest = halves
    first.to_csv(tmp_path / "leads-0.csv", index=False)
    rest[:70].to_parquet(tmp_path / "leads-1.parquet")
    rest[70:].to_csv(tmp_path / "leads-2.txt", index=False, sep=";", decimal=",")
    expect_same(read_leads(tmp_path / "leads-*"))


def test_a_workbook_beside_texts(
    halves: tuple[pd.DataFrame, ...], tmp_path: Path, expect_same: Check
) -> None:
    pytest.importorskip("openpyxl")
    first, rest = halves
    first.to_excel(tmp_path / "leads-0.xlsx", index=False)
    rest.to_csv(tmp_path / "leads-1.csv", index=False)
    (tmp_path / "~$leads-0.xlsx").write_bytes(b"what Excel leaves")
    expect_same(read_leads(tmp_path / "*leads-*"))


def test_files_stand_in_the_order_of_their_names(tmp_path: Path) -> None:
    pattern = write(
        tmp_path, b=f"{HEADER}L3,x,1\n", a=f"{HEADER}L1,x,1\n\nL2,y,0\n", c=f"{HEADER}L4,z,0\n"
    )
    table = open_table(pattern)
    assert table.original.column("lead_id").to_pylist() == ["L1", "L2", "L3", "L4"]
    assert [table.row_names.name(place) for place in range(4)] == [
        "leads-a.csv, row 2",
        "leads-a.csv, row 4",
        "leads-b.csv, row 2",
        "leads-c.csv, row 2",
    ]
    assert (table.name, table.where, table.rows) == ("leads-*.csv", str(pattern), 4)
    contents = b"".join((tmp_path / f"leads-{name}.csv").read_bytes() for name in "abc")
    assert table.fingerprint == f"sha256:{hashlib.sha256(contents).hexdigest()}"


def test_the_newest_file_gives_the_day(tmp_path: Path) -> None:
    pattern = write(tmp_path, a=f"{HEADER}L1,x,1\n", b=f"{HEADER}L2,x,0\n")
    for name, day in (("a", 3), ("b", 2)):
        time = dt.datetime(2026, 5, day, 12).timestamp()
        os.utime(tmp_path / f"leads-{name}.csv", (time, time))
    assert open_table(pattern).dated == dt.date(2026, 5, 3)


def test_a_column_that_a_file_lacks_is_empty_there(tmp_path: Path) -> None:
    pattern = write(
        tmp_path,
        a="lead_id,converted,visits\nL1,1,5\n",
        b="converted,lead_id\n0,L2\n",
        c="lead_id,fair,converted\nL3,x,1\n",
    )
    table = open_table(pattern)
    assert list(table.columns) == ["lead_id", "converted", "visits", "fair"]
    visits = table.columns["visits"]
    assert isinstance(visits, TextColumn)
    assert visits.values().tolist()[0] == 5
    assert np.isnan(visits.values()[1:]).all()
    assert table.original.column("fair").to_pylist() == [None, None, "x"]
    assert "leads-b.csv, leads-c.csv have no column `visits`: empty there." in table.remarks
    assert "leads-a.csv, leads-b.csv have no column `fair`: empty there." in table.remarks


def test_files_without_a_common_column_are_not_one_table(tmp_path: Path) -> None:
    pattern = write(tmp_path, a="a,b\n1,2\n", b="b,c\n1,2\n", c="c,d\n1,2\n")
    with pytest.raises(LeadsError, match=r"`leads-c.csv` \(with `c`, `d`\).*\(with `b`\) have no"):
        open_table(pattern)


def test_one_file_of_a_pattern_is_named_too(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, a=f"{HEADER}L1,x,1\n"))
    assert said(table) == "1 file was read: leads-a.csv."
    assert table.row_names.name(0) == "leads-a.csv, row 2"


def test_a_lead_in_two_files_is_named_with_both(tmp_path: Path) -> None:
    pattern = write(tmp_path, a=f"{HEADER}L1,x,1\n", b=f"{HEADER}L2,y,0\nL1,x,1\n")
    with pytest.raises(LeadsError, match=r"`L1`, in leads-a.csv, row 2 and leads-b.csv, row 3"):
        read_leads(pattern)


def test_files_of_several_folders_keep_them_in_their_names(tmp_path: Path) -> None:
    for year in ("2025", "2026"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "leads.csv").write_text(f"{HEADER}L{year},x,1\n")
    table = open_table(tmp_path / "*/leads.csv")
    assert table.row_names.name(1) == "2026/leads.csv, row 2"
    assert open_table(tmp_path / "**/*.csv").rows == 2


def test_a_pattern_without_a_match_names_what_is_near(tmp_path: Path) -> None:
    write(tmp_path, a=HEADER)
    with pytest.raises(LeadsError, match=r"lead-\*.csv: no file matches.*mean `leads-a.csv`"):
        open_table(tmp_path / "lead-*.csv")
    with pytest.raises(LeadsError, match=r"In its folder there is `leads-a.csv`"):
        open_table(tmp_path / "customers *.parquet")
    with pytest.raises(LeadsError, match=r"no file matches this pattern. Check the folder"):
        open_table(tmp_path / "nowhere" / "*.csv")


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "leads [1].csv").write_text(f"{HEADER}L1,x,1\n")
    table = open_table(tmp_path / "leads [1].csv")
    assert (table.rows, table.row_names.name(0), table.remarks) == (1, "row 2", ())


def test_numbers_here_and_texts_there(tmp_path: Path) -> None:
    pd.DataFrame({"id": ["a", "b"], "n": [1, 2], "x": [0.5, None], "day": [1, 2]}).to_parquet(
        tmp_path / "leads-1.parquet"
    )
    pd.DataFrame({"id": ["c"], "n": ["3+"], "x": [7], "day": [dt.date(2026, 1, 5)]}).to_parquet(
        tmp_path / "leads-2.parquet"
    )
    table = open_table(tmp_path / "leads-*.parquet")
    n, x = table.columns["n"], table.columns["x"]
    assert isinstance(n, TextColumn)
    assert n.texts == ("1", "2", "3+")
    assert isinstance(x, NumberColumn)
    assert x.numbers.tolist()[::2] == [0.5, 7.0]
    assert table.original.column("n").to_pylist() == ["1", "2", "3+"]
    assert table.original.column("x").to_pylist() == [0.5, None, 7.0]
    assert table.original.column("day").to_pylist() == ["1", "2", "2026-01-05"]


def test_ids_too_large_for_a_float_stay_whole(tmp_path: Path) -> None:
    large = 2**53 + 1
    pd.DataFrame({"id": [large]}).to_parquet(tmp_path / "leads-1.parquet")
    pd.DataFrame({"id": [0.5]}).to_parquet(tmp_path / "leads-2.parquet")
    table = open_table(tmp_path / "leads-*.parquet")
    assert table.original.column("id").to_pylist() == [str(large), "0.5"]
    assert table.columns["id"].texts == (str(large), "0.5")  # type: ignore[union-attr]


def test_decimal_commas_of_one_file_only(tmp_path: Path) -> None:
    (tmp_path / "leads-1.csv").write_text("id;price\n1;1.234,5\n2;7\n")
    (tmp_path / "leads-2.csv").write_text("id,price\n3,1234.5\n4,1.234\n")
    column = open_table(tmp_path / "leads-*.csv").columns["price"]
    assert column.values().tolist() == [1234.5, 7.0, 1234.5, 1.234]


def test_decimal_commas_of_all_files_agree(tmp_path: Path) -> None:
    (tmp_path / "leads-1.csv").write_text("id;price\n1;1.234,5\n")
    (tmp_path / "leads-2.csv").write_text("id;price\n2;1.234\n")
    column = open_table(tmp_path / "leads-*.csv").columns["price"]
    assert column.values().tolist() == [1234.5, 1234.0]


def test_what_cannot_be_used_in_one_file_cannot_be_used(tmp_path: Path) -> None:
    pa.parquet.write_table(
        pa.table({"id": [1], "tags": [["a", "b"]]}), tmp_path / "leads-1.parquet"
    )
    pa.parquet.write_table(pa.table({"id": [2], "tags": ["a"]}), tmp_path / "leads-2.parquet")
    table = open_table(tmp_path / "leads-*.parquet")
    assert "tags" not in table.columns
    assert table.unusable["tags"].startswith("in leads-1.parquet its values are neither")


def test_how_each_file_was_read_is_said_with_its_name(tmp_path: Path) -> None:
    pattern = write(tmp_path, a=f"{HEADER}L1,x,1\n")
    (tmp_path / "leads-b.csv").write_bytes(f"{HEADER}L2,Müller,0\n".encode("latin-1"))
    assert "leads-b.csv: The file was read as cp1252." in open_table(pattern).remarks


def test_a_bad_row_is_named_with_its_file(tmp_path: Path) -> None:
    pattern = write(tmp_path, a=f"{HEADER}L1,x,1\n", b=f"{HEADER}L2,x\n")
    with pytest.raises(LeadsError, match=r"leads-b.csv, row 2: 2 cells where the header has 3"):
        open_table(pattern)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("leads.csv", "leads"),
        ("leads.csv.gz", "leads"),
        ("leads.zip", "leads"),
        ("leads-[0-9]*.csv", "leads"),
        ("**.csv", "leads"),
        ("q3 ?.xlsx", "q3"),
        ("DataFrame", "DataFrame"),
    ],
)
def test_short_names(name: str, short: str) -> None:
    assert short_name(name) == short


# ------------------------------------------------------------------------------------ archives


def packed(**files: bytes | str) -> bytes:
    """Pack files into a zip archive; `__` in a name stands for its dot."""
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # A member without a time of its own: the same bytes in every process that makes them.
            member = zipfile.ZipInfo(name.replace("__", "."))
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return page.getvalue()


def test_a_zip_archive_with_one_table(
    as_text: Callable[..., str], tmp_path: Path, expect_same: Check
) -> None:
    path = tmp_path / "leads.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("export") if hasattr(archive, "mkdir") else None
        archive.writestr("export/leads.csv", as_text())
        archive.writestr("__MACOSX/export/._leads.csv", b"\0\1")
        archive.writestr("export/.hidden.csv", b"\0\1")
        archive.writestr("export/readme.txt", "Read me.")
    expect_same(read_leads(path))
    table = open_table(path)
    assert (table.name, table.where, table.remarks) == ("leads.zip", str(path), ())
    assert table.row_names.name(0) == "row 2"


def test_a_zip_archive_with_several_tables(tmp_path: Path) -> None:
    path = tmp_path / "leads.zip"
    path.write_bytes(packed(b__csv=f"{HEADER}L2,y,0\n", a__tsv="lead_id\tconverted\nL1\t1\n"))
    table = open_table(path)
    assert table.original.column("lead_id").to_pylist() == ["L1", "L2"]
    assert table.row_names.name(1) == "b.csv, row 2"
    assert "2 files were read as one table: a.tsv, b.csv." in table.remarks


def test_archives_of_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "x-1.zip").write_bytes(packed(leads__csv=f"{HEADER}L1,x,1\n"))
    (tmp_path / "x-2.csv.gz").write_bytes(gzip.compress(f"{HEADER}L2,y,0\n".encode()))
    names = open_table(tmp_path / "x-*").row_names
    assert [names.name(0), names.name(1)] == [
        "x-1.zip/leads.csv, row 2",
        "x-2.csv.gz/x-2.csv, row 2",
    ]


def test_a_gzipped_table(as_text: Callable[..., str], tmp_path: Path, expect_same: Check) -> None:
    path = tmp_path / "leads.csv.gz"
    path.write_bytes(gzip.compress(as_text().encode()))
    expect_same(read_leads(path))
    plain = tmp_path / "leads.csv"
    plain.write_text(as_text())
    assert open_table(path).fingerprint == open_table(plain).fingerprint


def test_the_same_leads_packed_count_the_same(cells: pd.DataFrame, tmp_path: Path) -> None:
    cells.to_parquet(tmp_path / "leads.parquet")
    (tmp_path / "leads.zip").write_bytes(
        packed(leads__parquet=(tmp_path / "leads.parquet").read_bytes())
    )
    packed_counts = count(read_leads(tmp_path / "leads.zip")).to_frame()
    pd.testing.assert_frame_equal(
        packed_counts, count(read_leads(tmp_path / "leads.parquet")).to_frame()
    )


def locked() -> bytes:
    content = bytearray(packed(leads__csv=HEADER))
    # The flag that says so stands in the member's own header and in the list of members.
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def spoiled() -> bytes:
    content = bytearray(packed(leads__csv=f"{HEADER}{'L1,x,1' * 200}\n"))
    content[50:54] = b"\xff\xff\xff\xff"
    return bytes(content)


def unknown_method() -> bytes:
    content = bytearray(packed(leads__csv=HEADER))
    content[8] = 9
    content[content.index(b"PK\x01\x02") + 10] = 9
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("leads.zip", locked(), "is locked with a password"),
        ("leads.zip", spoiled(), "cannot be unpacked"),
        ("leads.zip", packed(leads__csv=HEADER)[:40], "so it is damaged or something else"),
        ("leads.zip", b"lead_id,converted\n", "cannot be unpacked"),
        ("leads.zip", unknown_method(), "is packed in a way that cannot be read"),
        ("leads.zip", packed(logo__png="x"), "holds `logo.png`, and no table among it"),
        ("leads.zip", packed(), "holds nothing, and no table among it"),
        ("leads.csv.gz", b"lead_id,converted\n", "cannot be unpacked"),
        ("leads.csv.gz", gzip.compress(HEADER.encode(), mtime=0)[:-9], "cannot be unpacked"),
        ("leads.csv.gz", gzip.compress(b"", mtime=0), "leads.csv is empty"),
    ],
)
def test_what_cannot_be_unpacked(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LeadsError, match=says) as fault:
        open_table(tmp_path / name)
    assert name in str(fault.value)


@pytest.mark.parametrize("name", ["leads.zip", "leads.csv.gz"])
def test_an_archive_that_fills_the_memory(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 1000)
    text = HEADER + "L1,x,1\n" * 1000
    content = packed(leads__csv=text) if name == "leads.zip" else gzip.compress(text.encode())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LeadsError, match="more than any leads table should be"):
        open_table(tmp_path / name)


# -------------------------------------------------------------------------------------- sheets


@pytest.fixture
def book(tmp_path: Path) -> Path:
    pytest.importorskip("openpyxl")
    path = tmp_path / "leads.xlsx"
    with pd.ExcelWriter(path) as writer:
        for name, source in (("Old", "a"), ("This Year", "b")):
            frame = pd.DataFrame({"source": [source, "c"] * 20, "converted": [1, 0, 0] * 13 + [1]})
            frame.to_excel(writer, sheet_name=name, index=False)
        pd.DataFrame().to_excel(writer, sheet_name="Empty", index=False)
    return path


@pytest.mark.parametrize("name", ["This Year", " this year"])
def test_the_sheet_that_the_spec_names(book: Path, name: str) -> None:
    leads = read_leads(book, {"leads": {"sheet": name}})
    assert leads.engine.columns["source"].texts == ("b", "c")  # type: ignore[union-attr]
    assert leads.spec.leads.sheet == name
    assert "format" not in {one.code for one in leads.findings}


def test_a_sheet_that_is_not_there(book: Path) -> None:
    with pytest.raises(SpecError, match="no sheet `New`; its sheets are `Old`, `This Year`, `Emp"):
        open_table(book, sheet="New")
    with pytest.raises(LeadsError, match="sheet `Empty`: a header and at least one row"):
        open_table(book, sheet="Empty")


def test_a_sheet_of_what_has_none(tmp_path: Path) -> None:
    path = write(tmp_path, a=f"{HEADER}L1,x,1\n")
    with pytest.raises(SpecError, match=r"leads-a.csv is no Excel workbook, so it has no sheet"):
        open_table(path, sheet="Leads")
    with pytest.raises(SpecError, match="A DataFrame has no sheet `Leads`"):
        read_leads(pd.DataFrame({"converted": [1]}), {"leads": {"sheet": "Leads"}})


# ---------------------------------------------------------------------------------- the command


def test_the_command_reads_a_pattern_and_writes_all_its_leads(
    cells: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    cells[:100].to_csv("leads-1.csv", index=False)
    cells[100:].drop(columns="visits").to_csv("leads-2.csv", index=False)
    assert cli.main(["init", "leads-*.csv"]) == 0
    assert "calibrate run 'leads-*.csv' --spec spec.yaml" in capsys.readouterr().out
    assert cli.main(["run", "leads-*.csv", "--scores"]) == 0
    assert len(pd.read_csv("calibration/scores.csv")) == len(cells)
    assert cli.main(["score", "calibration/scorecard.yaml", "leads-*.csv"]) == 0
    scored = pd.read_csv("scored-leads.csv")
    assert scored["lead_id"].tolist() == cells["lead_id"].tolist()
    assert scored["visits"].isna().sum() == 140


def test_scores_are_not_written_where_the_pattern_would_find_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for out in ("leads-scored.csv", "leads-1.csv"):
        assert cli.main(["score", "card.yaml", "leads-*.csv", "--out", out]) == 2
        assert "choose another name with --out" in " ".join(capsys.readouterr().err.split())


def test_the_command_reads_a_sheet(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(book.parent)
    Path("spec.yaml").write_text("leads: {sheet: This Year}\nmin_leads: 1\n")
    run = ["run", "leads.xlsx", "--spec", "spec.yaml", "--outcome", "converted", "--scores"]
    assert cli.main(run) == 0
    assert set(pd.read_csv("calibration/scores.csv")["source"]) == {"b", "c"}
    score = ["score", "calibration/scorecard.yaml", "leads.xlsx"]
    assert cli.main([*score, "--sheet", "Old", "--out", "old.csv"]) == 0
    assert set(pd.read_csv("old.csv")["source"]) == {"a", "c"}
    assert cli.main([*score, "--sheet", "New"]) == 2
    assert cli.main(["init", "leads.xlsx", "--spec", "spec.yaml", "--out", "next.yaml"]) == 0
    assert "sheet: This Year" in Path("next.yaml").read_text()


def test_a_pattern_without_quotes_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, a=HEADER, b=HEADER)
    files = [str(tmp_path / f"leads-{name}.csv") for name in "ab"]
    with pytest.raises(SystemExit):
        cli.main(["run", *files])
    said = " ".join(capsys.readouterr().err.split())
    assert said.endswith("; put a pattern for several files between quotes: 'leads-*.csv'")
    with pytest.raises(SystemExit):
        cli.main(["run", files[0], "--quick"])
    said = capsys.readouterr().err
    assert said.endswith("no option `--quick`; see `calibrate run --help`.\n")

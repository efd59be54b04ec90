"""Bad input is one clear paragraph and exit code 2; nothing is left behind, nothing hangs."""

from __future__ import annotations

import gzip
import io
import os
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess

import pandas as pd
import pytest

from calibrate import calibrate
from calibrate.cli import main

Run = Callable[..., CompletedProcess[str]]

HEADER = "lead_id,source,country,visits,converted"
ROWS = [
    f"L{row},{'Fair Web Ads'.split()[row % 3]},{'DE AT CH'.split()[row % 5 % 3]},{row % 13},"
    f"{int(row % 3 == 0 and row % 4 > 0)}"
    for row in range(120)
]
LEADS = "\n".join([HEADER, *ROWS, ""])
DATED = "\n".join(
    [
        "lead_id,source,created_at,converted_at",
        *(
            f"L{row},{'ab'[row % 2]},2025-0{row % 9 + 1}-10,{'2025-11-02' if row % 3 == 0 else ''}"
            for row in range(60)
        ),
    ]
)
FILES: dict[str, str | bytes | None] = {"leads.csv": LEADS, "dated.csv": DATED, "folder": None}
"""What stands in the folder beside the file in question; None is a folder."""


def with_row(row: int, text: str) -> str:
    """The leads with one row of the file replaced, the header being row 1."""
    lines = LEADS.splitlines()
    lines[row - 1] = text
    return "\n".join(lines)


def with_column(name: str, *values: object) -> str:
    lines = [f"{line},{values[row % len(values)]}" for row, line in enumerate(ROWS)]
    return "\n".join([f"{HEADER},{name}", *lines])


def with_outcome(*values: object) -> str:
    lines = [f"{line[:-1]}{values[row % len(values)]}" for row, line in enumerate(ROWS)]
    return "\n".join([HEADER, *lines])


def archive() -> bytes:
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w") as pages:
        pages.writestr("leads.csv", LEADS)
    return page.getvalue()


def workbook() -> bytes:
    page = io.BytesIO()
    pd.DataFrame({"a": [1], "b": [2]}).to_excel(page, index=False)
    return page.getvalue()


def parquet_file() -> bytes:
    page = io.BytesIO()
    pd.read_csv(io.StringIO(LEADS)).to_parquet(page)
    return page.getvalue()


def card() -> str:
    return calibrate(pd.read_csv(io.StringIO(LEADS))).scorecard.to_yaml()


@dataclass(frozen=True, kw_only=True)
class Case:
    """A command on bad input, and what must be said."""

    command: str
    says: tuple[str, ...]
    files: Mapping[str, str | bytes] = field(default_factory=dict)


def run_on(content: str | bytes, *says: str, name: str = "bad.csv", options: str = "") -> Case:
    command = f"run {name} {options}" if "--out" in options else f"run {name} {options} --out out"
    return Case(command=command, says=says, files={name: content})


def with_spec(text: str | bytes, *says: str, leads: str = "leads.csv") -> Case:
    command = f"run {leads} --spec spec.yaml --out out"
    return Case(command=command, says=says, files={"spec.yaml": text})


def said(command: str, *says: str, **files: str | bytes) -> Case:
    return Case(
        command=command,
        says=says,
        files={name.replace("_yaml", ".yaml"): text for name, text in files.items()},
    )


def cases() -> dict[str, Case]:
    return {**tables(), **outcomes(), **specs(), **scoring(), **places()}


def tables() -> dict[str, Case]:
    wide = [f"{HEADER},{','.join(f'c{place}' for place in range(2000))}"]
    wide += [f"{row}{',1' * 2000}" for row in ROWS[:40]]
    return {
        "no such file": said("run lead.csv", "lead.csv: no such file", "mean `leads.csv`?"),
        "folder": said("run folder", "folder is a folder; name the file in it"),
        "file below a file": said("run leads.csv/x", "leads.csv/x cannot be read"),
        "device": said("run /dev/zero", "is a device, not a file"),
        "empty": run_on("", "bad.csv is empty", "with a header row"),
        "only a mark": run_on(b"\xff\xfe", "bad.csv is empty"),
        "empty lines": run_on("\n\n \n", "bad.csv is empty"),
        "only separators": run_on(",,,\n,,,\n", "has no column names"),
        "header only": run_on(HEADER, "has a header but no rows"),
        "one column": run_on("converted\n1\n0\n", "only one column is seen"),
        "prose": run_on("Dear all,\nhere are my leads.\nBye\n", "only one column", "Dear all,"),
        "title above": run_on(f"Leads\n\n{LEADS}", "nothing above its header", "`Leads`"),
        "wide title above": run_on(f"Leads,,,,\n{LEADS}", "row 1", "no name", "title above it"),
        "repeated names": run_on(
            with_column("source", 1), "row 1", "`source` in the columns 2, 6", "Rename"
        ),
        "binary": run_on(random.Random(1).randbytes(5000), "is not a text table"),
        "picture": run_on(b"\x89PNG\r\n\x1a\n" + bytes(90), "is a picture"),
        "zip": run_on(archive(), "is a zip archive", "Unpack it"),
        "gzip": run_on(gzip.compress(LEADS.encode()), "is a gzip archive", "Unpack it"),
        "excel as csv": run_on(workbook(), "is an Excel workbook", "right ending"),
        "parquet as csv": run_on(parquet_file(), "is a Parquet file", "right ending"),
        "web page": run_on("<!DOCTYPE html><html>", "is a web page", name="bad.xls"),
        "json": run_on('[{"a": 1}]', "is a JSON file"),
        "nul": run_on(with_row(9, "L7,Fa\0ir,DE,1,0"), "line 9", "a NUL byte"),
        "cut utf-16": run_on(LEADS.encode("utf-16")[:-1], "begins like UTF-16-LE", "UTF-8"),
        "long row": run_on(with_row(11, "a,b,c,1,0,7"), "row 11", "6 cells", "contains a comma"),
        "short row": run_on(with_row(11, "a,b"), "row 11", "2 cells where the header has 5"),
        "short row after a line break": run_on(
            with_row(5, '"L3\nx\ny",Fair,DE,1,0').replace("L9,", "L9 ", 1), "row 11 (line 13)"
        ),
        "footer": run_on(f"{LEADS}Copyright 2026\n", "row 122", "one cell", "delete it"),
        "open quote": run_on(with_row(9, '"L7,Fair,DE,1,0'), "row 9", "never closed"),
        "open quote at the end": run_on(with_row(9, 'L7,Fair,DE,1,"0'), "row 9", "never closed"),
        "large cell": run_on(
            with_row(9, f"L7,{'x' * 5_000_000},DE,1,0"), "row 9, column `source`", "5,000,000"
        ),
        "many columns": run_on("\n".join(wide), "2,003 columns to try", "under `only:`"),
        "repeated ids": run_on(
            f"{LEADS}L3,Fair,DE,1,0\n", "`lead_id`", "`L3`", "row 5 and row 122", "`exclude`"
        ),
        "constant": run_on(
            re.sub(r",\w+,\w+,\d+,(\d)\n", r",Web,DE,1,\1\n", LEADS),
            "no column is left that could tell leads apart",
            "`source` has one value, `",
        ),
        "id and outcome": run_on(
            re.sub(r",\w+,\w+,\w+,(\w+)\n", r",\1\n", LEADS), "no column is left", "Export what"
        ),
        "no workbook": run_on("no", "cannot be read as an Excel workbook", name="bad.xlsx"),
        "cut workbook": run_on(workbook()[:900], "cannot be read as an Excel", name="bad.xlsx"),
        "no parquet": run_on("no", "cannot be read as Parquet", name="bad.parquet"),
        "cut parquet": run_on(parquet_file()[:900], "cannot be read as", name="bad.parquet"),
    }


def outcomes() -> dict[str, Case]:
    plain = re.sub(r",\w+$", "", LEADS, flags=re.MULTILINE)
    return {
        "no outcome": run_on(plain, "no column says plainly who", "None of `lead_id`, `source`"),
        "a stage": run_on(
            with_outcome("Won", "Lost", "Engaging").replace("converted", "deal_stage"),
            "`deal_stage` (Won, Lost, Engaging)",
            "`outcome: {column: deal_stage, customer: [Won], lost: [Lost]}`",
        ),
        "a flag under another name": run_on(
            with_outcome("yes", "no").replace("converted", "bought"), "For `bought` add --outcome"
        ),
        "no customers": run_on(with_outcome(0), "none of them is a customer"),
        "only customers": run_on(with_outcome("Yes"), "all of them are customers"),
        "third value": run_on(
            with_outcome(0, 1, "maybe"), "`maybe` (40 leads)", 'customer: ["1"], lost: ["0"]'
        ),
        "days as a flag": Case(
            command="run bad.csv --spec spec.yaml --out out",
            says=("`2026-01-31` (40 leads)", "are days", "`outcome: {closed: converted}`"),
            files={
                "bad.csv": with_outcome("2026-01-31", "", "2026-02-01"),
                "spec.yaml": "outcome: {column: converted}",
            },
        ),
        "option names no column": said(
            "run leads.csv --outcome convertd", "no column `convertd`; did you mean `converted`?"
        ),
        "option names a third value": said(
            "run leads.csv --outcome source", "`Fair` (40 leads)", "customer: ["
        ),
        "option names many values": said(
            "run leads.csv --outcome lead_id", "114 other values", "name another column"
        ),
        "no date": run_on(
            DATED.replace("2025-03-10", "soon", 1), "row 4, column `created_at`", "`soon`"
        ),
        "no close date": run_on(
            DATED.replace("2025-11-02", "n/a", 1), "row 2, column `converted_at`", "`missing:`"
        ),
        "either day or month": run_on(
            re.sub(r"2025-(0\d)-10", r"\1/10/2025", DATED), "either number could be the month"
        ),
        "no creation date": run_on(
            DATED.replace("created_at", "colour"), "the day each lead was created", "`colour`"
        ),
        "nobody mature": said(
            "run dated.csv --spec spec.yaml",
            "none can be counted",
            "too young for the window",
            spec_yaml="window_days: 3000",
        ),
        "endless window": said(
            "run dated.csv --spec spec.yaml", "window_days", spec_yaml=f"window_days: {10**30}"
        ),
    }


def specs() -> dict[str, Case]:
    return {
        "no such spec": said("run leads.csv --spec no.yaml", "no.yaml: no such file"),
        "spec is a folder": said("run leads.csv --spec folder", "folder is a folder"),
        "spec is binary": with_spec(random.Random(2).randbytes(300), "spec.yaml is not UTF-8 text"),
        "spec is no yaml": with_spec("a: [1,\nb: }", "spec.yaml, line 2", "not readable as YAML"),
        "spec has tabs": with_spec("leads:\n\tid: x", "spec.yaml, line 2"),
        "spec is a list": with_spec("- a\n- b", "spec.yaml", "`key: value`"),
        "spec is prose": with_spec("hello", "spec.yaml", "`key: value`"),
        "spec is nested deeply": with_spec("[" * 20_000, "spec.yaml", "nested too deeply"),
        "spec is a card": with_spec(card(), "calibrate/scorecard/1", "calibrate/spec/1"),
        "newer spec": with_spec("schema: calibrate/spec/9", "calibrate/spec/9", "newer calibrate"),
        "unknown keys": with_spec(
            "outcom: {}\npoints: {mesure: x}", "mean `outcome`?", "points.mesure", "`measure`?"
        ),
        "wrong types": with_spec(
            "min_leads: many\nwindow_days: -3\nonly: source\nas_of: soon",
            *("min_leads: found `many`", "window_days: found -3", "as_of: found `soon`"),
        ),
        "repeated key": with_spec("min_leads: 3\nmin_leads: 4", "line 2", "stands twice"),
        "unknown columns": with_spec(
            "exclude: [contry]\nattributes: {sorce: {}}\noutcome: {column: convertd}",
            "mean `country`?",
            "mean `source`?",
            "mean `converted`?",
        ),
        "text as a number": with_spec(
            "attributes: {source: {kind: number}}", "attributes.source", "`Fair` (row 2)"
        ),
        "bands on text": with_spec(
            "attributes: {source: {bands: [1, 2]}}", "attributes.source", "`Fair` (row 2)"
        ),
        "text as yes or no": with_spec(
            "attributes: {country: {kind: boolean}}", "attributes.country", "`DE` (row 2)"
        ),
        "nothing left": with_spec("exclude: [source, country, visits]", "no column is left"),
        "no such customer": with_spec(
            "outcome: {column: country, customer: [DEE]}", "no lead has `DEE`", "mean `DE`?"
        ),
    }


def scoring() -> dict[str, Case]:
    whole = card()
    lacking = LEADS.replace("source", "sourse")
    return {
        "no such card": said("score no.yaml leads.csv", "no.yaml: no such file"),
        "card is a folder": said("score folder leads.csv", "folder is a folder"),
        "card is leads": said("score leads.csv leads.csv", "leads.csv"),
        "card is a spec": said(
            "score spec.yaml leads.csv", "calibrate/spec/1", spec_yaml="schema: calibrate/spec/1"
        ),
        "card is empty": said("score card.yaml leads.csv", "card.yaml", card_yaml=""),
        "card is cut": said("score card.yaml leads.csv", "card.yaml", card_yaml=whole[:900]),
        "newer card": said(
            "score card.yaml leads.csv",
            "calibrate/scorecard/2",
            "newer calibrate",
            card_yaml=whole.replace("scorecard/1", "scorecard/2", 1),
        ),
        "damaged card": said(
            "score card.yaml leads.csv",
            "treshold",
            "mean `threshold`?",
            card_yaml=whole.replace("\nthreshold:", "\ntreshold:", 1),
        ),
        "column of the card is not there": Case(
            command="score card.yaml bad.csv --out scored.csv",
            says=("bad.csv lacks columns", "`source` (is it `sourse`?)"),
            files={"card.yaml": whole, "bad.csv": lacking},
        ),
        "nobody to score": Case(
            command="score card.yaml bad.csv",
            says=("bad.csv has a header but no rows",),
            files={"card.yaml": whole, "bad.csv": HEADER},
        ),
        "wrong ending": said(
            "score card.yaml leads.csv --out scored.xlsx", ".csv or .parquet", card_yaml=whole
        ),
        "no folder for scores": said(
            "score card.yaml leads.csv --out no/scored.csv",
            "no/scored.csv cannot be written",
            card_yaml=whole,
        ),
    }


def places() -> dict[str, Case]:
    found = {
        "out below a file": said("run leads.csv --out leads.csv/out", "cannot be written"),
        "out is a file": said("run leads.csv --out leads.csv", "leads.csv cannot be written"),
        "out has too long a name": said(f"run leads.csv --out {'x' * 300}", "cannot be written"),
        "spec is there already": said("init leads.csv --out dated.csv", "is there already"),
        "spec is a folder that is there": said("init leads.csv --out folder", "there already"),
        "no folder for the spec": said("init leads.csv --out no/s.yaml", "cannot be written"),
        "init without outcome": Case(
            command="init bad.csv", says=("no column says",), files={"bad.csv": "a,b\nx,1\ny,2\n"}
        ),
        "demo into a file": said("demo leads.csv", "leads.csv cannot be written"),
    }
    if Path("/proc").is_dir():
        found["out in /proc"] = said("run leads.csv --out /proc/calibration", "cannot be written")
        found["spec in /proc"] = said("init leads.csv --out /proc/spec.yaml", "cannot be written")
    return found


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


CASES = cases()
IN_A_PROCESS = frozenset(
    {
        "no such file",
        "folder",
        "empty",
        "header only",
        "no outcome",
        "no customers",
        "third value",
        "repeated names",
        "binary",
        "long row",
        "large cell",
        "nul",
        "many columns",
        "repeated ids",
        "constant",
        "no date",
        "unknown keys",
        "wrong types",
        "unknown columns",
        "newer card",
        "out below a file",
        "out in /proc",
    }
)
"""What is tried as a person does it; the others call the same command without a new process."""


def prepare(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    for name, content in files.items():
        if content is None:
            (folder / name).mkdir()
        else:
            text = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(text)


def run_here(arguments: list[str], folder: Path) -> tuple[int, str, str]:
    out, error = io.StringIO(), io.StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(error):
        code = main(arguments)
    return code, out.getvalue(), error.getvalue()


@pytest.mark.parametrize("name", CASES)
def test_one_paragraph_and_nothing_left_behind(name: str, command: Run, tmp_path: Path) -> None:
    case = CASES[name]
    prepare(tmp_path, {**FILES, **case.files})
    before = contents(tmp_path)
    if name in IN_A_PROCESS:
        done = command(*case.command.split(), folder=tmp_path)
        code, out, error = done.returncode, done.stdout, done.stderr
    else:
        code, out, error = run_here(case.command.split(), tmp_path)
    assert (code, out) == (2, ""), error
    assert error.startswith("calibrate: ")
    assert "Traceback" not in error
    assert "\n\n" not in error.rstrip()
    assert len(error) < 1500
    assert all(len(line) <= 80 for line in error.splitlines())
    # Lines are broken for the terminal, and long words within: blanks do not count.
    together = "".join(error.split())
    missing = [says for says in case.says if "".join(says.split()) not in together]
    assert missing == [], error
    assert contents(tmp_path) == before


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read anything"
)
def test_permissions(command: Run, tmp_path: Path) -> None:
    leads, shut = tmp_path / "leads.csv", tmp_path / "shut"
    leads.write_text(LEADS)
    shut.mkdir(mode=0o500)
    done = command("run", leads, "--out", shut / "out", folder=tmp_path)
    assert (done.returncode, "cannot be written" in done.stderr) == (2, True)
    leads.chmod(0)
    done = command("run", leads, folder=tmp_path)
    assert (done.returncode, "cannot be read" in done.stderr) == (2, True)

"""Two thousand broken inputs, each given to the command as a person does.

None may end in a traceback, hang, or leave a part of a result behind. What fails is kept in
``build/malformed/``; `case(number)` makes it again.
"""

from __future__ import annotations

import csv
import faulthandler
import io
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import traceback
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import FrameType

import numpy as np
import pytest

from calibrate import Scorecard, Spec
from calibrate.cli import main
from tests.inputs.malformed import (
    SHEET,
    Case,
    case,
    dialect,
    event_rows,
    firm_rows,
    leads_rows,
    sheet_cells,
    workbook,
    zipped,
)

WHOLE = os.environ.get("CALIBRATE_SIMULATE") == "whole"
INPUTS = 2300 if WHOLE else 253
BATCH = 23  # one turn through the groups of inputs
LONGEST = 10
"""Seconds; most take a hundredth of one."""
STUCK = 60
"""Seconds after which compiled code that no alarm reaches is ended, with the whole test run."""
LONGEST_COMPLAINT = 1200
KEPT = Path(__file__).parents[2] / "build" / "malformed"
RUN_FILES = {
    *("evidence.csv", "evidence.xlsx", "report.html", "scorecard.yaml", "spec.yaml"),
    *("plots/scores.svg", "plots/sweep.svg"),
}
MAY_BE = "out/plots/lift.svg"
"""Not where no level was tested."""
# What Python and the packages below call their errors: no words for a person.
CLASS_NAME = re.compile(
    r"\b(?!Calibrate)[A-Z][A-Za-z]*(?:Error|Exception|Warning)\b|\bArrow[A-Z]\w+|"
    r"panicked|\bNoneType\b|<class |\bobject at "
)
FROM_INPUT = re.compile(r"`[^`]*`")

pytestmark = pytest.mark.simulation


class TookTooLong(BaseException):
    """No `except Exception` on the way may take it for something else."""


def ring(_signal: int, _frame: FrameType | None) -> None:
    raise TookTooLong


@contextmanager
def alarm(one: Case) -> Iterator[None]:
    """Ring after the longest time; where nobody hears it, leave a note and end the process."""
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    KEPT.mkdir(parents=True, exist_ok=True)
    note = KEPT / f"stuck-{os.getpid()}.txt"
    with note.open("w") as page:
        page.write(f"case({one.number}) never came back: {one.kind}, {one.command}\n")
        page.flush()
        faulthandler.dump_traceback_later(STUCK, exit=True, file=page)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    note.unlink()


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def told(command: list[str]) -> tuple[int, str, str]:
    """Run the command; its texts go where strict UTF-8 goes, as on a terminal."""
    out, error = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in "oe")
    with redirect_stdout(out), redirect_stderr(error):
        code = main(command)
    out.flush()
    error.flush()
    said, complaint = (one.buffer.getvalue().decode() for one in (out, error))  # type: ignore[attr-defined]
    return code, said, complaint


@pytest.fixture(scope="session")
def cards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Cards to score with: of leads alone, with what they did, with a joined table."""
    folder = tmp_path_factory.mktemp("cards")
    rng = np.random.default_rng(1)
    tables = {
        "leads.csv": leads_rows(rng, 150),
        "events.csv": [event_rows(rng)[0], *(row for _ in range(9) for row in event_rows(rng)[1:])],
        "firms.csv": firm_rows(rng),
    }
    for name, rows in tables.items():
        (folder / name).write_text(dialect(rows), encoding="utf-8")
    start = "leads: {id: lead_id, created: created_at}\noutcome: {column: won}\n"
    start += "points: {award: all}\nexclude: [converted_at]\n"
    more = {
        "leads": "",
        "events": "events: {path: events.csv, score_after_days: 14}\n",
        "joined": "join: [{path: firms.csv, on: lead_id}]\n",
    }
    made = {}
    for name, lines in more.items():
        (folder / "spec.yaml").write_text(start + lines)
        with chdir(folder):
            code, _, error = told(["run", "leads.csv", "--spec", "spec.yaml", "--out", name])
        assert (code, error) == (0, "")
        made[name] = (folder / name / "scorecard.yaml").read_text(encoding="utf-8")
    return made


def card_for(one: Case, cards: dict[str, str]) -> bytes:
    group = one.kind.partition(":")[0]
    text = cards.get(group, cards["leads"])
    # The card names the further file it was made with; here this is the broken one.
    for name in ("events.csv", "firms.csv"):
        text = text.replace(name, one.broken)
    return text.encode()


# ------------------------------------------------------------------ what must hold


def faults_of_a_refusal(one: Case, said: str, error: str, new: set[str]) -> list[str]:
    """Say what is wrong with a complaint, if anything."""
    together = "".join(error.split())
    own_words = FROM_INPUT.sub("", " ".join(error.split()))
    names = {one.broken, *one.files, *one.command[1:3]}
    checks = {
        "begins with calibrate": error.startswith("calibrate: "),
        "is one paragraph": "\n\n" not in error.strip() and error.count("calibrate: ") == 1,
        "names a file": any(name in together for name in names),
        "has no traceback": "Traceback" not in error and 'File "' not in error,
        "has no names of classes": CLASS_NAME.search(own_words) is None,
        f"has at most {LONGEST_COMPLAINT} letters": len(error) <= LONGEST_COMPLAINT,
        "fits the screen": max(map(len, error.splitlines()), default=0) <= 80,
        "is said alone": said == "",
        f"leaves nothing behind, not {sorted(new)}": not new,
    }
    return [f"the complaint: {what}" for what, holds in checks.items() if not holds]


def faults_of_a_result(one: Case, folder: Path, error: str, new: set[str]) -> list[str]:
    """Say what is wrong with what was written, if anything."""
    word, options = one.command[0], one.command
    wanted = {options[place + 1] for place, text in enumerate(options) if text == "--html"}
    if word == "run":
        wanted |= {f"out/{name}" for name in RUN_FILES} | ({MAY_BE} & new)
        wanted |= {"out/scores.csv"} if "--scores" in options else set()
    elif word in ("init", "score"):
        wanted.add(options[options.index("--out") + 1])
    faults = [f"stderr: {error[:300]}"] if error else []
    if wanted != new:
        return [*faults, f"files: lacks {sorted(wanted - new)}, has {sorted(new - wanted)}"]
    if word == "run":
        text = (folder / "out/scorecard.yaml").read_text(encoding="utf-8")
        if Scorecard.load(folder / "out/scorecard.yaml").to_yaml() != text:
            faults.append("the card does not read back")
        Spec.load(folder / "out/spec.yaml")
    if word == "init":
        Spec.load(folder / "new.yaml")
    for name in wanted:
        content = (folder / name).read_bytes()
        if name.endswith((".html", ".svg")):
            content.decode()
            whole = content.rstrip().endswith((b"</html>", b"</svg>"))
            faults += [] if whole else [f"{name} is cut off"]
        elif name.endswith(".csv"):
            faults += ragged_rows(name, content.decode())
    return faults


def ragged_rows(name: str, text: str) -> list[str]:
    csv.field_size_limit(10**9)
    widths = {len(row) for row in csv.reader(io.StringIO(text, newline=""))}
    return [] if len(widths) == 1 else [f"{name} has rows of {sorted(widths)} cells"]


def unprintable(text: str) -> list[str]:
    found = {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cs")} - {"\n"}
    return [f"printed {sorted(map(ascii, found))}"] if found else []


def place_of(fault: BaseException) -> str:
    frames = traceback.extract_tb(fault.__traceback__)
    own = [one for one in frames if f"{os.sep}calibrate{os.sep}" in one.filename] or frames
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}; {frames[-1].filename}"


def tried(one: Case, cards: dict[str, str], folder: Path) -> tuple[int, float, list[str]]:
    """Run one case; give its exit code, the seconds it took, and what is wrong."""
    folder.mkdir()
    if "card.yaml" in one.files:
        one.files["card.yaml"] = card_for(one, cards)
    for name, content in one.files.items():
        (folder / name).write_bytes(content)
    code, said, error, faults = -1, "", "", []
    start = time.perf_counter()
    try:
        with chdir(folder), alarm(one):
            code, said, error = told(one.command)
    except KeyboardInterrupt:
        raise
    except BaseException as fault:  # a panic of compiled code is no Exception
        faults.append(f"{type(fault).__name__}: {str(fault)[:200]} ({place_of(fault)})")
    took = time.perf_counter() - start
    after = files_in(folder)
    new = set(after) - set(one.files)
    if any(after.get(name) != content for name, content in one.files.items()):
        faults.append("the files that were given are not as they were")
    if not faults:
        faults += unprintable(said) + unprintable(error)
        if code == 2:
            faults += faults_of_a_refusal(one, said, error, new)
        else:
            faults += [f"exit code {code}"] if code else []
            faults += faults_of_a_result(one, folder, error, new)
    elif new:
        faults.append(f"leaves behind {sorted(new)}")
    if took > LONGEST:
        faults.append(f"took {took:.1f} s")
    if faults:
        keep(one, folder, [*faults, error])
    shutil.rmtree(folder)
    return code, took, faults


def keep(one: Case, folder: Path, faults: list[str]) -> None:
    """Keep the input for a replay by hand: the folder, the command, what is wrong."""
    kept = KEPT / str(one.number)
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder, kept)
    lines = [one.kind, f"calibrate {' '.join(one.command)}", *faults]
    (kept / "faults.txt").write_text("\n".join(lines), encoding="utf-8", errors="replace")


FIGURES: list[tuple[str, str, int, float]] = []
"""Kind, command, exit code and seconds of each input."""


@pytest.mark.parametrize("first", range(0, INPUTS, BATCH))
def test_broken_inputs_are_read_or_refused(
    first: int, cards: dict[str, str], tmp_path: Path
) -> None:
    failed = []
    for number in range(first, min(first + BATCH, INPUTS)):
        one = case(number)
        code, took, faults = tried(one, cards, tmp_path / "input")
        FIGURES.append((one.kind, one.command[0], code, took))
        if faults:
            failed.append(f"{number} ({one.kind}; {' '.join(one.command)}): {'; '.join(faults)}")
    assert not failed, "\n".join([f"kept in {KEPT}:", *failed])


def test_inputs_are_of_all_sorts() -> None:
    """Otherwise nothing but refusals, or but harmless ones, would have been tried."""
    if len(FIGURES) < INPUTS:
        pytest.skip("only some of the inputs were tried")
    codes = Counter((kind, code) for kind, _, code, _ in FIGURES)
    for kind in sorted({kind for kind, _ in codes}):
        print(f"{kind:36} {codes[kind, 0]:4} done {codes[kind, 2]:4} refused")
    kind, word, _, took = max(FIGURES, key=lambda figure: figure[3])
    total = sum(figure[3] for figure in FIGURES)
    print(f"{len(FIGURES)} inputs in {total:.0f} s; the slowest, {word} of {kind}, {took:.2f} s")
    for word in ("run", "check", "init", "score"):
        ends = [code for _, command, code, _ in FIGURES if command == word]
        assert min(ends.count(0), ends.count(2)) >= len(ends) / 10
    assert len({kind for kind, *_ in FIGURES}) >= 70


FAR = ("XFD60000", "ZZ1048576", "XFD1048576", "A99999999999", "AAAAAAA9")


def memory_fillers() -> dict[str, bytes]:
    """Small workbooks for which the package that reads them asks for all memory there is."""
    rng = np.random.default_rng(1)
    members = workbook(leads_rows(rng, 30), rng)
    made = {}
    for cell in FAR:
        row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        cells = [
            '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>',
            f'<row r="{row}"><c r="{cell}"><v>1</v></c></row>',
        ]
        made[cell] = zipped(members | {SHEET: sheet_cells(cells)})
    # An old Office file, as locked workbooks are, whose list of sectors leads back to itself.
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    made["circle"] = start + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(478 + 512)
    return made


@pytest.mark.skipif(sys.platform != "linux", reason="only there is memory held to a limit")
@pytest.mark.parametrize("name", [*FAR, "circle"])
def test_a_small_workbook_does_not_fill_the_memory(name: str, tmp_path: Path) -> None:
    """In a process of its own, since running out of memory ends it."""
    (tmp_path / "leads.xlsx").write_bytes(memory_fillers()[name])
    start = "import resource as r; r.setrlimit(r.RLIMIT_AS, (4 << 30, 4 << 30)); "
    done = subprocess.run(
        [sys.executable, "-c", start + "from calibrate.cli import main; raise SystemExit(main())",
         "check", "leads.xlsx"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=STUCK,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr[-2000:]
    assert done.stderr.startswith("calibrate: leads.xlsx")

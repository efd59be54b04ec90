"""`calibrate check` and `init` as a person runs them: screens, pages, drafts and exit codes."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import calibrate as cal
from calibrate import Spec
from calibrate.draft import draft_spec

Command = Callable[..., subprocess.CompletedProcess[str]]

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=http://evil.example/x.png onerror=alert(3)>',
    "</title></style></body><h1>gone</h1>",
    "{{7*7}} {% raw %}",
    "red\x1b[31m text",
    "<link rel=stylesheet href=//evil.example/a.css>",
]


class Page(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.shown += data


def safe(path: Path) -> Page:
    """Give a page once it has no script and asks for nothing."""
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "form", "b"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "href"):
            assert re.match(r"data:image/svg\+xml;base64,|#", attributes.get(name) or "#"), tag
    assert not re.search(r"url\(\s*['\"]?(?!data:)\w|@import", text)
    return page


def well(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def badly(done: subprocess.CompletedProcess[str]) -> str:
    """Give the complaint: one paragraph, nothing on stdout."""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("calibrate: ")
    assert "Traceback" not in done.stderr
    assert "\n\n" not in done.stderr.strip()
    assert max(map(len, done.stderr.splitlines())) <= 80
    return " ".join(done.stderr.split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leads with dates, a leak, hostile texts and a placeholder; their events; a further table."""
    rng = np.random.default_rng(21)
    rows = 900
    created = pd.Timestamp("2025-01-01 08:00:00") + pd.to_timedelta(
        np.sort(rng.integers(0, 300 * 86_400, rows)), unit="s"
    )
    demo, days_ago = rng.random(rows) < 0.5, rng.integers(0, 40, rows)
    closes = rng.random(rows) < 0.1 + 0.5 * demo * (days_ago < 15)
    closed = created + pd.to_timedelta(rng.integers(1, 60 * 86_400, rows), unit="s")
    ids = [f"L{row}" for row in range(rows)]
    place = tmp_path_factory.mktemp("check")
    pd.DataFrame(
        {
            "lead_id": ids,
            "created_at": created.strftime("%Y-%m-%d %H:%M:%S"),
            "converted_at": np.where(closes, closed.strftime("%Y-%m-%d %H:%M:%S"), ""),
            "source": rng.choice([*HOSTILE, "Select"], rows),
            "<b>region</b>": rng.choice(["North", "North ", "South"], rows),
            "invoice": np.where(closes, "sent", "none"),
        }
    ).to_csv(place / "leads.csv", index=False)
    done = [
        (ids[row], "demo", created[row] - pd.Timedelta(days=int(days_ago[row])))
        for row in np.flatnonzero(demo)
    ]
    done += [
        (ids[row], HOSTILE[0], created[row] - pd.Timedelta(hours=9)) for row in range(0, rows, 2)
    ]
    log = pd.DataFrame(done, columns=["lead_id", "event", "at"])
    log["at"] = log["at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    log.to_csv(place / "events.csv", index=False)
    pd.DataFrame({"lead_id": ids, "staff": rng.choice(["few", "many"], rows)}).to_csv(
        place / "firms.csv", index=False
    )
    (place / "spec.yaml").write_text(
        "window_days: 60\n"
        "join: [{path: firms.csv, on: lead_id}]\n"
        "events: {path: events.csv, score_after_days: 1, expire: {demo: {expires_days: 50}}}\n"
    )
    return place


# ------------------------------------------------------------------ check


def test_check_says_what_it_found_and_succeeds(folder: Path, command: Command) -> None:
    before = {path.name for path in folder.iterdir()}
    said = well(command("check", "leads.csv", "--spec", "spec.yaml", folder=folder))
    assert max(map(len, said.splitlines())) <= 80
    assert "\x1b" not in said
    plain = " ".join(said.split())
    for part in (
        "900 leads, ",
        "Time to close",
        "Close rate by fifth of the leads",
        "Key behaviours before closing",
        "Close rate by age of the last event",
        "`invoice` was probably filled in after the deal",
        "`Select` in `source`",
    ):
        assert part in plain
    assert {path.name for path in folder.iterdir()} == before


def test_check_prints_what_the_library_finds(folder: Path, command: Command) -> None:
    said = well(command("check", "leads.csv", "--events", "events.csv", folder=folder))
    found = cal.check(folder / "leads.csv", events=folder / "events.csv")
    assert said.rstrip("\n") == str(found)
    plain = " ".join(said.split())
    for one in found.findings:
        if "\x1b" not in one.says:
            assert " ".join(one.says.split()) in plain


def test_leads_without_dates_are_checked_too(
    leads_csv: Path, command: Command, tmp_path: Path
) -> None:
    said = well(command("check", leads_csv, folder=tmp_path))
    assert "Time to close" not in said
    assert "fifth 1 of the file" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.csv"], "nowhere.csv"),
        (["leads.csv", "--events", "nowhere.csv"], "nowhere.csv"),
        (["leads.csv", "--spec", "nowhere.yaml"], "nowhere.yaml"),
        (["leads.csv", "--outcome", "sold"], "no column `sold`"),
        (["firms.csv"], "no column says plainly who became a customer"),
        (["leads.csv", "--events", "firms.csv"], "no column of the event log plainly"),
        (["leads.csv", "--html", "nowhere/page.html"], "nowhere"),
    ],
)
def test_bad_input_is_one_paragraph(
    folder: Path, command: Command, arguments: list[str], says: str
) -> None:
    before = sorted(path.name for path in folder.iterdir())
    assert says in badly(command("check", *arguments, folder=folder))
    assert sorted(path.name for path in folder.iterdir()) == before


# ------------------------------------------------------------------ pages


def test_the_page_of_check_shows_everything_and_runs_nothing(
    folder: Path, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    arguments = ("check", "leads.csv", "--spec", "spec.yaml", "--html", path)
    said = well(command(*arguments, folder=folder))
    assert f"Written to {path}" in said
    page = safe(path)
    found = cal.check(folder / "leads.csv", folder / "spec.yaml")
    shown = " ".join(page.shown.split())
    for one in found.findings:
        if "\x1b" not in one.says:
            assert " ".join(one.says.replace("`", "").split()) in shown.replace("`", "")
    assert shown.count("Key behaviours") == 1
    pictures = [tag for tag, _ in page.elements if tag == "img"]
    assert len(pictures) == 2
    assert "\x1b" not in path.read_text(encoding="utf-8")


def test_the_same_leads_give_the_same_page(folder: Path, command: Command, tmp_path: Path) -> None:
    for name in ("one", "two"):
        path = tmp_path / f"{name}.html"
        seed = {"one": 0, "two": 99}[name]
        well(command("check", "leads.csv", "--html", path, folder=folder, seed=seed))
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_the_page_of_init_shows_the_draft(folder: Path, command: Command, tmp_path: Path) -> None:
    path, draft = tmp_path / "page.html", tmp_path / "draft.yaml"
    arguments = ("init", "leads.csv", "--spec", "spec.yaml", "--out", draft, "--html", path)
    well(command(*arguments, folder=folder))
    page = safe(path)
    lines = draft.read_text(encoding="utf-8").splitlines()
    for line in lines:
        assert line in page.shown
    assert any(line.startswith("events: ") for line in lines)


# ------------------------------------------------------------------ init


def test_a_draft_with_events_and_a_join_gives_the_same_run(
    folder: Path, command: Command, tmp_path: Path
) -> None:
    draft = tmp_path / "draft.yaml"
    well(command("init", "leads.csv", "--spec", "spec.yaml", "--out", draft, folder=folder))
    assert Spec.load(draft).join == Spec.load(folder / "spec.yaml").join
    given = cal.calibrate(folder / "leads.csv", folder / "spec.yaml")
    drafted = cal.calibrate(folder / "leads.csv", draft)
    assert drafted.leads.counted == given.leads.counted
    assert drafted.points == given.points
    assert drafted.threshold == given.threshold
    assert drafted.leads.withheld == given.leads.withheld


def test_a_draft_is_drafted_again_as_it_is(folder: Path) -> None:
    first = cal.read_leads(folder / "leads.csv", folder / "spec.yaml")
    text = draft_spec(first)
    again = draft_spec(cal.read_leads(folder / "leads.csv", Spec.from_text(text)))
    settled = [
        [line for line in one.splitlines() if not line.startswith("#")] for one in (text, again)
    ]
    assert settled[0] == settled[1]


def test_a_draft_says_what_is_withheld_and_made(folder: Path) -> None:
    leads = cal.read_leads(folder / "leads.csv", folder / "spec.yaml")
    comments = " ".join(
        line.removeprefix("# ") for line in draft_spec(leads).splitlines() if line.startswith("#")
    )
    assert "`invoice` was probably filled in after the deal" in comments
    assert "Made and tried too: " in comments
    assert "demo: days since" in comments
    median = cal.check(leads).expires_days
    assert f"expires_days: {median}" in comments


def test_init_overwrites_nothing(folder: Path, command: Command) -> None:
    before = (folder / "spec.yaml").read_bytes()
    assert "is there already" in badly(command("init", "leads.csv", folder=folder))
    assert (folder / "spec.yaml").read_bytes() == before

"""A card with a policy on the command line, as a person uses it."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibrate import Scorecard, calibrate
from calibrate.engines.tables import open_table
from calibrate.moves import moves_between

Command = Callable[..., subprocess.CompletedProcess[str]]

HOSTILE = "=cmd|' /C calc'!A0"
RED = "\x1b[31mred\x1b[0m"
LONG = "a level whose name goes on and on " * 8
SPEC: dict[str, Any] = {
    "leads": {"id": "lead"},
    "outcome": {"column": "converted"},
    "only": ["source", "channel", "size", "pages"],
    "attributes": {"channel": {"wanted": True}, "pages": {"kind": "number", "group": "behaviour"}},
    "vetoes": [{"source": [RED]}],
    "gates": [
        {"name": "enough", "at_least": 1, "of": [{"size": ["Large", LONG]}, {"pages": {"from": 2}}]}
    ],
    "must_contact": {"close_rate_low": 0.85},
    "size_prefix": {"attribute": "size", "digits": {"Small": 1, "Large": 3}},
    "tiers": {"cold": 0, "=warm": 30, "hot": 60},
    "follow_up": {"hot": {"action": "+call", "within_hours": 24}},
    "threshold": {"customer_quantile": 0.1},
}  # fmt: skip


def leads(n: int = 900) -> pd.DataFrame:
    rng = np.random.default_rng(12)
    source = rng.choice([HOSTILE, RED, "web", "fair"], n)
    size = rng.choice(["Small", "Large", LONG], n)
    channel = rng.choice(["direct", "partner", "referral"], n, p=[0.6, 0.3, 0.1])
    pages = rng.poisson(3, n)
    odds = -2.5 + 1.5 * (source == "fair") + (source == HOSTILE) + 0.4 * pages + (size == "Large")
    closed = (rng.random(n) < 1 / (1 + np.exp(-odds))) | (channel == "referral")
    ids = [f"L{row}" for row in range(n)]
    ids[:3] = ["\x1b[2JL0", "=HYPERLINK(1)", "an id of many letters " * 9]
    return pd.DataFrame(
        {
            "lead": ids,
            "source": source,
            "channel": channel,
            "size": size,
            "pages": pages,
            "converted": closed.astype(int),
        }
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the card, the leads that taught it, and new leads without an outcome."""
    folder = tmp_path_factory.mktemp("policy")
    frame = leads()
    run = calibrate(frame, SPEC)
    assert run.scorecard.must_contact
    run.scorecard.save(folder / "card.yaml")
    frame.drop(columns=["converted"]).to_csv(folder / "new.csv", index=False)
    return folder


def fits(text: str) -> bool:
    """80 columns, and nothing that a terminal would obey."""
    lines = [line for line in text.splitlines() if not line.startswith("Written to ")]
    return all(len(line) <= 80 for line in lines) and not set(text) & {"\x1b", "\x07"}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_a_paragraph(done: subprocess.CompletedProcess[str]) -> bool:
    return (
        done.returncode == 2
        and not done.stdout
        and done.stderr.startswith("calibrate: ")
        and "Traceback" not in done.stderr
        and "\n\n" not in done.stderr
        and fits(done.stderr)
    )


def test_every_row_of_the_file_is_what_the_library_says(
    place: Path, command: Command, tmp_path: Path
) -> None:
    done = command("score", "card.yaml", "new.csv", "--as-of", "2026-03-02",
                   "--out", tmp_path / "out.csv", folder=place)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert fits(done.stdout)
    rows = rows_of(tmp_path / "out.csv")

    frame = pd.read_csv(place / "new.csv")
    wanted = Scorecard.load(place / "card.yaml").score(frame, as_of=dt.date(2026, 3, 2))
    for name in wanted:
        for row, value in zip(rows, wanted[name].tolist(), strict=True):
            text = "" if pd.isna(value) else str(value).lower() if name == "passes" else str(value)
            if name != "close_rate":
                assert row[name].lstrip("'") == text.lstrip("'")


def test_no_cell_of_the_files_is_run_by_a_spreadsheet(
    place: Path, command: Command, tmp_path: Path
) -> None:
    for words in (("score", "card.yaml", "new.csv"), ("queue", "card.yaml", "new.csv")):
        out = tmp_path / f"{words[0]}.csv"
        done = command(*words, "--out", out, folder=place)
        assert done.returncode == 0, done.stderr
        rows = rows_of(out)
        assert any("cmd|" in cell for row in rows for cell in row.values())
        assert {row["action"] for row in rows} >= {"'+call"}
        for row in rows:
            for name, cell in row.items():
                is_number = cell.lstrip("-").replace(".", "", 1).isdigit()
                assert is_number or not cell.startswith(("=", "+", "-", "@", "\t")), (name, cell)


@pytest.mark.parametrize(
    "lead", ["\x1b[2JL0", "=HYPERLINK(1)", "an id of many letters " * 9, " l5 "]
)
def test_a_lead_is_explained_by_its_id_whatever_that_is(
    place: Path, command: Command, tmp_path: Path, lead: str
) -> None:
    done = command("score", "card.yaml", "new.csv", "--explain", lead, folder=place)
    assert done.returncode == 0, done.stderr
    assert fits(done.stdout)
    frame = pd.read_csv(place / "new.csv")
    row = frame.index[frame["lead"].str.strip().str.lower() == lead.strip().lower()][0]
    score = Scorecard.load(place / "card.yaml").score(frame)["score"][row]
    assert f"has {score} points" in " ".join(done.stdout.split())
    points = [
        int(line[50:57].replace("+", "").replace("−", "-"))
        for line in done.stdout.splitlines()
        if len(line) >= 57 and line[50:57].strip().lstrip("+-−").isdigit()
    ]
    assert points[-1] == score == sum(points[:-1])
    assert not list(tmp_path.iterdir())


def explained(place: Path, command: Command, **lead: Any) -> str:
    """What is said of one lead made for it."""
    row = {"lead": "x", "source": "web", "channel": "direct", "size": "Large", "pages": 3} | lead
    pd.DataFrame([row]).to_parquet(place / "one.parquet")
    done = command("score", "card.yaml", "one.parquet", "--explain", "x", folder=place)
    assert done.returncode == 0, done.stderr
    assert fits(done.stdout)
    return " ".join(done.stdout.split())


def test_what_the_policy_decides_is_said(place: Path, command: Command) -> None:
    vetoed = explained(place, command, source=RED, channel="referral")
    assert "does not pass" in vetoed
    assert r"Kept out whatever its score: veto, source: \x1b[31mred\x1b[0m." in vetoed
    assert "Must be contacted" not in vetoed
    gated = explained(place, command, size="Small", pages=0, channel="referral")
    assert "Kept out whatever its score: enough: 0 of 2, needs 1; lacks size: Large or" in gated
    must = explained(place, command, channel="referral", source="web", pages=0)
    assert "Must be contacted whatever its score, for channel: referral." in must
    assert "To do: +call, by 20" in must
    assert "passes (threshold" in must
    plain = explained(place, command, source="a source of 2031")
    assert "Kept out" not in plain
    assert "1 more 0" in plain  # a value never seen earns nothing


def test_an_unknown_lead_is_refused_in_one_paragraph(place: Path, command: Command) -> None:
    done = command("score", "card.yaml", "new.csv", "--explain", "L99999\x1b[2J", folder=place)
    assert is_a_paragraph(done)
    assert "no lead is called" in done.stderr


def test_a_lead_that_stands_twice_is_refused_with_its_rows(
    place: Path, command: Command, tmp_path: Path
) -> None:
    frame = pd.read_csv(place / "new.csv").iloc[[5, 6, 5]]
    frame.to_csv(tmp_path / "twice.csv", index=False)
    done = command("score", place / "card.yaml", "twice.csv", "--explain", "L5", folder=tmp_path)
    assert is_a_paragraph(done)
    assert "2 rows are called `L5`: row 2, row 4" in " ".join(done.stderr.split())
    assert [path.name for path in tmp_path.iterdir()] == ["twice.csv"]


def test_without_a_column_of_ids_a_lead_is_called_by_its_row(
    place: Path, command: Command, tmp_path: Path
) -> None:
    pd.read_csv(place / "new.csv").drop(columns=["lead"]).to_csv(tmp_path / "no.csv", index=False)
    done = command("score", place / "card.yaml", "no.csv", "--explain", "Row 3", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    queue = command("queue", place / "card.yaml", "no.csv", "--most", 1, folder=tmp_path)
    assert queue.returncode == 0, queue.stderr
    assert "row " in queue.stdout
    since = command("score", place / "card.yaml", "no.csv", "--since", "no-queue.csv",
                    folder=tmp_path)  # fmt: skip
    assert is_a_paragraph(since)
    assert "to find leads again" in " ".join(since.stderr.split())


# ------------------------------------------------------------------------------ since


def scored_before(place: Path, command: Command, folder: Path) -> pd.DataFrame:
    done = command("score", place / "card.yaml", place / "new.csv", "--out", folder / "old.csv",
                   folder=place)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return pd.read_csv(folder / "old.csv")


def test_moves_are_those_that_a_comparison_by_hand_finds(
    place: Path, command: Command, tmp_path: Path
) -> None:
    before = scored_before(place, command, tmp_path)
    now = pd.read_csv(place / "new.csv").iloc[10:]
    now.loc[now.index % 7 == 0, "pages"] += 9
    now.loc[now.index % 11 == 0, "pages"] = 0
    now = pd.concat([now, now.head(4).assign(lead=[f"N{n}" for n in range(4)])])
    now.sample(frac=1, random_state=1).to_csv(tmp_path / "now.csv", index=False)
    done = command("score", place / "card.yaml", "now.csv", "--since", "old.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert fits(done.stdout)
    said = " ".join(done.stdout.split())
    assert "890 leads were scored both times, 4 are new, 10 are gone." in said
    after = Scorecard.load(place / "card.yaml").score(now).set_axis(now["lead"])
    old = before.set_index("lead")
    both = old.index.intersection(after.index)
    newly = int((after.loc[both, "passes"] & ~old.loc[both, "passes"]).sum())
    lost = int((~after.loc[both, "passes"] & old.loc[both, "passes"]).sum())
    assert newly
    assert lost
    assert f"{newly} newly pass:" in said
    assert f"{lost} pass no more:" in said
    sharp = int(said.partition("more rose by ")[2].split()[0])
    rise = after.loc[both, "score"] - old.loc[both, "score"]
    stayed = after.loc[both, "passes"].eq(old.loc[both, "passes"]) | ~after.loc[both, "passes"]
    assert f"{int((stayed & (rise >= sharp)).sum())} more rose by {sharp} points" in said


def test_a_previous_file_of_another_shape_is_refused(
    place: Path, command: Command, tmp_path: Path
) -> None:
    before = scored_before(place, command, tmp_path)
    wrong = {
        "no scores": before.drop(columns=["score"]),
        "no passes": before.drop(columns=["passes"]),
        "no ids": before.rename(columns={"lead": "Lead Id"}),
        "no number": before.assign(score=["high", *before["score"].tolist()[1:]]),
        "no rows": before.head(0),
    }
    for name, frame in wrong.items():
        frame.to_csv(tmp_path / "wrong.csv", index=False)
        out = tmp_path / "out.csv"
        done = command("score", place / "card.yaml", place / "new.csv", "--since",
                       tmp_path / "wrong.csv", "--out", out, folder=tmp_path)  # fmt: skip
        assert is_a_paragraph(done), (name, done.stdout, done.stderr)
        assert "wrong.csv" in done.stderr, name
        assert not out.exists(), name
    done = command("score", place / "card.yaml", place / "new.csv", "--since", "none.csv",
                   folder=tmp_path)  # fmt: skip
    assert is_a_paragraph(done)


def test_a_lead_scored_twice_before_is_refused_unless_the_card_says_which_row_wins(
    place: Path, command: Command, tmp_path: Path
) -> None:
    before = scored_before(place, command, tmp_path).iloc[5:9]
    twice = pd.concat([before, before.head(1).assign(passes=False, score=-50)])
    twice.to_csv(tmp_path / "twice.csv", index=False)
    done = command("score", place / "card.yaml", place / "new.csv", "--since", "twice.csv",
                   "--out", "out.csv", folder=tmp_path)  # fmt: skip
    assert is_a_paragraph(done)
    assert "`L5` stands on row 2 and row 6" in " ".join(done.stderr.split())
    assert not (tmp_path / "out.csv").exists()
    card = Scorecard.load(place / "card.yaml")
    table = open_table(place / "new.csv")
    assert card.reads is not None
    for wins, rose in (("first", 0), ("last", 1)):
        reads = card.reads.model_copy(update={"repeated": wins})
        sure = card.model_copy(update={"reads": reads})
        found = moves_between(sure, table, sure.score_table(table), tmp_path / "twice.csv")
        assert (found.leads, found.new, len(found.moves)) == (4, 896, rose)


def test_leads_without_an_id_are_not_taken_for_one_another(
    place: Path, command: Command, tmp_path: Path
) -> None:
    before = scored_before(place, command, tmp_path)
    before.loc[before.index % 2 == 0, "lead"] = None
    before.assign(score=-99, passes=False).to_csv(tmp_path / "old.csv", index=False)
    card = Scorecard.load(place / "card.yaml")
    now = pd.read_csv(place / "new.csv")
    now.loc[now.index % 2 == 0, "lead"] = None
    table = open_table(now)
    found = moves_between(card, table, card.score_table(table), tmp_path / "old.csv")
    assert (found.leads, found.new, found.gone) == (450, 450, 0)
    assert all(one.lead for one in found.moves)


# ------------------------------------------------------------------------------ queue


def test_the_list_is_must_contact_first_then_by_score_and_nobody_is_lost(
    place: Path, command: Command, tmp_path: Path
) -> None:
    done = command("queue", "card.yaml", "new.csv", "--out", tmp_path / "q.csv", folder=place)
    assert done.returncode == 0, done.stderr
    assert fits(done.stdout)
    rows = rows_of(tmp_path / "q.csv")
    scored = Scorecard.load(place / "card.yaml").score(pd.read_csv(place / "new.csv"))
    assert len(rows) == int(scored["passes"].sum())
    assert [int(row["rank"]) for row in rows] == list(range(1, len(rows) + 1))
    keys = [(not row["must_contact"], -int(row["score"])) for row in rows]
    assert keys == sorted(keys)
    out = int((scored["gate"] != "").sum())
    under = len(scored) - len(rows) - out
    said = " ".join(done.stdout.split())
    assert f"{len(rows)} of 900 leads to call." in said
    assert f"{out} kept out by a veto or a gate" in said
    assert f"{under} under the threshold" in said


def test_no_more_are_listed_than_can_be_called(
    place: Path, command: Command, tmp_path: Path
) -> None:
    done = command("queue", "card.yaml", "new.csv", "--most", 12, "--out", tmp_path / "q.csv",
                   folder=place)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(rows_of(tmp_path / "q.csv")) == 12
    assert "and 2 more" in done.stdout
    assert "beyond those that can be called" in " ".join(done.stdout.split())


@pytest.mark.parametrize("most", ["0", "-3"])
def test_a_list_of_nobody_is_refused(
    place: Path, command: Command, tmp_path: Path, most: str
) -> None:
    done = command("queue", "card.yaml", "new.csv", f"--most={most}", "--out", tmp_path / "q.csv",
                   folder=place)  # fmt: skip
    assert is_a_paragraph(done)
    assert "--most" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_where_nobody_is_to_be_called_the_list_is_empty_and_said(
    place: Path, command: Command, tmp_path: Path, ending: str
) -> None:
    frame = pd.read_csv(place / "new.csv")
    frame[frame["source"] == RED].to_parquet(tmp_path / "red.parquet")
    done = command("queue", place / "card.yaml", "red.parquet", "--out", f"q.{ending}",
                   folder=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "0 of " in done.stdout
    read = pd.read_csv if ending == "csv" else pd.read_parquet
    found = read(tmp_path / f"q.{ending}")
    assert len(found) == 0
    assert {"rank", "score", "lead"} <= set(found)


def closing(shape: str) -> tuple[pd.DataFrame, dict[str, Any], pd.Series[bool]]:
    """Leads with an outcome of a shape, how it is declared, and who may still close."""
    frame = leads().rename(columns={"converted": "won"})
    number = pd.Series(range(len(frame)))
    won = frame.pop("won") == 1
    if shape == "date":
        frame["created"] = "2026-01-01"
        frame["closed"] = np.where(won, "2026-01-20", "")
        keys = {"leads": {"id": "lead", "created": "created"}, "outcome": {"closed": "closed"}}
        return frame, keys | {"window_days": 30, "as_of": "2026-03-01"}, ~won
    if shape == "flag":
        frame["bought"] = np.where(won, "yes", "no")
        return frame, {"outcome": {"column": "bought"}}, ~won
    stage = np.where(won, "Won", np.where(number % 3 == 0, "Talking", "Lost"))
    stage = np.where(number % 17 == 0, "", stage)
    frame["stage"] = stage
    keys = {"outcome": {"column": "stage", "customer": ["Won"], "lost": ["Lost"]}}
    return frame, keys, pd.Series(stage).isin(["Talking", ""])


@pytest.mark.parametrize("shape", ["date", "flag", "status"])
def test_leads_that_closed_or_are_lost_are_not_called(
    shape: str, command: Command, tmp_path: Path
) -> None:
    frame, keys, is_open = closing(shape)
    card = calibrate(frame, SPEC | keys).scorecard
    card.save(tmp_path / "card.yaml")
    frame.to_csv(tmp_path / "leads.csv", index=False)
    done = command("queue", "card.yaml", "leads.csv", "--out", "q.csv", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    wanted = frame["lead"][is_open & card.score(frame)["passes"]]
    assert 0 < len(wanted) < int(is_open.sum())
    assert {row["lead"].lstrip("'") for row in rows_of(tmp_path / "q.csv")} == set(wanted)
    assert f"{int((~is_open).sum())} closed or lost already" in " ".join(done.stdout.split())


# -------------------------------------------------------------------------- threshold


def test_thresholds_with_a_policy_count_who_would_pass(place: Path, command: Command) -> None:
    done = command("threshold", "card.yaml", "new.csv", "--share", "0.4", folder=place)
    assert done.returncode == 0, done.stderr
    assert fits(done.stdout)
    assert "share_0.4" in done.stdout


def test_a_threshold_where_a_veto_decides_about_all_is_refused(
    place: Path, command: Command, tmp_path: Path
) -> None:
    frame = pd.read_csv(place / "new.csv")
    frame[frame["source"] == RED].to_parquet(tmp_path / "red.parquet")
    done = command(
        "threshold", place / "card.yaml", "red.parquet", "--share", "0.4", folder=tmp_path
    )
    assert is_a_paragraph(done)
    assert "decides about every lead" in " ".join(done.stderr.split())


def test_a_broken_card_is_refused_by_every_command(
    place: Path, command: Command, tmp_path: Path
) -> None:
    text = (place / "card.yaml").read_text(encoding="utf-8")
    text = text.replace("attribute: channel, level: referral", "attribute: channel, level: x")
    (tmp_path / "card.yaml").write_text(text, encoding="utf-8")
    for name in ("score", "queue", "threshold"):
        done = command(name, "card.yaml", place / "new.csv", folder=tmp_path)
        assert is_a_paragraph(done), (name, done.stderr)
    assert [path.name for path in tmp_path.iterdir()] == ["card.yaml"]

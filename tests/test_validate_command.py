"""`calibrate validate` as a person runs it, and what stands on its page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from calibrate import Scorecard, calibrate, validate
from calibrate.present.validation_page import validation_html, validation_summary_html
from calibrate.validation import Validation
from tests.later_quarters import SPEC, first_quarter, quarters
from tests.present.test_hostile_values import HOSTILE, page_of, visible


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("quarters")
    for name, change in (("good", {}), ("gone", {"seed": 1, "later_effect": 0.0})):
        frame = quarters(**change)
        frame.to_csv(place / f"{name}.csv", index=False)
        calibrate(first_quarter(frame), SPEC, name=name).scorecard.save(place / f"{name}.yaml")
    return place


def test_a_card_that_holds_ends_with_0(command: Callable[..., Any], folder: Path) -> None:
    done = command("validate", "good.yaml", "good.csv", "--html", "good.html", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("READY: the card `good`")
    assert done.stdout.endswith("Written to good.html\n")
    assert "<h1>good: ready</h1>" in (folder / "good.html").read_text("utf-8")


def test_a_card_that_does_not_hold_ends_with_1(command: Callable[..., Any], folder: Path) -> None:
    done = command("validate", "gone.yaml", "gone.csv", folder=folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("NOT READY")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("none.yaml", "good.csv"), "none.yaml"),
        (("good.yaml", "none.csv"), "none.csv"),
        (("good.yaml", "good.csv", "--as-of", "soon"), "soon"),
        (("good.yaml", "good.csv", "--scored", "good.csv"), "no column `score`"),
        (("good.yaml", "good.csv", "--spec", "good.csv"), "good.csv"),
    ],
)
def test_bad_input_ends_with_2_and_a_paragraph(
    command: Callable[..., Any], folder: Path, arguments: tuple[str, ...], says: str
) -> None:
    done = command("validate", *arguments, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_spec_file_counts_otherwise(command: Callable[..., Any], folder: Path) -> None:
    (folder / "week.yaml").write_text(yaml.safe_dump(SPEC | {"window_days": 7}))
    done = command("validate", "good.yaml", "good.csv", "--spec", "week.yaml", folder=folder)
    assert done.returncode == 1  # of four weeks' closes one week's are counted
    assert "times as often as those that taught the card" in " ".join(done.stdout.split())


def test_a_file_that_was_scored_says_when_and_by_which_card_and_is_judged(
    command: Callable[..., Any], folder: Path
) -> None:
    done = command(
        "score", "good.yaml", "good.csv", "--out", "old.csv", "--as-of", "2026-04-01", folder=folder
    )
    assert done.returncode == 0
    old = pd.read_csv(folder / "old.csv")
    print_of_file = Scorecard.load(folder / "good.yaml").fingerprint
    assert set(old["scored_on"]) == {"2026-04-01"}
    assert set(old["scored_by"]) == {f"good {print_of_file}"}
    done = command("validate", "good.yaml", "good.csv", "--scored", "old.csv", folder=folder)
    assert done.returncode == 0
    assert "Scores given at the time" in done.stdout
    assert "on 2026-04-01" in done.stdout
    assert "scored-by-another-card" not in done.stdout


def test_scores_without_a_day_are_judged_and_it_is_said(
    command: Callable[..., Any], folder: Path
) -> None:
    arguments = ("score", "good.yaml", "good.csv", "--out", "bare.csv")
    assert command(*arguments, folder=folder).returncode == 0
    bare = pd.read_csv(folder / "bare.csv", dtype=str).drop(columns=["scored_on", "scored_by"])
    bare.to_csv(folder / "bare.csv", index=False)
    done = command("validate", "good.yaml", "good.csv", "--scored", "bare.csv", folder=folder)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "of these leads were scored in bare.csv; AUC of those scores" in said
    assert "does not say on which day (`scored_on`)" in said


def test_leads_that_had_closed_when_they_were_scored_are_told_of(
    command: Callable[..., Any], folder: Path
) -> None:
    arguments = ("score", "good.yaml", "good.csv", "--out", "late.csv", "--as-of", "2030-01-01")
    assert command(*arguments, folder=folder).returncode == 0
    done = command("validate", "good.yaml", "good.csv", "--scored", "late.csv", folder=folder)
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert "none has become a customer (" in said
    assert "more had closed by the day they were scored)" in said


def test_scoring_again_replaces_the_stamps(command: Callable[..., Any], folder: Path) -> None:
    for source, out, day in (
        ("good.csv", "once.csv", "2026-04-01"),
        ("once.csv", "twice.csv", "2026-05-01"),
    ):
        arguments = ("score", "good.yaml", source, "--out", out, "--as-of", day)
        assert command(*arguments, folder=folder).returncode == 0
    twice = pd.read_csv(folder / "twice.csv")
    assert list(twice.columns).count("scored_on") == 1
    assert set(twice["scored_on"]) == {"2026-05-01"}


def test_the_fingerprint_is_that_of_the_files_bytes(folder: Path) -> None:
    import hashlib

    card = Scorecard.load(folder / "good.yaml")
    whole = hashlib.sha256((folder / "good.yaml").read_bytes()).hexdigest()
    assert card.fingerprint == whole[:8]
    again = card.model_copy()
    vars(again).pop("fingerprint", None)
    assert again.fingerprint == card.fingerprint
    assert again == card


# -------------------------------------------------------------------------------- values as texts


@pytest.fixture(scope="module")
def hostile() -> Validation:
    rows = [
        (f"{value} {number}", value, day, int(number < (25 if place % 2 else 2)))
        for day in ("2026-01-05", "2026-04-05")
        for place, value in enumerate(HOSTILE)
        for number in range(40)
    ]
    frame = pd.DataFrame(rows, columns=["lead", "source", "created", "converted"])
    frame["lead"] = frame["lead"] + frame["created"]
    spec = {
        "leads": {"id": "lead", "created": "created"},
        "outcome": {"column": "converted"},
        "only": ["source"],
        "threshold": 20,
        "tiers": {"<b>cold</b>": 0, HOSTILE[4]: 40},
    }
    card = calibrate(frame[frame["created"] < "2026-02"], spec, name=HOSTILE[8]).scorecard
    return validate(card, frame.assign(worked="<i>no</i>"))


@pytest.mark.parametrize("make", [validation_html, validation_summary_html])
def test_a_value_makes_no_element_of_the_page(hostile: Validation, make: Any) -> None:
    page = page_of(make(hostile))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "b", "i", "iframe", "object", "embed", "base", "form", "link"}
    assert page.comments == []
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "href"):
            assert re.match(r"(data:image/svg\+xml;base64,|#)", attributes.get(name) or "#")


def test_values_stand_on_the_page_as_they_are(hostile: Validation) -> None:
    shown = "".join(page_of(validation_html(hostile)).texts)
    for text in (hostile.card.name, "<b>cold</b>", HOSTILE[4]):
        assert visible(text) in shown
    for one in hostile.surprises:
        assert visible(one.lead) in shown


def test_values_cannot_drive_the_terminal(hostile: Validation) -> None:
    assert "\x1b" not in repr(hostile)
    assert "\u202e" not in repr(hostile)

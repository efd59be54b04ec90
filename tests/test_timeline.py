"""A folder of cards as a time series."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from calibrate.cli import main
from calibrate.errors import CalibrateError, ScorecardError
from calibrate.present.timeline_plots import history_plots
from calibrate.scorecard import Scorecard
from calibrate.timeline import History, history
from tests.two_quarters import FIRST, SECOND, THIRD, card_of, quarter


@pytest.fixture(scope="module")
def cards() -> tuple[Scorecard, ...]:
    drawn = (
        quarter(1, FIRST),
        quarter(2, SECOND).drop(columns="size"),
        quarter(3, THIRD, source_effect=0.2),
    )
    return tuple(map(card_of, drawn))


@pytest.fixture(scope="module")
def folder(cards: tuple[Scorecard, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in which names run against time, and in which other files lie too."""
    found = tmp_path_factory.mktemp("cards")
    for card, name in zip(cards, "cba", strict=True):
        card.save(found / f"{name}.yaml")
    (found / "spec.yaml").write_text("schema: calibrate/spec/1\n", encoding="utf-8")
    (found / "notes.txt").write_text("nothing", encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def found(folder: Path) -> History:
    return history(folder)


def test_cards_stand_in_the_order_of_their_data(
    found: History, cards: tuple[Scorecard, ...]
) -> None:
    assert [one.name for one in found.entries] == ["c", "b", "a"]
    frame = found.to_frame()
    assert frame["close_rate"].tolist() == [one.overall.close_rate for one in cards]
    assert frame["threshold"].tolist() == [one.threshold.score for one in cards]
    assert frame["auc"].tolist() == [
        one.auc.cross_validated for one in cards if one.auc is not None
    ]


def test_points_are_followed_from_card_to_card(
    found: History, cards: tuple[Scorecard, ...]
) -> None:
    paths = {(one.attribute, one.level): one.points for one in found.levels}
    assert paths["size", "large"][1] is None
    expected = tuple(
        next(
            level.points
            for one in card.attributes
            if one.name == "source"
            for level in one.levels
            if level.level == "fair"
        )
        for card in cards
    )
    assert paths["source", "fair"] == expected
    large = found.points_frame().set_index("level").loc["large"]
    assert large[["c", "b", "a"]].isna().tolist() == [False, True, False]
    assert all(any(one.points) for one in found.levels)


def test_run_folders_are_cards_too(cards: tuple[Scorecard, ...], tmp_path: Path) -> None:
    for card, name in zip(cards[:2], ("2026Q1", "2026Q2"), strict=True):
        (tmp_path / name).mkdir()
        card.save(tmp_path / name / "scorecard.yaml")
    assert [one.name for one in history(tmp_path).entries] == ["2026Q1", "2026Q2"]


def test_cards_without_a_day_come_last_by_name(
    cards: tuple[Scorecard, ...], tmp_path: Path
) -> None:
    cards[2].save(tmp_path / "z.yaml")
    for name in ("b", "a"):
        made = cards[0].made.model_copy(update={"as_of": None})
        cohort = cards[0].cohort.model_copy(update={"to": None, "from_": None})
        bare = cards[0].model_copy(update={"made": made, "cohort": cohort, "auc": None})
        bare.save(tmp_path / f"{name}.yaml")
    found = history(tmp_path)
    assert [one.name for one in found.entries] == ["z", "a", "b"]
    assert found.entries[1].auc is None
    repr(found)
    found.plot("auc")


def test_cards_of_several_names_are_remarked_upon(
    cards: tuple[Scorecard, ...], tmp_path: Path
) -> None:
    cards[0].save(tmp_path / "a.yaml")
    cards[1].model_copy(update={"name": "<b>other\x1b"}).save(tmp_path / "b.yaml")
    found = history(tmp_path)
    assert [one.code for one in found.findings] == ["cards-of-several-names"]
    page = found.report(tmp_path / "page.html").read_text("utf-8")
    for shown in (page, found._repr_html_()):
        assert "<b>other" not in shown
        assert "\x1b" not in shown
    assert "\x1b" not in repr(found)


def test_what_is_no_folder_of_cards_is_refused(
    cards: tuple[Scorecard, ...], tmp_path: Path
) -> None:
    with pytest.raises(ScorecardError, match="no such folder"):
        history(tmp_path / "none")
    with pytest.raises(ScorecardError, match="no scorecard in this folder"):
        history(tmp_path)
    cards[0].save(tmp_path / "good.yaml")
    (tmp_path / "newer.yaml").write_text("schema: calibrate/scorecard/9\n", encoding="utf-8")
    (tmp_path / "torn.yaml").write_text("schema: calibrate/scorecard/1\nname: [", encoding="utf-8")
    with pytest.raises(ScorecardError) as fault:
        history(tmp_path)
    assert "newer.yaml" in str(fault.value)
    assert "torn.yaml" in str(fault.value)
    assert len(fault.value.problems) == 2


def test_it_is_one_screen_and_one_page(
    found: History, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert max(map(len, repr(found).splitlines())) <= 80
    json.dumps(found.summary(), allow_nan=False)
    page = tmp_path / "history.html"
    assert main(["history", str(folder), "--html", str(page)]) == 0
    assert "fair" in page.read_text("utf-8")
    assert "3 cards" in capsys.readouterr().out
    assert main(["history", str(tmp_path / "none")]) == 2
    for name in ("rates", "threshold", "auc", "source"):
        found.plot(name)
    with pytest.raises(CalibrateError, match="no plot"):
        found.plot("sorce of all")


def test_cards_of_one_name_or_one_day_are_told_apart(
    cards: tuple[Scorecard, ...], tmp_path: Path
) -> None:
    (tmp_path / "2026Q1").mkdir()
    cards[0].save(tmp_path / "2026Q1" / "scorecard.yaml")
    cards[0].save(tmp_path / "2026Q1.yaml")
    cards[2].save(tmp_path / "2026Q3.yaml")
    found = history(tmp_path)
    names = [one.name for one in found.entries]
    assert names == ["2026Q1.yaml", "2026Q1/scorecard.yaml", "2026Q3"]
    assert found.points_frame().columns.tolist() == ["attribute", "level", *names]
    (said,) = [one for one in found.findings if one.code == "cards-of-the-same-day"]
    assert "`2026Q1.yaml`, `2026Q1/scorecard.yaml`" in said.says
    # The first seven letters of both are the same, and so are their months.
    assert "no. 1" in repr(found)


def test_names_that_begin_alike_are_headed_by_their_months(
    cards: tuple[Scorecard, ...], tmp_path: Path
) -> None:
    for number, card in enumerate(cards):
        card.save(tmp_path / f"leads of the firm, {number}.yaml")
    (head,) = [line for line in repr(history(tmp_path)).splitlines() if "moved most" in line]
    months = [f"{one.made.as_of:%Y-%m}" for one in cards if one.made.as_of]
    assert head.split()[-3:] == months


def test_a_run_folder_is_named_by_its_own_name(
    cards: tuple[Scorecard, ...], tmp_path: Path
) -> None:
    cards[0].save(tmp_path / "scorecard.yaml")
    assert [one.name for one in history(tmp_path).entries] == [tmp_path.name]


def test_five_cards_of_odd_names_are_shown(cards: tuple[Scorecard, ...], tmp_path: Path) -> None:
    names = ["2025 Q1 (final, really)", "Größe $x_1$ 日本", "<b>evil|", "-", "a.b.c"]
    for number, name in enumerate(names):
        card = cards[number % 3]
        day = dt.date(2025, 1 + 2 * number, 28)
        made = card.made.model_copy(update={"as_of": day})
        card.model_copy(update={"made": made}).save(tmp_path / f"{name}.yaml")
    found = history(tmp_path)
    assert [one.name for one in found.entries] == names
    page = found.report(tmp_path / "page.html").read_text("utf-8")
    assert "<b>evil" not in page
    assert "a.b.c" in page
    assert "a.b.c" in repr(found)
    for name in ("rates", "source"):
        assert found.plot(name).get_title(loc="left")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("x", encoding="utf-8")
    with pytest.raises(ScorecardError, match="is no folder"):
        history(tmp_path / "page.html")


def test_a_dollar_sign_in_a_name_is_a_dollar_sign(
    cards: tuple[Scorecard, ...], tmp_path: Path
) -> None:
    cards[0].save(tmp_path / "$x_.yaml")
    found = history(tmp_path)
    drawn = history_plots(found)["rates"]
    assert "$x_" in drawn
    assert "\\$" not in drawn


def test_every_plot_has_a_place_for_every_card(
    cards: tuple[Scorecard, ...], tmp_path: Path
) -> None:
    cards[0].model_copy(update={"auc": None}).save(tmp_path / "a.yaml")
    cards[2].save(tmp_path / "b.yaml")
    found = history(tmp_path)
    ends = {found.plot(name).get_xlim() for name in ("rates", "auc", "threshold", "source")}
    assert len(ends) == 1

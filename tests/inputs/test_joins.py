"""Further tables about the same leads: found, matched by key, and read again for scoring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from calibrate import Leads, Scorecard, calibrate, read_leads
from calibrate.engines.columns import text_column
from calibrate.engines.tables import open_table
from calibrate.errors import CalibrateError, Finding, LeadsError, ScorecardError, SpecError
from calibrate.joining import Joined, join_tables
from calibrate.spec import JoinPart

LEADS = 240


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with leads, and scores of most of their firms in a further table."""
    ids = [f"L{row}" for row in range(LEADS)]
    sold = [int(row % 3 == 0) for row in range(LEADS)]
    leads = pd.DataFrame({"lead_id": ids, "source": ["Fair", "Web"] * 120, "converted": sold})
    leads.to_csv(tmp_path / "leads.csv", index=False)
    # Every tenth lead is told wrongly, so that the table is evidence and no leak.
    heat = ["hot" if won ^ (row % 10 < 3) else "cold" for row, won in enumerate(sold)]
    firms = pd.DataFrame({"lead_id": ids, "heat": heat, "staff": range(LEADS)})
    firms.iloc[20:].to_csv(tmp_path / "firms.csv", index=False)
    return tmp_path


def join(path: str = "firms.csv", on: str = "lead_id") -> dict[str, Any]:
    return {"join": [{"path": path, "on": on}]}


def joined(
    place: Path, left: dict[str, list[Any]], right: dict[str, list[Any]], **options: Any
) -> Joined:
    """Join two small tables on `key`."""
    pd.DataFrame(left).to_csv(place / "left.csv", index=False)
    pd.DataFrame(right).to_csv(place / "right.csv", index=False)
    part = JoinPart(path="right.csv", on="key")
    return join_tables(open_table(place / "left.csv"), [part], **options)


def texts(found: Joined, name: str) -> list[str | None]:
    column = text_column(found.table.columns[name])
    return [(None, *column.texts)[code] for code in column.codes]


def finding(leads: Leads, code: str) -> Finding:
    (one,) = [one for one in leads.findings if one.code == code]
    return one


def test_each_lead_gets_its_row(tmp_path: Path) -> None:
    found = joined(
        tmp_path,
        {"key": ["a", "b", "c", "d"], "x": [1, 2, 3, 4]},
        {"key": ["d", "a", "z", "b"], "y": ["of d", "of a", "of z", ""], "n": [4, 1, 26, 2]},
    )
    assert texts(found, "y") == ["of a", None, None, "of d"]
    assert texts(found, "n") == ["1", "2", None, "4"]
    assert list(found.table.columns) == ["key", "x", "y", "n"]
    assert dict(found.sources) == {"y": ("right.csv", "y"), "n": ("right.csv", "n")}
    assert found.matched["right.csv"].tolist() == [True, True, False, True]


def test_ids_are_compared_exactly_but_for_blanks_around_them(tmp_path: Path) -> None:
    found = joined(
        tmp_path,
        {"key": ["aB", "Ab", " c", "07", "7"], "x": [1, 2, 3, 4, 5]},
        {"key": ["AB", "Ab ", "c", "7", " "], "y": ["AB", "Ab", "c", "7", "nobody"]},
    )
    assert texts(found, "y") == [None, "Ab", "c", None, "7"]


def test_leads_without_a_key_match_no_row(tmp_path: Path) -> None:
    found = joined(
        tmp_path,
        {"key": ["a", "", "c"], "x": [1, 2, 3]},
        {"key": ["", "a", ""], "y": ["none", "of a", "none"]},
    )
    assert texts(found, "y") == ["of a", None, None]


def test_rows_that_match_and_rows_that_do_not_are_counted(place: Path) -> None:
    firms = pd.read_csv(place / "firms.csv")
    strangers = pd.DataFrame({"lead_id": ["X1", "X2"], "heat": "hot", "staff": 7})
    pd.concat([firms, strangers]).to_csv(place / "firms.csv", index=False)
    found = finding(read_leads(place / "leads.csv", join()), "joined")
    assert found.severity == "info"
    assert "firms.csv: 220 of 240 leads have a row there (joined on `lead_id`)" in found.says
    assert "2 of its rows belong to no lead, the first in row 222" in found.says


def test_tables_without_a_lead_in_common_are_a_warning(place: Path) -> None:
    firms = pd.read_csv(place / "firms.csv")
    firms.assign(lead_id=firms["lead_id"].str.lower()).to_csv(place / "firms.csv", index=False)
    found = finding(read_leads(place / "leads.csv", join()), "joined")
    assert found.severity == "warning"
    assert "0 of 240 leads" in found.says
    assert "name leads in the same way" in found.fix


@pytest.mark.parametrize("table", ["leads.csv", "firms.csv"])
def test_a_key_that_one_table_lacks(place: Path, table: str) -> None:
    frame = pd.read_csv(place / table).rename(columns={"lead_id": "lead_idd"})
    frame.to_csv(place / table, index=False)
    with pytest.raises(
        SpecError, match=f"join: {table} has no column `lead_id`; did you mean `lead_idd`"
    ):
        read_leads(place / "leads.csv", join())


def test_repeated_keys_are_refused_until_one_wins(tmp_path: Path) -> None:
    left = {"key": ["a", "b"], "x": [1, 2]}
    right = {"key": ["a", "b", " a"], "y": ["first", "b", "last"]}
    with pytest.raises(LeadsError) as fault:
        joined(tmp_path, left, right)
    assert "`a` stands in row 2 and row 4" in str(fault.value)
    assert "`repeated: first` or `repeated: last`" in str(fault.value)
    assert texts(joined(tmp_path, left, right, repeated="first"), "y") == ["first", "b"]
    assert texts(joined(tmp_path, left, right, repeated="last"), "y") == ["last", "b"]


def test_a_name_that_is_taken_gets_the_file_before_it(place: Path) -> None:
    firms = pd.read_csv(place / "firms.csv").rename(columns={"heat": "source"})
    firms.to_csv(place / "firms.csv", index=False)
    leads = read_leads(place / "leads.csv", join())
    assert [one.name for one in leads.attributes] == ["source", "firms.source", "staff"]
    own, other = (text_column(leads.engine.columns[n]).texts for n in ("source", "firms.source"))
    assert set(own) == {"Fair", "Web"}
    assert set(other) == {"hot", "cold"}


def test_joined_columns_can_be_the_outcome(place: Path) -> None:
    leads = pd.read_csv(place / "leads.csv")
    leads[["lead_id", "source"]].to_csv(place / "leads.csv", index=False)
    leads[["lead_id", "converted"]].to_csv(place / "sold.csv", index=False)
    found = read_leads(place / "leads.csv", join("sold.csv"))
    assert (found.counted, found.customers) == (240, 80)


# ------------------------------------------------------------------ where the file is looked for


def test_beside_the_leads_first(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three files of that name the one by the leads, then by the spec, then here."""
    here, spec_folder = place / "here", place / "specs"
    here.mkdir()
    spec_folder.mkdir()
    monkeypatch.chdir(here)
    spec = spec_folder / "spec.yaml"
    spec.write_text("join: [{path: firms.csv, on: lead_id}]")
    own = (place / "firms.csv").read_text()
    places = [place, spec_folder, here]
    for number, folder in enumerate(places):
        (folder / "firms.csv").write_text(own.replace("heat", f"heat{number}"))
    for number, folder in enumerate(places):
        leads = read_leads(place / "leads.csv", spec)
        assert f"heat{number}" in [one.name for one in leads.attributes]
        (folder / "firms.csv").unlink()
    with pytest.raises(CalibrateError, match=r"firms\.csv"):
        read_leads(place / "leads.csv", spec)


def test_a_path_from_the_folder_of_the_leads(place: Path) -> None:
    (place / "more").mkdir()
    (place / "firms.csv").rename(place / "more" / "firms.csv")
    leads = read_leads(place / "leads.csv", join("more/firms.csv"))
    assert "heat" in [one.name for one in leads.attributes]


def test_a_whole_path(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("elsewhere") / "firms.csv"
    (place / "firms.csv").rename(path)
    leads = read_leads(pd.read_csv(place / "leads.csv"), join(str(path)))
    assert "heat" in [one.name for one in leads.attributes]


# ------------------------------------------------------------------ in a card


def test_a_card_with_a_joined_column_scores_with_the_join(place: Path) -> None:
    run = calibrate(place / "leads.csv", join())
    card = Scorecard.load(run.scorecard.save(place / "card.yaml"))
    scored = card.score(place / "leads.csv")
    table = run.score_table
    assert len(table.scores) > 1
    assert scored["score"].value_counts().to_dict() == dict(
        zip(table.scores, table.leads, strict=True)
    )
    (place / "firms.csv").unlink()
    with pytest.raises(CalibrateError, match=r"firms\.csv"):
        card.score(place / "leads.csv")


def test_a_lead_that_is_in_no_further_table_scores_as_missing(place: Path) -> None:
    card = calibrate(place / "leads.csv", join()).scorecard
    (heat,) = [one for one in card.attributes if one.name == "heat"]
    points = {level.level: level.points for level in heat.levels}
    new = pd.DataFrame({"lead_id": ["L30", "L31", "new"], "source": "Web"})
    new.to_csv(place / "new.csv", index=False)
    scores = card.score(place / "new.csv")["score"].tolist()
    firms = pd.read_csv(place / "firms.csv").set_index("lead_id")["heat"]
    base = card.points.base
    assert scores == [
        base + points[firms["L30"]],
        base + points[firms["L31"]],
        base + points["(missing)"],
    ]


def test_leads_to_score_need_the_key(place: Path) -> None:
    card = calibrate(place / "leads.csv", join()).scorecard
    frame = pd.DataFrame({"lead": ["L30"], "source": ["Web"]})
    frame.to_csv(place / "new.csv", index=False)
    with pytest.raises((ScorecardError, SpecError), match="no column `lead_id`"):
        card.score(place / "new.csv")


def test_a_further_table_in_several_files_stands_beside_the_leads(place: Path) -> None:
    firms = pd.read_csv(place / "firms.csv")
    firms.iloc[:90].to_csv(place / "firms-1.csv", index=False)
    firms.iloc[90:].to_csv(place / "firms-2.csv", index=False)
    parts = read_leads(place / "leads.csv", join("firms-*.csv"))
    whole = read_leads(place / "leads.csv", join())
    assert [one.name for one in parts.attributes] == [one.name for one in whole.attributes]
    both = [text_column(one.engine.columns["heat"]).codes.tolist() for one in (parts, whole)]
    assert both[0] == both[1]

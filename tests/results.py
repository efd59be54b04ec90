"""One of every result, from leads whose values come from a hostile web form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

import calibrate as cal
from calibrate.cutting import cuts_for
from calibrate.engines.tables import open_table
from calibrate.present.scored import write_scored
from tests.two_quarters import FIRST, SECOND, SPEC, quarter

HOSTILE = {
    "fair": "<script>alert(1)</script>",
    "web": '"><img src=x onerror=alert(2)>',
    "referral": "=cmd|' /C calc'!A0",
    "cold list": "@SUM(1+1)\x1b[31m",
}
GROUPS = {"attributes": {"source": {"group": "firmographic"}, "visits": {"group": "behaviour"}}}


def hostile_quarter(seed: int, **moved: Any) -> pd.DataFrame:
    """Draw the leads of a quarter; their sources are what a web form was sent."""
    frame = quarter(seed, **moved)
    frame["source"] = frame["source"].replace(HOSTILE)
    return frame.rename(columns={"size": "<b>size</b>"})


def written(card: cal.Scorecard, frame: pd.DataFrame) -> Any:
    """Write scores of leads in a database back into it."""
    database = duckdb.connect()
    database.register("frame", frame)
    database.execute("CREATE TABLE leads AS FROM frame")
    return cal.write_scores(card, cal.open_relation(cal.connect(database), table="leads"), "scores")


def every_result(folder: Path) -> dict[str, Any]:
    """Give one of every result, by the name of its type."""
    spec = {**SPEC, **GROUPS}
    first, second = hostile_quarter(1), hostile_quarter(2, start=SECOND, source_effect=0.2)
    run = cal.calibrate(first, spec, name="</title><script>alert(3)</script>")
    card, rerun = run.scorecard, cal.rerun(run.scorecard, second)
    for name, one in {"2026Q1": card, "2026Q2": rerun.scorecard}.items():
        one.save(folder / f"{name}.yaml")
    earlier = hostile_quarter(1).assign(source=HOSTILE["cold list"]).head(400)
    earlier.drop(columns="converted").to_parquet(folder / "earlier.parquet")
    table = open_table(folder / "earlier.parquet")
    write_scored(card, table, card.score_table(table), folder / "scored.parquet", as_of=FIRST)
    choices = run.choices()
    found = [
        run.leads,
        run.counts,
        run.evidence.screening,
        run.evidence,
        run.points,
        run.score_table,
        run.threshold,
        run.probability,
        run.decision,
        run.decision.standings,
        run.decision.grid,
        card,
        run,
        cal.explain(card, first.head(5), first["lead_id"][0]),
        cal.call_list(card, first),
        cal.moves_since(card, first.head(300), folder / "scored.parquet"),
        cal.check(first, spec),
        cuts_for(card, first),
        cal.validate(card, pd.concat([first, second])),
        rerun.comparison,
        rerun,
        cal.history(folder),
        choices,
        choices.methods,
        choices.parsimony,
        written(card, first),
    ]
    return {type(one).__name__: one for one in found}

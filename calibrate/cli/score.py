"""``calibrate score``: add score, close rate, tier and reasons to any leads table."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from calibrate.cli.say import progress
from calibrate.cli.scoring_options import Asked, day, out_for
from calibrate.present.numbers import count_text, percent_text
from calibrate.present.terminal import paragraph

if TYPE_CHECKING:
    from calibrate.engines.tables import Table
    from calibrate.scorecard import Scorecard


def run(options: argparse.Namespace) -> None:
    """Score the leads and write them, or explain one of them."""
    from calibrate.engines.tables import open_table
    from calibrate.scorecard import Scorecard

    out, as_of = out_for(options, "scored"), day(options.as_of)
    asked: Asked = {"events": options.events, "as_of": as_of, "absent": options.missing_attributes}
    card = Scorecard.load(options.card)
    with progress(3) as step:
        step("reading leads")
        table = open_table(Path(options.leads), sheet=options.sheet)
        step("scoring")
        if options.explain is not None:
            says = _explained(card, table, options.explain, asked)
        else:
            says = _scored(card, table, out, asked, options.since)
    print(says)


def _explained(card: Scorecard, table: Table, lead: str, asked: Asked) -> str:
    from calibrate.explaining import explain

    return repr(explain(card, table, lead, **asked))


def _scored(card: Scorecard, table: Table, out: Path, asked: Asked, since: str | None) -> str:
    from calibrate.moves import moves_between
    from calibrate.present.scored import write_scored
    from calibrate.scoring import scoring_findings

    scored = card.score_table(table, **asked)
    moves = moves_between(card, table, scored, since) if since else None
    write_scored(card, table, scored, out, as_of=asked["as_of"])
    passing = int(scored.passing(card.threshold.score).sum())
    lines = [
        f"{count_text(table.rows)} leads scored with the card `{card.name}`; {count_text(passing)} "
        f"({percent_text(passing / table.rows)}) pass, by the threshold {card.threshold.score}.",
        f"Written to {out}",
    ]
    if moves is not None:
        lines += ["", str(moves)]
    for finding in scoring_findings(scored.unseen, scored.absent):
        lines += paragraph(f"! {finding.says} {finding.fix}")
    return "\n".join(lines)

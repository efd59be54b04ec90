"""``calibrate score``: add score, close rate, tier and reasons to any leads table."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli.say import progress
from calibrate.cli.scoring_options import day, out_for
from calibrate.present.numbers import count_text, percent_text
from calibrate.present.terminal import paragraph


def run(options: argparse.Namespace) -> None:
    """Score the leads and write them, or explain one of them."""
    from calibrate.engines.tables import open_table
    from calibrate.explaining import explain
    from calibrate.moves import moves_between
    from calibrate.present.scored import write_scored
    from calibrate.scorecard import Scorecard
    from calibrate.scoring import unseen_findings

    leads = Path(options.leads)
    out = out_for(options, "scored")
    as_of = day(options.as_of)
    card = Scorecard.load(options.card)
    with progress(3) as step:
        step("reading leads")
        table = open_table(leads, sheet=options.sheet)
        step("scoring")
        if options.explain is not None:
            found = explain(card, table, options.explain, events=options.events, as_of=as_of)
        else:
            scored = card.score_table(table, events=options.events, as_of=as_of)
            moves = moves_between(card, table, scored, options.since) if options.since else None
            step("writing")
            write_scored(card, table, scored, out, as_of=as_of)
    if options.explain is not None:
        print(found)
        return
    passing = int(scored.passing(card.threshold.score).sum())
    print(
        f"{count_text(table.rows)} leads scored with the card `{card.name}`; {count_text(passing)} "
        f"({percent_text(passing / table.rows)}) pass, "
        f"by the threshold {card.threshold.score}.\n"
        f"Written to {out}"
    )
    if moves is not None:
        print(f"\n{moves}")
    for finding in unseen_findings(scored.unseen):
        print("\n".join(paragraph(f"! {finding.says} {finding.fix}")))

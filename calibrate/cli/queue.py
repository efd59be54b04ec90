"""``calibrate queue``: the ranked list of leads to call."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli.say import progress
from calibrate.cli.scoring_options import day, out_for
from calibrate.present.terminal import paragraph


def run(options: argparse.Namespace) -> None:
    """Rank the leads to call, and write the list."""
    from calibrate.calls import call_list
    from calibrate.engines.tables import open_table
    from calibrate.present.called import write_calls
    from calibrate.scorecard import Scorecard
    from calibrate.scoring import scoring_findings

    out = out_for(options, "queue")
    card = Scorecard.load(options.card)
    with progress(3) as step:
        step("reading leads")
        table = open_table(Path(options.leads), sheet=options.sheet)
        step("ranking")
        found = call_list(
            card,
            table,
            most=options.most,
            events=options.events,
            as_of=day(options.as_of),
            absent=options.missing_attributes,
        )
        step("writing")
        write_calls(found, out)
    print(f"{found}\nWritten to {out}")
    for finding in scoring_findings(found.unseen, found.absent):
        print("\n".join(paragraph(f"! {finding.says} {finding.fix}")))

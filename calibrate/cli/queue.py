"""``calibrate queue``: the ranked list of leads to call."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli.arguments import add_scoring
from calibrate.cli.parser import examples
from calibrate.cli.say import progress, tell


def add(parser: argparse.ArgumentParser) -> None:
    """Take a card, leads, and how many can be called."""
    parser.description = "Rank the leads that pass, the most urgent first, each with its reasons."
    parser.epilog = examples(
        "calibrate queue scorecard.yaml new.csv",
        "calibrate queue scorecard.yaml new.csv --most 50 --out monday.csv",
    )
    add_scoring(parser, out="LEADS-queue.csv")
    parser.add_argument("--most", metavar="N", type=int, help="as many as can be called")


def run(options: argparse.Namespace) -> None:
    """Rank the leads to call, and write the list."""
    from calibrate.calls import call_list
    from calibrate.cli.scoring_options import day, out_for
    from calibrate.engines.tables import open_table
    from calibrate.present.blocks import Said, remarks
    from calibrate.present.called import calls_blocks, write_calls
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
    blocks = [
        *calls_blocks(found),
        Said(text=f"Written to {out}", when_long="leave"),
        *remarks(scoring_findings(found.unseen, found.absent)),
    ]
    tell(options, blocks, found.summary(), written=[out])

"""``calibrate rerun``: last quarter's card and spec on this quarter's leads."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli import DOES_NOT_HOLD, DONE
from calibrate.cli.arguments import LEADS, add_events, add_fit, add_folder
from calibrate.cli.parser import examples
from calibrate.cli.say import RUN_STEPS, progress, tell, written_blocks


def add(parser: argparse.ArgumentParser) -> None:
    """Take last quarter's card, and the leads of now."""
    parser.description = "Calibrate on the leads of now as last quarter, and compare."
    parser.epilog = examples(
        "calibrate rerun q1/scorecard.yaml q2.csv --out q2",
        "calibrate rerun q1/scorecard.yaml q2.csv --out q2 --damping",
    )
    parser.add_argument("old", metavar="OLD", help="scorecard.yaml of last quarter")
    parser.add_argument("leads", metavar="LEADS", help=f"of now, with their outcome; {LEADS}")
    add_folder(parser)
    parser.add_argument(
        "--spec", metavar="FILE", help="last quarter's (default: spec.yaml beside OLD)"
    )
    add_events(parser)
    add_fit(parser)
    parser.add_argument(
        "--damping", action="store_true", help="let points stand that luck alone would move"
    )


def run(options: argparse.Namespace) -> int:
    """Calibrate, compare, write the folder, and print the advice."""
    from calibrate.cli.spec_options import fit_of
    from calibrate.present.comparison_text import rerun_blocks
    from calibrate.rerunning import rerun

    with progress(RUN_STEPS + 1) as step:
        found = rerun(
            Path(options.old),
            Path(options.leads),
            spec=options.spec,
            events=options.events,
            damping=options.damping,
            fit=fit_of(options),
            progress=step,
        )
        folder = found.save(options.out, progress=step)
    says = "open comparison.html; scorecard.yaml is the new card."
    blocks = [*rerun_blocks(found), *written_blocks(options.out, says)]
    tell(options, blocks, found.summary(), written=[folder])
    return DONE if found.comparison.holds else DOES_NOT_HOLD

"""``calibrate validate``: does the card hold on leads that came later?"""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli import DOES_NOT_HOLD, DONE
from calibrate.cli.say import progress
from calibrate.cli.scoring_options import day


def run(options: argparse.Namespace) -> int:
    """Print the verdict with its reasons; with --html, write the page too."""
    from calibrate.scorecard import Scorecard
    from calibrate.validation import validate

    with progress(2) as step:
        step("reading card and leads")
        card = Scorecard.load(options.card)
        found = validate(
            card,
            Path(options.leads),
            spec=options.spec,
            events=options.events,
            scored=options.scored,
            as_of=day(options.as_of),
        )
        step("judging")
        page = found.report(Path(options.html)) if options.html else None
    print(found)
    if page is not None:
        print(f"\nWritten to {page}")
    return DONE if found.holds else DOES_NOT_HOLD

"""``calibrate validate``: does the card hold on leads that came later?"""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli import DOES_NOT_HOLD, DONE
from calibrate.cli.arguments import LEADS, add_card, add_events, add_html
from calibrate.cli.database_options import add_database, leads_of, log_of
from calibrate.cli.parser import examples
from calibrate.cli.say import progress, tell


def add(parser: argparse.ArgumentParser) -> None:
    """Take a card, and later leads."""
    parser.description = "Judge a card by leads that came later: does it hold?"
    parser.epilog = examples(
        "calibrate validate scorecard.yaml later.csv",
        "calibrate validate scorecard.yaml later.csv --scored scored-then.csv",
        "calibrate validate scorecard.yaml later.csv --html validation.html",
        "calibrate validate scorecard.yaml --connect duckdb://crm.db --table leads",
    )
    add_card(parser)
    parser.add_argument("leads", metavar="LEADS", nargs="?", help=f"with their outcome; {LEADS}")
    parser.add_argument(
        "--spec", metavar="FILE", help="how leads are counted (default: as for the card)"
    )
    add_events(parser)
    parser.add_argument(
        "--scored", metavar="FILE", help="scored leads of that time: judge the scores given then"
    )
    parser.add_argument("--as-of", metavar="DAY", help="the day the data were taken: 2026-09-30")
    add_html(parser)
    add_database(parser)


def run(options: argparse.Namespace) -> int:
    """Print the verdict with its reasons; with --html, write the page too."""
    from calibrate.cli.scoring_options import day
    from calibrate.engines.sql.relations import watched
    from calibrate.present.blocks import written_blocks
    from calibrate.present.validation_text import validation_blocks
    from calibrate.scorecard import Scorecard
    from calibrate.spec import Spec
    from calibrate.validation import validate
    from calibrate.validation.declared import spec_of

    card = Scorecard.load(options.card)
    leads = leads_of(options, Spec.load(options.spec) if options.spec else spec_of(card))
    with progress(2) as step:
        step("reading leads")
        found = validate(
            card,
            watched(leads, step),
            spec=options.spec,
            events=log_of(options, leads),
            scored=options.scored,
            as_of=day(options.as_of),
        )
        step("judging")
        pages = [found.report(Path(options.html))] if options.html else []
    blocks = [*validation_blocks(found), *written_blocks(*pages)]
    tell(options, blocks, found.summary(), written=pages)
    return DONE if found.holds else DOES_NOT_HOLD

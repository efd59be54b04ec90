"""``calibrate compare``: last quarter's card against this quarter's: keep, refresh or rebuild."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from calibrate.cli import DOES_NOT_HOLD, DONE
from calibrate.cli.arguments import LEADS, add_events, add_html
from calibrate.cli.database_options import add_database, log_of
from calibrate.cli.parser import examples
from calibrate.cli.say import progress, tell

if TYPE_CHECKING:
    from calibrate.engines.sql.relations import Relation
    from calibrate.scorecard import Scorecard


def add(parser: argparse.ArgumentParser) -> None:
    """Take two cards, and the leads of now."""
    parser.description = "Say what moved between two cards: keep the old one, refresh or rebuild?"
    parser.epilog = examples(
        "calibrate compare q1/scorecard.yaml q2/scorecard.yaml",
        "calibrate compare q1/scorecard.yaml q2/scorecard.yaml q2.csv",
        "calibrate compare old.yaml new.yaml new.csv --html comparison.html",
        "calibrate compare old.yaml new.yaml --connect duckdb://crm.db --table leads",
    )
    parser.add_argument("old", metavar="OLD", help="scorecard.yaml of last quarter")
    parser.add_argument("new", metavar="NEW", help="scorecard.yaml of this quarter")
    parser.add_argument(
        "leads", metavar="LEADS", nargs="?", help=f"of now, with their outcome; {LEADS}"
    )
    parser.add_argument(
        "--spec", metavar="FILE", help="how leads are counted (default: as for the new card)"
    )
    add_events(parser)
    add_html(parser)
    add_database(parser)


def run(options: argparse.Namespace) -> int:
    """Print the advice with its reasons; with --html, write the page too."""
    from calibrate.engines.sql.relations import watched
    from calibrate.present.blocks import written_blocks
    from calibrate.present.comparison_text import comparison_blocks
    from calibrate.recalibration import compare
    from calibrate.scorecard import Scorecard

    old, new = Scorecard.load(options.old), Scorecard.load(options.new)
    leads = _leads(options, new)
    with progress(1) as step:
        step("comparing")
        found = compare(
            old,
            new,
            watched(leads, step),
            spec=options.spec,
            events=log_of(options, leads),
        )
        pages = [found.report(Path(options.html))] if options.html else []
    blocks = [*comparison_blocks(found), *written_blocks(*pages)]
    tell(options, blocks, found.summary(), written=pages)
    return DONE if found.holds else DOES_NOT_HOLD


def _leads(options: argparse.Namespace, new: Scorecard) -> Path | Relation | None:
    """Give the leads of now, wherever they are; None for a comparison of the cards alone."""
    from calibrate.cli.database_options import leads_of, names_database
    from calibrate.spec import Spec
    from calibrate.validation.declared import spec_of

    if options.leads is None and not names_database(options):
        return None
    return leads_of(options, Spec.load(options.spec) if options.spec else spec_of(new))

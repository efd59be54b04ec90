"""``calibrate check``: look a leads table over, and say what is odd about it."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli.arguments import add_html, add_leads
from calibrate.cli.database_options import add_database, log_of
from calibrate.cli.parser import examples
from calibrate.cli.say import progress, tell


def add(parser: argparse.ArgumentParser) -> None:
    """Take leads, and a page to write."""
    parser.description = "Look a leads table over, before a card is made of it."
    parser.epilog = examples(
        "calibrate check leads.csv",
        "calibrate check 'leads-*.csv' --outcome converted",
        "calibrate check leads.csv --spec spec.yaml --html check.html",
        "calibrate check --connect duckdb://crm.db --table leads",
    )
    add_leads(parser, optional=True)
    add_html(parser)
    add_database(parser)


def run(options: argparse.Namespace) -> None:
    """Print the findings; with --html, write the page too."""
    from calibrate.checking import check
    from calibrate.cli.spec_options import spec_and_anywhere
    from calibrate.engines.sql.relations import watched
    from calibrate.present.blocks import written_blocks
    from calibrate.present.check_text import check_blocks

    spec, leads = spec_and_anywhere(options)
    with progress(1) as step:
        step("looking the leads over")
        found = check(watched(leads, step), spec, events=log_of(options, leads))
        pages = [found.report(Path(options.html))] if options.html else []
    blocks = [*check_blocks(found), *written_blocks(*pages)]
    tell(options, blocks, found.summary(), written=pages)

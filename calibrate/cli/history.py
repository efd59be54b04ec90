"""``calibrate history``: a folder of cards as a time series."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli.arguments import add_html
from calibrate.cli.parser import examples
from calibrate.cli.say import tell


def add(parser: argparse.ArgumentParser) -> None:
    """Take a folder of cards, and a page to write."""
    parser.description = "Show a folder of cards as a time series."
    parser.epilog = examples(
        "calibrate history cards", "calibrate history cards --html history.html"
    )
    parser.add_argument("folder", metavar="FOLDER", help="with cards: 2026Q1.yaml, 2026Q2.yaml")
    add_html(parser)


def run(options: argparse.Namespace) -> None:
    """Print the series; with --html, write the page too."""
    from calibrate.present.blocks import written_blocks
    from calibrate.present.timeline_text import history_blocks
    from calibrate.timeline import history

    found = history(Path(options.folder))
    pages = [found.report(Path(options.html))] if options.html else []
    blocks = [*history_blocks(found), *written_blocks(*pages)]
    tell(options, blocks, found.summary(), written=pages)

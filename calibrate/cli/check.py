"""``calibrate check``: look a leads table over, and say what is odd about it."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli.spec_options import spec_and_leads


def run(options: argparse.Namespace) -> None:
    """Print the findings; with --html, write the page too."""
    from calibrate.checking import check

    spec, leads = spec_and_leads(options)
    found = check(leads, spec, events=options.events)
    page = found.report(Path(options.html)) if options.html else None
    print(found)
    if page is not None:
        print(f"\nWritten to {page}")

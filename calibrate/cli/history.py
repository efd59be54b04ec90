"""``calibrate history``: a folder of cards as a time series."""

from __future__ import annotations

import argparse
from pathlib import Path


def run(options: argparse.Namespace) -> None:
    """Print the series; with --html, write the page too."""
    from calibrate.timeline import history

    found = history(Path(options.folder))
    page = found.report(Path(options.html)) if options.html else None
    print(found)
    if page is not None:
        print(f"\nWritten to {page}")

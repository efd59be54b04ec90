"""What the commands that score leads are told on the command line."""

from __future__ import annotations

import argparse
import datetime as dt
import glob
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal, TypedDict

from calibrate.errors import OutputError, SpecError


class Asked(TypedDict):
    """What is asked of a card beside the leads."""

    events: str | None
    as_of: dt.date | None
    absent: Literal["refuse", "as-missing"]


def out_for(options: argparse.Namespace, what: str) -> Path:
    """Name the file to write, and refuse one that holds the leads or has no fitting ending."""
    from calibrate.present.scored import check_ending

    leads = Path(options.leads)
    out = Path(options.out) if options.out else _beside(leads, what)
    check_ending(out)
    # A file that a pattern matches would be read as leads the next time.
    if out.resolve() == leads.resolve() or fnmatch(str(out.resolve()), str(leads.resolve())):
        raise OutputError(f"{out} holds the leads themselves; choose another name with --out.")
    return out


def _beside(leads: Path, what: str) -> Path:
    """Name a file after that of the leads, or after what the names of several begin with."""
    from calibrate.engines.sources import short_name

    short = short_name(leads.name)
    return Path(f"{what}-{short}.csv" if glob.has_magic(leads.name) else f"{short}-{what}.csv")


def day(text: str | None) -> dt.date | None:
    """Read the day of --as-of."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise SpecError(f"--as-of: `{text[:40]}` is no day; write it like 2026-09-30.") from None

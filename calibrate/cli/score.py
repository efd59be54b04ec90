"""``calibrate score``: add score, passes, close_rate and reasons to any leads table."""

from __future__ import annotations

import argparse
import datetime as dt
import glob
from fnmatch import fnmatch
from pathlib import Path

from calibrate.cli.say import progress
from calibrate.errors import OutputError, SpecError
from calibrate.present.numbers import count_text, percent_text
from calibrate.present.terminal import paragraph


def run(options: argparse.Namespace) -> None:
    """Score the leads and write them."""
    from calibrate.engines.tables import open_table
    from calibrate.present.scored import check_ending, write_scored
    from calibrate.scorecard import Scorecard
    from calibrate.scoring import unseen_findings

    leads = Path(options.leads)
    out = Path(options.out) if options.out else _beside(leads)
    check_ending(out)
    # A file that a pattern matches would be read as leads the next time.
    if out.resolve() == leads.resolve() or fnmatch(str(out.resolve()), str(leads.resolve())):
        raise OutputError(f"{out} holds the leads themselves; choose another name with --out.")
    as_of = None if options.as_of is None else _day(options.as_of)
    card = Scorecard.load(options.card)
    with progress(3) as step:
        step("reading leads")
        table = open_table(leads, sheet=options.sheet)
        step("scoring")
        scored = card.score_table(table, events=options.events, as_of=as_of)
        step("writing")
        write_scored(card, table, scored, out)
    passing = int((scored.scores >= card.threshold.score).sum())
    print(
        f"{count_text(table.rows)} leads scored with the card `{card.name}`; {count_text(passing)} "
        f"({percent_text(passing / table.rows)}) reach the threshold {card.threshold.score}.\n"
        f"Written to {out}"
    )
    for finding in unseen_findings(scored.unseen):
        print("\n".join(paragraph(f"! {finding.says} {finding.fix}")))


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise SpecError(f"--as-of: `{text[:40]}` is no day; write it like 2026-09-30.") from None


def _beside(leads: Path) -> Path:
    """Name the scored leads after the file, or after what the names of several begin with."""
    from calibrate.engines.sources import short_name

    short = short_name(leads.name)
    return Path(f"scored-{short}.csv" if glob.has_magic(leads.name) else f"{short}-scored.csv")

"""``calibrate run``: calibrate, write the run folder, print one screen."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli.say import RUN_STEPS, progress
from calibrate.cli.spec_options import chosen_spec


def run(options: argparse.Namespace) -> None:
    """Calibrate and write the folder."""
    write_run(
        Path(options.leads),
        chosen_spec(options),
        Path(options.out),
        name=options.name,
        scores=options.scores,
    )


def write_run(
    leads: Path, spec: object, folder: Path, *, name: str | None = None, scores: bool = False
) -> None:
    """Calibrate, write the run folder, and print what came of it."""
    from calibrate.engines.tables import open_table
    from calibrate.pipeline import calibrate
    from calibrate.present.scored import write_scored

    with progress(RUN_STEPS) as step:
        result = calibrate(leads, spec, name=name, progress=step)  # type: ignore[arg-type]
        result.save(folder, progress=step)
        if scores:
            table = open_table(leads)
            scored = result.scorecard.score_table(table)
            write_scored(result.scorecard, table, scored, folder / "scores.csv")
    print(result)
    print(f"\nWritten to {folder}/: open report.html; scorecard.yaml is the card.")

"""``calibrate run``: calibrate, write the run folder, print one screen."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from calibrate.cli.say import COMPARE_STEPS, RUN_STEPS, progress, written
from calibrate.cli.spec_options import fit_of, spec_and_leads

if TYPE_CHECKING:
    from calibrate.engines.tables import Table
    from calibrate.spec import Spec


def run(options: argparse.Namespace) -> None:
    """Calibrate and write the folder."""
    spec, leads = spec_and_leads(options)
    fit = fit_of(options, spec)
    if fit is not None:
        spec = spec.changed(fit=fit.model_dump(exclude_unset=True))
    write_run(
        leads,
        spec,
        Path(options.out),
        name=options.name,
        scores=options.scores,
        compare=options.compare_methods,
        events=options.events,
    )


def write_run(
    leads: Path | Table,
    spec: Spec | Path,
    folder: Path,
    *,
    name: str | None = None,
    scores: bool = False,
    compare: bool = False,
    events: str | None = None,
) -> None:
    """Calibrate, write the run folder, and print what came of it."""
    from calibrate.engines.tables import open_table
    from calibrate.pipeline import calibrate
    from calibrate.present.scored import write_scored
    from calibrate.present.terminal import choices_text
    from calibrate.spec import as_spec

    with progress(RUN_STEPS + (COMPARE_STEPS if compare else 0)) as step:
        # Scores need the table once more: it stays open for them.
        leads = open_table(leads, sheet=as_spec(spec).leads.sheet) if scores else leads
        result = calibrate(leads, spec, events=events, name=name, progress=step)
        choices = result.choices(progress=step) if compare else None
        result.save(folder, progress=step, choices=choices)
        if scores:
            table = open_table(leads)
            scored = result.scorecard.score_table(table, events=events)
            write_scored(
                result.scorecard,
                table,
                scored,
                folder / "scores.csv",
                as_of=result.scorecard.made.as_of,
                stamped=False,
            )
    print(result)
    if choices is not None:
        print(f"\n{choices_text(choices)}")
    written(folder, "open report.html; scorecard.yaml is the card.")

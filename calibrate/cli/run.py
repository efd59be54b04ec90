"""``calibrate run``: calibrate, write the run folder, print one screen."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from calibrate.cli.arguments import add_fit, add_folder, add_leads
from calibrate.cli.database_options import add_database, log_of
from calibrate.cli.parser import examples
from calibrate.cli.say import COMPARE_STEPS, RUN_STEPS, progress, tell, written_blocks

if TYPE_CHECKING:
    from calibrate.engines.sql.relations import Relation
    from calibrate.engines.tables import Table
    from calibrate.logs import Log
    from calibrate.spec import Spec


def add(parser: argparse.ArgumentParser) -> None:
    """Take leads, a folder, and what else is to be made."""
    parser.description = "Calibrate: a scorecard, its report and its evidence, in a folder."
    parser.epilog = examples(
        "calibrate run leads.csv",
        "calibrate run leads.csv --spec spec.yaml --out 2026Q3 --scores",
        "calibrate run leads.csv --holdout last:quarter --refit-on-all",
        "calibrate run 'leads-*.csv' --outcome converted --events events.csv",
        "calibrate run --connect duckdb://crm.db --table leads --spec spec.yaml",
        "calibrate run leads.csv --json | jq .threshold.score",
    )
    add_leads(parser, optional=True)
    add_fit(parser)
    add_folder(parser)
    parser.add_argument("--name", help="name of the card (default: that of the leads file)")
    parser.add_argument(
        "--scores", action="store_true", help="also write scores.csv, every lead with its score"
    )
    parser.add_argument(
        "--compare-methods",
        action="store_true",
        help="cross-validate measures, awards and overlap on these leads",
    )
    add_database(parser)


def run(options: argparse.Namespace) -> None:
    """Calibrate and write the folder."""
    from calibrate.cli.spec_options import fit_of, spec_and_anywhere

    spec, leads = spec_and_anywhere(options)
    fit = fit_of(options, spec)
    if fit is not None:
        spec = spec.changed(fit=fit.model_dump(exclude_unset=True))
    write_run(
        options,
        leads,
        spec,
        Path(options.out),
        name=options.name,
        scores=options.scores,
        compare=options.compare_methods,
        events=log_of(options, leads),
    )


def write_run(
    options: argparse.Namespace,
    leads: Path | Table | Relation,
    spec: Spec | Path,
    folder: Path,
    *,
    name: str | None = None,
    scores: bool = False,
    compare: bool = False,
    events: Log | None = None,
    beside: Sequence[Path] = (),
) -> None:
    """Calibrate, write the run folder, and print what came of it."""
    from calibrate.engines.sql.relations import Relation
    from calibrate.engines.tables import open_table
    from calibrate.logs import in_memory
    from calibrate.pipeline import calibrate
    from calibrate.present.blocks import BLANK
    from calibrate.present.run_text import calibration_blocks, choices_blocks, choices_summary
    from calibrate.present.scored import write_scored
    from calibrate.spec import as_spec

    with progress(RUN_STEPS + (COMPARE_STEPS if compare else 0)) as step:
        # Scores need the table once more: it stays open for them.
        if scores and not isinstance(leads, Relation):
            leads = open_table(leads, sheet=as_spec(spec).leads.sheet)
        result = calibrate(leads, spec, events=events, name=name, progress=step)
        choices = result.choices(progress=step) if compare else None
        result.save(folder, progress=step, choices=choices)
        if scores and not isinstance(leads, Relation):
            table = open_table(leads)
            scored = result.scorecard.score_table(table, events=in_memory(events))
            write_scored(
                result.scorecard,
                table,
                scored,
                folder / "scores.csv",
                as_of=result.scorecard.made.as_of,
                stamped=False,
            )
    blocks, values = calibration_blocks(result), result.summary()
    if choices is not None:
        blocks += [BLANK, *choices_blocks(choices)]
        values |= {"choices": choices_summary(choices)}
    blocks += written_blocks(folder, "open report.html; scorecard.yaml is the card.")
    tell(options, blocks, values, written=[*beside, folder])

"""``calibrate rerun``: last quarter's card and spec on this quarter's leads."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from calibrate.cli import DOES_NOT_HOLD, DONE
from calibrate.cli.arguments import LEADS, add_events, add_fit, add_folder
from calibrate.cli.database_options import add_database, leads_of, log_of
from calibrate.cli.parser import examples
from calibrate.cli.say import RUN_STEPS, progress, tell, written_blocks


def add(parser: argparse.ArgumentParser) -> None:
    """Take last quarter's card, and the leads of now."""
    parser.description = "Calibrate on the leads of now as last quarter, and compare."
    parser.epilog = examples(
        "calibrate rerun q1/scorecard.yaml q2.csv --out q2",
        "calibrate rerun q1/scorecard.yaml q2.csv --out q2 --damping",
        "calibrate rerun q1/scorecard.yaml --connect duckdb://crm.db --table leads",
    )
    parser.add_argument("old", metavar="OLD", help="scorecard.yaml of last quarter")
    parser.add_argument(
        "leads", metavar="LEADS", nargs="?", help=f"of now, with their outcome; {LEADS}"
    )
    add_folder(parser)
    parser.add_argument(
        "--spec", metavar="FILE", help="last quarter's (default: spec.yaml beside OLD)"
    )
    add_events(parser)
    add_fit(parser)
    parser.add_argument(
        "--damping", action="store_true", help="let points stand that luck alone would move"
    )
    parser.add_argument(
        "--notebook", metavar="FILE", help="also write it as a notebook, run from top to bottom"
    )
    add_database(parser)


def run(options: argparse.Namespace) -> int:
    """Calibrate, compare, write the folder, and print the advice; with --notebook, run that too."""
    from calibrate.cli.spec_options import fit_of
    from calibrate.files import write_whole
    from calibrate.present.blocks import Said
    from calibrate.present.comparison_text import rerun_blocks
    from calibrate.rerunning import last_spec, rerun
    from calibrate.scorecard import Scorecard

    place = _place(options)
    leads = leads_of(
        options, last_spec(Path(options.old), Scorecard.load(options.old), options.spec)
    )
    with progress(RUN_STEPS + 1 + (place is not None)) as step:
        found = rerun(
            Path(options.old),
            leads,
            spec=options.spec,
            events=log_of(options, leads),
            damping=options.damping,
            fit=fit_of(options),
            progress=step,
        )
        # Run before anything is written: what fails here leaves nothing behind.
        text = None if place is None else _notebook(options, place, step)
        written = [found.save(options.out, progress=step)]
        if place is not None and text is not None:
            written.append(write_whole(place, text))
    says = "open comparison.html; scorecard.yaml is the new card."
    blocks = [*rerun_blocks(found), *written_blocks(options.out, says)]
    if place is not None:
        blocks.append(Said(text=f"Written to {place}", when_long="leave"))
    tell(options, blocks, found.summary(), written=written)
    return DONE if found.comparison.holds else DOES_NOT_HOLD


def _place(options: argparse.Namespace) -> Path | None:
    """Give where the notebook goes, after refusing early what would come to nothing."""
    if options.notebook is None:
        return None
    from calibrate.errors import OutputError
    from calibrate.present.notebook import check_notebooks

    place = Path(options.notebook)
    if place.suffix != ".ipynb":
        raise OutputError(f"--notebook {place}: a notebook's name ends in .ipynb.")
    if not place.parent.is_dir() or place.is_dir():
        raise OutputError(f"--notebook {place}: that folder is not there, or that is a folder.")
    check_notebooks()
    return place


def _notebook(options: argparse.Namespace, place: Path, step: Callable[[str], None]) -> str:
    from calibrate.cli.spec_options import fit_of
    from calibrate.present.notebook import as_seen_from, quarterly_notebook

    step("running the notebook")
    folder, fit = place.parent, fit_of(options)
    parameters = {
        "old_card": as_seen_from(folder, options.old),
        "leads": as_seen_from(folder, options.leads),
        "spec": as_seen_from(folder, options.spec),
        "events": as_seen_from(folder, options.events),
        "damping": options.damping,
        "fit": None if fit is None else fit.model_dump(mode="json", exclude_unset=True),
    }
    return quarterly_notebook(parameters, folder)

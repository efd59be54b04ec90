"""``calibrate rerun``: last quarter's card and spec on this quarter's leads."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from calibrate.cli import DOES_NOT_HOLD, DONE
from calibrate.cli.say import RUN_STEPS, progress, written
from calibrate.cli.spec_options import fit_of


def run(options: argparse.Namespace) -> int:
    """Calibrate, compare, write the folder, and print the advice; with --notebook, run that too."""
    from calibrate.files import write_whole
    from calibrate.rerunning import rerun

    place = _place(options)
    with progress(RUN_STEPS + 1 + (place is not None)) as step:
        found = rerun(
            Path(options.old),
            Path(options.leads),
            spec=options.spec,
            events=options.events,
            damping=options.damping,
            fit=fit_of(options),
            progress=step,
        )
        # Run before anything is written: what fails here leaves nothing behind.
        text = None if place is None else _notebook(options, place, step)
        found.save(options.out, progress=step)
        if place is not None and text is not None:
            write_whole(place, text)
    print(found)
    written(Path(options.out), "open comparison.html; scorecard.yaml is the new card.")
    if place is not None:
        print(f"Written to {place}")
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

"""``calibrate demo``: sample leads in a folder, and a run on them."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli.parser import examples


def add(parser: argparse.ArgumentParser) -> None:
    """Take the folder to write into."""
    parser.description = "Write sample leads, their events and their spec, and calibrate them."
    parser.epilog = examples("calibrate demo", "calibrate demo somewhere-else")
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        default="calibrate-demo",
        help="where to (default: calibrate-demo)",
    )


def run(options: argparse.Namespace) -> None:
    """Write the sample and calibrate it."""
    from calibrate.cli.run import write_run
    from calibrate.files import make_folder
    from calibrate.sample import write_sample

    folder = make_folder(Path(options.folder))
    sample = write_sample(folder)
    files = (sample.leads, sample.events, sample.spec)
    write_run(options, sample.leads, sample.spec, folder / "calibration", name="demo", beside=files)

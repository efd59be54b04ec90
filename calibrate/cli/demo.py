"""``calibrate demo``: sample leads in a folder, and a run on them."""

from __future__ import annotations

import argparse
from pathlib import Path


def run(options: argparse.Namespace) -> None:
    """Write the sample and calibrate it."""
    from calibrate.cli.run import write_run
    from calibrate.files import make_folder
    from calibrate.sample import write_sample

    folder = make_folder(Path(options.folder))
    sample = write_sample(folder)
    write_run(sample.leads, sample.spec, folder / "calibration", name="demo")

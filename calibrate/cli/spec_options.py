"""The spec and the leads that a command line asks for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from calibrate.spec import Spec

if TYPE_CHECKING:
    from calibrate.engines.tables import Table


def spec_and_leads(options: argparse.Namespace) -> tuple[Spec, Path | Table]:
    """Load the spec, and put the preset and outcome of the command line into it.

    For the outcome the table is opened; it is then given in place of its path, to be read once.
    """
    spec, path = Spec.load(options.spec) if options.spec else Spec(), Path(options.leads)
    if options.preset is not None:
        spec = spec.changed(preset=options.preset)
    if options.outcome is None:
        return spec, path
    from calibrate.engines.tables import open_table
    from calibrate.roles import outcome_of

    table = open_table(path, sheet=spec.leads.sheet)
    part = outcome_of(table, options.outcome)
    return spec.changed(outcome=part.model_dump(exclude_unset=True)), table

"""The spec that a command line asks for."""

from __future__ import annotations

import argparse

from calibrate.spec import OutcomePart, Spec


def chosen_spec(options: argparse.Namespace) -> Spec:
    """Load the spec, and put the outcome named on the command line into it."""
    spec = Spec.load(options.spec) if options.spec else Spec()
    if options.outcome is None:
        return spec
    from calibrate.engines.tables import open_table
    from calibrate.roles import outcome_of

    part: OutcomePart = outcome_of(open_table(options.leads), options.outcome)
    document = spec.document() | {"outcome": part.model_dump(exclude_unset=True)}
    return Spec.model_validate(document)

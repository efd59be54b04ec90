"""The spec and the leads that a command line asks for."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from calibrate.documents import validated
from calibrate.errors import SpecError
from calibrate.spec import FitPart, Spec

if TYPE_CHECKING:
    from calibrate.engines.sql.relations import Relation
    from calibrate.engines.tables import Table


def spec_and_leads(options: argparse.Namespace) -> tuple[Spec, Path | Table]:
    """Load the spec, and put the preset and outcome of the command line into it.

    For the outcome the table is opened; it is then given in place of its path, to be read once.
    """
    spec, path = spec_of(options), Path(options.leads)
    if options.outcome is None:
        return spec, path
    from calibrate.engines.tables import open_table
    from calibrate.roles import outcome_of

    table = open_table(path, sheet=spec.leads.sheet)
    part = outcome_of(table, options.outcome)
    return spec.changed(outcome=part.model_dump(exclude_unset=True)), table


def spec_and_anywhere(
    options: argparse.Namespace,
) -> tuple[Spec, Path | Table | Relation]:
    """Do the same for leads that may stay in a database."""
    from calibrate.cli.database_options import relation_of

    spec = spec_of(options)
    relation = relation_of(options, spec)
    if relation is None:
        return spec_and_leads(options)
    if options.outcome is None:
        return spec, relation
    from calibrate.engines.sql.relations import as_table
    from calibrate.roles import outcome_of

    part = outcome_of(as_table(relation), options.outcome)
    return spec.changed(outcome=part.model_dump(exclude_unset=True)), relation


def spec_of(options: argparse.Namespace) -> Spec:
    """Load the spec, and put the preset of the command line into it."""
    spec = Spec.load(options.spec) if options.spec else Spec()
    return spec if options.preset is None else spec.changed(preset=options.preset)


def fit_of(options: argparse.Namespace, spec: Spec | None = None) -> FitPart | None:
    """Give which leads teach and which judge, as the command line asks; None when it is silent.

    What it leaves open is as `spec` says.
    """
    if options.holdout is None and not options.refit_on_all:
        return None
    said = spec.fit.model_dump(exclude_unset=True) if spec is not None and spec.fit else {}
    if options.holdout is not None:
        is_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", options.holdout) is not None
        said = {"until" if is_day else "holdout": options.holdout}
    if options.refit_on_all:
        said["refit_on_all"] = True
    return validated(Spec, {"fit": said}, where="--holdout", error=SpecError).fit

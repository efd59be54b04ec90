"""Carry a card to where the leads are: each format is a function of it, in a module of its own.

A further format plugs in by one line of `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from inspect import signature
from typing import Any

from calibrate.errors import SpecError, did_you_mean
from calibrate.scorecard import Scorecard

FORMATS: Mapping[str, str] = {
    "sql": "calibrate.export.sql:sql",
    "python": "calibrate.export.python:python",
    "xlsx": "calibrate.export.spreadsheet:workbook",
    "pmml": "calibrate.export.pmml:pmml",
    "hubspot": "calibrate.export.hubspot:hubspot",
    "marketo": "calibrate.export.marketo:marketo",
}
"""From the name of a format to ``module:function``; the function takes the card and its options."""


def export(card: Scorecard, to: str, **options: Any) -> str | bytes:
    """Write a card in another format.

    Parameters
    ----------
    card : Scorecard
    to : str
        One of `FORMATS`.
    **options
        Those of the format: ``dialect``, ``table``, ``view`` and ``prefix`` of ``sql``, ``rows`` of
        ``xlsx``.

    Returns
    -------
    str or bytes
        What belongs in the file.

    Raises
    ------
    SpecError
        For a format that is none.
    CalibrateError
        Where the format could not give the same score as calibrate, naming what and why.
    MissingExtraError
        When the format needs a package that is not installed.
    """
    if to not in FORMATS:
        raise SpecError(f"export: `{to[:40]}` is no format; {did_you_mean(to, list(FORMATS))}")
    module, _, name = FORMATS[to].partition(":")
    function = getattr(import_module(module), name)
    known = list(signature(function).parameters)[1:]
    strange = [option for option in options if option not in known]
    if strange:
        says = f"takes {', '.join(f'`{one}`' for one in known)}" if known else "takes no options"
        raise SpecError(
            f"export: `{to}` has no option {', '.join(f'`{one}`' for one in strange)}; it {says}."
        )
    written: str | bytes = function(card, **options)
    return written

"""The column that says which leads sales worked: it tells of sales, not of the lead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from calibrate.engines.columns import Column, text_column
from calibrate.engines.judging import Flags
from calibrate.errors import Finding
from calibrate.levels import NO, fold
from calibrate.meanings import plain_value

_NAMES = frozenset("worked contacted was_worked was_contacted is_worked is_contacted".split())
_NOT = NO | {"0", "none", "nein", "non", "nee", "não"}


def worked_columns(names: Iterable[str]) -> list[str]:
    """Give the columns that are named as if they said who was worked.

    Examples
    --------
    >>> worked_columns(["source", "Was contacted", "worked"])
    ['Was contacted', 'worked']
    """
    return [name for name in names if _plain(name) in _NAMES]


def is_worked(column: Column) -> Flags:
    """Say which leads were worked: not those with nothing there, or with no, 0 or none.

    Examples
    --------
    >>> from calibrate.engines.columns import TextColumn
    >>> column = TextColumn(codes=np.array([1, 2, 0, 3], np.int8), texts=("Yes", "No", "by phone"))
    >>> is_worked(column).tolist()
    [True, False, False, True]
    """
    texts = text_column(column)
    by_code = np.array([False, *(plain_value(text) not in _NOT for text in texts.texts)])
    return np.asarray(by_code[texts.codes])


def worked_aside(names: Sequence[str]) -> tuple[Finding, ...]:
    """Remark that such columns earn no points; nothing without any."""
    if not names:
        return ()
    listed = ", ".join(f"`{name}`" for name in names)
    return (
        Finding(
            code="worked-aside",
            severity="info",
            says=f"{listed} {'says' if len(names) == 1 else 'say'} which leads were worked, and "
            f"{'was' if len(names) == 1 else 'were'} set aside: leads close because they are "
            f"called, and no lead to come has been called yet.",
            fix="Nothing: `validate` and `rerun` use it. A column that says something else is "
            "tried when it is named under `attributes`.",
        ),
    )


def _plain(name: str) -> str:
    return "_".join(fold(name).replace("_", " ").split())

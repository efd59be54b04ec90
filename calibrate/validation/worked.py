"""Was every lead worked? Where sales only called the best, the rest closed less for that reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibrate.engines.columns import text_column
from calibrate.engines.judging import Flags
from calibrate.engines.tables import Table
from calibrate.errors import Finding
from calibrate.levels import NO, fold
from calibrate.policy.rated import Rated
from calibrate.present.numbers import percent_text
from calibrate.roles import plain_value

NAMES = ("worked", "contacted", "was_worked", "was_contacted", "is_worked", "is_contacted")
WORKED_UNKNOWN = "worked-unknown"
"""The finding that nothing tells who was worked."""
_NOT = NO | {"0", "none", "nein", "non", "nee", "não"}
_UNEVEN = 1.25
"""The best leads being worked so many times as often as the rest is worth a remark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """Which of the leads that judge were worked.

    Attributes
    ----------
    column : str
    worked, unworked : Rated
    above, below : float or None
        Share worked of leads at or above the threshold, and under it, in [0, 1].
    """

    column: str
    worked: Rated
    unworked: Rated
    above: float | None
    below: float | None


def worked_of(
    table: Table, rows: Flags, customer: Flags, passes: Flags
) -> tuple[Worked | None, tuple[Finding, ...]]:
    """Say which leads were worked, as far as a column tells.

    Parameters
    ----------
    table : Table
    rows, customer, passes : ndarray of bool, shape (n,)
        Leads that judge, customers, and leads that pass by the card.
    """
    column = next((name for name in table.columns if _plain(name) in NAMES), None)
    if column is None:
        return None, (_unknown(),)
    texts = text_column(table.columns[column])
    by_code = np.array([False, *(plain_value(text) not in _NOT for text in texts.texts)])
    is_worked = np.asarray(by_code[texts.codes])
    found = Worked(
        column=column,
        worked=_rated("worked", rows & is_worked, customer),
        unworked=_rated("not worked", rows & ~is_worked, customer),
        above=_share(is_worked[rows & passes]),
        below=_share(is_worked[rows & ~passes]),
    )
    return found, _uneven(found)


def _plain(name: str) -> str:
    return "_".join(fold(name).replace("_", " ").split())


def _rated(name: str, rows: Flags, customer: Flags) -> Rated:
    return Rated(name=name, leads=int(rows.sum()), customers=int((rows & customer).sum()))


def _share(flags: Flags) -> float | None:
    return float(flags.mean()) if len(flags) else None


def _uneven(found: Worked) -> tuple[Finding, ...]:
    if found.above is None or found.below is None or found.above <= _UNEVEN * found.below:
        return ()
    return (
        Finding(
            code="worked-by-score",
            severity="warning",
            says=f"By `{found.column}`, {percent_text(found.above)} of the leads that pass were "
            f"worked and {percent_text(found.below)} of the others: some of the difference in "
            f"close rates comes from the calls, not from the leads.",
            fix="Look at the close rate among worked leads; let sales work a few leads drawn by "
            "lot, whatever their score.",
        ),
    )


def _unknown() -> Finding:
    return Finding(
        code=WORKED_UNKNOWN,
        severity="info",
        says="No column says which leads were worked (`worked` or `contacted`). Leads with low "
        "scores were perhaps called less often and closed less for that reason alone; that cannot "
        "be known from this table.",
        fix="Export the column, or let sales work a few leads drawn by lot, whatever their score.",
    )

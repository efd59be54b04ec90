"""Who was counted: from all leads of the table to the customers, as a flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrate.outcomes import reasons_in_words

if TYPE_CHECKING:
    from calibrate.pipeline import Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some of the leads.

    Attributes
    ----------
    name : str
    leads : int
    share : float
        Of all leads of the table, in [0, 1].
    """

    name: str
    leads: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the flow.

    Attributes
    ----------
    name : str
    kind : {"all", "out", "counted", "customers"}
    groups : tuple of Group
    """

    name: str
    kind: str
    groups: tuple[Group, ...]


def flow(run: Calibration) -> tuple[Step, ...]:
    """Follow the leads: all, left out by reason, taught and judged, customers.

    Parameters
    ----------
    run : Calibration
    """
    overall, leads = run.evidence.overall, run.leads
    out = reasons_in_words(leads.left_out, leads.window_days)
    taught = [("taught the card", overall.leads)]
    customers = [("among those that taught", overall.customers)]
    if leads.aside is not None:
        rows, what, who = leads.aside.rows, "came later and judged it", "among those that judged"
        if run.holdout is None:
            what, who = "came later, and could not judge it", "among those that came later"
        taught.append((what, leads.outcome.leads(rows)))
        customers.append((who, leads.outcome.leads(rows & leads.outcome.customer)))
    elif run.holdout is not None:  # they taught it too, after the verdict
        taught.append(("of these came later, and judged it first", run.holdout.judged.leads))
        customers.append(("among those that judged it first", run.holdout.judged.customers))
    steps = (
        ("All leads of the table", "all", [(leads.name, leads.total)]),
        ("Left out", "out", list(out) or [("nobody", 0)]),
        ("Counted", "counted", taught),
        ("Became customers", "customers", customers),
    )
    return tuple(
        Step(name=name, kind=kind, groups=_groups(counts, leads.total))
        for name, kind, counts in steps
    )


def _groups(counts: Sequence[tuple[str, int]], whole: int) -> tuple[Group, ...]:
    return tuple(Group(name=name, leads=leads, share=leads / whole) for name, leads in counts)

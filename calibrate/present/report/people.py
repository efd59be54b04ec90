"""Who was counted: from all leads of the table to the customers, as a flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrate.outcomes import reasons_in_words

if TYPE_CHECKING:
    from calibrate.pipeline import Calibration
    from calibrate.validation import Validation


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some of the leads.

    Attributes
    ----------
    name : str
    leads : int
    share : float
        Of the largest step, in [0, 1].
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


def flow(run: Calibration, validation: Validation | None) -> tuple[Step, ...]:
    """Follow the leads: all, left out by reason, taught and judged, customers.

    Parameters
    ----------
    run : Calibration
    validation : Validation or None
        With the later leads that judge the card.
    """
    overall, leads = run.evidence.overall, run.leads
    out = reasons_in_words(leads.left_out, leads.window_days)
    taught = [("taught the card", overall.leads)]
    customers = [("among those that taught", overall.customers)]
    if validation is not None:
        taught.append(("came later and judge it", validation.now.leads))
        customers.append(("among those that judge", validation.now.customers))
    whole = max(leads.total, overall.leads)
    steps = (
        ("All leads of the table", "all", [(leads.name, leads.total)]),
        ("Left out", "out", list(out) or [("nobody", 0)]),
        ("Counted", "counted", taught),
        ("Became customers", "customers", customers),
    )
    return tuple(
        Step(name=name, kind=kind, groups=_groups(counts, whole)) for name, kind, counts in steps
    )


def _groups(counts: Sequence[tuple[str, int]], whole: int) -> tuple[Group, ...]:
    return tuple(
        Group(name=name, leads=leads, share=min(leads / whole, 1.0)) for name, leads in counts
    )

"""The look at a leads table: for a screen, and as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calibrate.present.blocks import (
    BLANK,
    Block,
    Cell,
    Column,
    Listing,
    Name,
    Said,
    findings_blocks,
    heading,
    name_column,
    number_columns,
    plain_text,
)
from calibrate.present.counted import counted_blocks
from calibrate.present.numbers import count_text, customers_text, lift_text, percent_text
from calibrate.suspects.cohorts import share_after

if TYPE_CHECKING:
    from calibrate.checking import Check


def check_text(found: Check) -> str:
    """Give the look at a table as text."""
    return plain_text(check_blocks(found))


def check_blocks(found: Check) -> list[Block]:
    """Give who is counted, time to close, cohorts, behaviours and findings."""
    leads = found.leads
    overall = f"{customers_text(leads.customers)}, close rate " + percent_text(
        leads.customers / leads.counted
    )
    return [
        *counted_blocks(leads),
        Said(text=f"overall   {overall}", indent=2),
        BLANK,
        *_time(found),
        *_cohorts(found),
        *_keys(found),
        *_ages(found),
        *(findings_blocks(found.findings)[1:] or [Said(text="Nothing to remark.")]),
    ]


def check_summary(found: Check) -> dict[str, Any]:
    """Give the look at a table as plain values that fit into JSON."""
    leads, curve = found.leads, found.curve
    return {
        "leads_table": leads.name,
        "leads": {
            "total": leads.total,
            "counted": leads.counted,
            "customers": leads.customers,
            "left_out": dict(leads.left_out),
        },
        "window_days": leads.window_days,
        "time_to_close": None
        if curve is None
        else {
            "median_days": curve.median_days(),
            "advised_window": curve.advised_window(),
            "eventual_close_rate": curve.eventual(),
        },
        "cohorts": [
            {"name": one.label, "leads": one.leads, "close_rate": one.close_rate}
            for one in found.cohorts
        ],
        "key_behaviours": [
            {
                "name": one.name,
                "of_customers": one.of_customers,
                "of_others": one.of_others,
                "lift": one.lift,
            }
            for one in found.keys
        ],
        "expires_days": found.expires_days,
        "findings": [
            {"code": one.code, "severity": one.severity, "says": one.says, "fix": one.fix}
            for one in found.findings
        ],
    }


def time_sentence(found: Check) -> str | None:
    """Say how long closes take, and what the window does to them."""
    curve, window = found.curve, found.leads.window_days
    median = curve.median_days() if curve is not None else None
    if curve is None or window is None or median is None:
        return None
    return (
        f"Half of the closes to come have happened by day {median:.0f}, 90 % by day "
        f"{curve.advised_window()} (Kaplan and Meier, {percent_text(curve.eventual())} of leads "
        f"close at all). After the window of {window} days come "
        f"{percent_text(share_after(curve, window))} of them."
    )


def _time(found: Check) -> list[Block]:
    says = time_sentence(found)
    return [] if says is None else [heading("Time to close"), Said(text=says, indent=2), BLANK]


def _cohorts(found: Check) -> list[Block]:
    rows = tuple(_leads_and_rate(one.label, one.leads, one.close_rate) for one in found.cohorts)
    table = Listing(columns=_columns(28), rows=rows, indent=2)
    return [heading("Close rate by fifth of the leads"), table, BLANK]


def _columns(width: int) -> tuple[Column, ...]:
    return (name_column("", width), Column(width=14), Column(width=8))


def _leads_and_rate(name: str, leads: int, rate: float | None) -> tuple[Cell, ...]:
    return (Name(name=name), f"{count_text(leads)} leads", percent_text(rate))


def _keys(found: Check) -> list[Block]:
    if not found.keys:
        return []
    columns = (
        name_column("What most customers did", 34),
        *number_columns(customers=10, others=8, lift=6),
    )
    rows = tuple(
        (
            Name(name=one.name),
            percent_text(one.of_customers),
            percent_text(one.of_others),
            lift_text(one.lift),
        )
        for one in found.keys
    )
    table = Listing(columns=columns, rows=rows, indent=2)
    return [heading("Key behaviours before closing"), table, BLANK]


def _ages(found: Check) -> list[Block]:
    if not found.ages:
        return []
    blocks: list[Block] = [heading("Close rate by age of the last event")]
    for one in found.ages:
        rows = tuple(
            _leads_and_rate(level.level.label, level.leads, level.close_rate)
            for level in one.evidence
        )
        blocks += [
            Said(text=one.name, indent=2),
            Listing(columns=_columns(26), rows=rows, indent=4),
        ]
    offer = found.expires_days
    if offer is not None:
        says = f"To let events expire: `expire: {{EVENT: {{expires_days: {offer}}}}}` under "
        blocks.append(Said(text=f"{says}`events` (the median time to close).", indent=2))
    return [*blocks, BLANK]

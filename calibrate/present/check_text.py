"""The look at a leads table as plain text, 80 columns wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.present.numbers import count_text, customers_text, lift_text, percent_text
from calibrate.present.terminal import (
    clean,
    counted_text,
    findings_text,
    level_name,
    paragraph,
)
from calibrate.suspects.cohorts import share_after

if TYPE_CHECKING:
    from calibrate.checking import Check


def check_text(found: Check) -> str:
    """Give who is counted, time to close, cohorts, behaviours and findings."""
    leads = found.leads
    low_high = f"{customers_text(leads.customers)}, close rate " + percent_text(
        leads.customers / leads.counted
    )
    lines = [*counted_text(leads), f"  overall   {low_high}"]
    lines += ["", *_time(found), *_cohorts(found), *_keys(found), *_ages(found)]
    lines += findings_text(found.findings)[1:] or ["Nothing to remark."]
    return "\n".join(lines)


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


def _time(found: Check) -> list[str]:
    says = time_sentence(found)
    return [] if says is None else ["Time to close", *paragraph(says, indent="  "), ""]


def _cohorts(found: Check) -> list[str]:
    rows = [
        f"  {one.label:<28} {count_text(one.leads):>8} leads {percent_text(one.close_rate):>8}"
        for one in found.cohorts
    ]
    return ["Close rate by fifth of the leads", *rows, ""]


def _keys(found: Check) -> list[str]:
    if not found.keys:
        return []
    head = f"  {'What most customers did':<34} {'customers':>10} {'others':>8} {'lift':>6}"
    rows = [
        f"  {level_name('', one.name, 34).lstrip(': '):<34} {percent_text(one.of_customers):>10} "
        f"{percent_text(one.of_others):>8} {lift_text(one.lift):>6}"
        for one in found.keys
    ]
    return ["Key behaviours before closing", head, *rows, ""]


def _ages(found: Check) -> list[str]:
    if not found.ages:
        return []
    lines = ["Close rate by age of the last event"]
    for one in found.ages:
        lines.append(f"  {clean(one.name)}")
        lines += [
            f"    {clean(level.level.label):<26} {count_text(level.leads):>8} leads "
            f"{percent_text(level.close_rate):>8}"
            for level in one.evidence
        ]
    offer = found.expires_days
    if offer is not None:
        says = f"To let events expire: `expire: {{EVENT: {{expires_days: {offer}}}}}` under "
        lines += paragraph(f"{says}`events` (the median time to close).", indent="  ")
    return [*lines, ""]

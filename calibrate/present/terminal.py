"""One screen of plain text, 80 columns wide, that a person wants after a run."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from calibrate.errors import Finding
from calibrate.outcomes import reasons_in_words
from calibrate.present.later import (
    SAID_BY_VERDICT,
    holdout_sentence,
    verdict_reasons,
    verdict_word,
)
from calibrate.present.numbers import (
    count_text,
    customers_text,
    lift_text,
    percent_text,
    points_text,
)
from calibrate.present.summary import Row, level_rows, strongest_levels
from calibrate.threshold import rule_name

if TYPE_CHECKING:
    from calibrate.leads import Leads
    from calibrate.pipeline import Calibration
    from calibrate.selection import Choices

WIDTH = 80
_LEVEL_WIDTH = 33
_BEST = 8


def calibration_text(run: Calibration) -> str:
    """Give a run's summary: who was counted, the verdict, strongest levels, threshold, findings."""
    return "\n".join(
        [
            *_counted(run),
            "",
            *_verdict(run),
            "",
            *_levels(run),
            "",
            *_threshold(run),
            *_policy(run),
            *findings_text(one for one in run.findings if one.code not in SAID_BY_VERDICT),
        ]
    )


def choices_text(choices: Choices) -> str:
    """Give the methods compared: the best eight, unit weights, and the shortest good card."""
    head = f"{'measure':<17} {'award':<12} {'overlap':<8} {'AUC':>15} {'top 20 %':>9} {'levels':>7}"
    rows = [
        f"{one.measure:<17} {one.award:<12} {'on' if one.overlap else 'off':<8} "
        f"{one.auc:>6.3f} +- {one.auc_se:.3f} {percent_text(one.top_customers):>9} "
        f"{one.levels:>7.0f}"
        for place, one in enumerate(choices.methods.methods)
        if place < _BEST or one.measure == "unit_weights"
    ]
    lines = ["Methods compared on leads each had not seen (top 20 %: customers caught)", ""]
    lines += [head, *rows]
    found = choices.parsimony
    if found.auc:
        names = ", ".join(found.attributes[: found.shortest])
        lines += ["", *paragraph(f"Shortest good card: {found.shortest} attributes ({names}).")]
    return "\n".join(lines)


def clean(text: str) -> str:
    r"""Make a value safe to print: control and formatting characters become visible.

    Examples
    --------
    >>> clean("red\x1b[31m\nline")
    'red\\x1b[31m\\nline'
    """
    return "".join(
        ascii(letter)[1:-1] if unicodedata.category(letter) in ("Cc", "Cf", "Cs") else letter
        for letter in text
    )


def level_name(attribute: str, level: str, width: int = _LEVEL_WIDTH) -> str:
    """Name a level within a width; the attribute gives way before the level does.

    Examples
    --------
    >>> level_name("onboarding_call_minutes", "57 or more", 24)
    'onboarding_…: 57 or more'
    """
    room = max(width - len(clean(level)) - 2, 8)
    return shorten(f"{shorten(clean(attribute), room)}: {clean(level)}", width)


def shorten(text: str, width: int) -> str:
    """Cut a text to a width, with an ellipsis where something is missing.

    Examples
    --------
    >>> shorten("Welingak Website", 8)
    'Welinga…'
    """
    return text if len(text) <= width else f"{text[: width - 1]}…"


def paragraph(text: str, *, indent: str = "", width: int = WIDTH) -> list[str]:
    """Break a text into lines."""
    return textwrap.wrap(clean(text), width, initial_indent=indent, subsequent_indent=indent)


def counted_text(leads: Leads) -> list[str]:
    """Say how many leads there are, and which of them are not counted."""
    lines = [
        f"{clean(leads.name)}: {count_text(leads.total)} leads, {count_text(leads.counted)} counted"
    ]
    lines += [
        f"  left out  {count_text(n)} {why}"
        for why, n in reasons_in_words(leads.left_out, leads.window_days)
    ]
    if leads.aside is not None:
        aside = int(leads.aside.rows.sum())
        lines.append(f"  set aside {count_text(aside)} later ones, to judge the card")
    if leads.first and leads.last:
        lines.append(f"  created   {leads.first} to {leads.last}, data of {leads.as_of}")
    return lines


def _counted(run: Calibration) -> list[str]:
    leads, overall = run.leads, run.evidence.overall
    low, high = (percent_text(end) for end in overall.interval)
    lines = counted_text(leads)
    lines.append(
        f"  overall   {customers_text(overall.customers)}, close rate "
        f"{percent_text(overall.close_rate)} ({low} to {high})"
    )
    if leads.total != overall.leads:
        plain = leads.total_customers / leads.total
        lines.append(
            f"            {percent_text(plain)} of all leads, young and open ones included"
        )
    return lines


def _verdict(run: Calibration) -> list[str]:
    """Say what later leads said of the card, or why they could not."""
    head = verdict_word(run).upper()
    if run.holdout is not None:
        head += f": {holdout_sentence(run.holdout)}"
    return [*paragraph(head), *reasons_text(verdict_reasons(run))]


def reasons_text(reasons: Iterable[str]) -> list[str]:
    """List reasons, one a paragraph."""
    lines: list[str] = []
    for reason in reasons:
        first, *rest = paragraph(reason, indent="  ")
        lines += [f"* {first[2:]}", *rest]
    return lines


def _levels(run: Calibration) -> list[str]:
    rows = strongest_levels(run)
    if not rows:
        return ["No level earned points."]
    earning = sum(bool(row.points.points) for row in level_rows(run))
    head = ("Strongest levels", "leads", "rate", "lift", "95 % interval", "points")
    title = f"{earning} of {len(level_rows(run))} levels earn points; AUC {run.score_table.auc:.3f}"
    return [f"{title} on these leads", "", _line(head), *(_line(_cells(row)) for row in rows)]


def _cells(row: Row) -> Sequence[str]:
    one = row.evidence
    low, high = (lift_text(end) for end in one.lift_interval)
    return (
        level_name(row.attribute, one.level.label),
        count_text(one.leads),
        percent_text(one.close_rate),
        lift_text(one.lift),
        f"{low} to {high}",
        points_text(row.points.points),
    )


def _line(cells: Sequence[str]) -> str:
    name, leads, rate, lift, ends, points = cells
    return (
        f"{shorten(name, _LEVEL_WIDTH):<{_LEVEL_WIDTH}} {leads:>8} {rate:>8} {lift:>5} "
        f"{ends:>14} {points:>7}"
    ).rstrip()


def _threshold(run: Calibration) -> list[str]:
    threshold, cut = run.threshold, run.threshold.cut
    if len(run.score_table.scores) == 1:
        return ["Every lead has the same score, so no threshold can tell them apart."]
    below = cut.close_rate_below
    says = (
        f"keeps {percent_text(cut.leads_kept)} of leads and {percent_text(cut.customers_kept)} "
        f"of customers; {percent_text(cut.close_rate_at_or_above)} of them close, "
        + (f"{percent_text(below)} of those below." if below is not None else "nobody is below.")
    )
    if threshold.future_customers_below is not None and threshold.future_customers_below_95:
        says += (
            f" Of future customers about {percent_text(threshold.future_customers_below)} will "
            f"score lower (at most {percent_text(threshold.future_customers_below_95)})."
        )
    if threshold.interval is not None:
        low, high = threshold.interval
        says += f" On another draw of leads it would lie at {low} to {high} (95 %)."
    return [f"Threshold {cut.score} ({rule_name(threshold.rule)})", *paragraph(says, indent="  ")]


def _policy(run: Calibration) -> list[str]:
    """Say who is out or must be contacted, and where declared tiers begin."""
    decision, lines = run.decision, []
    if not decision.policy.is_empty:
        each = "; ".join(f"{one.name} {count_text(one.leads)}" for one in decision.standings.each)
        lines += paragraph(f"Leads by what decides: {each}.", indent="  ")
    if run.leads.spec.tiers != "fifths":
        each = "; ".join(
            f"{one.name} from {one.start} ({percent_text(one.close_rate)} close)"
            for one in reversed(decision.tiers)
        )
        lines += paragraph(f"Tiers: {each}.", indent="  ")
    return lines


def findings_text(findings: Iterable[Finding]) -> list[str]:
    """List findings under a heading, warnings first."""
    listed = sorted(findings, key=lambda one: one.severity != "warning")
    lines: list[str] = []
    for one in listed:
        sign = "!" if one.severity == "warning" else "-"
        says, *rest = paragraph(f"{one.says} {one.fix}", indent="  ")
        lines += [f"{sign} {says[2:]}", *rest]
    return ["", "Findings", *lines] if lines else []

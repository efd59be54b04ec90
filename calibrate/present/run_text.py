"""One screen that a person wants after a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calibrate.present.blocks import (
    BLANK,
    Block,
    Cell,
    Listing,
    Name,
    Said,
    bullets,
    findings_blocks,
    heading,
    name_column,
    number_columns,
    plain_text,
    points_cell,
    verdict_tone,
)
from calibrate.present.counted import all_leads_words, counted_blocks
from calibrate.present.later import (
    SAID_BY_VERDICT,
    holdout_sentence,
    refit_offer,
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
from calibrate.present.terminal import NAME
from calibrate.threshold import rule_name

if TYPE_CHECKING:
    from calibrate.pipeline import Calibration
    from calibrate.selection import Choices

_BEST = 8


def calibration_text(run: Calibration) -> str:
    """Give a run's summary as text."""
    return plain_text(calibration_blocks(run))


def calibration_blocks(run: Calibration) -> list[Block]:
    """Give a run's summary: who was counted, the verdict, strongest levels, threshold, findings."""
    return [
        *_counted(run),
        BLANK,
        *_verdict(run),
        BLANK,
        *_levels(run),
        BLANK,
        *_threshold(run),
        *_policy(run),
        *findings_blocks(one for one in run.findings if one.code not in SAID_BY_VERDICT),
    ]


def choices_blocks(choices: Choices) -> list[Block]:
    """Give the methods compared: the best eight, unit weights, and the shortest good card."""
    rows = tuple(
        (
            one.measure,
            one.award,
            "on" if one.overlap else "off",
            f"{one.auc:.3f} +- {one.auc_se:.3f}",
            percent_text(one.top_customers),
            f"{one.levels:.0f}",
        )
        for place, one in enumerate(choices.methods.methods)
        if place < _BEST or one.measure == "unit_weights"
    )
    columns = (
        name_column("measure", 17),
        name_column("award", 12),
        name_column("overlap", 8),
        *number_columns(**{"AUC": 15, "top 20 %": 9, "levels": 7}),
    )
    title = "Methods compared on leads each had not seen (top 20 %: customers caught)"
    blocks: list[Block] = [heading(title), BLANK, Listing(columns=columns, rows=rows)]
    found = choices.parsimony
    if found.auc:
        names = ", ".join(found.attributes[: found.shortest])
        says = f"Shortest good card: {found.shortest} attributes ({names})."
        blocks += [BLANK, Said(text=says)]
    return blocks


def choices_summary(choices: Choices) -> dict[str, Any]:
    """Give the methods compared as plain values that fit into JSON."""
    found = choices.parsimony
    return {
        "methods": [
            {name: getattr(one, name) for name in type(one).__slots__}
            for one in choices.methods.methods
        ],
        "shortest_good_card": list(found.attributes[: found.shortest]) if found.auc else None,
    }


def _counted(run: Calibration) -> list[Block]:
    leads, overall = run.leads, run.evidence.overall
    low, high = (percent_text(end) for end in overall.interval)
    said = [
        f"overall   {customers_text(overall.customers)}, close rate "
        f"{percent_text(overall.close_rate)} ({low} to {high})"
    ]
    if leads.total != overall.leads:
        plain = leads.total_customers / leads.total
        said.append(f"{percent_text(plain)} of all leads, {all_leads_words(leads)}")
    indents = (2, 12)
    return [
        *counted_blocks(leads),
        *(Said(text=one, indent=far) for one, far in zip(said, indents, strict=False)),
    ]


def _verdict(run: Calibration) -> list[Block]:
    """Say what later leads said of the card, or why they could not."""
    head = verdict_word(run).upper()
    if run.holdout is not None:
        head += f": {holdout_sentence(run.holdout)}"
    return [
        Said(text=head, tone=verdict_tone(verdict_word(run))),
        *bullets(verdict_reasons(run)),
        *(Said(text=one) for one in refit_offer(run)),
    ]


def _levels(run: Calibration) -> list[Block]:
    rows = strongest_levels(run)
    if not rows:
        return [Said(text="No level earned points.")]
    earning = sum(bool(row.points.points) for row in level_rows(run))
    columns = (
        name_column("Strongest levels", NAME),
        *number_columns(**{"leads": 8, "rate": 8, "lift": 5, "95 % interval": 14, "points": 7}),
    )
    title = f"{earning} of {len(level_rows(run))} levels earn points; AUC {run.score_table.auc:.3f}"
    cells = tuple(_cells(row) for row in rows)
    return [Said(text=f"{title} on these leads"), BLANK, Listing(columns=columns, rows=cells)]


def _cells(row: Row) -> tuple[Cell, ...]:
    one = row.evidence
    low, high = (lift_text(end) for end in one.lift_interval)
    return (
        Name(attribute=row.attribute, name=one.level.label),
        count_text(one.leads),
        percent_text(one.close_rate),
        lift_text(one.lift),
        f"{low} to {high}",
        points_cell(points_text(row.points.points)),
    )


def _threshold(run: Calibration) -> list[Block]:
    threshold, cut = run.threshold, run.threshold.cut
    if len(run.score_table.scores) == 1:
        return [Said(text="Every lead has the same score, so no threshold can tell them apart.")]
    below = cut.close_rate_below
    says = (
        f"keeps {percent_text(cut.leads_kept)} of leads and {percent_text(cut.customers_kept)} "
        f"of customers; {percent_text(cut.close_rate_at_or_above)} of them close, "
        + (f"{percent_text(below)} of those below." if below is not None else "nobody is below.")
    )
    if threshold.future_customers_below is not None and run.may_fall_below:
        says += (
            f" Of future customers about {percent_text(threshold.future_customers_below)} will "
            f"score lower (at most {percent_text(threshold.future_customers_below_95)})."
        )
    if threshold.interval is not None:
        low, high = threshold.interval
        says += f" On another draw of leads it would lie at {low} to {high} (95 %)."
    name = heading(f"Threshold {cut.score} ({rule_name(threshold.rule)})")
    return [name, Said(text=says, indent=2)]


def _policy(run: Calibration) -> list[Block]:
    """Say who is out or must be contacted, and where declared tiers begin."""
    decision = run.decision
    said: list[Block] = []
    if not decision.policy.is_empty:
        each = "; ".join(f"{one.name} {count_text(one.leads)}" for one in decision.standings.each)
        said.append(Said(text=f"Leads by what decides: {each}.", indent=2))
    if run.leads.spec.tiers != "fifths":
        each = "; ".join(
            f"{one.name} from {one.start} ({percent_text(one.close_rate)} close)"
            for one in reversed(decision.tiers)
        )
        said.append(Said(text=f"Tiers: {each}.", indent=2))
    return said

"""Thresholds side by side: for a screen, and as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calibrate.present.blocks import (
    BLANK,
    Block,
    Cell,
    Listing,
    Name,
    Said,
    name_column,
    number_columns,
    plain_text,
)
from calibrate.present.numbers import count_text, percent_text

if TYPE_CHECKING:
    from calibrate.cutting import CardCut, CardCuts


def cuts_text(found: CardCuts) -> str:
    """Give thresholds side by side as text."""
    return plain_text(cuts_blocks(found))


def cuts_blocks(found: CardCuts) -> list[Block]:
    """Answer with the threshold asked for, then show the other rules beside it."""
    columns = (
        name_column("rule", 30),
        *number_columns(score=5, leads=8, a_month=8, customers=10, close_rate=11),
    )
    return [
        Said(text=_answer(found, found.cuts[0])),
        BLANK,
        Listing(columns=columns, rows=tuple(_row(one) for one in found.cuts), indent=2),
        BLANK,
        Said(
            text=f"Leads are those of {found.name}; customers kept and close rate at or "
            f"above are those of the leads that taught the card `{found.card.name}`."
        ),
    ]


def cuts_summary(found: CardCuts) -> dict[str, Any]:
    """Give thresholds side by side as plain values that fit into JSON."""
    return {
        "card": found.card.name,
        "leads_table": found.name,
        "leads": found.leads,
        "leads_a_month": found.leads_a_month,
        "is_met": found.is_met,
        "thresholds": [
            {
                "rule": one.rule,
                "score": one.taught.score,
                "leads": one.leads,
                "leads_a_month": one.leads_a_month,
                "customers_kept": one.taught.customers_kept,
                "close_rate_at_or_above": one.taught.close_rate_at_or_above,
            }
            for one in found.cuts
        ],
    }


def _answer(found: CardCuts, cut: CardCut) -> str:
    month = "" if cut.leads_a_month is None else f", {cut.leads_a_month:.0f} a month"
    of = "" if found.leads_a_month is None else f", {found.leads_a_month:.0f} a month"
    says = (
        f"From score {cut.taught.score} on ({cut.rule}) {count_text(cut.leads)} leads pass{month}, "
        f"of {count_text(found.leads)}{of}."
    )
    if found.is_met:
        return says
    return f"{says} No score meets the rule; this one comes nearest."


def _row(cut: CardCut) -> tuple[Cell, ...]:
    return (
        Name(name=cut.rule),
        str(cut.taught.score),
        count_text(cut.leads),
        "" if cut.leads_a_month is None else f"{cut.leads_a_month:.0f}",
        percent_text(cut.taught.customers_kept),
        percent_text(cut.taught.close_rate_at_or_above),
    )

"""Scores that were written back into a database: for a screen, and as plain values."""

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
    remarks,
)
from calibrate.present.numbers import count_text, percent_text

if TYPE_CHECKING:
    from calibrate.export.written_scores import TierCount, WrittenScores


def written_text(found: WrittenScores) -> str:
    """Give what was written as text."""
    return plain_text(written_blocks(found))


def written_blocks(found: WrittenScores) -> list[Block]:
    """Say how many leads pass, where their scores stand, and which tiers they are in."""
    blocks: list[Block] = [
        Said(
            text=f"{found.name}: {count_text(found.leads)} leads scored there with the card "
            f"`{found.card.name}`; {count_text(found.passing)} "
            f"({percent_text(found.passing / found.leads)}) pass, by the threshold "
            f"{found.card.threshold.score}.",
            when_long="leave",
        ),
        Said(text=_where(found), when_long="leave"),
    ]
    if found.card.tiers:
        columns = (name_column("tier", 20), *number_columns(leads=10, share=8, passing=10))
        rows = tuple(_row(found, one) for one in found.tiers)
        blocks += [BLANK, Listing(columns=columns, rows=rows, indent=2)]
    said = remarks(found.findings)
    return [*blocks, BLANK, *said] if said else blocks


def written_summary(found: WrittenScores) -> dict[str, Any]:
    """Give the same as plain values that fit into JSON."""
    return {
        "card": found.card.name,
        "leads_table": found.name,
        "to": found.to,
        "as": found.way,
        "replaced": found.replaced,
        "leads": found.leads,
        "passing": found.passing,
        "threshold": found.card.threshold.score,
        "tiers": [
            {"tier": one.tier, "leads": one.leads, "passing": one.passing} for one in found.tiers
        ],
        "unseen": [
            {"attribute": one.attribute, "leads": one.leads, "values": one.values}
            for one in found.unseen
        ],
        "findings": [one.code for one in found.findings],
    }


def _where(found: WrittenScores) -> str:
    again = " again" if found.replaced else ""
    if found.way == "view":
        return (
            f"Written to the view {found.to}{again}: a lead that changes has its new score there."
        )
    return f"Written to the table {found.to}{again}: the scores of today."


def _row(found: WrittenScores, one: TierCount) -> tuple[Cell, ...]:
    return (
        Name(name="(none)" if one.tier is None else one.tier),
        count_text(one.leads),
        percent_text(one.leads / found.leads),
        count_text(one.passing),
    )

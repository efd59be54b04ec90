"""The list of leads to call: for a screen, as plain values, and as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.present.blocks import BLANK, Block, Said, plain_text
from calibrate.present.numbers import count_text
from calibrate.present.scored import without_scores, write_table
from calibrate.present.terminal import shorten
from calibrate.present.values import plain_values
from calibrate.scoring import scoring_findings

if TYPE_CHECKING:
    from calibrate.calls import CallList

_FIRST = 10
"""Leads that are shown; the file has them all."""


def calls_text(found: CallList) -> str:
    """Give the list of leads to call as text."""
    return plain_text(calls_blocks(found))


def calls_blocks(found: CallList) -> list[Block]:
    """Show the first leads to call, and say who is not on the list."""
    blocks: list[Block] = [Said(text=_answer(found))]
    for place, name in enumerate(found.names[:_FIRST]):
        blocks += [BLANK, *_entry(found, place, name)]
    if len(found.names) > _FIRST:
        blocks += [BLANK, Said(text=f"and {count_text(len(found.names) - _FIRST)} more")]
    return blocks


def calls_summary(found: CallList) -> dict[str, Any]:
    """Give the list of leads to call as plain values that fit into JSON."""
    return {
        "card": found.card.name,
        "leads": found.table.rows,
        "left_out": dict(found.left_out),
        "calls": plain_values(found.to_frame().to_dict("records")),
        "findings": [one.code for one in scoring_findings(found.unseen, found.absent)],
    }


def _entry(found: CallList, place: int, name: str) -> list[Block]:
    told = found.told
    parts = [shorten(name, 30), f"{told['score'][place]} points"]
    parts += [told[key][place] for key in ("tier", "action") if key in told and told[key][place]]
    if told.get("due") and told["due"][place]:
        parts.append(f"by {told['due'][place]}")
    head = Said(text=", ".join(parts), mark=f"{place + 1:>4}  ", tone="heading", when_long="cut")
    return [head, Said(text=_why(found, place), indent=6)]


def _answer(found: CallList) -> str:
    out = "; ".join(f"{count_text(count)} {reason}" for reason, count in found.left_out.items())
    says = f"{count_text(len(found.names))} of {count_text(found.table.rows)} leads to call."
    return f"{says} Not on the list: {out}." if out else says


def _why(found: CallList, place: int) -> str:
    sure = found.told.get("must_contact")
    if sure is not None and sure[place]:
        return f"must contact: {sure[place]}; {found.told['reasons'][place]}"
    return str(found.told["reasons"][place])


def write_calls(found: CallList, path: Path) -> Path:
    """Write the list: rank, what scoring tells, then the leads as they came."""
    import pyarrow as pa

    leads = without_scores(found.table.original).take(pa.array(found.rows))
    ranked = pa.table({"rank": pa.array(range(1, len(found.rows) + 1)), **found.told})
    for name in leads.column_names:
        ranked = ranked.append_column(name, leads[name])
    return write_table(ranked, path)

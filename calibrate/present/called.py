"""The list of leads to call: as plain text, 80 columns wide, and as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from calibrate.present.numbers import count_text
from calibrate.present.scored import without_scores, write_table
from calibrate.present.terminal import WIDTH, clean, paragraph, shorten

if TYPE_CHECKING:
    from calibrate.calls import CallList

_FIRST = 10
"""Leads that are shown; the file has them all."""


def calls_text(found: CallList) -> str:
    """Show the first leads to call, and say who is not on the list."""
    lines = paragraph(_answer(found))
    for place, name in enumerate(found.names[:_FIRST]):
        lines += ["", *_entry(found, place, name)]
    if len(found.names) > _FIRST:
        lines += ["", f"and {count_text(len(found.names) - _FIRST)} more"]
    return "\n".join(lines)


def _entry(found: CallList, place: int, name: str) -> list[str]:
    told = found.told
    parts = [f"{place + 1:>4}  {shorten(name, 30)}", f"{told['score'][place]} points"]
    parts += [told[key][place] for key in ("tier", "action") if key in told and told[key][place]]
    if told.get("due") and told["due"][place]:
        parts.append(f"by {told['due'][place]}")
    head = shorten(clean(", ".join(parts)), WIDTH)
    return [head, *paragraph(_why(found, place), indent=" " * 6)]


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

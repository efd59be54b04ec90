"""What changed between two scorings, as plain text, 80 columns wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.present.numbers import count_text, points_text
from calibrate.present.terminal import clean, paragraph, shorten

if TYPE_CHECKING:
    from calibrate.moves import Move, Moves

_MOST = 10
"""Leads of a kind that are listed; the file has them all."""


def moves_text(found: Moves) -> str:
    """List who newly passes, whose score rose sharply, and who passes no more."""
    heads = {
        "passes now": "newly pass",
        "rose": f"more rose by {found.sharp} points or more",
        "passes no more": "pass no more",
    }
    lines = paragraph(
        f"Since then: {count_text(found.leads)} leads were scored both times, "
        f"{count_text(found.new)} are new, {count_text(found.gone)} are gone."
    )
    for what, words in heads.items():
        moved = [one for one in found.moves if one.what == what]
        lines += ["", f"{count_text(len(moved))} {words}{':' if moved else '.'}"]
        lines += [line for one in moved[:_MOST] for line in _lines(one)]
        if len(moved) > _MOST:
            lines.append(f"  and {count_text(len(moved) - _MOST)} more")
    return "\n".join(lines)


def _lines(one: Move) -> list[str]:
    reasons = one.reasons.split("; ")[:3]
    return [
        f"  {shorten(clean(one.lead), 20):<20} {one.before:>4} -> {one.score:>4} "
        f"({points_text(one.rise)})",
        *paragraph("; ".join(reasons), indent="      "),
    ]

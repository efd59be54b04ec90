"""What changed between two scorings: for a screen, and as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calibrate.present.blocks import BLANK, Block, Said, heading, plain_text
from calibrate.present.numbers import count_text, points_text
from calibrate.present.terminal import clean, pad, shorten

if TYPE_CHECKING:
    from calibrate.moves import Move, Moves

_MOST = 10
"""Leads of a kind that are listed; the file has them all."""


def moves_text(found: Moves) -> str:
    """Give what changed as text."""
    return plain_text(moves_blocks(found))


def moves_blocks(found: Moves) -> list[Block]:
    """List who newly passes, whose score rose sharply, and who passes no more."""
    heads = {
        "passes now": "newly pass",
        "rose": f"more rose by {found.sharp} points or more",
        "passes no more": "pass no more",
    }
    blocks: list[Block] = [
        Said(
            text=f"Since then: {count_text(found.leads)} leads were scored both times, "
            f"{count_text(found.new)} are new, {count_text(found.gone)} are gone."
        )
    ]
    for what, words in heads.items():
        moved = [one for one in found.moves if one.what == what]
        blocks += [BLANK, heading(f"{count_text(len(moved))} {words}{':' if moved else '.'}")]
        blocks += [block for one in moved[:_MOST] for block in _lead(one)]
        if len(moved) > _MOST:
            blocks.append(Said(text=f"and {count_text(len(moved) - _MOST)} more", indent=2))
    return blocks


def moves_summary(found: Moves) -> dict[str, Any]:
    """Give what changed as plain values that fit into JSON."""
    names = ("lead", "what", "before", "score", "rise", "reasons")
    return {
        "card": found.card.name,
        "leads": found.leads,
        "new": found.new,
        "gone": found.gone,
        "sharp": found.sharp,
        "moves": [{name: getattr(one, name) for name in names} for one in found.moves],
    }


def _lead(one: Move) -> list[Block]:
    reasons = one.reasons.split("; ")[:3]
    name = pad(shorten(clean(one.lead), 20), 20)
    says = f"{name} {one.before:>4} -> {one.score:>4} ({points_text(one.rise)})"
    return [Said(text=says, indent=2), Said(text="; ".join(reasons), indent=6)]

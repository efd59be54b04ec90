"""Why a lead has its score: for a screen, and as plain values."""

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
    points_cell,
)
from calibrate.present.numbers import lift_text, percent_text, points_text
from calibrate.present.values import plain_values

if TYPE_CHECKING:
    from calibrate.explaining import Explanation, Reason


def explained_text(found: Explanation) -> str:
    """Give why a lead has its score as text."""
    return plain_text(explained_blocks(found))


def explained_blocks(found: Explanation) -> list[Block]:
    """Say score and standing, then what each attribute adds, strongest first."""
    earning = [one for one in found.reasons if one.points]
    rest = len(found.reasons) - len(earning)
    rows: list[tuple[Cell, ...]] = [
        ("base", str(found.card.points.base)),
        *(_row(one) for one in earning),
    ]
    if rest:
        rows.append((f"{rest} more", "0"))
    if found.over_cap:
        rows.append(("over the cap", points_cell(points_text(found.over_cap))))
    rows.append(("score", str(int(found.told["score"]))))
    columns = (name_column("", 50), *number_columns(points=6, close_rate=11, lift=6))
    return [
        Said(text=_answer(found)),
        *(Said(text=said, indent=2) for said in _policy(found)),
        BLANK,
        Listing(columns=columns, rows=tuple(rows)),
    ]


def explained_summary(found: Explanation) -> dict[str, Any]:
    """Give why a lead has its score as plain values that fit into JSON."""
    return {
        "card": found.card.name,
        "lead": found.lead,
        "base": found.card.points.base,
        **plain_values(found.told),
        "threshold": found.card.threshold.score,
        "over_cap": found.over_cap,
        "reasons": [
            {
                "attribute": one.attribute,
                "level": one.level,
                "points": one.points,
                "close_rate": one.close_rate,
                "lift": one.lift,
                "why": one.why,
            }
            for one in found.reasons
        ],
    }


def _answer(found: Explanation) -> str:
    told, threshold = found.told, found.card.threshold.score
    verdict = "passes" if told["passes"] else "does not pass"
    tier = f", tier {told['tier']}" if told["tier"] else ""
    return (
        f"{found.lead} has {told['score']} points and {verdict} (threshold {threshold}){tier}; "
        f"fit {points_text(int(told['fit']))}, engagement {points_text(int(told['engagement']))}."
    )


def _policy(found: Explanation) -> list[str]:
    told = found.told
    said = []
    if told.get("must_contact"):
        said.append(f"Must be contacted whatever its score, for {told['must_contact']}.")
    if told.get("gate"):
        said.append(f"Kept out whatever its score: {told['gate']}.")
    if told.get("action"):
        due = f", by {told['due']}" if told.get("due") else ""
        said.append(f"To do: {told['action']}{due}.")
    return said


def _row(one: Reason) -> tuple[Cell, ...]:
    note = f"by hand: {one.why}" if one.close_rate is not None and one.why else ""
    name = Name(attribute=one.attribute, name=one.level, note=note)
    points = points_cell(points_text(one.points))
    if one.close_rate is None:
        return (name, points)
    return (name, points, percent_text(one.close_rate), lift_text(one.lift))

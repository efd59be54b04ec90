"""Why a lead has its score, as plain text, 80 columns wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.present.numbers import lift_text, percent_text, points_text
from calibrate.present.terminal import clean, level_name, paragraph

if TYPE_CHECKING:
    from calibrate.explaining import Explanation, Reason

_LEVEL_WIDTH = 50


def explained_text(found: Explanation) -> str:
    """Say score and standing, then what each attribute adds, strongest first."""
    earning = [one for one in found.reasons if one.points]
    rest = len(found.reasons) - len(earning)
    return "\n".join(
        [
            *paragraph(_answer(found)),
            *(line for said in _policy(found) for line in paragraph(said, indent="  ")),
            "",
            f"{'':<{_LEVEL_WIDTH}} {'points':>6} {'close rate':>11} {'lift':>6}",
            f"{'base':<{_LEVEL_WIDTH}} {found.card.points.base:>6}",
            *(line for one in earning for line in _lines(one)),
            *([f"{f'{rest} more':<{_LEVEL_WIDTH}} {0:>6}"] if rest else []),
            *(_row("over the cap", found.over_cap) if found.over_cap else []),
            f"{'score':<{_LEVEL_WIDTH}} {int(found.told['score']):>6}",
        ]
    )


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


def _lines(one: Reason) -> list[str]:
    if one.close_rate is None:
        return _row(level_name(one.attribute, one.level, _LEVEL_WIDTH), one.points)
    rate = f"{percent_text(one.close_rate):>11} {lift_text(one.lift):>6}"
    lines = _row(level_name(one.attribute, one.level, _LEVEL_WIDTH), one.points, rate)
    return [*lines, *(paragraph(f"by hand: {clean(one.why)}", indent="    ") if one.why else [])]


def _row(name: str, points: int, rest: str = "") -> list[str]:
    return [f"{name:<{_LEVEL_WIDTH}} {points_text(points):>6} {rest}".rstrip()]

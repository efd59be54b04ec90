"""Sheets of a card: its points as they are used, and what every threshold keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calibrate.present.sheets.page import Column, Page, colour_verdicts, mark_row, printed
from calibrate.present.sheets.styles import BLUE, GREY, ORANGE, bar, colour_points
from calibrate.threshold import rule_name

if TYPE_CHECKING:
    from calibrate.scorecard.card import Scorecard
    from calibrate.scorecard.parts import CardAttributePart, LevelPart


def by_strength(card: Scorecard) -> tuple[CardAttributePart, ...]:
    """Give the attributes, those first that move a score most."""

    def spread(attribute: CardAttributePart) -> int:
        points = [level.points for level in attribute.levels]
        return max(points) - min(points)

    return tuple(sorted(card.attributes, key=spread, reverse=True))


_CARD = (
    Column(head="Attribute", look="wrapped", width=28),
    Column(head="Level", look="wrapped", width=30),
    Column(head="Points", look="points", width=11),
    Column(head="Leads", look="count", width=9),
    Column(head="Customers", look="count", width=11),
    Column(head="Close rate", look="share", width=13),
    Column(head="from", look="share", width=9),
    Column(head="to", look="share", width=9),
    Column(head="Lift", look="lift", width=8),
    Column(head="Verdict", look="verdict", width=15),
    Column(head="Why", look="wrapped", width=28),
)


def write_card(page: Page, card: Scorecard) -> None:
    """Write the card as it would be used, the evidence beside it."""
    page.widths(_CARD)
    page.say(0, f"The card: {card.name}", "title")
    page.say(
        1,
        f"Base {card.points.base}; threshold {card.threshold.score}. Close rates with 95 % "
        f"intervals; the lift is the level's close rate by that of all leads. Changing a number "
        f"here does not change the scores.",
        "note",
        last=len(_CARD) - 1,
    )
    rows = [
        _card_row(attribute, level)
        for attribute in by_strength(card)
        for level in attribute.levels
        if any(one.points for one in attribute.levels)
    ]
    end = page.table(2, _CARD, rows)
    if rows:
        colour_points(page.sheet, (3, 2, end - 1, 2))
        bar(page.sheet, (3, 5, end - 1, 5))
        bar(page.sheet, (3, 8, end - 1, 8))
        colour_verdicts(page, (3, 9, end - 1, 9))
        page.sheet.autofilter(2, 0, end - 1, len(_CARD) - 1)
    else:
        page.say(3, "No level earns points: every lead has the same score.")
    idle = [one.name for one in card.attributes if not any(lv.points for lv in one.levels)]
    needed = card.scoring.needed
    for why, those in (
        ("Without points, so not asked for", [name for name in idle if name not in needed]),
        ("Without points, asked for by the policy", [name for name in idle if name in needed]),
    ):
        if those:
            end += 1
            names = ", ".join(f"`{name}`" for name in those)
            text = f"{why}: {names}. Their numbers are in Evidence."
            page.say(end, text, "note", last=len(_CARD) - 1)
    printed(page, frozen=3)


def _card_row(attribute: CardAttributePart, level: LevelPart) -> tuple[str | float | None, ...]:
    evidence = level.evidence
    return (
        attribute.name,
        level.as_level.label,
        level.points,
        evidence.leads,
        evidence.customers,
        evidence.close_rate,
        *evidence.close_rate_interval,
        evidence.lift,
        evidence.verdict,
        level.why,
    )


_SWEEP = (
    Column(head="Threshold", look="number", width=11),
    Column(head="Leads kept", look="share", width=11),
    Column(head="Customers kept", look="share", width=11),
    Column(head="Close rate at or above", look="share", width=12),
    Column(head="Close rate below", look="share", width=11),
    Column(head="Lift", look="lift", width=8),
)
_RULES = (
    Column(head="Rule", look="wrapped", width=30),
    Column(head="Threshold", look="number", width=11),
    Column(head="Leads kept", look="share", width=11),
    Column(head="Customers kept", look="share", width=11),
    Column(head="Close rate at or above", look="share", width=12),
)


def write_sweep(page: Page, book: Any, card: Scorecard) -> None:
    """Write what every threshold keeps, draw it, and set the rules side by side."""
    page.widths(_SWEEP)
    aside = len(_SWEEP) + 1
    page.widths(_RULES, first=aside)
    rows = [
        (
            cut.score,
            cut.leads_kept,
            cut.customers_kept,
            cut.close_rate_at_or_above,
            cut.close_rate_below,
            cut.lift,
        )
        for cut in card.sweep
    ]
    end = page.table(0, _SWEEP, rows)
    used = f"{rule_name(card.threshold.rule)} (used)"
    rules = {used: card.threshold} | dict(card.threshold.alternatives)
    after = page.table(
        0,
        _RULES,
        [
            (name, cut.score, cut.leads_kept, cut.customers_kept, cut.close_rate_at_or_above)
            for name, cut in rules.items()
        ],
        first=aside,
    )
    if rows:
        bar(page.sheet, (1, 3, end - 1, 3))
        bar(page.sheet, (1, 5, end - 1, 5))
        mark_row(page, (1, 0, end - 1, len(_SWEEP) - 1), f"$A2={card.threshold.score}")
        page.sheet.autofilter(0, 0, end - 1, len(_SWEEP) - 1)
        page.sheet.insert_chart(after + 1, aside, _chart(book, page.sheet.get_name(), end - 1))
    printed(page, frozen=1)


def _chart(book: Any, sheet: str, last: int) -> Any:
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    dashes = {1: ("solid", GREY), 2: ("dash", BLUE), 3: ("solid", ORANGE)}
    for place, (dash, colour) in dashes.items():
        chart.add_series(
            {
                "name": [sheet, 0, place],
                "categories": [sheet, 1, 0, last, 0],
                "values": [sheet, 1, place, last, place],
                "line": {"color": colour, "width": 2, "dash_type": dash},
                "marker": {"type": "none"},
            }
        )
    chart.set_title({"name": "What a threshold keeps", "name_font": {"size": 13}})
    chart.set_x_axis({"name": "Threshold (score)", "major_gridlines": {"visible": False}})
    chart.set_y_axis({"num_format": "0%", "min": 0, "max": 1})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 640, "height": 380})
    return chart

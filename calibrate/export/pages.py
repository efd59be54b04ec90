"""The sheets of the workbook that are read: the page to begin with, card, evidence and sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calibrate.export.lists import label_of, write_exactly
from calibrate.export.styles import BLUE, GREY, ORANGE, bar, colour_points
from calibrate.present.numbers import count_text, percent_text
from calibrate.threshold import rule_name

if TYPE_CHECKING:
    from calibrate.scorecard.card import Scorecard
    from calibrate.scorecard.parts import CardAttributePart, LevelPart

STRONGEST = 10
_LETTERS_A_LINE = 105


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table: its head, how its cells look, and how wide it is."""

    head: str
    look: str = "plain"
    width: float = 12


@dataclass(frozen=True, kw_only=True)
class Page:
    """A sheet with the looks of its workbook."""

    sheet: Any
    looks: dict[str, Any]

    def say(self, row: int, text: str, look: str = "wrapped", *, last: int = 4) -> int:
        """Write a text across the first columns, as high as it needs; give the next row."""
        shown = label_of(text)
        if look == "title":
            self.sheet.write_string(row, 0, shown, self.looks[look])
            self.sheet.set_row(row, 27)
            return row + 1
        self.sheet.merge_range(row, 0, row, last, "", self.looks[look])
        self.sheet.write_string(row, 0, shown, self.looks[look])
        lines = sum(1 + len(line) // _LETTERS_A_LINE for line in shown.splitlines()) or 1
        self.sheet.set_row(row, min(15.5 * lines, 400) if look != "heading" else 20)
        return row + 1

    def head(self, row: int, columns: Sequence[Column], *, first: int = 0) -> None:
        """Write the heads of a table."""
        for place, column in enumerate(columns, start=first):
            right = column.look in ("count", "share", "lift", "p", "points", "number")
            look = self.looks["head_right" if right else "head"]
            self.sheet.write_string(row, place, column.head, look)

    def table(
        self,
        row: int,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str | float | None]],
        *,
        first: int = 0,
    ) -> int:
        """Write a table; give the row after it."""
        self.head(row, columns, first=first)
        if any(len(column.head) > column.width for column in columns):
            self.sheet.set_row(row, 31)
        for number, values in enumerate(rows, start=row + 1):
            for place, (column, value) in enumerate(zip(columns, values, strict=True), start=first):
                self.cell(number, place, value, column.look)
        return row + 1 + len(rows)

    def cell(self, row: int, place: int, value: str | float | None, look: str) -> None:
        """Write a value: what comes from leads is always a text, never a formula or a link."""
        style = self.looks[look]
        if value is None:
            self.sheet.write_blank(row, place, None, style)
        elif isinstance(value, str):
            self.sheet.write_string(row, place, label_of(value), style)
        else:
            write_exactly(self.sheet, row, place, float(value), style)

    def widths(self, columns: Sequence[Column], *, first: int = 0) -> None:
        """Set the widths of columns."""
        for place, column in enumerate(columns, start=first):
            self.sheet.set_column(place, place, column.width)


def has_policy(card: Scorecard) -> bool:
    """Say whether anything beside the points is told of a lead."""
    above = (card.vetoes, card.gates, card.must_contact, card.tiers, card.points.caps)
    return any(above) or card.grid is not None or card.size_prefix is not None


def by_strength(card: Scorecard) -> tuple[CardAttributePart, ...]:
    """Give the attributes, those first that move a score most."""

    def spread(attribute: CardAttributePart) -> int:
        points = [level.points for level in attribute.levels]
        return max(points) - min(points)

    return tuple(sorted(card.attributes, key=spread, reverse=True))


def write_first_page(page: Page, card: Scorecard, remarks: Sequence[str]) -> None:
    """Write the page that a manager can read."""
    columns = (
        Column(head="Attribute", look="wrapped", width=30),
        Column(head="Level", look="wrapped", width=30),
        Column(head="Points", look="points", width=10),
        Column(head="Close rate", look="share", width=12),
        Column(head="Leads", look="count", width=12),
    )
    page.widths(columns)
    row = page.say(0, f"Scorecard: {card.name}", "title")
    for text in _about(card):
        row = page.say(row, text)
    row = page.say(row + 1, "What moves a score most", "heading")
    strongest = _strongest(card)
    if strongest:
        page.table(row, columns, strongest)
        colour_points(page.sheet, (row + 1, 2, row + len(strongest), 2))
        row += 1 + len(strongest)
    else:
        row = page.say(row, "No level earns points: every lead has the same score.")
    row = page.say(row + 1, "What to weigh before using it", "heading")
    for one in sorted(card.findings, key=lambda one: one.severity != "warning"):
        row = page.say(row, one.says, "strong" if one.severity == "warning" else "wrapped")
        row = page.say(row, f"What to do: {one.fix}", "note")
    if not card.findings:
        row = page.say(row, "Nothing was found that speaks against the card.")
    row = page.say(row + 1, "What is in this workbook", "heading")
    sheets = (_CARD_SHEET, *([_POLICY_SHEET] if has_policy(card) else []), *_SHEETS)
    for text in (*sheets, *remarks):
        row = page.say(row, text)
    page.sheet.hide_gridlines(2)
    page.sheet.set_portrait()
    page.sheet.fit_to_pages(1, 0)


_CARD_SHEET = "Card: the points of every level, with the leads they come from."
_POLICY_SHEET = "Policy: what decides beside the points, tiers, and how often leads of each close."
_SHEETS = (
    "Score a lead: type what you know about one lead, and read its score and why.",
    "Score many: paste leads, one a row, and read their scores.",
    "Evidence: all numbers behind the points. Sweep: what each threshold would keep.",
)


def _about(card: Scorecard) -> list[str]:
    cohort, overall, cut = card.cohort, card.overall, card.threshold
    created = ""
    if cohort.from_ and cohort.to:
        created = f", created from {cohort.from_} to {cohort.to}"
    window = ""
    if cohort.window_days is not None:
        window = f" within {count_text(cohort.window_days)} days"
    low, high = overall.interval
    above = card.vetoes or card.gates or card.must_contact
    whose = " whose points decide" if above else ""
    return [
        f"Made from {count_text(cohort.leads)} leads{created}. "
        f"{count_text(cohort.customers)} of them became customers{window}: a close rate of "
        f"{percent_text(overall.close_rate)}, with 95 % certainty between {percent_text(low)} and "
        f"{percent_text(high)}.",
        f"Every lead starts from {card.points.base} points; each thing known about it adds or "
        f"takes away points, by how often such leads became customers.",
        f"A lead with {cut.score} points or more passes (rule: {rule_name(cut.rule)}). That keeps "
        f"{percent_text(cut.leads_kept)} of the leads{whose} and "
        f"{percent_text(cut.customers_kept)} of the customers; of the leads that pass, "
        f"{percent_text(cut.close_rate_at_or_above)} became customers.",
        *(
            ["Vetoes, gates and must-contact levels come before the points: see the sheet Policy."]
            if above
            else []
        ),
    ]


def _strongest(card: Scorecard) -> list[tuple[str | float | None, ...]]:
    found = [(one, level) for one in card.attributes for level in one.levels if level.points]
    found.sort(key=lambda pair: (-abs(pair[1].points), -abs(pair[1].value)))
    return [
        (
            one.name,
            level.as_level.label,
            level.points,
            level.evidence.close_rate,
            level.evidence.leads,
        )
        for one, level in found[:STRONGEST]
    ]


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
        _colour_verdicts(page, (3, 9, end - 1, 9))
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


def _colour_verdicts(page: Page, cells: tuple[int, int, int, int]) -> None:
    for verdict in ("raises", "lowers"):
        page.sheet.conditional_format(
            *cells,
            {
                "type": "cell",
                "criteria": "==",
                "value": f'"{verdict}"',
                "format": page.looks[verdict],
            },
        )


_EVIDENCE = {
    "attribute": Column(head="", look="plain", width=28),
    "level": Column(head="", look="plain", width=30),
    "points": Column(head="", look="points"),
    "leads": Column(head="", look="count"),
    "customers": Column(head="", look="count"),
    "verdict": Column(head="", width=14),
    "test": Column(head="", width=16),
    "why": Column(head="", width=30),
    "lift": Column(head="", look="lift"),
    "lift_low": Column(head="", look="lift"),
    "lift_high": Column(head="", look="lift"),
    "p_value": Column(head="", look="p"),
    "q_value": Column(head="", look="p"),
}


def write_evidence(page: Page, card: Scorecard) -> None:
    """Write everything the card says of every level."""
    import pandas as pd

    frame = card.to_frame()
    columns = []
    for name in frame.columns:
        kept = _EVIDENCE.get(name, Column(head="", look="share"))
        words = name.replace("_", " ")
        columns.append(Column(head=words, look=kept.look, width=kept.width))
    page.widths(columns)
    rows = [
        [None if pd.isna(value) else value for value in row]
        for row in frame.itertuples(index=False, name=None)
    ]
    end = page.table(0, columns, rows)
    if rows:
        page.sheet.autofilter(0, 0, end - 1, len(columns) - 1)
        rates = list(frame.columns).index("close_rate")
        bar(page.sheet, (1, rates, end - 1, rates))
    printed(page, frozen=1)


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
        page.sheet.insert_chart(after + 1, aside, _chart(book, end - 1))
    printed(page, frozen=1)


def _chart(book: Any, last: int) -> Any:
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    dashes = {1: ("solid", GREY), 2: ("dash", BLUE), 3: ("solid", ORANGE)}
    for place, (dash, colour) in dashes.items():
        chart.add_series(
            {
                "name": ["Sweep", 0, place],
                "categories": ["Sweep", 1, 0, last, 0],
                "values": ["Sweep", 1, place, last, place],
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


def printed(page: Page, *, frozen: int) -> None:
    """Prepare a sheet for paper, its first rows on every page and always in sight."""
    page.sheet.freeze_panes(frozen, 0)
    page.sheet.repeat_rows(frozen - 1)
    page.sheet.set_landscape()
    page.sheet.fit_to_pages(1, 0)
    page.sheet.hide_gridlines(2)

"""A series of cards: for a screen, and as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from calibrate.present.blocks import (
    BLANK,
    Block,
    Cell,
    Column,
    Listing,
    Name,
    findings_blocks,
    heading,
    name_column,
    number_columns,
    plain_text,
)
from calibrate.present.numbers import (
    NOTHING,
    count_text,
    percent_text,
    points_text,
    share_text,
)
from calibrate.present.terminal import clean, shorten

if TYPE_CHECKING:
    from calibrate.timeline import Entry, History, LevelPath

_SHOWN = 12
"""Cards, and levels, that are shown on one screen: the newest, and those that moved most."""
_WIDE = 7
_COLUMNS = 6
_LEVEL = 31


def history_text(found: History) -> str:
    """Give the series as text."""
    return plain_text(history_blocks(found))


def history_blocks(found: History) -> list[Block]:
    """Give the series, and the levels whose points moved most."""
    count = len(found.entries)
    columns = (
        name_column("card", 16),
        name_column("data of", 10),
        *number_columns(leads=8, closed=7, threshold=9, kept=7, above=7, AUC=6),
    )
    return [
        heading(f"{found.folder}: {count_text(count)} {'card' if count == 1 else 'cards'}"),
        BLANK,
        Listing(columns=columns, rows=tuple(_row(one) for one in found.entries[-_SHOWN:])),
        *_moved(found),
        *findings_blocks(found.findings),
    ]


def _moved(found: History) -> list[Block]:
    moved = [one for one in most_moved(found) if one.range]
    if not moved or len(found.entries) < 2:
        return []
    columns = (
        name_column("Points that moved most", _LEVEL),
        *(Column(title=name, width=_WIDE) for name in _heads(found.entries[-_COLUMNS:])),
    )
    return [BLANK, Listing(columns=columns, rows=tuple(_level(one) for one in moved[:_SHOWN]))]


def most_moved(found: History) -> list[LevelPath]:
    """Give the levels, those first whose points differ most over time."""
    return sorted(found.levels, key=lambda one: -one.range)


def _row(one: Entry) -> tuple[Cell, ...]:
    card = one.card
    return (
        Name(name=one.name),
        str(one.day or NOTHING),
        count_text(card.cohort.leads),
        percent_text(card.overall.close_rate),
        str(card.threshold.score),
        percent_text(card.threshold.leads_kept),
        percent_text(card.threshold.close_rate_at_or_above),
        share_text(one.auc),
    )


def _heads(entries: Sequence[Entry]) -> list[str]:
    """Name columns: by card, by month where names begin alike, or by number from the oldest."""
    names = [shorten(clean(one.name), _WIDE) for one in entries]
    months = [f"{one.day:%Y-%m}" if one.day else "" for one in entries]
    numbers = [f"no. {number}" for number, _ in enumerate(entries, start=1)]
    return next(heads for heads in (names, months, numbers) if len({*heads}) == len(heads))


def _level(one: LevelPath) -> tuple[Cell, ...]:
    cells = (NOTHING if p is None else points_text(p) for p in one.points[-_COLUMNS:])
    return (Name(attribute=one.attribute, name=one.level), *cells)


def history_summary(found: History) -> dict[str, Any]:
    """Give the series as plain values that fit into JSON."""
    return {
        "folder": found.folder,
        "cards": [
            {
                "quarter": one.name,
                "card": one.card.name,
                "day": None if one.day is None else one.day.isoformat(),
                "leads": one.card.cohort.leads,
                "customers": one.card.cohort.customers,
                "close_rate": one.card.overall.close_rate,
                "threshold": one.card.threshold.score,
                "leads_kept": one.card.threshold.leads_kept,
                "close_rate_above": one.card.threshold.close_rate_at_or_above,
                "auc": one.auc,
            }
            for one in found.entries
        ],
        "points": [
            {"attribute": one.attribute, "level": one.level, "points": list(one.points)}
            for one in found.levels
        ],
        "findings": [one.code for one in found.findings],
    }

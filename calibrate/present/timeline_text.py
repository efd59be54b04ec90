"""A series of cards as plain text 80 columns wide and as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from calibrate.present.numbers import (
    NOTHING,
    count_text,
    percent_text,
    points_text,
    share_text,
)
from calibrate.present.terminal import clean, findings_text, level_name, shorten

if TYPE_CHECKING:
    from calibrate.timeline import Entry, History, LevelPath

_SHOWN = 12
"""Cards, and levels, that are shown on one screen: the newest, and those that moved most."""
_WIDE = 7
_COLUMNS = 6
_LEVEL = 31


def history_text(found: History) -> str:
    """Give the series, and the levels whose points moved most."""
    count = len(found.entries)
    lines = [f"{clean(found.folder)}: {count_text(count)} {'card' if count == 1 else 'cards'}", ""]
    lines.append(
        f"{'card':<16} {'data of':<10} {'leads':>8} {'closed':>7} {'threshold':>9} {'kept':>7} "
        f"{'above':>7} {'AUC':>6}"
    )
    lines += [_row(one) for one in found.entries[-_SHOWN:]]
    moved = [one for one in most_moved(found) if one.range]
    if moved and count > 1:
        names = [f"{name:>{_WIDE}}" for name in _heads(found.entries[-_COLUMNS:])]
        lines += ["", f"{'Points that moved most':<{_LEVEL}} {' '.join(names)}"]
        lines += [_level(one) for one in moved[:_SHOWN]]
    return "\n".join([*lines, *findings_text(found.findings)])


def most_moved(found: History) -> list[LevelPath]:
    """Give the levels, those first whose points differ most over time."""
    return sorted(found.levels, key=lambda one: -one.range)


def _row(one: Entry) -> str:
    card = one.card
    return (
        f"{shorten(clean(one.name), 16):<16} {one.day or NOTHING!s:<10} "
        f"{count_text(card.cohort.leads):>8} {percent_text(card.overall.close_rate):>7} "
        f"{card.threshold.score:>9} {percent_text(card.threshold.leads_kept):>7} "
        f"{percent_text(card.threshold.close_rate_at_or_above):>7} {share_text(one.auc):>6}"
    )


def _heads(entries: Sequence[Entry]) -> list[str]:
    """Name columns: by card, by month where names begin alike, or by number from the oldest."""
    names = [shorten(clean(one.name), _WIDE) for one in entries]
    months = [f"{one.day:%Y-%m}" if one.day else "" for one in entries]
    numbers = [f"no. {number}" for number, _ in enumerate(entries, start=1)]
    return next(heads for heads in (names, months, numbers) if len({*heads}) == len(heads))


def _level(one: LevelPath) -> str:
    cells = [NOTHING if p is None else points_text(p) for p in one.points[-_COLUMNS:]]
    name = level_name(one.attribute, one.level, _LEVEL)
    return f"{name:<{_LEVEL}} {' '.join(f'{cell:>{_WIDE}}' for cell in cells)}"


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

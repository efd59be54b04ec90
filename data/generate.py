"""Write the sample tables anew, and the numbers of README.md from the truth they are drawn by.

Run it where `calibrate` is installed: `python data/generate.py`.
"""

import csv
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from calibrate.sample import SampleFiles, event_rows, lead_rows, mixes, truth, write_sample

FOLDER = Path(__file__).parent
BEGIN = "<!-- numbers: written by generate.py, do not edit -->\n"
END = "<!-- end of numbers -->\n"
LAST_MATURE = truth.AS_OF - timedelta(days=truth.WINDOW_DAYS)

Row = dict[str, str]


def main() -> None:
    """Write leads.csv, events.csv, spec.yaml and the numbers of README.md beside this script."""
    files = write_sample(FOLDER)
    readme = FOLDER / "README.md"
    readme.write_bytes(with_numbers(readme.read_text("utf-8"), numbers(files)).encode())


def with_numbers(readme: str, block: str) -> str:
    """Put the block between the two marks of the README."""
    head, rest = readme.split(BEGIN)
    return head + BEGIN + block + END + rest.split(END)[1]


def numbers(files: SampleFiles) -> str:
    """Write everything the README says in numbers, as Markdown."""
    with files.leads.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    events = files.events.read_bytes().count(b"\n") - 1
    return "\n".join(
        [
            "## What came out\n",
            outcome_table(rows, events),
            "## The planted effects\n",
            effects_table(),
            "## What says nothing\n",
            nulls_text(),
            "## The drift\n",
            drift_text(),
            "## The traps\n",
            traps_text(rows),
        ]
    )


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, right: int = 1) -> str:
    """Lay out a Markdown table; columns from `right` on are aligned right."""
    rule = ["---" if column < right else "---:" for column in range(len(header))]
    lines = [f"| {' | '.join(cells)} |" for cells in (header, rule, *rows)]
    return "\n".join(lines) + "\n"


def outcome_table(rows: Sequence[Row], events: int) -> str:
    """Count leads and customers of each quarter, and of the mature leads together."""
    last = quarter_of(rows[-1])
    counted = [
        (f"{quarter} (immature)" if quarter == last else quarter, *rate_cells(list(group)))
        for quarter, group in groupby(rows, key=quarter_of)
    ]
    counted.append((f"all created by {LAST_MATURE}", *rate_cells(mature(rows))))
    return (
        f"{len(rows)} leads in leads.csv, {events} events in events.csv; seed {truth.SEED}. "
        f"Customers are the leads that closed within {truth.WINDOW_DAYS} days.\n\n"
    ) + table(("created in", "leads", "customers", "close rate"), counted)


def mature(rows: Sequence[Row]) -> list[Row]:
    """Keep the leads that have had their whole window."""
    return [row for row in rows if row["created_at"] < f"{LAST_MATURE}T24"]


def quarter_of(row: Row) -> str:
    """Name the quarter a lead was created in, as in 2025-Q3."""
    moment = datetime.fromisoformat(row["created_at"])
    return f"{moment.year}-Q{(moment.month + 2) // 3}"


def closed_in_window(row: Row) -> bool:
    """Tell whether a lead is known to have closed within the window."""
    if not row["converted_at"]:
        return False
    took = datetime.fromisoformat(row["converted_at"]) - datetime.fromisoformat(row["created_at"])
    return took <= timedelta(days=truth.WINDOW_DAYS)


def rate_cells(rows: Sequence[Row]) -> tuple[str, str, str]:
    """Count leads and customers, and give their close rate."""
    customers = sum(closed_in_window(row) for row in rows)
    return f"{len(rows)}", f"{customers}", f"{customers / len(rows):.1%}"


def effects_table() -> str:
    """List every planted level with its log-odds and its odds multiplier."""
    start = 1 / (1 + math.exp(-truth.INTERCEPT))
    rows = [
        (attribute, level, f"{effect:+.2f}", f"x {math.exp(effect):.2f}")
        for attribute, levels in truth.EFFECTS.items()
        for level, effect in levels.items()
    ]
    return (
        f"The log-odds of closing start at {truth.INTERCEPT:+.2f}: a lead with none of the levels "
        f"below closes with a chance of {start:.1%}. Each level it has adds its log-odds, which "
        "multiplies the odds. Every level that is not listed adds 0.\n\n"
    ) + table(("attribute", "level", "log-odds", "odds"), rows, right=2)


def nulls_text() -> str:
    """Name the columns and events without an effect, and the echoes."""
    echoes = "\n".join(
        f"* `{echo}` repeats `{original}`" for echo, original in truth.ECHOES.items()
    )
    return (
        f"Columns: {names(truth.NULL_COLUMNS)}.\n\nEvents: {names(truth.NULL_EVENTS)}.\n\n"
        "Echoes look strong alone, and add nothing once the original is known:\n\n"
        f"{echoes}\n\n"
        f"`seniority` says what the job title says for {mixes.SENIORITY_AS_TITLE_SAYS:.0%} of the "
        "leads and is drawn by lot for the others; `employees` lies in the range of the company "
        "size; `page_view` events before a lead was created are counted in `pages_viewed`.\n"
    )


def drift_text() -> str:
    """Say what is different for the latest leads."""
    drift = truth.DRIFT
    attribute, level = drift.new_level
    return (
        f"Leads created from {drift.starts:%Y-%m-%d} on:\n\n"
        f"* `{drift.effect_gone}` has no effect any more\n"
        f"* `{attribute}` has a new level, `{level}`, on {mixes.NEW_LEVEL_SHARE:.0%} of the leads "
        f"(effect {truth.EFFECTS[attribute][level]:+.2f})\n"
        f"* the start of the log-odds moves by {drift.intercept_moves:+.2f} "
        f"(odds x {math.exp(drift.intercept_moves):.2f})\n\n"
        f"{drift.starts:%B %Y} opens the last quarter whose leads are mature on {truth.AS_OF}; "
        "the immature quarter after it goes on in the same way.\n"
    )


def rare_levels(rows: Sequence[Row]) -> list[str]:
    """List the levels with fewer than ten mature leads."""
    return [
        f"`{column}` {level}"
        for column, shares in mixes.SHARES.items()
        for counted in [Counter(row[column] for row in mature(rows))]
        for level in shares
        if 0 < counted[level] < 10
    ]


def traps_text(rows: Sequence[Row]) -> str:
    """List everything in the tables that a careful reader should stumble over."""
    first, second = (rows[lead_rows.REPEATED_ROW + step]["lead_id"] for step in (0, 1))
    slow = truth.SLOW_LEVEL
    late = truth.LATE_CLOSE_SHARE
    spellings = ", ".join(f'"{spelling}"' for spelling in mixes.SPELLINGS)
    sentinel_column, sentinel = next(iter(truth.SENTINEL.items()))
    traps = [
        f"**Leak**: `{truth.LEAK}` is filled for {mixes.LEAK_FILLED['closed']:.0%} of the leads "
        f"that have closed and {mixes.LEAK_FILLED['not closed']:.1%} of the others. spec.yaml "
        "excludes it.",
        "**Placeholder**: `Select` in `budget` and `need` means that nobody chose anything.",
        f"**Sentinel**: {sentinel} in `{sentinel_column}` means not known "
        f"({mixes.SENTINEL_SHARE:.0%} of the leads).",
        "**Informative gap**: an empty `job_title` lowers "
        f"({truth.EFFECTS['job_title'][truth.MISSING]:+.2f}). Other gaps say nothing.",
        f"**Spellings**: {spellings} (with a blank at the end) are one lead source.",
        f"**One lead twice**: {first} and {second} are equal in all but the id. The events stand "
        f"under {first}.",
        f"**Immature leads**: the tables were taken at the end of {truth.AS_OF}; a lead created "
        f"less than {truth.WINDOW_DAYS} days before has not had its time, and closes after that "
        "day are not in the tables.",
        f"**Slow level**: of the leads that do not close within the window, {late['others']:.1%} "
        f"close after it, but {late['slow level']:.0%} with `{slow[0]}` {slow[1]}: they close "
        "late, not never.",
        f"**Rare levels**, fewer than 10 mature leads each: {', '.join(rare_levels(rows))}.",
        "**Hostile texts**: a spreadsheet formula, an HTML script, commas, quotes and letters "
        "outside ASCII in `campaign`; `07`, `1e3` and `no` in `landing_variant`; `NO` (Norway) "
        "in `country`; a comma and quotes in an `object` of events.csv.",
        "**Help pages**: customers view `/help/...` pages after they have closed. Whoever counts "
        "the whole log, and not what was known at one landmark, finds page views to be the best "
        "attribute of all.",
        f"**Strangers**: {event_rows.STRANGERS} visitors with "
        f"{event_rows.STRANGERS * event_rows.STRANGER_VIEWS} events are in no leads table.",
    ]
    return "\n".join(f"* {trap}" for trap in traps) + "\n"


def names(listed: Iterable[str]) -> str:
    """Names in code type, separated by commas."""
    return ", ".join(f"`{name}`" for name in listed)


if __name__ == "__main__":
    main()

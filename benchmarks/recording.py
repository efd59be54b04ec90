"""Keep what was measured, and write the table that the pages show from it.

``python -m benchmarks --record`` puts the rows of the benchmarks it has run into
``recorded.json`` and the table into ``README.md``; the docs include it from there. Rows of others
stay. The tests hold the table against the file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
KEPT, PAGE = HERE / "recorded.json", HERE / "README.md"
BEGIN, END = "<!-- recorded: written by `python -m benchmarks --record` -->", "<!-- /recorded -->"
_HEAD = (
    *("what", "against", "ours", "peer", "ratio", "least to most", "pairs", "limit", "peak MB"),
    "memory limit",
)
_TEXTS = 2
"""The first columns are texts, the others numbers."""

_COMMANDS = ("calibrate ", "python ")

Row = dict[str, Any]


def keep(rows: Sequence[Row], machine: str) -> None:
    """Put rows in place of those of the same name, and write the table anew."""
    kept = json.loads(KEPT.read_text("utf-8"))
    new = {row["what"]: row for row in rows}
    old = [new.pop(row["what"], row) for row in kept["rows"]]
    kept = {"machine": machine, "rows": [*old, *new.values()]}
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(with_table(PAGE.read_text("utf-8"), kept), "utf-8")


def with_table(page: str, kept: dict[str, Any]) -> str:
    """Give the page with the table in its place."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(kept)}\n{END}{after}"


def table(kept: dict[str, Any]) -> str:
    """Write a Markdown table, one row a benchmark; ratios that miss their limit are bold."""
    lines = [_HEAD, ["---"] * _TEXTS + ["---:"] * (len(_HEAD) - _TEXTS), *map(_cells, kept["rows"])]
    return "\n".join([kept["machine"], "", *(f"| {' | '.join(line)} |" for line in lines)])


def _cells(row: Row) -> list[str]:
    missed = row["limit"] is not None and row["ratio"] > row["limit"]
    ratio = f"{row['ratio']:.3g}"
    return [
        _named(row["what"]),
        _named(row["against"]),
        time_text(row["ours"]),
        time_text(row["peer"]),
        f"**{ratio}**" if missed else ratio,
        "" if row["least"] is None else f"{row['least']:.3g} to {row['most']:.3g}",
        "" if row["pairs"] is None else str(row["pairs"]),
        "none" if row["limit"] is None else f"{row['limit']:.3g}",
        " / ".join(row["peak_mb"]),
        _memory(row.get("memory")),
    ]


def _memory(memory: dict[str, Any] | None) -> str:
    """Write what was allowed and what came, bold where that is more."""
    if memory is None:
        return ""
    came = f"{memory['came']:.3g}"
    came = f"**{came}**" if memory["came"] > memory["most"] else came
    return f"{memory['most']:.4g} {memory['unit']}: {came}"


def _named(text: str) -> str:
    """Set a command as one, so that nothing makes a dash of its hyphens."""
    return f"`{text}`" if text.startswith(_COMMANDS) else text


def time_text(seconds: float | None) -> str:
    """Write seconds, or milliseconds; nothing where none were kept."""
    if seconds is None:
        return ""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"

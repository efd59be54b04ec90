"""Blocks on a terminal, as wide as it is and quietly coloured, by rich."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from calibrate.present.blocks import Block, Cell, Listing, Name, Said, Toned, cell_text, said_lines
from calibrate.present.terminal import clean, columns, paragraph, shorten

if TYPE_CHECKING:
    from calibrate.present.blocks import Tone

WIDEST = 120
"""Lines longer than this are hard to read, however wide the terminal."""
_GAP = 2
"""Columns between those of a table."""
_LEAST = 16
"""Columns that a name keeps on a narrow screen."""
_STYLES: dict[Tone, str] = {
    "plain": "",
    "heading": "bold",
    "good": "green",
    "doubtful": "magenta",
    "bad": "red",
}
"""Named colours only: the terminal knows which red can be read on its background."""


def terminal(stream: TextIO, least: int = 0) -> Console:
    """Open a terminal for writing; without colours where the person wants none (NO_COLOR)."""
    console = Console(
        file=stream,
        color_system=None if os.environ.get("NO_COLOR") else "standard",
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.width = max(least, min(console.width, WIDEST))
    return console


def show_blocks(blocks: Sequence[Block], stream: TextIO) -> None:
    """Write blocks to a terminal."""
    console = terminal(stream)
    for one in blocks:
        if isinstance(one, Said):
            for line in _said(one, console.width):
                console.print(line, no_wrap=True, overflow="ignore", crop=False)
        else:
            widths = _widths(one, console.width)
            needs = sum(widths) + _GAP * (len(widths) - 1) + one.indent
            inset = Padding(_table(one, widths), (0, 0, 0, one.indent), expand=False)
            terminal(stream, least=needs).print(inset)


def _said(one: Said, width: int) -> Iterator[Text]:
    style = _STYLES[one.tone]
    if one.tone in ("good", "doubtful", "bad"):
        style = f"bold {style}"
    for place, line in enumerate(said_lines(one, width, on_screen=True)):
        if not one.mark:
            yield Text(line, style=style)
        elif place:
            yield Text(line)
        else:
            ends = one.indent + len(one.mark)
            yield Text.assemble((line[:ends], style), line[ends:])


def _table(one: Listing, widths: Sequence[int]) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        show_header=any(column.title for column in one.columns),
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),
        header_style="",
        border_style="dim",
    )
    for column, width in zip(one.columns, widths, strict=True):
        table.add_column(
            Text(shorten(clean(column.title), width)),
            justify="right" if column.is_number else "left",
            width=width,
        )
    for row in one.rows:
        table.add_row(*(_shown(cell, width) for cell, width in zip(row, widths, strict=False)))
    return table


def _widths(one: Listing, room: int) -> list[int]:
    """Give each column what it needs; where that is too much, names give way, then titles.

    No number is cut: a terminal narrower than that breaks the lines.
    """
    titles = [columns(clean(column.title)) for column in one.columns]
    cells = [
        max((columns(cell_text(row[place])) for row in one.rows if place < len(row)), default=0)
        for place in range(len(one.columns))
    ]
    widths = list(map(max, titles, cells))
    least = [
        cell if column.is_number else min(width, max(_LEAST, title))
        for column, width, title, cell in zip(one.columns, widths, titles, cells, strict=True)
    ]
    over = sum(widths) + _GAP * (len(widths) - 1) + one.indent - room
    for numbers in (False, True):
        giving = [at for at, column in enumerate(one.columns) if column.is_number is numbers]
        while over > 0 and (giving := [at for at in giving if widths[at] > least[at]]):
            widths[max(giving, key=widths.__getitem__)] -= 1
            over -= 1
    return widths


def _shown(cell: Cell, width: int) -> RenderableType:
    if isinstance(cell, Name):
        notes = paragraph(cell.note, indent="  ", width=width) if cell.note else []
        return Text("\n".join([cell.within(width), *notes]))
    return Text(cell_text(cell), style=_STYLES[cell.tone] if isinstance(cell, Toned) else "")

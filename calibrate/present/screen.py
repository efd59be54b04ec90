"""Blocks on a terminal, as wide as it is and quietly coloured, by rich."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from calibrate.present.blocks import Block, Cell, Listing, Name, Said, Toned, cell_text, said_lines
from calibrate.present.terminal import clean, columns, paragraph

if TYPE_CHECKING:
    from calibrate.present.blocks import Tone

WIDEST = 120
"""Lines longer than this are hard to read, however wide the terminal."""
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


def terminal(stream: TextIO) -> Console:
    """Open a terminal for writing; without colours where the person wants none (NO_COLOR)."""
    console = Console(
        file=stream,
        color_system=None if os.environ.get("NO_COLOR") else "standard",
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.width = min(console.width, WIDEST)
    return console


def show_blocks(blocks: Sequence[Block], stream: TextIO) -> None:
    """Write blocks to a terminal."""
    console = terminal(stream)
    for one in blocks:
        if isinstance(one, Said):
            for line in _said(one, console.width):
                console.print(line, no_wrap=True, overflow="ignore", crop=False)
        else:
            console.print(Padding(_table(one), (0, 0, 0, one.indent), expand=False))


def _said(one: Said, width: int) -> Iterator[Text]:
    style = _STYLES[one.tone]
    if one.tone in ("good", "doubtful", "bad"):
        style = f"bold {style}"
    for place, line in enumerate(said_lines(one, width)):
        if not one.mark:
            yield Text(line, style=style)
        elif place:
            yield Text(line)
        else:
            ends = one.indent + len(one.mark)
            yield Text.assemble((line[:ends], style), line[ends:])


def _table(one: Listing) -> Table:
    has_titles = any(column.title for column in one.columns)
    table = Table(
        box=box.SIMPLE_HEAD,
        show_header=has_titles,
        show_edge=False,
        pad_edge=False,
        header_style="",
        border_style="dim",
    )
    for column in one.columns:
        table.add_column(
            Text(clean(column.title)),
            justify="right" if column.is_number else "left",
            no_wrap=column.is_number,
        )
    for row in one.rows:
        table.add_row(*(_shown(cell) for cell in row))
    return table


def _shown(cell: Cell) -> RenderableType:
    if isinstance(cell, Name):
        return _Narrowing(cell)
    return Text(cell_text(cell), style=_STYLES[cell.tone] if isinstance(cell, Toned) else "")


class _Narrowing:
    """A name that rich may give less room than it needs."""

    def __init__(self, name: Name) -> None:
        self.name = name

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        width = options.max_width
        lines = [self.name.within(width)]
        if self.name.note:
            lines += paragraph(self.name.note, indent="  ", width=width)
        yield Group(*(Text(line, no_wrap=True) for line in lines))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        width = columns(self.name.whole)
        return Measurement(min(width, _LEAST), width).with_maximum(options.max_width)

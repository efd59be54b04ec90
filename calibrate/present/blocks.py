"""What a result says, in blocks that any screen can show: something said, or a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from calibrate.errors import Finding
from calibrate.present.terminal import WIDTH, clean, level_name, pad, paragraph, shorten

Tone = Literal["plain", "heading", "good", "doubtful", "bad"]
"""How a text may be coloured; what it says never hangs on that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A heading, a sentence or several; broken into lines where it is shown.

    Attributes
    ----------
    text : str
        May hold values from leads: whoever shows it makes it safe.
    mark : str
        Before the first line, as a bullet.
    indent : int
        Columns before each line.
    tone : Tone
        Of the mark where there is one, otherwise of the text.
    when_long : {"break", "cut", "leave"}
        Break it into lines, cut it at the screen's edge, or leave it whole: in plain text one
        line, on a terminal broken between words only, so that a path can be copied.
    """

    text: str
    mark: str = ""
    indent: int = 0
    tone: Tone = "plain"
    when_long: Literal["break", "cut", "leave"] = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A cell that names a level, or anything else that may be cut where a screen is narrow.

    Attributes
    ----------
    attribute : str
        Empty where the name is not that of a level.
    name : str
    note : str
        A remark under it.
    """

    attribute: str = ""
    name: str
    note: str = ""

    @property
    def whole(self) -> str:
        """The name uncut."""
        name = clean(self.name)
        return f"{clean(self.attribute)}: {name}" if self.attribute else name

    def within(self, width: int) -> str:
        """Cut the name to a width."""
        if self.attribute:
            return level_name(self.attribute, self.name, width)
        return shorten(clean(self.name), width)


@dataclass(frozen=True, slots=True, kw_only=True)
class Toned:
    """A cell with a tone, as points that raise or lower a score."""

    text: str
    tone: Tone


Cell = str | Name | Toned


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    title : str
    width : int
        On a screen of 80 columns.
    is_number : bool
        Stands to the right.
    gap : int
        Columns before it, in plain text.
    """

    title: str = ""
    width: int
    is_number: bool = True
    gap: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A table: names to the left, numbers to the right.

    Attributes
    ----------
    columns : tuple of Column
    rows : tuple of tuple of cell
        A row may end early.
    indent : int
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    indent: int = 0


Block = Said | Listing

BLANK = Said(text="")


def written_blocks(*paths: object) -> list[Block]:
    """Name the files that were written; nothing where there are none."""
    if not paths:
        return []
    says = f"Written to {' and '.join(map(str, paths))}"
    return [BLANK, Said(text=says, when_long="leave")]


def heading(text: str) -> Said:
    """Give a line that names what follows."""
    return Said(text=text, tone="heading")


def bullets(texts: Iterable[str]) -> list[Said]:
    """Give texts behind stars."""
    return [Said(text=text, mark="* ") for text in texts]


def name_column(title: str, width: int) -> Column:
    """Give a column of names."""
    return Column(title=title, width=width, is_number=False)


def number_columns(**widths: int) -> tuple[Column, ...]:
    """Give columns of numbers by their titles; an underline in a title stands for a space.

    Examples
    --------
    >>> [(one.title, one.width) for one in number_columns(leads=8, close_rate=11)]
    [('leads', 8), ('close rate', 11)]
    """
    return tuple(
        Column(title=title.replace("_", " "), width=width) for title, width in widths.items()
    )


def verdict_tone(word: str) -> Tone:
    """Give the tone of a verdict, or of an advice: what is neither good nor bad is in doubt."""
    tones: dict[str, Tone] = {"ready": "good", "keep": "good", "not ready": "bad", "rebuild": "bad"}
    return tones.get(word, "doubtful")


def points_cell(text: str) -> Toned:
    """Colour points by what they do to a score."""
    raises, lowers = text.startswith("+"), text.startswith("-")
    return Toned(text=text, tone="good" if raises else "bad" if lowers else "plain")


def findings_blocks(findings: Iterable[Finding]) -> list[Block]:
    """List findings under a heading, warnings first; nothing where there are none."""
    said = remarks(sorted(findings, key=lambda one: one.severity != "warning"))
    return [BLANK, heading("Findings"), *said] if said else []


def remarks(findings: Iterable[Finding]) -> list[Said]:
    """Give findings one by one, with what to do."""
    return [
        Said(text=f"{one.says} {one.fix}", mark="! ", tone="doubtful")
        if one.severity == "warning"
        else Said(text=f"{one.says} {one.fix}", mark="- ")
        for one in findings
    ]


def plain_text(blocks: Sequence[Block], width: int = WIDTH) -> str:
    r"""Write blocks as text without colours.

    Examples
    --------
    >>> blocks = [heading("Tiers"), Listing(columns=(name_column("tier", 6),), rows=(("A",),))]
    >>> plain_text(blocks)
    'Tiers\ntier\nA'
    """
    lines = [
        line
        for one in blocks
        for line in (said_lines(one, width) if isinstance(one, Said) else _table_lines(one, width))
    ]
    return "\n".join(lines)


def said_lines(one: Said, width: int, *, on_screen: bool = False) -> list[str]:
    """Break what is said into lines of at most a width."""
    indent = " " * one.indent
    if one.when_long == "break" or (one.when_long == "leave" and on_screen):
        lines = paragraph(one.text, indent=indent, mark=one.mark, width=width, together=on_screen)
        return lines or [""]
    line = f"{indent}{one.mark}{clean(one.text)}"
    return [shorten(line, width) if one.when_long == "cut" else line]


def cell_text(cell: Cell) -> str:
    """Write a cell whole."""
    if isinstance(cell, Name):
        return cell.whole
    return clean(cell if isinstance(cell, str) else cell.text)


def _table_lines(one: Listing, width: int) -> list[str]:
    # A title may come from the leads, as the name of a tier does, and is cut like a name.
    titles = tuple(Name(name=column.title) for column in one.columns)
    lines = [_line(one, titles)] if any(column.title for column in one.columns) else []
    for row in one.rows:
        lines.append(_line(one, row))
        note = row[0].note if isinstance(row[0], Name) else ""
        if note:
            lines += paragraph(note, indent=" " * (one.indent + 4), width=width)
    return lines


def _line(one: Listing, row: Sequence[Cell]) -> str:
    text = " " * one.indent
    for place, (column, cell) in enumerate(zip(one.columns, row, strict=False)):
        # A number that needs more than its column is not cut: it would be another number.
        written = cell.within(column.width) if isinstance(cell, Name) else cell_text(cell)
        text += " " * (column.gap if place else 0)
        text += pad(written, column.width, right=column.is_number)
    return text.rstrip()

"""The pictures of the gallery: each is what its line on the page draws, on the sample leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from examples import Block, blocks, sample_folder
from matplotlib import pyplot

from calibrate.present.drawing import styled

PAGE = Path(__file__).parent / "gallery.md"

_LINE = re.compile(r'^(\w+)\.plot\((?:"(.+)")?\)\n$')


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A plot of the page.

    Attributes
    ----------
    of : str
        The result, as the page calls it.
    name : str
        Of the plot; empty where the result has only one.
    line : str
        The Python that makes it.
    """

    of: str
    name: str
    line: str

    @property
    def file(self) -> str:
        """Its file name."""
        return f"{self.of}-{self.name}.svg" if self.name else f"{self.of}.svg"


def picture_of(block: Block) -> Picture | None:
    """Give the plot that a block of the page makes; None where it makes something else."""
    found = _LINE.match(block.text)
    if found is None:
        return None
    return Picture(of=found[1], name=found[2] or "", line=block.text)


def pictures() -> list[Picture]:
    """Give the plots of the page, from top to bottom."""
    return [found for block in blocks(PAGE) if (found := picture_of(block)) is not None]


def draw_gallery(folder: Path) -> None:
    """Run the page on the sample leads, and keep what its lines draw."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture, figure in _drawn():
        with styled():
            figure.savefig(folder / picture.file, metadata={"Date": None, "Creator": None})
        pyplot.close(figure)


def _drawn() -> Iterator[tuple[Picture, Any]]:
    names: dict[str, Any] = {}
    with sample_folder():
        for block in blocks(PAGE):
            picture = picture_of(block)
            if picture is not None:
                yield picture, eval(picture.line, names).figure
            elif block.language == "python":
                exec(block.text, names)

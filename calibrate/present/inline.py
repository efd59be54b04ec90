"""A report in its place: what a notebook shows of a page."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

_HEIGHT = 640
"""Pixels of the notebook that the page takes; it scrolls within them."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InlinePage:
    """An HTML page that a notebook shows in a frame.

    Attributes
    ----------
    html : str
        The whole page.
    """

    html: str

    def __repr__(self) -> str:
        return (
            f"InlinePage({len(self.html.encode()) // 1024 + 1} kB of HTML: a notebook shows it; "
            f"`report(path)` writes it to a file)"
        )

    def _repr_html_(self) -> str:
        """Give the frame: its scripts run, but reach neither notebook, cookies nor network names.

        ``allow-scripts`` without ``allow-same-origin`` makes the page an origin of its own.
        """
        return (
            f'<iframe title="report" sandbox="allow-scripts" srcdoc="{escape(self.html)}" '
            f'style="width: 100%; height: {_HEIGHT}px; border: 1px solid #8888"></iframe>'
        )

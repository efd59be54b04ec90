"""How a result shows itself: a table in a notebook, one screen of text, a report in place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, overload

from calibrate.files import write_whole

if TYPE_CHECKING:
    import pandas as pd

    from calibrate.present.inline import InlinePage


class _Framed(Protocol):
    def to_frame(self) -> pd.DataFrame: ...


class _Paged(Protocol):
    def _page(self) -> str: ...


class AsTable:
    """A result that is a table: a notebook shows its first rows, and its `repr` above them."""

    __slots__ = ()

    def _repr_html_(self: _Framed) -> str:
        from calibrate.present.tables import result_html

        return result_html(self.to_frame(), repr(self))


class AsScreen:
    """A result that is told in some lines: its `repr` is one screen, `print` shows all of it."""

    __slots__ = ()

    def __repr__(self) -> str:
        from calibrate.present.screens import one_screen

        return one_screen(str(self))


class AsReport:
    """A result that has a report: written to a file, or shown where it is asked for."""

    __slots__ = ()

    @overload
    def report(self: _Paged) -> InlinePage: ...

    @overload
    def report(self: _Paged, path: str | Path) -> Path: ...

    def report(self: _Paged, path: str | Path | None = None) -> Path | InlinePage:
        """Write all of it as one HTML file that needs nothing else; without a path, show it.

        Parameters
        ----------
        path : str or Path, optional
            The file. Without one a notebook shows the page in its place, in a frame that keeps
            its scripts away from the notebook.

        Returns
        -------
        Path or InlinePage

        Raises
        ------
        OutputError
            When the file cannot be written.
        """
        from calibrate.present.inline import InlinePage

        page = self._page()
        return InlinePage(html=page) if path is None else write_whole(Path(path), page)

"""Tell whoever waits which attribute a database is being asked about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

Watch = Callable[[str, int, int], None]
"""Is told a column as a query about it begins: its name, how many were before it, and of how many.

Columns are looked at more than once in a run; then the count begins anew.
"""


def nobody(column: str, done: int, of: int) -> None:
    """Tell nobody."""


@runtime_checkable
class TellsParts(Protocol):
    """A progress that can show the parts of a step too."""

    def part(self, name: str, done: int, of: int) -> None:
        """Show a part of the step that was told last."""

"""What can go wrong, said once and plainly; and findings, which are doubts and not errors."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warning"]

_LONGEST = 60
"""Letters of a name that a message shows."""


class CalibrateError(Exception):
    """Anything calibrate refuses to do, with every reason at once.

    Parameters
    ----------
    says : str
        What was found, where, and what to do about it, as one paragraph.
    problems : iterable of str, optional
        All the problems, when a check found several; by default the one paragraph.

    Examples
    --------
    >>> CalibrateError("leads.csv has no rows").problems
    ('leads.csv has no rows',)
    """

    def __init__(self, says: str, problems: Iterable[str] = ()) -> None:
        super().__init__(says)
        self.problems: tuple[str, ...] = tuple(problems) or (says,)


class SpecError(CalibrateError, ValueError):
    """The spec, or an argument that stands for a part of it, cannot be used as written."""


class LeadsError(CalibrateError, ValueError):
    """The leads table cannot be read or counted."""


class NoRowsError(LeadsError):
    """The table has column names and no rows."""


class NoOutcomeError(LeadsError):
    """No column says plainly who became a customer."""


class EngineError(CalibrateError):
    """The engine that counts could not do its work."""


class ScorecardError(CalibrateError, ValueError):
    """The scorecard file is not one, is damaged, or is of a newer version."""


class OutputError(CalibrateError, OSError):
    """A file or folder cannot be written."""


class MissingExtraError(CalibrateError, ImportError):
    """An optional package is needed; the message names the extra to install."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A remark about the leads or the card that the analyst should weigh.

    Attributes
    ----------
    code : str
        Short, stable name, e.g. ``threshold-keeps-almost-all``.
    severity : {"info", "warning"}
        ``warning`` when points or threshold may be wrong because of it.
    says : str
        What was found, with its numbers.
    fix : str
        What to do, or which line of the spec settles it.
    """

    code: str
    severity: Severity
    says: str
    fix: str


def near_names(name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Give the known names that look most like a name, nearest first.

    Examples
    --------
    >>> near_names("lead_sorce", ["lead_source", "country"])
    ('lead_source',)
    """
    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(candidate.casefold(), candidate)
    close = difflib.get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.6)
    return tuple(folded[match] for match in close)


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Say which known names are near, or list what there is.

    Examples
    --------
    >>> did_you_mean("contry", ["country", "industry"])
    'did you mean `country`?'
    >>> did_you_mean("zzz", ["country", "industry"])
    'there are `country`, `industry`'
    """
    near = near_names(name, known)
    if near:
        return f"did you mean {' or '.join(f'`{one[:_LONGEST]}`' for one in near)}?"
    shown = ", ".join(f"`{one[:_LONGEST]}`" for one in known[:8])
    more = f" and {len(known) - 8} more" if len(known) > 8 else ""
    return f"there are {shown}{more}" if known else "there are none"

"""Leads that were understood: who is counted, who became a customer, and what is tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.memory import MemoryEngine
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.threads import LONG, Beginning, works
from calibrate.errors import EngineError, Finding
from calibrate.eventlog import EventLog
from calibrate.holdout import SetAside
from calibrate.levels import Kind
from calibrate.outcomes import Outcome
from calibrate.recipes import ColumnRecipe
from calibrate.shown import AsScreen, AsTable
from calibrate.spec import AttributePart, Spec

if TYPE_CHECKING:
    import pandas as pd

Engine = MemoryEngine | SqlEngine
"""What counts leads, in memory or in a database."""

_Found = TypeVar("_Found")
DAYS_A_MONTH = 365.2425 / 12

Recipe = Annotated[ColumnRecipe | BehaviourRecipe, Field(discriminator="as_")]
"""How an attribute is made that stands in no column of the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A column that is tried as an attribute.

    Attributes
    ----------
    name : str
    kind : {"category", "boolean", "number"}
    part : AttributePart
        What the spec declares of it.
    min_leads : int
        Levels with fewer leads are pooled.
    groups : mapping of str to tuple of str
        Values grouped under one name by the analyst.
    recipe : Recipe or None
        How it is made, for one that stands in no column.
    decimal_comma : bool or None
        Whether the commas of its texts are decimal ones; None where it has none to be read.
    """

    name: str
    kind: Kind
    part: AttributePart
    min_leads: int
    groups: Mapping[str, tuple[str, ...]]
    recipe: Recipe | None = None
    decimal_comma: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """An attribute that may not earn points, since it was probably known only after the deal.

    Attributes
    ----------
    name : str
    auc : float
        How well it ranks the outcome alone, cross-fitted.
    why : str
        In words.
    """

    name: str
    auc: float
    why: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Leads(AsScreen, AsTable):
    """A leads table that was understood: who is counted, who became a customer, what to try.

    Attributes
    ----------
    name : str
        The table's short name.
    spec : Spec
        As declared, with what was found filled in.
    engine : MemoryEngine or SqlEngine
        Counts over the counted leads.
    attributes : tuple of Attribute
        In the order of the table.
    joined : mapping of str to (str, str)
        For columns that came from a further table: its file, and the column's name there.
    withheld : tuple of Withheld
        Those that look like leaks.
    outcome : Outcome
        What became of every lead of the table, counted or not.
    log : EventLog or None
        What leads did, the lead of each event being its row in the table.
    aside : SetAside or None
        Leads that do not teach, but judge: not among those counted.
    total, counted, customers : int
        Leads in the table; those counted; those of them that closed.
    fingerprint : str
    findings : tuple of Finding
    """

    name: str
    spec: Spec
    engine: Engine
    attributes: tuple[Attribute, ...]
    joined: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    withheld: tuple[Withheld, ...] = ()
    outcome: Outcome
    log: EventLog | None = None
    aside: SetAside | None = None
    total: int
    counted: int
    customers: int
    fingerprint: str
    findings: tuple[Finding, ...]

    @property
    def own_attributes(self) -> tuple[Attribute, ...]:
        """Attributes that are columns of a table, not made from one."""
        return tuple(one for one in self.attributes if one.recipe is None)

    @property
    def total_customers(self) -> int:
        """Customers among all leads with an outcome, mature or not: the published arithmetic."""
        return self.outcome.leads(self.outcome.customer)

    @property
    def left_out(self) -> Mapping[str, int]:
        """Leads not counted, by reason."""
        return self.outcome.left_out

    @property
    def window_days(self) -> int | None:
        """Days a lead was given to close."""
        return self.outcome.window_days

    @property
    def as_of(self) -> dt.date | None:
        """The day the data were taken."""
        return self.outcome.as_of

    @property
    def first(self) -> dt.date | None:
        """The day the first counted lead was created."""
        return self.outcome.first

    @property
    def last(self) -> dt.date | None:
        """The day the last counted lead was created."""
        return self.outcome.last

    @property
    def leads_a_month(self) -> float | None:
        """How many counted leads came in a calendar month; None without creation dates."""
        if self.first is None or self.last is None:
            return None
        months = ((self.last - self.first).days + 1) / DAYS_A_MONTH
        return self.counted / months

    def works(self, many: int) -> AbstractContextManager[Beginning]:
        """Do so many works on these leads, side by side if they are many and in memory.

        A database is asked one thing after the other.
        """
        is_long = not isinstance(self.engine, SqlEngine) and self.counted >= LONG
        return works(many, at_once=is_long)

    def beside_shards(self, work: Callable[[], _Found]) -> _Found:
        """Do a work, beside which the shards of many leads in memory are reckoned for later.

        A fault of theirs is told to whoever asks for them then.
        """
        if isinstance(self.engine, SqlEngine):
            return work()
        with self.works(2) as begin:
            begin(self.engine.count_shards)
            return work()

    def only(self, rows: npt.NDArray[np.bool_]) -> Leads:
        """Keep some of the counted leads: what a fold or a later cohort needs.

        Parameters
        ----------
        rows : ndarray of bool, shape (counted,)

        Raises
        ------
        EngineError
            When they are in a database, which gives them in no order.
        """
        if isinstance(self.engine, SqlEngine):
            raise EngineError(
                f"{self.name}: leads in a database cannot be taken apart one by one. For this, "
                f"export a part of them as Parquet and give that file."
            )
        engine = self.engine.only(rows)
        return replace(
            self,
            engine=engine,
            counted=len(engine.customer),
            customers=int(engine.customer.sum()),
        )

    def to_frame(self) -> pd.DataFrame:
        """Give one row an attribute: its kind, the fewest leads of a level, and its origin."""
        import pandas as pd

        rows = [
            (one.name, one.kind, one.min_leads, self.joined.get(one.name, (None,))[0])
            for one in self.attributes
        ]
        return pd.DataFrame(rows, columns=["attribute", "kind", "min_leads", "joined_from"])

    def __str__(self) -> str:
        return (
            f"Leads({self.name}: {self.counted} of {self.total} counted, {self.customers} "
            f"customers, {len(self.attributes)} attributes)"
        )

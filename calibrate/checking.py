"""Know your leads before you calibrate: findings, time to close, cohorts, behaviours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.sql.relations import Relation
from calibrate.engines.tables import Table
from calibrate.errors import Finding
from calibrate.evidence import AttributeEvidence
from calibrate.keys import KeyBehaviour, key_behaviours
from calibrate.leads import Leads
from calibrate.logs import Log
from calibrate.offering import LAST_EVENT
from calibrate.shown import AsReport, AsScreen, AsTable
from calibrate.spec import Spec, as_spec
from calibrate.stats.survival import TimeToClose
from calibrate.suspects.cohorts import Cohort, cohorts
from calibrate.teaching import teach
from calibrate.warehouse import read_anywhere

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, kw_only=True, repr=False)
class Check(AsReport, AsScreen, AsTable):
    """What is odd about a leads table, and what it says about time.

    Attributes
    ----------
    leads : Leads
    cohorts : tuple of Cohort
        Close rate by fifth of the leads, the first created first.
    keys : tuple of KeyBehaviour
        What most customers did before closing.
    ages : tuple of AttributeEvidence
        Close rate by days since the last event of each kind that says anything.
    """

    leads: Leads
    cohorts: tuple[Cohort, ...]
    keys: tuple[KeyBehaviour, ...]
    ages: tuple[AttributeEvidence, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the analyst should weigh, warnings first."""
        return tuple(sorted(self.leads.findings, key=lambda one: one.severity != "warning"))

    @property
    def curve(self) -> TimeToClose | None:
        """Time to close; None without a close date."""
        return self.leads.outcome.curve

    @property
    def expires_days(self) -> int | None:
        """The expiry that is offered for events: the median time to close, in days."""
        median = self.curve.median_days() if self.curve is not None else None
        return None if median is None else max(1, round(median))

    def to_frame(self) -> pd.DataFrame:
        """Give one row a finding: severity, code, says, fix."""
        import pandas as pd

        rows = [(one.severity, one.code, one.says, one.fix) for one in self.findings]
        return pd.DataFrame(rows, columns=["severity", "code", "says", "fix"])

    def plot(self, name: str, ax: Axes | None = None) -> Axes:
        """Draw ``time_to_close`` or ``cohorts``."""
        from calibrate.present.check_plots import draw_check

        return draw_check(self, name, ax)

    def _page(self) -> str:
        from calibrate.present.check_page import check_html

        return check_html(self)

    def summary(self) -> dict[str, Any]:
        """Give what was found as plain values that fit into JSON."""
        from calibrate.present.check_text import check_summary

        return check_summary(self)

    def __str__(self) -> str:
        from calibrate.present.check_text import check_text

        return check_text(self)


def check(
    leads: str | Path | pd.DataFrame | Table | Relation | Leads,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
    *,
    events: Log | None = None,
) -> Check:
    """Look a leads table over before anything is made of it.

    Parameters
    ----------
    leads : path, DataFrame, Relation or Leads
        One row a lead; see `read_leads`, and `read_relation` for leads in a database.
    spec : Spec, mapping, path or None
        What is declared.
    events : path, DataFrame or Relation, optional
        The log of what leads did.

    Returns
    -------
    Check

    Raises
    ------
    SpecError, LeadsError
        When the spec or the table cannot be used; the message says what to do.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"source": ["Fair", "n/a"] * 20, "converted": [1, 0] * 10 + [0] * 20})
    >>> [one.code for one in check(frame).findings if one.severity == "warning"]
    ['placeholders']
    """
    if isinstance(leads, Leads):
        table = leads
    else:
        table = read_anywhere(leads, as_spec(spec).teaching_all(), events=events)
    evidence = teach(table)[1]
    since = {
        one.name
        for one in table.attributes
        if isinstance(one.recipe, BehaviourRecipe) and one.recipe.as_ == "days_since"
    }
    return Check(
        leads=table,
        cohorts=cohorts(table),
        keys=key_behaviours(table, evidence),
        ages=tuple(
            one
            for one in evidence.attributes
            if one.name in since
            and one.levels.edges
            and (one.screened.selected or one.name == LAST_EVENT)
        ),
    )

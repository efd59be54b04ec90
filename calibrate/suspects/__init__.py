"""What looks wrong with a leads table: each doubt is a finding, and leaks are withheld."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from calibrate.errors import Finding
from calibrate.joining import Joined
from calibrate.leads import Leads
from calibrate.suspects.codes import code_findings
from calibrate.suspects.cohorts import cohort_findings
from calibrate.suspects.completeness import with_completeness
from calibrate.suspects.copies import copy_findings
from calibrate.suspects.lately import lately_findings
from calibrate.suspects.leaks import withhold
from calibrate.suspects.placeholders import placeholder_findings
from calibrate.suspects.slow import slow_findings
from calibrate.suspects.spellings import spelling_findings

__all__ = ["examine"]


def examine(
    leads: Leads,
    joined: Joined,
    repeats: Callable[[], Sequence[Finding]],
    aside: Sequence[str] = (),
) -> Leads:
    """Withhold what looks like a leak, and remark on whatever else looks odd.

    Parameters
    ----------
    leads : Leads
        As read, nothing withheld yet.
    joined : Joined
    repeats : callable
        Gives the remarks on leads that are there twice (`calibrate.suspects.repeats`).
    aside : sequence of str
        Columns whose values are all different: only whether they are filled can tell anything.

    Returns
    -------
    Leads
        With fewer attributes, perhaps, and more findings.
    """
    leads = with_completeness(withhold(leads, joined, aside))
    return replace(
        leads,
        findings=(
            *leads.findings,
            *repeats(),
            *placeholder_findings(leads),
            *code_findings(leads),
            *copy_findings(leads),
            *spelling_findings(leads),
            *lately_findings(leads),
            *cohort_findings(leads),
            *slow_findings(leads),
        ),
    )

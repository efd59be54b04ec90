"""The look at a leads table as one HTML page that needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.outcomes import reasons_in_words
from calibrate.present.check_plots import check_plots
from calibrate.present.check_text import time_sentence
from calibrate.present.pages import pictured, render

if TYPE_CHECKING:
    from calibrate.checking import Check

_ALT = {
    "time_to_close": "Share of leads closed by days from creation; the text gives the main days.",
    "cohorts": "Close rate by fifth of the leads with 95 % intervals; the table has the numbers.",
}


def check_html(found: Check, spec: str | None = None) -> str:
    """Write the page; with the spec that was drafted, where it is given."""
    return render(
        "check.html",
        found=found,
        leads=found.leads,
        left_out=reasons_in_words(found.leads.left_out, found.leads.window_days),
        pictures=pictured(check_plots(found)),
        alt=_ALT,
        time=time_sentence(found),
        spec=spec,
    )

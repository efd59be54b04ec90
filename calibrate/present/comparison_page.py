"""What a new quarter says of an old card, as one HTML page that needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calibrate.present.comparison_plots import comparison_plots
from calibrate.present.comparison_text import (
    contest_sentences,
    lists_sentence,
    shares_sentence,
    then_and_now,
)
from calibrate.present.pages import environment, pictured, render
from calibrate.present.validation_text import worked_sentence

if TYPE_CHECKING:
    from calibrate.recalibration import Comparison

_ALT = {
    "levels": "Lift of levels then and now; the table has the numbers.",
    "months": "Share of leads that pass by month, and how many of them closed.",
}


def comparison_html(found: Comparison) -> str:
    """Write the page."""
    return render("comparison.html", seen=comparison_content(found))


def comparison_summary_html(found: Comparison) -> str:
    """Write what Jupyter shows: advice, reasons and what moved."""
    page: str = environment().get_template("comparison_summary.html").render(seen=_words(found))
    return page


def comparison_content(found: Comparison) -> dict[str, Any]:
    """Give what a page shows of it: the result, sentences, pictures."""
    return _words(found) | {"pictures": pictured(comparison_plots(found)), "alt": _ALT}


def _words(found: Comparison) -> dict[str, Any]:
    return {
        "found": found,
        "old": found.old,
        "new": found.new,
        "then_and_now": then_and_now(found),
        "shares": shares_sentence(found),
        "lists": lists_sentence(found),
        "contest": contest_sentences(found),
        "worked": worked_sentence(found.worked),
        "findings": sorted(found.findings, key=lambda one: one.severity != "warning"),
    }

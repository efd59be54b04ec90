"""What a new quarter says of an old card, as one HTML page that needs nothing else."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from calibrate.present.comparison_plots import comparison_plots
from calibrate.present.comparison_text import (
    contest_sentences,
    lists_sentence,
    shares_sentence,
    then_and_now,
)
from calibrate.present.report import environment
from calibrate.present.validation_text import worked_sentence

if TYPE_CHECKING:
    from calibrate.recalibration import Comparison

_ALT = {
    "levels": "Lift of levels then and now; the table has the numbers.",
    "months": "Share of leads that pass by month, and how many of them closed.",
}


def comparison_html(found: Comparison) -> str:
    """Write the page."""
    pictures = {
        name: base64.b64encode(content.encode()).decode("ascii")
        for name, content in comparison_plots(found).items()
    }
    page: str = (
        environment()
        .get_template("comparison.html")
        .render(**_content(found), pictures=pictures, alt=_ALT)
    )
    return page


def comparison_summary_html(found: Comparison) -> str:
    """Write what Jupyter shows: advice, reasons and what moved."""
    page: str = environment().get_template("comparison_summary.html").render(**_content(found))
    return page


def _content(found: Comparison) -> dict[str, Any]:
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

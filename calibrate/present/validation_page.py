"""What later leads say of a card, as one HTML page that needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calibrate.present.pages import environment, pictured, render
from calibrate.present.validation_plots import validation_plots
from calibrate.present.validation_text import (
    auc_words,
    foretold_sentence,
    frozen_sentences,
    kept_sentence,
    ranking_sentence,
    who_sentence,
    worked_sentence,
)

if TYPE_CHECKING:
    from calibrate.validation import Validation

_ALT = {
    "gains": "Customers reached by share of leads worked; the text names the best fifth.",
    "calibration": "Close rate foretold against the close rate that came.",
    "tiers": "Close rate by tier with 95 % intervals; the table has the numbers.",
    "roc": "Customers that pass against other leads that pass, by threshold.",
}


def validation_html(found: Validation) -> str:
    """Write the page."""
    return render("validation.html", seen=validation_content(found))


def validation_summary_html(found: Validation) -> str:
    """Write what Jupyter shows: verdict, reasons and tiers."""
    page: str = environment().get_template("validation_summary.html").render(seen=_words(found))
    return page


def validation_content(found: Validation) -> dict[str, Any]:
    """Give what a page shows of it: the result, sentences, pictures."""
    return _words(found) | {"pictures": pictured(validation_plots(found)), "alt": _ALT}


def _words(found: Validation) -> dict[str, Any]:
    return {
        "found": found,
        "who": who_sentence(found),
        "auc": auc_words(found.auc),
        "ranking": ranking_sentence(found),
        "foretold": foretold_sentence(found),
        "kept": kept_sentence(found),
        "worked": worked_sentence(found.worked),
        "frozen": frozen_sentences(found),
        "findings": sorted(found.findings, key=lambda one: one.severity != "warning"),
    }

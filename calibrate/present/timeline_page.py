"""A series of cards as one HTML page that needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrate.present.pages import environment, pictured, render
from calibrate.present.timeline_plots import attribute_plots, history_plots
from calibrate.present.timeline_text import most_moved

if TYPE_CHECKING:
    from calibrate.timeline import History

_DRAWN = 12
"""Attributes whose points are drawn: those that moved most."""


def history_html(found: History) -> str:
    """Write the page."""
    attributes = list(dict.fromkeys(one.attribute for one in most_moved(found)))[:_DRAWN]
    drawn = history_plots(found)
    of_points = attribute_plots(found, attributes)
    return render(
        "history.html",
        found=found,
        pictures=pictured(drawn).values(),
        points=pictured({name: of_points[name] for name in attributes}).items(),
        findings=found.findings,
    )


def history_summary_html(found: History) -> str:
    """Write what Jupyter shows: one row a card."""
    page: str = environment().get_template("history_summary.html").render(found=found)
    return page

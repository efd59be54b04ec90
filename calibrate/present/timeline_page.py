"""A series of cards as one HTML page that needs nothing else."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from calibrate.present.report import environment
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
    page: str = (
        environment()
        .get_template("history.html")
        .render(
            found=found,
            pictures=[_picture(one) for one in drawn.values()],
            points=[(name, _picture(of_points[name])) for name in attributes],
            findings=found.findings,
        )
    )
    return page


def history_summary_html(found: History) -> str:
    """Write what Jupyter shows: one row a card."""
    page: str = environment().get_template("history_summary.html").render(found=found)
    return page


def _picture(drawn: str) -> str:
    return base64.b64encode(drawn.encode()).decode("ascii")

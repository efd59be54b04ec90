"""The top of the report: a verdict, and three sentences for people who do not read numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrate.present.numbers import count_text, in_hundred_text
from calibrate.threshold import KEEPS_ALMOST_ALL

if TYPE_CHECKING:
    from calibrate.pipeline import Calibration

_SAYS = {
    "ready": ("Ready to use", "bear it out."),
    "caution": (
        "Use with caution",
        "bear it out only in part: read “Does it hold?” before sales relies on it.",
    ),
    "not ready": ("Not ready", "do not bear it out: sales should not use it yet."),
}
_NOT_TESTED = (
    "Not tested on later leads",
    "Whether that holds for leads that come next was not tested: judge the card on later leads "
    "before sales relies on it.",
)
_NO_POINTS = ("No card to use", "There is no score that sales could use, so nothing to test.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What a salesperson takes from the report.

    Attributes
    ----------
    kind : {"ready", "caution", "not-ready", "not-tested"}
        For the look.
    verdict : str
    sentences : tuple of str
        Three: how often leads close, what the card does about it, and whether that holds.
    """

    kind: str
    verdict: str
    sentences: tuple[str, str, str]


def headline(run: Calibration) -> Headline:
    """Say at the top what everybody should know.

    Parameters
    ----------
    run : Calibration
    """
    validation = run.validation
    earns = any(any(one.points) for one in run.points.attributes)
    if not earns:
        kind, (verdict, last) = "not-ready", _NO_POINTS
    elif validation is None:
        kind, (verdict, last) = "not-tested", _NOT_TESTED
    else:
        kind, (verdict, says) = validation.verdict.replace(" ", "-"), _SAYS[validation.verdict]
        judges = count_text(validation.now.leads)
        last = f"{judges} later leads, which the card had not seen, {says}"
    return Headline(
        kind=kind, verdict=verdict, sentences=(_how_often(run), _what_it_does(run, earns), last)
    )


def _how_often(run: Calibration) -> str:
    overall = run.evidence.overall
    return (
        f"Of {count_text(overall.leads)} past leads whose outcome is known, "
        f"{count_text(overall.customers)} became customers: {in_hundred_text(overall.close_rate)}."
    )


def _what_it_does(run: Calibration, earns: bool) -> str:
    if not earns:
        return (
            "Nothing in these columns tells customers from other leads beyond what chance would, "
            "so nothing earns points."
        )
    cut = run.threshold.cut
    almost_all = "sorts out almost nobody: it " if cut.leads_kept > KEEPS_ALMOST_ALL else ""
    says = (
        f"The card gives a lead points for who it is and what it does; from {cut.score} points on "
        f"it goes to sales, which {almost_all}keeps {in_hundred_text(cut.leads_kept)} of the leads "
        f"and {in_hundred_text(cut.customers_kept)} of the customers"
    )
    if cut.close_rate_below is None:
        return f"{says}."
    return (
        f"{says}; {in_hundred_text(cut.close_rate_at_or_above)} of those closed, and of the leads "
        f"below {in_hundred_text(cut.close_rate_below)}."
    )

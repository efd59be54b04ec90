"""What leads set aside said of a run's card, in the words that every page uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calibrate.present.numbers import count_text, customers_text

if TYPE_CHECKING:
    from calibrate.pipeline import Calibration
    from calibrate.validation.later import Holdout

NOT_TESTED = "not tested on later leads"
SAID_BY_VERDICT = ("time-not-tested", "later-leads-cannot-judge")
"""Findings that stand where a verdict would."""


def verdict_word(run: Calibration) -> str:
    """Give the verdict, or that there is none."""
    return NOT_TESTED if run.validation is None else run.validation.verdict


def verdict_reasons(run: Calibration) -> tuple[str, ...]:
    """Give the reasons of the verdict, or why there is none."""
    if run.validation is not None:
        return run.validation.reasons
    return tuple(f"{one.says} {one.fix}" for one in run.findings if one.code in SAID_BY_VERDICT)


def holdout_sentence(one: Holdout) -> str:
    """Say which leads taught the card, and which judged it."""
    by = f"the {count_text(one.taught.leads)} created up to {one.until}"
    later = "created later"
    if one.until is None:
        by, later = f"the {count_text(one.taught.leads)} before them", "last in the table"
    says = (
        f"{count_text(one.judged.leads)} leads {later} ({customers_text(one.judged.customers)}) "
        f"judged a card that {by} had taught"
    )
    return f"{says}; then all of them taught it anew." if one.refitted else f"{says}."


def verdict_summary(run: Calibration) -> dict[str, Any]:
    """Give the verdict as plain values that fit into JSON."""
    found, holdout = run.validation, run.holdout
    if found is None or holdout is None:
        return {"verdict": NOT_TESTED, "reasons": list(verdict_reasons(run))}
    return {
        "verdict": found.verdict,
        "reasons": list(found.reasons),
        "rule": holdout.rule,
        "taught": {"leads": holdout.taught.leads, "customers": holdout.taught.customers},
        "judged": {"leads": holdout.judged.leads, "customers": holdout.judged.customers},
        "refitted": holdout.refitted,
        "auc": found.auc.auc,
        "auc_interval": [found.auc.low, found.auc.high],
        "expected_auc": found.expected_auc,
    }

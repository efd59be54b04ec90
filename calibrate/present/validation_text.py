"""What later leads say of a card, as plain text 80 columns wide and as plain values."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from calibrate.outcomes import reasons_in_words
from calibrate.policy.rated import Rated
from calibrate.present.numbers import count_text, percent_text, share_text, significant
from calibrate.present.terminal import clean, findings_text, paragraph, reasons_text, shorten

if TYPE_CHECKING:
    from calibrate.stats.calibration import Recalibration
    from calibrate.stats.delong import AucInterval
    from calibrate.validation import Validation
    from calibrate.validation.measures import Kept
    from calibrate.validation.surprises import Surprise

_SHOWN = 3
"""Surprises of each kind that are shown; the page has them all."""
TOP = 0.2


def validation_text(found: Validation) -> str:
    """Give verdict, reasons and numbers."""
    lines = [f"{found.verdict.upper()}: the card `{clean(found.card.name)}`"]
    lines += reasons_text(found.reasons)
    lines += ["", *_who(found), "", *_ranking(found), "", *_parts(found)]
    lines += _frozen(found)
    lines += _surprises(found.surprises)
    return "\n".join([*lines, *findings_text(found.findings)])


def who_sentence(found: Validation) -> str:
    """Say which leads judge."""
    jury = found.jury
    says = f"{count_text(found.now.leads)} leads judge"
    if jury.first:
        says += f", created {jury.first} to {jury.last}"
    if jury.is_later:
        says += f" (the card was taught by leads created up to {found.card.cohort.to})"
    left = [
        *((("taught the card or came before it", jury.taught),) if jury.taught else ()),
        *reasons_in_words(jury.left_out, jury.outcome.window_days, jury.outcome.as_of),
    ]
    named = "; ".join(f"{count_text(count)} {why}" for why, count in left)
    return f"{says}. Aside: {named}." if left else f"{says}."


def foretold_sentence(found: Validation) -> str | None:
    """Say whether leads closed as often as foretold."""
    told = found.foretold
    if told is None:
        return None
    return (
        f"Close rates foretold: intercept {_number(told.intercept)} (0 is right), slope "
        f"{_number(told.slope)} (1 is right); Brier {share_text(told.brier)}, foretelling the "
        f"overall rate {share_text(told.brier_overall)}."
    )


def kept_sentence(found: Validation) -> str:
    """Say what the threshold kept, and whether it kept its promise."""
    kept = found.kept
    low, high = (percent_text(end) for end in kept.customers_interval)
    says = (
        f"Threshold {kept.score}: keeps {percent_text(kept.leads_kept)} of leads and "
        f"{percent_text(kept.customers_kept)} of customers ({low} to {high}; promised "
        f"{percent_text(kept.promised)}: {_promise(kept)}"
    )
    says += f"). At or above close {_rate(kept.above)}"
    return (
        f"{says}, below {_rate(kept.below)}." if kept.below.leads else f"{says}; nobody is below."
    )


def auc_words(one: AucInterval) -> str:
    """Write an AUC and its interval."""
    return f"{share_text(one.auc)} ({share_text(one.low)} to {share_text(one.high)})"


def ranking_sentence(found: Validation) -> str:
    """Say how well the score ranks, beside what was expected and beside unit weights."""
    unit = found.unit_weights
    return (
        f"AUC {auc_words(found.auc)}; {share_text(found.expected_auc)} was to be expected. Unit "
        f"weights (every level 1 or -1): {share_text(unit.old)}. The best "
        f"{percent_text(TOP, 0)} of leads hold {percent_text(found.gains.reached(TOP))} of "
        f"customers."
    )


def frozen_sentences(found: Validation) -> list[str]:
    """Say how the scores given at the time did; nothing where they were not asked for."""
    one = found.frozen
    if one is None:
        return []
    when = f" on {' and '.join((one.scored_on[0], one.scored_on[-1])[: len(one.scored_on)])}"
    says = [
        f"{count_text(one.passed.leads + one.stopped.leads)} of these leads were scored in "
        f"{one.name}{when if one.scored_on else ''}; AUC of those scores {auc_words(one.auc)}, of "
        f"today's {share_text(one.now.new)}.",
        f"Of those that passed {_rate(one.passed)} closed, of the others {_rate(one.stopped)}.",
        f"The lowest score among customers was {one.lowest_customer}: "
        f"{percent_text(one.lowest_keeps)} of leads had it or more.",
    ]
    if one.unknown:
        says.append(f"{count_text(one.unknown)} leads that judge are not in that file.")
    if one.closed_before:
        says.append(f"{count_text(one.closed_before)} had closed by the day they were scored.")
    return says


def worked_sentence(found: Validation) -> str | None:
    """Say how leads did that were worked; nothing where no column tells."""
    one = found.worked
    if one is None:
        return None
    return (
        f"By `{one.column}`, {percent_text(one.above)} of leads that pass were worked and "
        f"{percent_text(one.below)} of the others; of worked leads {_rate(one.worked)} closed, of "
        f"the rest {_rate(one.unworked)}."
    )


def _promise(kept: Kept) -> str:
    if kept.kept_promise:
        return "kept"
    return "not kept" if kept.broke_promise else "missed, by luck perhaps"


def _number(one: Recalibration | None) -> str:
    if one is None:
        return "unknown"
    return f"{share_text(one.value)} ({share_text(one.low)} to {share_text(one.high)})"


def _rate(one: Rated) -> str:
    if one.interval is None:
        return "none, for there are no such leads"
    low, high = (percent_text(end) for end in one.interval)
    return f"{percent_text(one.close_rate)} ({low} to {high})"


def _who(found: Validation) -> list[str]:
    lines = paragraph(f"{found.name}: {who_sentence(found)}")
    lines.append(f"  close rate  {_rate(found.now)}; then {percent_text(found.then.close_rate)}")
    return lines


def _ranking(found: Validation) -> list[str]:
    said = (
        ranking_sentence(found),
        foretold_sentence(found),
        kept_sentence(found),
        worked_sentence(found),
    )
    return [line for one in said if one is not None for line in paragraph(one)]


def _parts(found: Validation) -> list[str]:
    names = f"{'tier':<28} {'leads':>8} {'customers':>10} {'close rate':>11}"
    head = f"  {names}  95 % interval"
    lines = [head, *(_row(one) for one in found.tiers)] if found.tiers else []
    if found.standings:
        lines += ["", head.replace("tier    ", "standing"), *(_row(one) for one in found.standings)]
    return lines


def _row(one: Rated) -> str:
    ends = [percent_text(end) for end in one.interval or ()]
    return (
        f"  {shorten(clean(one.name), 28):<28} {count_text(one.leads):>8} "
        f"{count_text(one.customers):>10} {percent_text(one.close_rate):>11}  {' to '.join(ends)}"
    ).rstrip()


def _frozen(found: Validation) -> list[str]:
    says = frozen_sentences(found)
    return ["", "Scores given at the time", *paragraph(" ".join(says), indent="  ")] if says else []


def _surprises(surprises: Sequence[Surprise]) -> list[str]:
    lines: list[str] = []
    for heading, of_customers in (
        ("Highest scores that did not buy", False),
        ("Lowest scores that bought", True),
    ):
        chosen = [one for one in surprises if one.is_customer is of_customers][:_SHOWN]
        if chosen:
            lines += ["", heading]
        for one in chosen:
            says = f"{one.score:>4}  {shorten(clean(one.lead), 20)}: {clean(one.reasons)}"
            lines.append(shorten(f"  {says}", 80))
    return lines


def validation_summary(found: Validation) -> dict[str, Any]:
    """Give the verdict and its numbers as plain values that fit into JSON."""
    kept, told, frozen = found.kept, found.foretold, found.frozen
    return {
        "card": found.card.name,
        "leads_table": found.name,
        "verdict": found.verdict,
        "reasons": list(found.reasons),
        "is_later": found.jury.is_later,
        "created": [_day(one) for one in (found.jury.first, found.jury.last)],
        "then": _rated(found.then),
        "now": _rated(found.now),
        "auc": _auc(found.auc),
        "expected_auc": significant(found.expected_auc),
        "unit_weights_auc": significant(found.unit_weights.old),
        "top_20_percent_hold": significant(found.gains.reached(TOP)),
        "tiers": [_rated(one) for one in found.tiers],
        "tiers_rise": found.tiers_rise.rises,
        "bands": [_rated(one) for one in found.bands],
        "bands_rise": found.bands_rise.rises,
        "standings": [_rated(one) for one in found.standings],
        "calibration": None
        if told is None
        else {
            "intercept": _ends(told.intercept),
            "slope": _ends(told.slope),
            "brier": significant(told.brier),
            "brier_overall": significant(told.brier_overall),
        },
        "threshold": {
            "score": kept.score,
            "leads_kept": significant(kept.leads_kept),
            "customers_kept": significant(kept.customers_kept),
            "customers_kept_interval": [significant(end) for end in kept.customers_interval],
            "promised": significant(kept.promised),
            "kept_promise": kept.kept_promise,
            "broke_promise": kept.broke_promise,
            "above": _rated(kept.above),
            "below": _rated(kept.below),
        },
        "frozen": None
        if frozen is None
        else {
            "scored_on": list(frozen.scored_on),
            "auc": _auc(frozen.auc),
            "auc_now": _known(frozen.now.new),
            "passed": _rated(frozen.passed),
            "did_not_pass": _rated(frozen.stopped),
            "lowest_customer": frozen.lowest_customer,
            "lowest_keeps": significant(frozen.lowest_keeps),
        },
        "findings": [one.code for one in found.findings],
    }  # fmt: skip


def _day(one: dt.date | None) -> str | None:
    return None if one is None else one.isoformat()


def _auc(one: AucInterval) -> dict[str, Any]:
    return {"auc": _known(one.auc), "interval": [significant(one.low), significant(one.high)]}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else significant(value)


def _ends(one: Recalibration | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "value": significant(one.value),
        "interval": [significant(one.low), significant(one.high)],
    }


def _rated(one: Rated) -> dict[str, Any]:
    ends = one.interval
    return {
        "name": one.name,
        "leads": one.leads,
        "customers": one.customers,
        "close_rate": None if one.close_rate is None else significant(one.close_rate),
        "interval": None if ends is None else [significant(end) for end in ends],
    }

"""What later leads say of a card: for a screen, and as plain values."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from calibrate.outcomes import reasons_in_words
from calibrate.policy.rated import Rated
from calibrate.present.blocks import (
    BLANK,
    Block,
    Cell,
    Column,
    Listing,
    Name,
    Said,
    bullets,
    findings_blocks,
    heading,
    name_column,
    number_columns,
    plain_text,
    verdict_tone,
)
from calibrate.present.numbers import count_text, p_text, percent_text, share_text, significant
from calibrate.present.terminal import clean, shorten

if TYPE_CHECKING:
    from calibrate.stats.calibration import Recalibration
    from calibrate.stats.delong import AucInterval, PairedAuc
    from calibrate.validation import Validation
    from calibrate.validation.measures import Kept
    from calibrate.validation.surprises import Surprise
    from calibrate.validation.worked import Worked

_SHOWN = 3
"""Surprises of each kind that are shown; the page has them all."""
TOP = 0.2
_ALPHA = 0.05


def validation_text(found: Validation) -> str:
    """Give what later leads say as text."""
    return plain_text(validation_blocks(found))


def validation_blocks(found: Validation) -> list[Block]:
    """Give verdict, reasons and numbers."""
    return [
        Said(
            text=f"{found.verdict.upper()}: the card `{found.card.name}`",
            tone=verdict_tone(found.verdict),
        ),
        *bullets(found.reasons),
        BLANK,
        *_who(found),
        BLANK,
        *_ranking(found),
        BLANK,
        *_parts(found),
        *_frozen(found),
        *_surprises(found.surprises),
        *findings_blocks(found.findings),
    ]


def who_sentence(found: Validation) -> str:
    """Say which leads judge."""
    jury = found.jury
    says = f"{count_text(found.now.leads)} leads judge"
    if jury.first:
        says += f", created {jury.first} to {jury.last}"
    if jury.is_later:
        until = found.card.cohort.to
        taught = f"by leads created up to {until}" if until else "by those before them"
        says += f" (the card was taught {taught})"
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
    """Say how well the score ranks, beside what was expected and beside simpler scores."""
    simpler = "; ".join(
        f"{name} {share_text(one.old)} (the card {_beside(one)})"
        for name, one in (
            ("unit weights (every level 1 or -1)", found.unit_weights),
            ("the published arithmetic (close rate over the overall one)", found.published),
        )
    )
    return (
        f"AUC {auc_words(found.auc)}; {share_text(found.expected_auc)} was to be expected. On the "
        f"same leads: {simpler}. The best {percent_text(TOP, 0)} of leads hold "
        f"{percent_text(found.gains.reached(TOP))} of customers."
    )


def _beside(one: PairedAuc) -> str:
    """Say whether the card ranks better than a simpler score."""
    if math.isnan(one.p_value) or one.p_value > _ALPHA:
        return f"no better, no worse: p {p_text(one.p_value)}"
    return f"{'better' if one.difference > 0 else 'worse'}: p {p_text(one.p_value)}"


def frozen_sentences(found: Validation) -> list[str]:
    """Say how the scores given at the time did; nothing where they were not asked for."""
    one = found.frozen
    if one is None:
        return []
    days = (one.scored_on[0], one.scored_on[-1])[: len(one.scored_on)] if one.scored_on else ()
    when = f" on {' and '.join(days)}" if days else ""
    says = [
        f"{count_text(one.passed.leads + one.stopped.leads)} of these leads were scored in "
        f"{one.name}{when}; AUC of those scores {auc_words(one.auc)}, of "
        f"today's {share_text(one.now.new)}.",
        f"Of those that passed {_rate(one.passed)} closed, of the others {_rate(one.stopped)}.",
        f"The lowest score among customers was {one.lowest_customer}: "
        f"{percent_text(one.lowest_keeps)} of leads had it or more.",
    ]
    if one.unknown:
        says.append(f"{count_text(one.unknown)} leads that judge are not in that file.")
    if one.closed_before:
        says.append(f"{count_text(one.closed_before)} had closed by the day they were scored.")
    if not days:
        says.append(
            "The file does not say on which day (`scored_on`): leads that had closed by then may "
            "be among them."
        )
    return says


def worked_sentence(one: Worked | None) -> str | None:
    """Say how leads did that were worked; nothing where no column tells."""
    if one is None:
        return None
    by_score = "; ".join(
        f"{part.name} {percent_text(part.share, 0)}, {percent_text(part.worked.close_rate)}"
        for part in one.by_score
        if part.leads
    )
    return (
        f"By `{one.column}`, {percent_text(one.above)} of leads that pass were worked and "
        f"{percent_text(one.below)} of the others; of worked leads {_rate(one.worked)} closed, of "
        f"the rest {_rate(one.unworked)}. Worked, and closed of these, by score: {by_score}."
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


def _who(found: Validation) -> list[Block]:
    rates = f"close rate  {_rate(found.now)}; then {percent_text(found.then.close_rate)}"
    return [Said(text=f"{found.name}: {who_sentence(found)}"), Said(text=rates, indent=2)]


def _ranking(found: Validation) -> list[Block]:
    said = (
        ranking_sentence(found),
        foretold_sentence(found),
        kept_sentence(found),
        worked_sentence(found.worked),
    )
    return [Said(text=one) for one in said if one is not None]


def _parts(found: Validation) -> list[Block]:
    parts: list[Block] = []
    for title, rated in (("tier", found.tiers), ("standing", found.standings)):
        if rated:
            columns = (
                name_column(title, 28),
                *number_columns(leads=8, customers=10, close_rate=11),
                Column(title="95 % interval", width=18, is_number=False, gap=2),
            )
            rows = tuple(_row(one) for one in rated)
            parts += [
                *([BLANK] if title == "standing" else []),
                Listing(columns=columns, rows=rows, indent=2),
            ]
    return parts


def _row(one: Rated) -> tuple[Cell, ...]:
    return (
        Name(name=one.name),
        count_text(one.leads),
        count_text(one.customers),
        percent_text(one.close_rate),
        " to ".join(percent_text(end) for end in one.interval or ()),
    )


def _frozen(found: Validation) -> list[Block]:
    says = frozen_sentences(found)
    if not says:
        return []
    return [BLANK, heading("Scores given at the time"), Said(text=" ".join(says), indent=2)]


def _surprises(surprises: Sequence[Surprise]) -> list[Block]:
    blocks: list[Block] = []
    for title, of_customers in (
        ("Highest scores that did not buy", False),
        ("Lowest scores that bought", True),
    ):
        chosen = [one for one in surprises if one.is_customer is of_customers][:_SHOWN]
        if chosen:
            blocks += [BLANK, heading(title)]
        for one in chosen:
            says = f"{shorten(clean(one.lead), 20)}: {one.reasons}"
            blocks.append(Said(text=says, mark=f"{one.score:>4}  ", indent=2, when_long="cut"))
    return blocks


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
        "unit_weights": _paired(found.unit_weights),
        "published": _paired(found.published),
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
        "worked": worked_summary(found.worked),
        "findings": [one.code for one in found.findings],
    }  # fmt: skip


def worked_summary(one: Worked | None) -> dict[str, Any] | None:
    """Give who was worked as plain values; None where no column tells."""
    if one is None:
        return None
    return {
        "column": one.column,
        "worked": _rated(one.worked),
        "not_worked": _rated(one.unworked),
        "share_above": None if one.above is None else significant(one.above),
        "share_below": None if one.below is None else significant(one.below),
        "by_score": [
            {"name": part.name, "leads": part.leads, "worked": _rated(part.worked)}
            for part in one.by_score
        ],
    }


def _day(one: dt.date | None) -> str | None:
    return None if one is None else one.isoformat()


def _auc(one: AucInterval) -> dict[str, Any]:
    return {"auc": _known(one.auc), "interval": [significant(one.low), significant(one.high)]}


def _paired(one: PairedAuc) -> dict[str, Any]:
    """Give a simpler score's AUC, and how far the card's lies above it."""
    return {
        "auc": _known(one.old),
        "card_above": _known(one.difference),
        "interval": [significant(one.low), significant(one.high)],
        "p_value": _known(one.p_value),
    }


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

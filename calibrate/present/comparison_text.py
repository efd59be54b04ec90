"""What a new quarter says of an old card: for a screen, and as plain values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

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
    name_column,
    number_columns,
    plain_text,
    verdict_tone,
)
from calibrate.present.numbers import (
    count_text,
    lift_text,
    p_text,
    percent_text,
    points_text,
    share_text,
    significant,
)
from calibrate.present.terminal import clean, shorten
from calibrate.present.validation_text import worked_sentence, worked_summary
from calibrate.recalibration.parts import ALPHA
from calibrate.stats.stability_index import LARGE, SLIGHT

if TYPE_CHECKING:
    from calibrate.recalibration import Comparison
    from calibrate.recalibration.parts import LevelMove, ListMove, Month, ShareMove, TierMoves
    from calibrate.rerunning import Rerun

_SHOWN = 5
_NAME = 28


def comparison_text(found: Comparison) -> str:
    """Give what a new quarter says as text."""
    return plain_text(comparison_blocks(found))


def comparison_blocks(found: Comparison) -> list[Block]:
    """Give advice, reasons, and what moved most."""
    name = shorten(clean(found.old.name), 40)
    worked = worked_sentence(found.worked)
    return [
        Said(text=f"{found.advice.upper()} the card `{name}`", tone=verdict_tone(found.advice)),
        *bullets(found.reasons),
        BLANK,
        Said(text=" ".join(then_and_now(found))),
        BLANK,
        *_levels(found),
        BLANK,
        Said(text=shares_sentence(found)),
        Said(text=lists_sentence(found)),
        *(Said(text=one) for one in contest_sentences(found)),
        *([] if worked is None else [BLANK, Said(text=worked)]),
        *_months(found.months),
        *_tiers(found.tiers),
        *findings_blocks(found.findings),
    ]


def rerun_text(found: Rerun) -> str:
    """Give the advice of a rerun as text."""
    return plain_text(rerun_blocks(found))


def rerun_blocks(found: Rerun) -> list[Block]:
    """Give the advice, and what of last quarter's spec was dropped."""
    blocks = comparison_blocks(found.comparison)
    if not found.dropped:
        return blocks
    says = f"Of last quarter's spec was dropped: {'; '.join(found.dropped)}."
    return [*blocks, BLANK, Said(text=says)]


def rerun_summary(found: Rerun) -> dict[str, Any]:
    """Give the new run and the comparison as plain values that fit into JSON."""
    return {
        "calibration": found.calibration.summary(),
        "comparison": found.comparison.summary(),
        "dropped": list(found.dropped),
    }


def then_and_now(found: Comparison) -> list[str]:
    """Say how overall rate, threshold and base stand beside those of last time."""
    old, new = found.old, found.new
    where = "" if found.name is None else f" ({found.name})"
    says = [
        f"{count_text(found.now.leads)} leads now{where}, {count_text(found.then.leads)} then. "
        f"Close rate {_rate(found.now)}, then {_rate(found.then)}; p {p_text(found.overall_p)}."
    ]
    says.append(
        f"Threshold {new.threshold.score}, then {old.threshold.score}; base {new.points.base}, "
        f"then {old.points.base}."
    )
    if found.passed_then is not None:
        says.append(f"By the old card {_passed(found.passed_then, found.then)} passed then")
        now = found.passed_now
        says[-1] += "." if now is None else f", {_passed(now, found.now)} now."
    above = [one.threshold.close_rate_at_or_above for one in (new, old)]
    says.append(
        f"At or above its own threshold the new card closes {percent_text(above[0])}, the old one "
        f"closed {percent_text(above[1])}."
    )
    return says


def _passed(one: Rated, whole: Rated) -> str:
    share = one.leads / whole.leads if whole.leads else None
    return f"{percent_text(share)} of leads ({percent_text(one.close_rate)} closed)"


def _rate(one: Rated) -> str:
    if one.interval is None:
        return percent_text(None)
    low, high = (percent_text(end) for end in one.interval)
    return f"{percent_text(one.close_rate)} ({low} to {high})"


def shares_sentence(found: Comparison) -> str:
    """Say which attributes have another mix of leads."""
    moved = mixes_moved(found)
    score = found.score_shares
    says = "" if score is None else f"Of the score the stability index is {index_text(score)}. "
    if not moved:
        return f"{says}No attribute's mix of leads moved (index {SLIGHT} or more, and not by luck)."
    named = ", ".join(f"`{one.attribute}` {index_text(one)}" for one in moved[:_SHOWN])
    more = f" and {len(moved) - _SHOWN} more" if len(moved) > _SHOWN else ""
    return f"{says}The mix of leads moved in {named}{more}; {LARGE} and more is another population."


def mixes_moved(found: Comparison) -> list[ShareMove]:
    """Give the attributes whose mix moved, by no luck and at least slightly; the most first."""
    moved = [one for one in found.shares if one.q_value <= ALPHA and one.index.index >= SLIGHT]
    return sorted(moved, key=lambda one: -one.index.index)


def index_text(one: ShareMove) -> str:
    """Write a stability index and what luck alone gives at most."""
    return f"{share_text(one.index.index)} (luck: to {share_text(one.index.limit)})"


def lists_sentence(found: Comparison) -> str:
    """Say which levels and attributes came or went, and which bands were cut anew."""
    parts = []
    for what in ("new", "vanished", "pooled now", "stands alone now"):
        chosen = [one for one in found.lists if one.what == what]
        if chosen:
            parts.append(f"{what}: {_named(chosen)}")
    if found.gone:
        parts.append(f"attributes gone: {_ticked(found.gone)}")
    if found.added:
        parts.append(f"attributes added: {_ticked(found.added)}")
    if found.bands:
        parts.append(f"bands cut anew: {_ticked([one.attribute for one in found.bands])}")
    return f"Levels and attributes, {'; '.join(parts)}." if parts else "The same levels as then."


def _named(chosen: Sequence[ListMove]) -> str:
    surest = sorted(chosen, key=lambda one: (not one.is_no_luck, -(one.then + one.now)))
    return _ticked([f"{one.attribute}: {one.level}" for one in surest])


def _ticked(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{shorten(name, 40)}`" for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def contest_sentences(found: Comparison) -> list[str]:
    """Say how the old card ranks later leads, and which card ranks better."""
    one = found.contest
    says: list[str] = []
    if one is None:
        return says
    if one.old_now is not None:
        expected = (
            "" if one.expected is None else f"; {share_text(one.expected)} was to be expected"
        )
        says.append(
            f"On leads created later the old card has AUC {share_text(one.old_now.auc)} "
            f"({share_text(one.old_now.low)} to {share_text(one.old_now.high)}){expected}."
        )
    if one.paired is not None:
        says.append(
            f"On {count_text(one.leads)} leads that taught neither card, AUC "
            f"{share_text(one.paired.old)} by the old and {share_text(one.paired.new)} by the new "
            f"(difference {share_text(one.paired.low)} to {share_text(one.paired.high)}, p "
            f"{p_text(one.paired.p_value)})."
        )
    return says


def level_cells(one: LevelMove) -> tuple[str, ...]:
    """Give a level's numbers in words: rates, lifts, points, q, and what moved."""
    now = "–" if one.points_now is None else points_text(one.points_now)
    return (
        percent_text(one.then.close_rate),
        percent_text(one.now.close_rate),
        f"{lift_text(one.lift_then)} {lift_text(one.lift_now)}",
        f"{points_text(one.points_then)} {now}",
        p_text(one.own_q),
        {"own": "effect", "rate": "rate", "": ""}[one.move],
    )


def _levels(found: Comparison) -> list[Block]:
    rows = list(found.moved)
    rows += sorted((one for one in found.levels if one.move == "rate"), key=lambda one: one.p_value)
    if not rows:
        tested = sum(not math.isnan(one.own_p) for one in found.levels)
        return [Said(text=f"None of {count_text(tested)} levels moved further than luck moves it.")]
    columns = (
        name_column("level", _NAME),
        *number_columns(rate_then=9, now=7, lift=10, points=8, q=6),
        name_column("moved", 6),
    )
    cells: list[tuple[Cell, ...]] = [
        (Name(attribute=one.attribute, name=one.level), *level_cells(one)) for one in rows[:_SHOWN]
    ]
    more = len(rows) - _SHOWN
    rest = [Said(text=f"and {count_text(more)} more", indent=2)] if more > 0 else []
    return [Listing(columns=columns, rows=tuple(cells)), *rest]


def _months(months: Sequence[Month]) -> list[Block]:
    if not months:
        return []
    passing = {"old card passes": 16, "of these closed": 16, "new card passes": 16}
    columns = (name_column("month", 10), *number_columns(leads=6, closed=7, **passing))
    rows = tuple(
        (
            one.name,
            count_text(one.leads.leads),
            percent_text(one.leads.close_rate),
            _share(one.passed_old, one),
            percent_text(one.passed_old.close_rate),
            _share(one.passed_new, one),
        )
        for one in months[-6:]
    )
    return [BLANK, Listing(columns=columns, rows=rows)]


def _share(part: Rated, month: Month) -> str:
    return percent_text(part.leads / month.leads.leads if month.leads.leads else None)


def _tiers(tiers: TierMoves | None) -> list[Block]:
    if tiers is None or len(tiers.new) > 7:
        return []
    width = max(6, (56 - len(tiers.new)) // len(tiers.new))
    columns = (
        name_column("tier then \\ now", 16),
        *(Column(title=name, width=width) for name in tiers.new),
    )
    rows: list[tuple[Cell, ...]] = [
        (Name(name=name), *(count_text(n) for n in row))
        for name, row in zip(tiers.old, tiers.leads, strict=True)
    ]
    return [BLANK, Listing(columns=columns, rows=tuple(rows))]


def comparison_summary(found: Comparison) -> dict[str, Any]:
    """Give advice and numbers as plain values that fit into JSON."""
    contest, score = found.contest, found.score_shares
    return {
        "old": found.old.name,
        "new": found.new.name,
        "leads_table": found.name,
        "advice": found.advice,
        "reasons": list(found.reasons),
        "then": _rated(found.then),
        "now": _rated(found.now),
        "overall_p": _known(found.overall_p),
        "threshold": {"then": found.old.threshold.score, "now": found.new.threshold.score},
        "base": {"then": found.old.points.base, "now": found.new.points.base},
        "passed_then": None if found.passed_then is None else _rated(found.passed_then),
        "passed_now": None if found.passed_now is None else _rated(found.passed_now),
        "moved": [
            {
                "attribute": one.attribute,
                "level": one.level,
                "then": _rated(one.then),
                "now": _rated(one.now),
                "q_value": _known(one.own_q),
            }
            for one in found.moved
        ],
        "mix_moved": [one.attribute for one in mixes_moved(found)],
        "score_index": None if score is None else _known(score.index.index),
        "lists": [
            {"attribute": one.attribute, "level": one.level, "what": one.what}
            for one in found.lists
        ],
        "gone": list(found.gone),
        "added": list(found.added),
        "bands_cut_anew": [one.attribute for one in found.bands],
        "old_auc_now": None
        if contest is None or contest.old_now is None
        else _known(contest.old_now.auc),
        "contest": None
        if contest is None or contest.paired is None
        else {
            "leads": contest.leads,
            "old": _known(contest.paired.old),
            "new": _known(contest.paired.new),
            "p_value": _known(contest.paired.p_value),
        },
        "worked": worked_summary(found.worked),
        "leads_in_another_tier": None if found.tiers is None else found.tiers.moved,
        "findings": [one.code for one in found.findings],
    }


def _rated(one: Rated) -> dict[str, Any]:
    return {
        "leads": one.leads,
        "customers": one.customers,
        "close_rate": None if one.close_rate is None else significant(one.close_rate),
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else significant(value)

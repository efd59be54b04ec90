"""The main numbers of a run, gathered once for terminal, report and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calibrate.evidence import LevelEvidence
from calibrate.points import LevelPoints
from calibrate.present.later import verdict_summary
from calibrate.stability import LevelStability
from calibrate.threshold import rule_name

if TYPE_CHECKING:
    import pandas as pd

    from calibrate.pipeline import Calibration

STRONGEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One level with its evidence and its points."""

    attribute: str
    evidence: LevelEvidence
    points: LevelPoints
    stable: LevelStability | None


def level_rows(run: Calibration) -> tuple[Row, ...]:
    """Give every level of the card, in card order."""
    return tuple(
        Row(attribute=evidence.name, evidence=level, points=given, stable=stable)
        for evidence, points, stables in zip(
            run.evidence.attributes, run.points.attributes, run.stability, strict=True
        )
        for level, given, stable in zip(evidence.evidence, points.given, stables, strict=True)
    )


def level_frame(run: Calibration) -> pd.DataFrame:
    """Give every level with all that is known of it, in card order; rates are shares."""
    import pandas as pd

    rows = [
        (
            row.attribute, row.evidence.level.label, row.evidence.leads, row.evidence.customers,
            row.evidence.close_rate, *row.evidence.close_rate_interval,
            row.evidence.lift, *row.evidence.lift_interval,
            row.evidence.p_value, row.evidence.q_value, row.evidence.test,
            row.evidence.shrunken_close_rate, row.evidence.verdict,
            row.points.value, row.points.points, *_stable(row.stable),
        )
        for row in level_rows(run)
    ]  # fmt: skip
    names = (
        "attribute level leads customers close_rate close_rate_low close_rate_high lift "
        "lift_low lift_high p_value q_value test shrunken_close_rate verdict value "
        "points points_low points_high keeps_sign"
    )
    return pd.DataFrame(rows, columns=names.split())


def _stable(stable: LevelStability | None) -> tuple[float | None, ...]:
    return (None,) * 3 if stable is None else (stable.low, stable.high, stable.keeps_sign)


def strongest_levels(run: Calibration, most: int = STRONGEST) -> tuple[Row, ...]:
    """Give the levels that move a score most, strongest first."""
    earning = [row for row in level_rows(run) if row.points.points]
    earning.sort(key=lambda row: (-abs(row.points.points), -abs(row.points.value)))
    return tuple(earning[:most])


def summary(run: Calibration) -> dict[str, Any]:
    """Give the run's main numbers as plain values that fit into JSON."""
    overall, cut = run.evidence.overall, run.threshold.cut
    return {
        "name": run.scorecard.name,
        "leads": {
            "total": run.leads.total,
            "counted": overall.leads,
            "customers": overall.customers,
            "left_out": dict(run.leads.left_out),
        },
        "later": verdict_summary(run),
        "overall": {
            "close_rate": overall.close_rate,
            "interval": list(overall.interval),
            "plain_close_rate": run.leads.total_customers / run.leads.total,
        },
        "auc": run.score_table.auc,
        "levels": [
            {
                "attribute": row.attribute,
                "level": row.evidence.level.label,
                "leads": row.evidence.leads,
                "close_rate": row.evidence.close_rate,
                "lift": row.evidence.lift,
                "lift_interval": list(row.evidence.lift_interval),
                "points": row.points.points,
            }
            for row in strongest_levels(run)
        ],
        "threshold": {
            "rule": rule_name(run.threshold.rule),
            "score": cut.score,
            "leads_kept": cut.leads_kept,
            "customers_kept": cut.customers_kept,
            "close_rate_at_or_above": cut.close_rate_at_or_above,
        },
        "findings": [
            {"code": one.code, "severity": one.severity, "says": one.says, "fix": one.fix}
            for one in run.findings
        ],
    }

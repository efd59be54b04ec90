"""The spec that a run would use, with a comment for every guess."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from calibrate.engines.columns import TextColumn
from calibrate.files import Flow, FlowList, yaml_text
from calibrate.leads import Leads
from calibrate.spec import SPEC_SCHEMA
from calibrate.suspects.placeholders import placeholders


def draft_spec(leads: Leads, *, events: str | None = None, in_database: bool = False) -> str:
    """Write the spec that was used for these leads, explained line by line.

    Parameters
    ----------
    leads : Leads
        What `read_leads` gave.
    events : str, optional
        Path of the event log, or its table, where the spec did not name it.
    in_database : bool
        Whether `events` is a table.

    Returns
    -------
    str
        YAML that `Spec.load` reads.
    """
    used = leads.spec.document()
    parts = [
        yaml_text({"schema": SPEC_SCHEMA}),
        _found(leads),
        yaml_text({"preset": used["preset"]}) if "preset" in used else "",
        *(yaml_text({key: Flow(used[key])}) for key in ("leads", "outcome") if key in used),
        *_dates(leads),
        yaml_text({"repeated": used["repeated"]}) if "repeated" in used else "",
        _missing(leads),
        _exclude(leads),
        _withheld(leads),
        *_further(leads, {} if events is None else {"table" if in_database else "path": events}),
        _comment("Smaller levels are pooled into (other)."),
        yaml_text({"min_leads": leads.spec.min_leads}),
        _attributes(leads),
        *(yaml_text({key: used[key]}) for key in ("only", "levels", "override") if key in used),
        _comment(
            "How points are made. measure: log_odds, log_lift, lift_ratio or lift_difference; "
            "award: significant, raises or all; scale: 0-100, or points with points_per_unit."
        ),
        yaml_text({"points": Flow(leads.spec.points.model_dump(exclude_none=True))}),
        _comment("lowest_customer, or {customer_quantile: 0.05} to let 5 % of customers go."),
        yaml_text({"threshold": used.get("threshold", "lowest_customer")}),
    ]
    return "".join(parts)


def _comment(text: str) -> str:
    # Names and values may hold what ends a comment or has no place in YAML.
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    return textwrap.fill(shown, 96, initial_indent="# ", subsequent_indent="# ") + "\n"


def _found(leads: Leads) -> str:
    codes = ("roles-found", "outcome-alike", "preset", "known-after")
    said = [one.says for one in leads.findings if one.code in codes]
    return "".join(_comment(one) for one in said)


def _dates(leads: Leads) -> list[str]:
    lines = []
    if leads.window_days is not None:
        advised = [one.says for one in leads.findings if one.code == "window-advised"]
        lines.append(_comment(advised[0] if advised else "Days a lead is given to close."))
        lines.append(yaml_text({"window_days": leads.window_days}))
    if leads.as_of is not None:
        lines.append(_comment("The day the data were taken; leave it out for the newest date."))
        lines.append(yaml_text({"as_of": leads.as_of}))
    if leads.spec.day_first is not None:
        lines.append(_comment("Whether 03/04/2026 is in April."))
        lines.append(yaml_text({"day_first": leads.spec.day_first}))
    return lines


def _withheld(leads: Leads) -> str:
    said = [one.says for one in leads.findings if one.code == "leak-withheld"]
    return "".join(_comment(one) for one in said)


def _further(leads: Leads, log: Mapping[str, str]) -> list[str]:
    """Write out what is read beside the leads table, and what is made from it."""
    lines = []
    used = leads.spec.document()
    if "join" in used:
        lines.append(_comment("Further tables about the same leads."))
        lines.append(yaml_text({"join": [Flow(part) for part in used["join"]]}))
    if leads.spec.events is not None:
        part = leads.spec.events.model_dump(exclude_none=True, exclude_defaults=True)
        curve = leads.outcome.curve
        median = curve.median_days() if curve is not None else None
        offer = max(1, round(median)) if median is not None else 30
        lines.append(
            _comment(
                "What leads did, seen from score_after_days after creation, lookback_days back. "
                f"To let events lose their weight: expire: {{EVENT: {{expires_days: {offer}}}}} or "
                "{half_life_days: 30}; pairs worth trying in order: sequences: [[FIRST, THEN]]."
            )
        )
        settings = {**log, "lookback_days": 90, "score_after_days": 0} | part
        lines.append(yaml_text({"events": Flow(settings)}))
    made = [one.name for one in leads.attributes if one.recipe is not None]
    if made:
        lines.append(_comment(f"Made and tried too: {', '.join(made)}."))
    return lines


def _missing(leads: Leads) -> str:
    candidates: dict[str, str] = {}
    for name, column in leads.engine.columns.items():
        if isinstance(column, TextColumn):
            for text in placeholders(column):
                candidates.setdefault(text, name)
    declared = yaml_text({"missing": FlowList(leads.spec.missing)})
    if not candidates:
        return _comment("Texts that stand for nothing, such as Select or unknown.") + declared
    seen = ", ".join(f"{text!r} in {name}" for text, name in candidates.items())
    return _comment(f"Texts that may stand for nothing, if so list them: {seen}.") + declared


def _exclude(leads: Leads) -> str:
    aside = [one.says for one in leads.findings if one.code in ("constant", "all-different")]
    return "".join(
        [
            _comment("Columns not to look at: above all those filled in only after the deal."),
            *(_comment(one) for one in aside),
            yaml_text({"exclude": FlowList(leads.spec.exclude)}),
        ]
    )


def _attributes(leads: Leads) -> str:
    declared = leads.spec.document().get("attributes", {})
    document = {
        one.name: Flow({"kind": one.kind, "group": one.part.group} | declared.get(one.name, {}))
        for one in leads.attributes
        if one.recipe is None
    }
    document |= {name: Flow(part) for name, part in declared.items() if name not in document}
    return _comment(
        "What is tried. group: demographic, firmographic, behaviour, email, social, spam, budget, "
        "authority, need, timing or other; numbers can have `bands` and a `unit`."
    ) + yaml_text({"attributes": document})

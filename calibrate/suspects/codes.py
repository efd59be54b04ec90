"""Values that may be read as something else: codes as numbers, reserved names, rare ones."""

from __future__ import annotations

import numpy as np

from calibrate.counts import count_attribute
from calibrate.engines.columns import TextColumn
from calibrate.errors import Finding
from calibrate.leads import Attribute, Leads
from calibrate.levels import OTHER, fold
from calibrate.present.numbers import count_text
from calibrate.presets import plain_name

_FEW_CODES = 30
_CODE_NAMES = frozenset(
    "code codes zip postcode postal plz channel region district area branch store segment cluster "
    "category class type sic naics".split()
)
_LISTED = 6


def code_findings(leads: Leads) -> list[Finding]:
    """Remark on numbers that may be codes, and on what is counted as `(other)`."""
    return [*_reserved(leads), *_codes(leads), *_rare(leads)]


def _reserved(leads: Leads) -> list[Finding]:
    findings = []
    for one in leads.own_attributes:
        column = leads.engine.columns[one.name]
        if not isinstance(column, TextColumn) or one.kind == "number":
            continue
        counts = column.counts
        same = sum(
            int(n) for text, n in zip(column.texts, counts, strict=True) if fold(text) == OTHER
        )
        if same:
            findings.append(
                Finding(
                    code="reserved-name",
                    severity="info",
                    says=f"`{one.name}` says `{OTHER}` on {count_text(same)} leads: they are "
                    f"counted with the values on too few leads, which go by that name.",
                    fix="Give the value another name, if it means something of its own.",
                )
            )
    return findings


def _codes(leads: Leads) -> list[Finding]:
    """Remark on numbers that may be codes: named so, or few, whole, from 1 on, without gaps."""
    names = [
        one.name
        for one in leads.own_attributes
        if one.kind == "number" and _looks_coded(leads, one)
    ]
    if not names:
        return []
    listed = ", ".join(f"`{name}`" for name in names)
    lines = ", ".join(f"{name}: {{kind: category}}" for name in names)
    return [
        Finding(
            code="numeric-code",
            severity="info",
            says=f"{listed} {'holds' if len(names) == 1 else 'hold'} whole numbers that may be "
            f"codes, and {'was' if len(names) == 1 else 'were'} cut into bands, as amounts are.",
            fix=f"If they are codes, whose order means nothing: `attributes: {{{lines}}}`.",
        )
    ]


def _looks_coded(leads: Leads, one: Attribute) -> bool:
    if one.part.kind is not None or one.part.bands is not None:
        return False
    values, _ = leads.engine.columns[one.name].distinct_numbers
    if not len(values) or values[0] < 0 or (values != np.round(values)).any():
        return False
    if not _CODE_NAMES.isdisjoint(plain_name(one.name).split("_")):
        return True
    # Amounts begin at nothing or leave gaps where they are rare; codes are given out in a row.
    return bool(
        len(values) <= _FEW_CODES and values[0] >= 1 and values[-1] - values[0] < 1.5 * len(values)
    )


def _rare(leads: Leads) -> list[Finding]:
    """Remark on values that too few leads have to stand alone."""
    pooled = [
        (one.name, len(names))
        for one in leads.own_attributes
        if one.kind == "category" and (names := count_attribute(leads.engine, one).levels.pooled)
    ]
    if not pooled:
        return []
    listed = ", ".join(f"{count_text(number)} of `{name}`" for name, number in pooled[:_LISTED])
    more = f" and of {len(pooled) - _LISTED} more" if len(pooled) > _LISTED else ""
    return [
        Finding(
            code="rare-values",
            severity="info",
            says=f"Values on fewer than {leads.spec.min_leads} leads are counted together as "
            f"`{OTHER}`: {listed}{more}.",
            fix="Nothing; or group those that belong together (`levels`).",
        )
    ]

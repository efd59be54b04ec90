"""Values that may not be what they seem: placeholders, sentinels, codes, reserved names, copies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibrate.counts import count_attribute
from calibrate.engines.columns import NumberColumn, TextColumn
from calibrate.errors import Finding
from calibrate.leads import Attribute, Leads
from calibrate.levels import OTHER, fold
from calibrate.present.numbers import count_text, number_text
from calibrate.presets import plain_name

PLACEHOLDERS = frozenset(
    (
        "select unknown n/a na none null nan - -- --- ? ?? . #n/a n.a. nil tbd tbc xxx test "
        "undefined unbekannt keine"
    ).split()
) | {
    "not specified",
    "not applicable",
    "not available",
    "not known",
    "please select",
    "please choose",
    "not provided",
    "not set",
    "- select -",
    "--select--",
    "--none--",
    "select...",
    "select one",
    "k.a.",
}
"""Texts that forms and exports leave where nothing was said."""

_SENTINELS = tuple(
    sign * number
    for sign in (1, -1)
    for number in (99, 999, 9999, 99999, 999999, 9999999, 99999999, 999999999)
)
_FEW_CODES = 30
_CODE_NAMES = frozenset(
    "code codes zip postcode postal plz channel region district area branch store segment cluster "
    "category class type sic naics".split()
)
_LISTED = 6
_COMPARED = 20_000
"""Columns that are alike on so many leads are compared on all of them."""

Floats = npt.NDArray[np.float64]


def value_findings(leads: Leads) -> list[Finding]:
    """Remark on values that may stand for nothing, or be read as something they are not."""
    found = [*_placeholders(leads), *_sentinels(leads), *_infinite(leads), *_reserved(leads)]
    return [*found, *_codes(leads), *_rare(leads), *_copies(leads)]


def _raw(leads: Leads) -> list[Attribute]:
    return [one for one in leads.attributes if one.recipe is None]


def placeholders(column: TextColumn) -> dict[str, int]:
    """Give the texts of a column that seem to stand for nothing, with their leads."""
    counts = np.bincount(column.codes, minlength=len(column.texts) + 1)[1:]
    return {
        text.strip(): int(count)
        for text, count in zip(column.texts, counts, strict=True)
        if fold(text) in PLACEHOLDERS
    }


def _placeholders(leads: Leads) -> list[Finding]:
    seen: dict[str, list[str]] = {}
    for one in _raw(leads):
        column = leads.engine.columns[one.name]
        if isinstance(column, TextColumn):
            for text, count in placeholders(column).items():
                seen.setdefault(text, []).append(f"`{one.name}` ({count_text(count)} leads)")
    if not seen:
        return []
    listed = "; ".join(
        f"`{text}` in {', '.join(where[:_LISTED])}"
        + (f" and {len(where) - _LISTED} more" if len(where) > _LISTED else "")
        for text, where in seen.items()
    )
    return [
        Finding(
            code="placeholders",
            severity="warning",
            says=f"Texts that may stand for nothing are counted as levels: {listed}.",
            fix=f"If so: `missing: [{', '.join(map(_quoted, seen))}]`.",
        )
    ]


def _quoted(text: str) -> str:
    plain = text.replace(" ", "").isalpha() and fold(text) not in ("null", "none", "nan", "na")
    return text if plain else f'"{text}"'


def sentinels(numbers: Floats) -> dict[float, int]:
    """Find numbers that stand apart from all others and look like *not known*.

    A number of nines twice as large as the next largest value; and a lone negative one.

    Examples
    --------
    >>> sentinels(np.array([1.0, 2.0, 7.0, 999.0, 999.0])), sentinels(np.array([-1.0, 0.0, 4.0]))
    ({999.0: 2}, {-1.0: 1})
    >>> sentinels(np.array([-5.0, -1.0, 3.0]))
    {}
    """
    values, counts = np.unique(numbers[np.isfinite(numbers)], return_counts=True)
    if len(values) < 3:
        return {}
    found = {}
    if values[-1] in _SENTINELS and values[-1] > 2 * max(values[-2], 1):
        found[float(values[-1])] = int(counts[-1])
    is_lone = (
        values[0] < 0 <= values[1]
        and (values[0] == -1 or values[0] in _SENTINELS)
        and tuple(values) != (-1, 0, 1)
    )
    if is_lone:
        found[float(values[0])] = int(counts[0])
    return found


def _sentinels(leads: Leads) -> list[Finding]:
    findings = []
    for one in _raw(leads):
        column = leads.engine.columns[one.name]
        is_number = isinstance(column, NumberColumn) or column.is_number
        if not is_number or one.part.bands is not None:
            continue
        for number, count in sentinels(column.values()).items():
            text = number_text(number)
            findings.append(
                Finding(
                    code="sentinel",
                    severity="warning",
                    says=f"`{one.name}` is {text} on {count_text(count)} "
                    f"{'lead' if count == 1 else 'leads'}, far from every other value: it may mean "
                    f"not known.",
                    fix=f'If so: `missing: ["{text}"]`.',
                )
            )
    return findings


def _infinite(leads: Leads) -> list[Finding]:
    findings = []
    for one in _raw(leads):
        column = leads.engine.columns[one.name]
        infinite = int(np.isinf(column.numbers).sum()) if isinstance(column, NumberColumn) else 0
        if infinite:
            findings.append(
                Finding(
                    code="infinite",
                    severity="warning",
                    says=f"`{one.name}` is infinite on {count_text(infinite)} leads, which are "
                    f"counted in its outermost bands.",
                    fix="Leave the cell empty where a division by zero made it.",
                )
            )
    return findings


def _reserved(leads: Leads) -> list[Finding]:
    findings = []
    for one in _raw(leads):
        column = leads.engine.columns[one.name]
        if not isinstance(column, TextColumn) or one.kind == "number":
            continue
        counts = np.bincount(column.codes, minlength=len(column.texts) + 1)[1:]
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
    names = [one.name for one in _raw(leads) if one.kind == "number" and _looks_coded(leads, one)]
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
    values = np.unique(leads.engine.columns[one.name].values())
    values = values[~np.isnan(values)]
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
        for one in _raw(leads)
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


def _copies(leads: Leads) -> list[Finding]:
    """Remark on columns that are the same for every lead, values renamed or not."""
    by_sizes: dict[bytes, list[tuple[str, npt.NDArray[np.int64]]]] = {}
    pairs: list[tuple[str, str]] = []
    some = slice(0, _COMPARED)
    for one in _raw(leads):
        codes = _numbered(leads, one.name, some)
        sizes = np.bincount(codes).tobytes()
        twin = next(
            (
                name
                for name, other in by_sizes.get(sizes, [])
                if np.array_equal(codes, other) and _are_copies(leads, one.name, name)
            ),
            None,
        )
        if twin is not None:
            pairs.append((one.name, twin))
        else:
            by_sizes.setdefault(sizes, []).append((one.name, codes))
    if not pairs:
        return []
    listed = ", ".join(f"`{name}` exactly as `{twin}` does" for name, twin in pairs)
    return [
        Finding(
            code="exact-copies",
            severity="info",
            says=f"Copies tell leads apart twice: {listed}. Each is paid a share, so that nothing "
            f"is paid twice.",
            fix=f"For a shorter card: `exclude: [{', '.join(name for name, _ in pairs)}]`.",
        )
    ]


def _are_copies(leads: Leads, one: str, other: str) -> bool:
    if leads.counted <= _COMPARED:
        return True
    everyone = slice(None)
    return np.array_equal(_numbered(leads, one, everyone), _numbered(leads, other, everyone))


def _numbered(leads: Leads, name: str, rows: slice) -> npt.NDArray[np.int64]:
    """Give each value a number, in the order in which leads first show them."""
    column = leads.engine.columns[name]
    values = (column.numbers if isinstance(column, NumberColumn) else column.codes)[rows]
    _, first, places = np.unique(values, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[places]

"""The only place where a number becomes text, for people and for files."""

from __future__ import annotations

import math

NOTHING = "–"


def significant(value: float, digits: int = 6) -> float:
    """Round to significant digits, as every non-integer in a scorecard file is.

    Parameters
    ----------
    value : float
        Any number; infinities come back unchanged.
    digits : int
        Significant digits, 1 or more.

    Examples
    --------
    >>> significant(0.123456789)
    0.123457
    >>> significant(1234567.0)
    1234570.0
    """
    return float(f"{value:.{digits}g}")


def half_away(value: float) -> int:
    """Round to the nearest whole number, halves away from zero.

    Examples
    --------
    >>> [half_away(v) for v in (0.5, 1.5, -0.5, -2.5, 2.4)]
    [1, 2, -1, -3, 2]
    """
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def number_text(value: float) -> str:
    """Write a number exactly and shortly, as a level name or a band edge.

    Examples
    --------
    >>> [number_text(v) for v in (1.0, 0.25, -3.0, 1e20)]
    ['1', '0.25', '-3', '1e+20']
    """
    if value == int(value) if math.isfinite(value) else False:
        return str(int(value)) if abs(value) < 1e16 else repr(value)
    return repr(value)


def edge_text(value: float) -> str:
    """Write a band's edge for people: whole numbers whole, others to six significant digits.

    Examples
    --------
    >>> [edge_text(v) for v in (18.85445822, 29.0, 1234567.0)]
    ['18.8545', '29', '1234567']
    """
    return number_text(value if float(value).is_integer() else significant(value))


def count_text(value: int) -> str:
    """Write a count with thin groups of three.

    Examples
    --------
    >>> count_text(45211)
    '45 211'
    """
    return f"{value:,}".replace(",", " ")


def customers_text(customers: int) -> str:
    """Count customers in words.

    Examples
    --------
    >>> customers_text(1), customers_text(2089)
    ('1 customer', '2 089 customers')
    """
    return f"{count_text(customers)} {'customer' if customers == 1 else 'customers'}"


def percent_text(share: float | None, digits: int = 1) -> str:
    """Write a share as a percentage; tiny ones keep two significant digits.

    Examples
    --------
    >>> [percent_text(s) for s in (0.117, 1.0, 0.00042, 0.0, None)]
    ['11.7 %', '100.0 %', '0.042 %', '0.0 %', '–']
    """
    if share is None or not math.isfinite(share):
        return NOTHING
    if 0 < share < 10 ** -(digits + 2):
        return f"{share * 100:.2g} %"
    return f"{share * 100:.{digits}f} %"


def in_hundred_text(share: float | None) -> str:
    """Write a share as people say it: so many in a hundred, rare ones in a thousand.

    Examples
    --------
    >>> [in_hundred_text(s) for s in (0.117, 1.0, 0.0042, 0.0001, 0.0, 0.997, None)]
    ['12 in 100', 'all', '4 in 1 000', 'fewer than 1 in 1 000', 'none', 'nearly all', '–']
    """
    if share is None or not math.isfinite(share):
        return NOTHING
    if share in (0, 1):
        return "all" if share else "none"
    if share < 0.0005:
        return "fewer than 1 in 1 000"
    if share < 0.0095:
        return f"{half_away(1000 * share)} in 1 000"
    return "nearly all" if share >= 0.995 else f"{half_away(100 * share)} in 100"


def a_month_text(leads: float | None) -> str:
    """Write how many leads come in a calendar month.

    Examples
    --------
    >>> [a_month_text(n) for n in (1234.5, 12.0, 3.14159, 0.0, None)]
    ['1 235', '12', '3.1', '0', '–']
    """
    if leads is None or not math.isfinite(leads):
        return NOTHING
    return f"{leads:.1f}" if 0 < leads < 9.95 else count_text(half_away(leads))


def share_text(value: float | None) -> str:
    """Write an AUC, a Brier score or a calibration number with three decimals.

    Examples
    --------
    >>> [share_text(v) for v in (0.75, -0.0004, None)]
    ['0.750', '0.000', '–']
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{round(value, 3) + 0.0:.3f}"


def lift_text(lift: float | None) -> str:
    """Write a lift or one end of its interval.

    Examples
    --------
    >>> [lift_text(v) for v in (1.2345, 0.0, 23.83, None)]
    ['1.23', '0.00', '23.8', '–']
    """
    if lift is None or not math.isfinite(lift):
        return NOTHING
    if lift < 10:
        return f"{lift:.2f}"
    return f"{lift:.1f}" if lift < 100 else f"{significant(lift, 3):.0f}"


def p_text(p_value: float | None) -> str:
    """Write a p- or q-value.

    Examples
    --------
    >>> [p_text(p) for p in (0.0312, 4.1e-215, 0.9, 0.0, None)]
    ['0.031', '4e-215', '0.90', '<1e-300', '–']
    """
    if p_value is None or not math.isfinite(p_value):
        return NOTHING
    if p_value < 1e-300:
        return "<1e-300"
    if p_value < 0.001:
        return f"{p_value:.0e}"
    return f"{p_value:.3f}" if p_value < 0.1 else f"{p_value:.2f}"


def ends_text(ends: tuple[int, int] | None) -> str:
    """Write the interval of a whole number after it; nothing where there is none.

    Examples
    --------
    >>> [ends_text(ends) for ends in ((41, 47), (44, 44), (-3, 2), None)]
    [' (41–47)', ' (44)', ' (-3 to 2)', '']
    """
    if ends is None:
        return ""
    low, high = ends
    if low == high:
        return f" ({low})"
    return f" ({low} to {high})" if low < 0 else f" ({low}–{high})"


def within_text(hours: int) -> str:
    """Write a time until something is due, in days where it is two of them or more.

    Examples
    --------
    >>> [within_text(hours) for hours in (1, 24, 30, 168)]
    ['within 1 hour', 'within 24 hours', 'within 30 hours', 'within 7 days']
    """
    if hours >= 48 and hours % 24 == 0:
        return f"within {hours // 24} days"
    return f"within {hours} hour{'s' if hours > 1 else ''}"


def left_text(seconds: float) -> str:
    """Write how long something will still take: no more exact than it can be known.

    Examples
    --------
    >>> [left_text(seconds) for seconds in (0.4, 8, 42, 61, 200, 9000)]
    ['a moment', '10 s', '50 s', '2 min', '4 min', '2.5 h']
    """
    if seconds < 1:
        return "a moment"
    if seconds < 55:
        return f"{math.ceil(seconds / 10) * 10} s"
    if seconds < 3600:
        return f"{math.ceil(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def points_text(points: int) -> str:
    """Write points with their sign, so that a column of them reads as gains and losses.

    Examples
    --------
    >>> [points_text(p) for p in (14, 0, -3)]
    ['+14', '0', '-3']
    """
    return f"{points:+d}" if points else "0"


def share_tick(share: float) -> str:
    """Write a share at the tick of an axis, as short as it can be said.

    Examples
    --------
    >>> [share_tick(share) for share in (0.0, 0.3, 0.125, 1.0)]
    ['0 %', '30 %', '12.5 %', '100 %']
    """
    return f"{share * 100 + 0.0:.6g} %"


def times_text(ratio: float) -> str:
    """Write a ratio at the tick of an axis.

    Examples
    --------
    >>> [times_text(ratio) for ratio in (0.5, 1.0, 20.0)]
    ['0.5x', '1x', '20x']
    """
    return f"{ratio:g}x"

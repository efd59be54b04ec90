"""An outcome told by a flag: which leads are customers, which are lost, and which are open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.dates import reads_as_dates
from calibrate.engines.columns import Column, TextColumn, text_column
from calibrate.errors import Finding, LeadsError, did_you_mean
from calibrate.levels import MISSING, parse_number
from calibrate.meanings import (
    FEW_VALUES,
    MEANS_CUSTOMER,
    MEANS_LOST,
    plain_value,
    proposed_closing,
    proposed_outcome,
)
from calibrate.present.numbers import count_text
from calibrate.spec import OutcomePart

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """What a column of values says of every lead.

    Attributes
    ----------
    customer, lost : ndarray of bool, shape (n,)
        Neither where a lead is open.
    findings : tuple of Finding
    """

    customer: Mask
    lost: Mask
    findings: tuple[Finding, ...]


def read_flag(column: Column, part: OutcomePart, *, where: str) -> Flag:
    """Read a column that says who became a customer.

    Parameters
    ----------
    column : Column
    part : OutcomePart
        Its name, and which values mean customer and lost as far as that is declared.
    where : str
        The table, for messages.

    Raises
    ------
    LeadsError
        When no lead has a declared value, or a value means neither and nothing is declared.
    """
    texts = text_column(column)
    values = [plain_value(text) for text in texts.texts]
    means_customer = {plain_value(value) for value in part.customer} or MEANS_CUSTOMER
    means_lost = {plain_value(value) for value in part.lost} or MEANS_LOST
    if part.customer and not means_customer & set(values):
        raise LeadsError(_no_such_value(part, texts, where))
    if part.customer and not part.lost:
        # With only the customer's value named, one other value is plainly the rest.
        rest = set(values) - means_customer
        means_lost = rest if len(rest) == 1 else MEANS_LOST - means_customer
    unread = [value for value in values if value not in means_customer | means_lost]
    words = {value for value in values if parse_number(value) is None}
    # Won and lost being there in so many words, the other values are stages on the way.
    has_stages = bool(means_customer & words) and bool(means_lost & words)
    if unread and not part.lost and not has_stages:
        raise LeadsError(_third_value(part, texts, where))
    of_customer = np.array([False, *(value in means_customer for value in values)])
    # An empty cell is an open lead, unless the spec says that it means lost.
    of_lost = np.array([bool(means_lost & {"", MISSING}), *(v in means_lost for v in values)])
    return Flag(
        customer=of_customer[texts.codes],
        lost=of_lost[texts.codes],
        findings=(_open_values(part, texts, set(unread)),) if unread and not part.lost else (),
    )


def _open_values(part: OutcomePart, texts: TextColumn, unread: set[str]) -> Finding:
    counts = texts.counts
    named = [
        f"`{text[:40]}` ({count_text(int(count))})"
        for text, count in zip(texts.texts, counts, strict=True)
        if plain_value(text) in unread
    ]
    return Finding(
        code="open-values",
        severity="info",
        says=f"In `{part.column}` {', '.join(named)} mean neither won nor lost: these leads are "
        f"open and left out.",
        fix=f"If one of them does, say so: "
        f"`{proposed_outcome(str(part.column), sorted(texts.texts))}`.",
    )


def _no_such_value(part: OutcomePart, texts: TextColumn, where: str) -> str:
    listed = " or ".join(f"`{value}`" for value in part.customer[:4])
    return (
        f"{where}: no lead has {listed} in column `{part.column}`, which should mean customer; "
        f"{did_you_mean(part.customer[0], texts.texts)}"
    )


def _third_value(part: OutcomePart, texts: TextColumn, where: str) -> str:
    counts = texts.counts
    order = np.argsort(-counts, kind="stable")
    listed = ", ".join(
        f"`{texts.texts[place][:40]}` ({counts[place]} {'lead' if counts[place] == 1 else 'leads'})"
        for place in order[:6]
    )
    more = f" and {len(order) - 6} other values" if len(order) > 6 else ""
    says = (
        f"{where}: column `{part.column}` should say who became a customer, and holds "
        f"{listed}{more}."
    )
    if reads_as_dates(texts):
        line = proposed_closing(str(part.column))
        return f"{says} Those are days: if on each a lead became a customer, declare `{line}`."
    if len(order) > FEW_VALUES:
        return f"{says} An outcome has few values; name another column with --outcome COLUMN."
    line = proposed_outcome(str(part.column), [texts.texts[place] for place in order])
    return (
        f"{says} Say in the spec which mean what, for example `{line}`; leads with any other value "
        f"are open and left out."
    )

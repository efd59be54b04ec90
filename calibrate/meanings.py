"""What the values of an outcome mean: which say customer, which lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from calibrate.files import Flow, FlowList, yaml_text
from calibrate.levels import MISSING, fold, parse_number
from calibrate.present.numbers import number_text

MEANS_CUSTOMER = frozenset(
    "1 yes true y t won converted customer closedwon ja oui sí sim gewonnen".split()
) | {"closed won", "deal won", "became customer"}
MEANS_LOST = frozenset("0 no false n f lost closedlost nein non não nee verloren".split()) | {
    "not converted",
    "closed lost",
    "deal lost",
    "no customer",
    "not a customer",
}

_JOINTS = re.compile(r"(?<=\w)[\s_/–-]+(?=\w)")
_SOUNDS_LIKE_CUSTOMER = re.compile(
    r"won\b|customer|convert|bought|purchase|sold|signed|success|yes"
)
_SOUNDS_LIKE_LOST = re.compile(
    r"lost|\bno\b|\bnot\b|non-|un(?:qualified|successful)|disqualif|reject|fail|junk|dead"
)
FEW_VALUES = 12
"""An outcome has few values; a column with more is not proposed as one."""


def proposed_outcome(column: str, texts: Sequence[str]) -> str:
    """Write the line of the spec that declares a column as the outcome, by its values' sound.

    Examples
    --------
    >>> proposed_outcome("deal_stage", ["Lost", "Won", "Engaging"])
    'outcome: {column: deal_stage, customer: [Won], lost: [Lost]}'
    """
    lost = [text for text in texts if sounds_lost(text)]
    customer = [text for text in texts if text not in lost and sounds_like_customer(text)]
    if not customer:
        customer = [text for text in texts if text not in lost][-1:] or list(texts[-1:])
        lost = [text for text in lost if text not in customer]
    part: dict[str, object] = {"column": column, "customer": FlowList(customer[:6])}
    if lost:
        part["lost"] = FlowList(lost[:6])
    elif len(texts) > 2:
        part["lost"] = FlowList([text for text in texts if text not in customer][:6])
    return yaml_text({"outcome": Flow(part)}).strip()


def proposed_closing(column: str) -> str:
    """Write the line of the spec that declares a column as the day on which leads closed.

    Examples
    --------
    >>> proposed_closing("won_date")
    'outcome: {closed: won_date}'
    """
    return yaml_text({"outcome": Flow({"closed": column})}).strip()


def plain_value(text: str) -> str:
    """Bring a value of a flag to one spelling.

    Examples
    --------
    >>> [plain_value(text) for text in (" TRUE", "1.0", "Closed - Won", "closed_won")]
    ['true', '1', 'closed won', 'closed won']
    """
    number = parse_number(text)
    return _JOINTS.sub(" ", fold(text)) if number is None else number_text(number)


def sounds_lost(text: str) -> bool:
    """Whether a value says that a lead was lost."""
    value = plain_value(text)
    return value in {*MEANS_LOST, MISSING} or bool(_SOUNDS_LIKE_LOST.search(value))


def sounds_like_customer(text: str) -> bool:
    """Whether a value says that a lead became a customer."""
    value = plain_value(text)
    return value in MEANS_CUSTOMER or bool(_SOUNDS_LIKE_CUSTOMER.search(value))

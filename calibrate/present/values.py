"""Plain values for programs: JSON that every reader takes."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from typing import Any


def plain_values(value: Any) -> Any:
    """Make values plain: what is no number becomes None, for JSON has no NaN and no infinity.

    Examples
    --------
    >>> plain_values({"auc": float("nan"), "lifts": (1.5, float("inf"))})
    {'auc': None, 'lifts': [1.5, None]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain_values(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_values(one) for one in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dt.date):
        return value.isoformat()
    # Numbers of numpy's own kinds become Python's.
    return plain_values(value.item()) if hasattr(value, "item") else value


def json_text(values: Mapping[str, Any]) -> str:
    """Write values as JSON, in letters that any stream can carry."""
    return json.dumps(plain_values(values), indent=2, allow_nan=False)

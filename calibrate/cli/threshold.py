"""``calibrate threshold``: what would another threshold do on these leads?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def run(options: argparse.Namespace) -> None:
    """Score the leads and say from which score on they pass, by several rules."""
    from calibrate.cutting import cuts_for
    from calibrate.present.cuts import cuts_text
    from calibrate.scorecard import Scorecard

    card = Scorecard.load(options.card)
    print(cuts_text(cuts_for(card, Path(options.leads), _rule(options), events=options.events)))


def _rule(options: argparse.Namespace) -> dict[str, Any] | None:
    """Give the rule of the command line as the spec would have it; None when there is none."""
    if options.value is not None:
        return {"expected_value": {"customer": options.value, "contact": options.cost}}
    asked = {
        "capacity": options.capacity,
        "share": options.share,
        "customer_quantile": options.quantile,
        "min_close_rate": options.close_rate,
    }
    return next(({key: number} for key, number in asked.items() if number is not None), None)

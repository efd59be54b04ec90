"""Write the card that the code of some commit makes of these leads, and the scores it gives them.

    git archive COMMIT calibrate | tar -x -C /some/folder
    python tests/golden/cards/make.py /some/folder COMMIT

The spec is the richest that the code of that commit understands.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

HERE = Path(__file__).parent
PLAIN = {
    "leads": {"id": "lead_id", "created": "created_at"},
    "outcome": {"closed": "closed_at"},
    "window_days": 30,
    "only": ["source", "visits"],
    "attributes": {"visits": {"group": "behaviour"}},
}
WITH_EVENTS = PLAIN | {
    "only": ["source", "visits", "topics", "size", "demo"],
    "attributes": PLAIN["attributes"] | {"topics": {"kind": "list", "separator": ";"}},
    "join": [{"path": "firms.csv", "on": "lead_id"}],
    "events": {
        "path": "events.csv",
        "lead": "lead_id",
        "name": "event",
        "time": "at",
        "lookback_days": 30,
        "score_after_days": 3,
    },
}
WITH_POLICY = WITH_EVENTS | {
    "vetoes": [{"source": ["cold list"]}],
    "gates": [
        {"name": "stakes", "at_least": 1, "of": [{"visits": {"from": 3}}, {"size": ["large"]}]}
    ],
    "must_contact": {"close_rate_low": 0.75},
    "size_prefix": {"attribute": "size", "digits": {"small": 1, "large": 3}},
    "tiers": {"cold": 0, "warm": 40, "hot": 70},
    "points": {"caps": {"behaviour": 40}},
}


def main(code: str, commit: str) -> None:
    """Calibrate and score with the code in a folder."""
    sys.path.insert(0, code)
    from calibrate.errors import CalibrateError
    from calibrate.pipeline import calibrate

    leads = HERE / "leads.csv"
    for spec in (WITH_POLICY, WITH_EVENTS, PLAIN):
        try:
            card = calibrate(leads, spec, name="old").scorecard
        except CalibrateError:
            continue
        break
    (HERE / f"{commit}.yaml").write_text(card.to_yaml(), encoding="utf-8")
    with leads.open(newline="") as lines:
        names = [row["lead_id"] for row in csv.DictReader(lines)]
    with (HERE / f"{commit}.csv").open("w", newline="") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(["lead_id", "score"])
        rows.writerows(zip(names, card.score(leads)["score"], strict=True))


if __name__ == "__main__":
    main(*sys.argv[1:])

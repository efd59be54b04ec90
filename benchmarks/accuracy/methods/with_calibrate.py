"""Ours: from a frame to a finished card, resampled points and threshold included."""

import sys

import pyarrow.compute  # noqa: F401  - imports are not fitting
import scipy.special  # noqa: F401
import yaml  # noqa: F401
from common import OUTCOME, run

import calibrate
from calibrate import assign_points, read_leads
from calibrate import calibrate as whole
from calibrate.teaching import teach as taught

PUBLISHED = {
    "measure": "lift_ratio",
    "estimate": "raw",
    "award": "raises",
    "overlap": False,
    "scale": "points",
    "points_per_unit": 1,
}
"""The arithmetic as it is usually taught; `untested` pays every level by its ratio."""
POINTS = {
    "default": {},
    "published": PUBLISHED,
    "untested": {**PUBLISHED, "award": "all"},
}


def fit(teach, outcomes, variant):
    spec = {"outcome": {"column": OUTCOME}}
    award, _, extent = variant.partition("/")
    spec["points"] = POINTS.get(award, {"award": award})
    frame = teach.assign(**{OUTCOME: outcomes})
    if extent == "points":  # what the peers do: no threshold, no resamples, no card file
        leads = read_leads(frame, spec)
        points = assign_points(taught(leads)[1], leads.spec.points, leads=leads)
        return lambda judge: [points.base] * len(judge)
    card = whole(frame, spec).scorecard
    return lambda judge: card.score(judge)["score"].to_numpy()


if __name__ == "__main__":
    run(fit, ("numpy", "pandas", "scipy"), calibrate=calibrate.__version__)
    print(calibrate.__file__, file=sys.stderr)

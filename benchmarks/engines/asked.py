"""What each peer's side is asked to do, in an environment of its own; not imported by ours."""

import json
import sys
import time
from importlib import metadata

import pandas as pd

OUTCOME = "outcome"


def run(read, works, packages):
    """Read the leads, do the work that is named on the command line, and say how long it took."""
    frame, outcomes = read("modelled.csv")
    work = works[sys.argv[1]]
    start = time.perf_counter()
    work(frame, outcomes)
    seconds = time.perf_counter() - start
    versions = {name: metadata.version(name) for name in packages}
    print(", ".join(f"{name} {number}" for name, number in versions.items()), file=sys.stderr)
    print(json.dumps({"seconds": seconds, "answer": None}))


def in_pandas(path):
    frame = pd.read_csv(path)
    return frame, frame.pop(OUTCOME)


def in_older_pandas(path):
    """Read texts as objects: packages that are older than pandas 3 know no other texts."""
    frame, outcomes = in_pandas(path)
    texts = [name for name in frame if frame[name].dtype.kind not in "if"]
    return frame.astype(dict.fromkeys(texts, object)), outcomes

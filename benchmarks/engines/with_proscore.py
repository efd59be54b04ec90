"""ProScore's side: bins by chi-square and their evidence, or a card by its chain of steps."""

import proscore
from asked import OUTCOME, in_older_pandas, run
from proscore.binning import BinningProcess


def evidence(frame, outcomes):
    BinningProcess().fit(frame, outcomes)


def card(frame, outcomes):
    whole = frame.assign(**{OUTCOME: outcomes})
    steps = proscore.ProScore().read(train=whole, target=OUTCOME).detect().prefilter()
    steps = steps.bin(method="chi").transform().select()
    steps.fit(odds=20, pdo=20, base_score=600).scorecard()


if __name__ == "__main__":
    run(in_older_pandas, {"evidence": evidence, "card": card}, ("proscore", "numpy", "pandas"))

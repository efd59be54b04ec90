"""Calibrate against named peers in the same run: ratios, peak memory, versions; never a bare time.

``python -m benchmarks`` runs all; ``python -m benchmarks counting`` runs one. A benchmark is a
module here with three names: ``prepare(folder)`` makes its input, ``COMPARISONS`` says what is
held against what, and each side that is timed inside its process is a function
``side(folder) -> (work, tell)``: ``work()`` is timed, ``tell(result)`` gives what both sides must
agree on.
"""

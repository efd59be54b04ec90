"""Ranking of leads nobody has seen: ours, other integer scorecards, and models without limits.

``python -m benchmarks.accuracy`` makes one environment per package, writes every split once, fits
each method in a process of its own and prints AUC side by side. What was done is kept in a cache
folder, so that an interrupted run goes on where it stopped.
"""

"""Time to fit a scorecard at half of the leads: ours against other integer scorecards.

``python -m benchmarks.fit`` gives the ratio of the fastest peer's time to ours, from medians of
fresh processes that take turns.
"""

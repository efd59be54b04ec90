"""Lead scores you can defend: points from evidence, a threshold from data, a scorecard in YAML.

The path, and the public names along it::

    read_leads       a table of past leads            -> Leads
    connect          a database that holds them       -> its connection
    open_relation    a table or a query there         -> Relation
    open_files       files larger than memory         -> Relation
    count            leads and customers per level    -> Counts
    screen           which attributes say anything    -> Screening
    weigh            close rate, lift, tests          -> Evidence
    teach            these three, bands cut between   -> Counts, Evidence
    assign_points    evidence to whole points         -> Points
    tally_scores     leads and customers per score    -> ScoreTable
    choose_threshold from which score leads pass      -> Threshold
    fit_probability  how often leads of a score close -> Probability
    decide           threshold, gates, tiers above it -> Decision
    Scorecard        the artefact: save, load, score
    write_scores     scores as a view in the database -> WrittenScores
    explain          why a lead has its score         -> Explanation
    call_list        whom to call first               -> CallList
    moves_since      who newly passes, who rose       -> Moves
    validate         do later leads bear the card out -> Validation
    compare          last quarter's card and this one's  -> Comparison
    rerun            calibrate as last quarter, compare -> Rerun
    history          a folder of cards over time      -> History
    compare_methods  measures, awards, overlap judged -> MethodComparison
    calibrate        all of it at once                -> Calibration

``Spec`` is what the analyst declares. Errors are ``CalibrateError`` and its kinds; doubts are
``Finding``. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrate.calls import CallList, call_list
    from calibrate.checking import Check, check
    from calibrate.counts import Counts, count
    from calibrate.engines.sql.connecting import connect
    from calibrate.engines.sql.opening import open_files
    from calibrate.engines.sql.relations import Relation, open_relation
    from calibrate.errors import (
        CalibrateError,
        EngineError,
        Finding,
        LeadsError,
        MissingExtraError,
        OutputError,
        ScorecardError,
        SpecError,
    )
    from calibrate.evidence import Evidence, weigh
    from calibrate.explaining import Explanation, explain
    from calibrate.export.written_scores import WrittenScores, write_scores
    from calibrate.leads import Leads
    from calibrate.moves import Moves, moves_since
    from calibrate.pipeline import Calibration, calibrate
    from calibrate.points import Points, assign_points
    from calibrate.policy import Decision, decide
    from calibrate.probability import Probability, fit_probability
    from calibrate.reading import read_leads
    from calibrate.recalibration import Comparison, compare
    from calibrate.rerunning import Rerun, rerun
    from calibrate.scorecard import Scorecard
    from calibrate.scores import ScoreTable, tally_scores
    from calibrate.screening import Screening, screen
    from calibrate.selection import MethodComparison, compare_methods
    from calibrate.spec import Spec
    from calibrate.teaching import teach
    from calibrate.threshold import Threshold, choose_threshold
    from calibrate.timeline import History, history
    from calibrate.validation import Validation, spec_of, validate

__version__ = "0.1.0"

_HOME = {
    "Spec": "spec",
    "read_leads": "reading",
    "Leads": "leads",
    "connect": "engines.sql.connecting",
    "open_relation": "engines.sql.relations",
    "open_files": "engines.sql.opening",
    "Relation": "engines.sql.relations",
    "count": "counts",
    "Counts": "counts",
    "teach": "teaching",
    "screen": "screening",
    "Screening": "screening",
    "weigh": "evidence",
    "Evidence": "evidence",
    "assign_points": "points",
    "Points": "points",
    "tally_scores": "scores",
    "ScoreTable": "scores",
    "choose_threshold": "threshold",
    "Threshold": "threshold",
    "fit_probability": "probability",
    "Probability": "probability",
    "decide": "policy",
    "Decision": "policy",
    "explain": "explaining",
    "Explanation": "explaining",
    "call_list": "calls",
    "CallList": "calls",
    "moves_since": "moves",
    "Moves": "moves",
    "check": "checking",
    "Check": "checking",
    "Scorecard": "scorecard",
    "write_scores": "export.written_scores",
    "WrittenScores": "export.written_scores",
    "compare_methods": "selection",
    "MethodComparison": "selection",
    "validate": "validation",
    "Validation": "validation",
    "spec_of": "validation",
    "compare": "recalibration",
    "Comparison": "recalibration",
    "rerun": "rerunning",
    "Rerun": "rerunning",
    "history": "timeline",
    "History": "timeline",
    "calibrate": "pipeline",
    "Calibration": "pipeline",
    "CalibrateError": "errors",
    "EngineError": "errors",
    "LeadsError": "errors",
    "MissingExtraError": "errors",
    "OutputError": "errors",
    "ScorecardError": "errors",
    "SpecError": "errors",
    "Finding": "errors",
}

__all__ = [
    "CalibrateError",
    "Calibration",
    "CallList",
    "Check",
    "Comparison",
    "Counts",
    "Decision",
    "EngineError",
    "Evidence",
    "Explanation",
    "Finding",
    "History",
    "Leads",
    "LeadsError",
    "MethodComparison",
    "MissingExtraError",
    "Moves",
    "OutputError",
    "Points",
    "Probability",
    "Relation",
    "Rerun",
    "ScoreTable",
    "Scorecard",
    "ScorecardError",
    "Screening",
    "Spec",
    "SpecError",
    "Threshold",
    "Validation",
    "WrittenScores",
    "__version__",
    "assign_points",
    "calibrate",
    "call_list",
    "check",
    "choose_threshold",
    "compare",
    "compare_methods",
    "connect",
    "count",
    "decide",
    "explain",
    "fit_probability",
    "history",
    "moves_since",
    "open_files",
    "open_relation",
    "read_leads",
    "rerun",
    "screen",
    "spec_of",
    "tally_scores",
    "teach",
    "validate",
    "weigh",
    "write_scores",
]


def __getattr__(name: str) -> Any:
    """Import a public name's room when the name is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'calibrate' has no attribute {name!r}")
    found = getattr(import_module(f"calibrate.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)

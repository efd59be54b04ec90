"""Next quarter: the old card against new leads and a new card; keep, refresh or rebuild."""

from calibrate.recalibration.comparing import compare
from calibrate.recalibration.rerunning import Rerun, rerun
from calibrate.recalibration.result import Comparison

__all__ = ["Comparison", "Rerun", "compare", "rerun"]

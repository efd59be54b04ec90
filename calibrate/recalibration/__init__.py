"""Next quarter: the old card against new leads and a new card; keep, refresh or rebuild."""

from calibrate.recalibration.comparing import compare
from calibrate.recalibration.result import Comparison

__all__ = ["Comparison", "compare"]

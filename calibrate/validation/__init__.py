"""Does it hold? Leads that came later judge the card."""

from calibrate.validation.declared import spec_of
from calibrate.validation.result import Validation
from calibrate.validation.validating import validate

__all__ = ["Validation", "spec_of", "validate"]

"""What stands above the points: vetoes, gates, must-contact levels, tiers, fit by engagement."""

from calibrate.policy.deciding import Decision, decide
from calibrate.policy.declared import MustContact
from calibrate.policy.rated import Rated
from calibrate.policy.standing import Standings
from calibrate.policy.tiers import Tier

__all__ = ["Decision", "MustContact", "Rated", "Standings", "Tier", "decide"]

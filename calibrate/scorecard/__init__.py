"""The artefact: a scorecard that people keep, read, compare and score with."""

from calibrate.scorecard.card import CARD_SCHEMA, Scorecard
from calibrate.scorecard.making import make_scorecard
from calibrate.scorecard.parts import MadePart

__all__ = ["CARD_SCHEMA", "MadePart", "Scorecard", "make_scorecard"]

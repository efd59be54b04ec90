"""The words of the report, each with one meaning."""

from __future__ import annotations

GLOSSARY = (
    ("lead", "Somebody who might buy: one row of the table."),
    ("customer", "A lead that closed, within the window where dates are known."),
    ("window", "The days a lead is given to close."),
    ("mature", "Old enough that its window has passed; only mature leads are counted."),
    ("cohort", "Leads created in the same stretch of time."),
    ("attribute", "One thing known of a lead: a column of the table, or something it did."),
    ("level", "One value of an attribute, or a band of numbers."),
    ("band", "Numbers from one, included, to under another."),
    ("close rate", "Customers by leads."),
    ("overall", "All counted leads together."),
    ("lift", "A level's close rate by the overall one: at 2 it closes twice as often."),
    (
        "95 % interval",
        "Where the true number lies in 95 of 100 cases; the fewer leads, the wider it is.",
    ),
    ("evidence", "A difference that is too large to be luck, all that was tried considered."),
    ("q", "How likely luck is, corrected for all that was tried; small is good evidence."),
    (
        "verdict",
        "What the evidence says of a level: raises, lowers, no evidence, or too few leads.",
    ),
    ("base", "The points that every lead starts with."),
    ("points", "What a level adds to the score, or takes from it."),
    ("score", "The base and the points of a lead's levels, added up."),
    ("threshold", "The score from which on leads pass to sales."),
    ("gate", "A condition without which no lead passes, whatever its score."),
    ("must-contact", "Leads that pass whatever their score."),
    ("tier", "A range of scores with a name, and what is to be done about its leads."),
    (
        "fit and engagement",
        "The part of the score from who a lead is, and the part from what it does.",
    ),
    ("AUC", "How often a customer scores above another lead; 0.5 is a coin, 1 is always."),
    ("finding", "A doubt about the leads or the card, with what to do about it."),
)
"""Word and meaning, in the order in which a reader meets them."""

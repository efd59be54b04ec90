"""What a card remembers of how its leads were read: the spec by which later ones are counted."""

from __future__ import annotations

from typing import Any

from calibrate.errors import NoOutcomeError
from calibrate.scorecard import Scorecard
from calibrate.spec import Spec


def spec_of(card: Scorecard) -> Spec:
    """Give the spec by which leads are counted as those were that taught the card.

    Parameters
    ----------
    card : Scorecard

    Returns
    -------
    Spec
        Id, creation date, outcome, window, further tables and what stands for nothing; the points
        are the card's affair. From a card of an earlier version, which does not say them, columns
        are found by plain names as in a first run.
    """
    document: dict[str, Any] = {"missing": card.missing}
    if card.cohort.window_days is not None:
        document["window_days"] = card.cohort.window_days
    reads = card.reads
    if reads is not None:
        leads = {"id": reads.id, "created": reads.created}
        document["leads"] = {key: name for key, name in leads.items() if name is not None}
        document["join"] = [one.model_dump() for one in reads.join]
        for key in ("day_first", "repeated"):
            if getattr(reads, key) is not None:
                document[key] = getattr(reads, key)
        for key in ("outcome", "events"):
            if getattr(reads, key) is not None:
                document[key] = getattr(reads, key).model_dump(exclude_unset=True)
    return Spec.model_validate(document)


def outcome_unsaid(card: Scorecard, fault: NoOutcomeError) -> NoOutcomeError:
    """Say what to do where the card does not name the outcome, and the leads do not plainly."""
    if card.reads is not None and card.reads.outcome is not None:
        return fault
    return NoOutcomeError(
        f"{fault} The card `{card.name[:60]}` is of an earlier version and does not say which "
        f"column it was: give the spec of its run, --spec spec.yaml."
    )

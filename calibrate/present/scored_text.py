"""How many leads were scored, and who moved: for a screen, and as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.errors import Finding
from calibrate.present.blocks import BLANK, Block, Said, remarks
from calibrate.present.moved import moves_blocks, moves_summary
from calibrate.present.numbers import count_text, percent_text
from calibrate.scoring import ScoredLeads, scoring_findings

if TYPE_CHECKING:
    from calibrate.moves import Moves
    from calibrate.scorecard import Scorecard


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFile:
    """A file of scored leads.

    Attributes
    ----------
    card : Scorecard
    path : Path
    leads, passing : int
    moves : Moves or None
        Since an earlier scoring, where one was given.
    findings : sequence of Finding
    """

    card: Scorecard
    path: Path
    leads: int
    passing: int
    moves: Moves | None
    findings: Sequence[Finding]


def scored_file(
    card: Scorecard, scored: ScoredLeads, path: Path, moves: Moves | None
) -> ScoredFile:
    """Count what a file of scored leads holds."""
    return ScoredFile(
        card=card,
        path=path,
        leads=len(scored.scores),
        passing=int(scored.passing(card.threshold.score).sum()),
        moves=moves,
        findings=scoring_findings(scored.unseen, scored.absent),
    )


def scored_blocks(found: ScoredFile) -> list[Block]:
    """Say how many leads pass, and who moved."""
    passing = f"{count_text(found.passing)} ({percent_text(found.passing / found.leads)}) pass"
    blocks: list[Block] = [
        Said(
            text=f"{count_text(found.leads)} leads scored with the card `{found.card.name}`; "
            f"{passing}, by the threshold {found.card.threshold.score}.",
            when_long="leave",
        ),
        Said(text=f"Written to {found.path}", when_long="leave"),
    ]
    if found.moves is not None:
        blocks += [BLANK, *moves_blocks(found.moves)]
    return [*blocks, *remarks(found.findings)]


def scored_summary(found: ScoredFile) -> dict[str, Any]:
    """Give the same as plain values that fit into JSON."""
    return {
        "card": found.card.name,
        "leads": found.leads,
        "passing": found.passing,
        "threshold": found.card.threshold.score,
        "moves": None if found.moves is None else moves_summary(found.moves),
        "findings": [one.code for one in found.findings],
    }

"""``calibrate score``: add score, close rate, tier and reasons to any leads table."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.cli.arguments import add_scoring
from calibrate.cli.database_options import add_written, relation_to_score
from calibrate.cli.parser import examples
from calibrate.cli.say import progress, tell

if TYPE_CHECKING:
    from calibrate.cli.scoring_options import Asked
    from calibrate.engines.sql.relations import Relation
    from calibrate.engines.tables import Table
    from calibrate.present.blocks import Block
    from calibrate.scorecard import Scorecard

_Told = tuple["list[Block]", dict[str, Any], list[Path]]
"""For a person, for a program, and the files written."""


def add(parser: argparse.ArgumentParser) -> None:
    """Take a card, leads, and what is to be said of them."""
    parser.description = "Add score, close rate, tier and reasons to a leads table."
    parser.epilog = examples(
        "calibrate score scorecard.yaml new.csv",
        "calibrate score scorecard.yaml new.csv --explain L00042",
        "calibrate score scorecard.yaml new.csv --since last-week-scored.csv",
        "calibrate score card.yaml --connect duckdb://crm.db --table leads --to scored",
    )
    add_scoring(parser, out="LEADS-scored.csv", optional=True)
    parser.add_argument(
        "--explain", metavar="LEAD", help="say why one lead has its score; nothing is written"
    )
    parser.add_argument(
        "--since", metavar="FILE", help="scored leads of last time: who newly passes, who rose"
    )
    add_written(parser)


def run(options: argparse.Namespace) -> None:
    """Score the leads and write them, in their database too; or explain one of them."""
    from calibrate.cli.scoring_options import day, out_for
    from calibrate.engines.tables import open_table
    from calibrate.scorecard import Scorecard

    relation = relation_to_score(options)
    if relation is not None:
        _write_back(options, Scorecard.load(options.card), relation)
        return
    out, as_of = out_for(options, "scored"), day(options.as_of)
    asked: Asked = {"events": options.events, "as_of": as_of, "absent": options.missing_attributes}
    card = Scorecard.load(options.card)
    with progress(3) as step:
        step("reading leads")
        table = open_table(Path(options.leads), sheet=options.sheet)
        step("scoring")
        if options.explain is not None:
            told = _explained(card, table, options.explain, asked)
        else:
            told = _scored(card, table, out, asked, options.since)
    blocks, values, written = told
    tell(options, blocks, values, written=written)


def _write_back(options: argparse.Namespace, card: Scorecard, relation: Relation) -> None:
    """Let the database score its leads, and keep the scores there."""
    from calibrate.engines.sql.relations import watched
    from calibrate.export.written_scores import write_scores
    from calibrate.present.written_text import written_blocks

    with progress(1) as step:
        step("scoring in the database")
        found = write_scores(
            card,
            watched(relation, step),
            options.to,
            way=vars(options)["as"] or "view",
            replace=options.replace,
            prefix=options.prefix,
        )
    tell(options, written_blocks(found), found.summary())


def _explained(card: Scorecard, table: Table, lead: str, asked: Asked) -> _Told:
    from calibrate.explaining import explain
    from calibrate.present.explained import explained_blocks

    found = explain(card, table, lead, **asked)
    return explained_blocks(found), found.summary(), []


def _scored(card: Scorecard, table: Table, out: Path, asked: Asked, since: str | None) -> _Told:
    from calibrate.moves import moves_between
    from calibrate.present.scored import write_scored
    from calibrate.present.scored_text import scored_blocks, scored_file, scored_summary

    scored = card.score_table(table, **asked)
    moves = moves_between(card, table, scored, since) if since else None
    write_scored(card, table, scored, out, as_of=asked["as_of"])
    found = scored_file(card, scored, out, moves)
    return scored_blocks(found), scored_summary(found), [out]

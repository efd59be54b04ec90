"""``calibrate export``: a card in another format, to score where the leads are."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli.arguments import add_card
from calibrate.cli.parser import examples, one_of
from calibrate.cli.say import tell

_FORMATS = ("sql", "python", "xlsx", "pmml", "hubspot", "marketo")
_DIALECTS = ("duckdb", "postgres", "spark", "bigquery", "snowflake")
_OPTIONS = ("dialect", "table", "view", "prefix", "rows")


def add(parser: argparse.ArgumentParser) -> None:
    """Take a card, a format and what belongs to it."""
    parser.description = "Write a card in another format, to score where the leads are."
    parser.epilog = examples(
        "calibrate export scorecard.yaml --to sql --dialect postgres --out score.sql",
        "calibrate export scorecard.yaml --to xlsx --out card.xlsx --rows 1000",
        "calibrate export scorecard.yaml --to hubspot --out hubspot.json",
    )
    add_card(parser)
    parser.add_argument(
        "--to",
        metavar="FORMAT",
        type=one_of(_FORMATS),
        choices=_FORMATS,
        required=True,
        help=", ".join(_FORMATS),
    )
    parser.add_argument("--out", metavar="FILE", required=True, help="file to write")
    parser.add_argument(
        "--dialect",
        metavar="ENGINE",
        type=one_of(_DIALECTS),
        choices=_DIALECTS,
        help=f"for sql: {', '.join(_DIALECTS)} (default: duckdb)",
    )
    parser.add_argument("--table", metavar="NAME", help="for sql: of the leads (default: leads)")
    parser.add_argument("--view", metavar="NAME", help="for sql: make a view of this name")
    parser.add_argument("--prefix", metavar="TEXT", help="for sql: before the names it adds")
    parser.add_argument(
        "--rows", metavar="N", type=int, help="for xlsx: leads that can be pasted in (default: 300)"
    )


def run(options: argparse.Namespace) -> None:
    """Write the card, whole or not at all."""
    from calibrate.export import export
    from calibrate.files import write_whole
    from calibrate.present.blocks import Said
    from calibrate.scorecard import Scorecard

    card = Scorecard.load(options.card)
    given = {name: getattr(options, name) for name in _OPTIONS}
    said = {name: value for name, value in given.items() if value is not None}
    path = write_whole(Path(options.out), export(card, options.to, **said))
    says = f"Written to {path}: the card `{card.name}` as {options.to}."
    values = {"card": card.name, "format": options.to}
    tell(options, [Said(text=says, when_long="leave")], values, written=[path])

"""``calibrate schema``: print the JSON Schema of a file format."""

from __future__ import annotations

import argparse

from calibrate.cli.parser import examples, one_of

_FORMATS = ("spec", "scorecard")


def add(parser: argparse.ArgumentParser) -> None:
    """Take the format."""
    parser.description = "Print the JSON Schema of a file format."
    parser.epilog = examples(
        "calibrate schema spec", "calibrate schema scorecard > scorecard.schema.json"
    )
    parser.add_argument("format", type=one_of(_FORMATS), choices=_FORMATS)


def run(options: argparse.Namespace) -> None:
    """Print the schema; with --json it is the same, for it is JSON."""
    import json

    from calibrate.schemas import json_schema

    print(json.dumps(json_schema(options.format), indent=2, ensure_ascii=False))

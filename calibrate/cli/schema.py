"""``calibrate schema``: print the JSON Schema of a file format."""

from __future__ import annotations

import argparse
import json


def run(options: argparse.Namespace) -> None:
    """Print the schema."""
    from calibrate.schemas import json_schema

    print(json.dumps(json_schema(options.format), indent=2, ensure_ascii=False))

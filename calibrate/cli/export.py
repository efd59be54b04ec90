"""``calibrate export``: a card in another format, to score where the leads are."""

from __future__ import annotations

import argparse
from pathlib import Path

_OPTIONS = ("dialect", "table", "view", "prefix", "rows")


def run(options: argparse.Namespace) -> None:
    """Write the card, whole or not at all."""
    from calibrate.export import export
    from calibrate.files import write_whole
    from calibrate.scorecard import Scorecard

    card = Scorecard.load(options.card)
    given = {name: getattr(options, name) for name in _OPTIONS}
    said = {name: value for name, value in given.items() if value is not None}
    path = write_whole(Path(options.out), export(card, options.to, **said))
    print(f"Written to {path}: the card `{card.name}` as {options.to}.")

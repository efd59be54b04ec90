"""``calibrate threshold``: what would another threshold do on these leads?"""

from __future__ import annotations

import argparse
from typing import Any

from calibrate.cli.arguments import LEADS, add_card, add_events
from calibrate.cli.database_options import add_database, leads_of, log_of
from calibrate.cli.parser import examples
from calibrate.cli.say import progress, tell


def add(parser: argparse.ArgumentParser) -> None:
    """Take a card, leads, and a rule."""
    parser.description = "Say what another threshold would do on these leads."
    parser.epilog = examples(
        "calibrate threshold scorecard.yaml new.csv",
        "calibrate threshold scorecard.yaml new.csv --capacity 200",
        "calibrate threshold scorecard.yaml new.csv --value 5000 --cost 40",
        "calibrate threshold scorecard.yaml --connect duckdb://crm.db --table leads",
    )
    add_card(parser)
    parser.add_argument("leads", metavar="LEADS", help=LEADS, nargs="?")
    add_events(parser)
    parser.usage = (  # argparse would not break the line between rules
        "calibrate threshold [-h] [--events FILE] [--capacity N | --share S |\n"
        "                           --quantile Q | --close-rate R | --value V [--cost C]]\n"
        "                           [--connect URL] [--table NAME] [--query SQL]\n"
        "                           [--engine ENGINE] [--memory SIZE] [--json]\n"
        "                           CARD [LEADS]"
    )
    rule = parser.add_mutually_exclusive_group()
    rule.add_argument(
        "--capacity", metavar="N", type=int, help="leads that sales can work in a calendar month"
    )
    rule.add_argument("--share", metavar="S", type=float, help="largest share of leads: 0.2")
    rule.add_argument(
        "--quantile", metavar="Q", type=float, help="share of customers that may fall below: 0.05"
    )
    rule.add_argument(
        "--close-rate", metavar="R", type=float, help="close rate of those that pass: 0.3"
    )
    rule.add_argument(
        "--value", metavar="V", type=float, help="what a customer brings, with --cost"
    )
    parser.add_argument(
        "--cost", metavar="C", type=float, default=0.0, help="what working a lead costs"
    )
    add_database(parser)


def run(options: argparse.Namespace) -> None:
    """Score the leads and say from which score on they pass, by several rules."""
    from calibrate.cutting import cuts_for
    from calibrate.engines.sql.relations import watched
    from calibrate.present.cuts import cuts_blocks
    from calibrate.scorecard import Scorecard
    from calibrate.validation.declared import spec_of

    card = Scorecard.load(options.card)
    leads = leads_of(options, spec_of(card))
    with progress(1) as step:
        step("scoring")
        found = cuts_for(card, watched(leads, step), _rule(options), events=log_of(options, leads))
    tell(options, cuts_blocks(found), found.summary())


def _rule(options: argparse.Namespace) -> dict[str, Any] | None:
    """Give the rule of the command line as the spec would have it; None when there is none."""
    if options.value is not None:
        return {"expected_value": {"customer": options.value, "contact": options.cost}}
    asked = {
        "capacity": options.capacity,
        "share": options.share,
        "customer_quantile": options.quantile,
        "min_close_rate": options.close_rate,
    }
    return next(({key: number} for key, number in asked.items() if number is not None), None)

"""Arguments that several commands take; nothing heavy is imported for them."""

from __future__ import annotations

import argparse

from calibrate.cli.parser import one_of

LEADS = "leads table: csv, tsv, parquet, xlsx; zip or gz; 'leads-*.csv' for several"

_PRESETS = ("hubspot", "salesforce", "pipedrive", "zoho", "none")
_ABSENT = ("refuse", "as-missing")


def add_leads(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """Take leads, and what is declared about them."""
    parser.add_argument("leads", metavar="LEADS", help=LEADS, nargs="?" if optional else None)
    parser.add_argument("--spec", metavar="FILE", help="what you declare (see `calibrate init`)")
    parser.add_argument(
        "--outcome", metavar="COLUMN", help="column that says who became a customer"
    )
    parser.add_argument(
        "--preset",
        metavar="CRM",
        type=one_of(_PRESETS),
        choices=_PRESETS,
        help=f"{', '.join(_PRESETS)} (default: seen from the headers)",
    )
    add_events(parser)


def add_card(parser: argparse.ArgumentParser) -> None:
    """Take a card."""
    parser.add_argument("card", metavar="CARD", help="scorecard.yaml of a run")


def add_events(parser: argparse.ArgumentParser) -> None:
    """Take the log of what leads did."""
    parser.add_argument("--events", metavar="FILE", help="log of what leads did, one row an event")


def add_fit(parser: argparse.ArgumentParser) -> None:
    """Take which leads teach and which judge."""
    parser.add_argument(
        "--holdout",
        metavar="RULE",
        help="leads that judge: last:quarter, last:0.25, a day up to which leads teach, none "
        "(default: the newest with a fifth of the customers)",
    )
    parser.add_argument(
        "--refit-on-all", action="store_true", help="after the verdict let all leads teach the card"
    )


def add_html(parser: argparse.ArgumentParser) -> None:
    """Take the page to write."""
    parser.add_argument("--html", metavar="FILE", help="also write it as a page, with plots")


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Take the folder of a run."""
    parser.add_argument(
        "--out", metavar="FOLDER", default="calibration", help="folder (default: calibration)"
    )


def add_scoring(parser: argparse.ArgumentParser, *, out: str, optional: bool = False) -> None:
    """Take a card, and leads to score with it."""
    add_card(parser)
    parser.add_argument("leads", metavar="LEADS", help=LEADS, nargs="?" if optional else None)
    parser.add_argument("--out", metavar="FILE", help=f"csv or parquet (default: {out}, here)")
    parser.add_argument("--sheet", metavar="NAME", help="sheet of a workbook (default: the first)")
    parser.add_argument(
        "--events", metavar="FILE", help="log of what leads did (default: that of the card)"
    )
    parser.add_argument(
        "--as-of", metavar="DAY", help="see what leads did from the end of this day: 2026-09-30"
    )
    parser.add_argument(
        "--missing-attributes",
        type=one_of(_ABSENT),
        choices=_ABSENT,
        default="refuse",
        help="columns of the card that LEADS lacks (default: refuse)",
    )

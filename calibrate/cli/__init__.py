"""The command: argument parsing only. Each command's work is a module of its own, loaded late."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

DONE, DOES_NOT_HOLD, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

_EPILOG = """examples:
  calibrate demo                              sample leads, and a run on them
  calibrate init leads.csv                    write the spec a run would use
  calibrate check leads.csv                   leaks, gaps, spellings, cohorts
  calibrate run leads.csv --spec spec.yaml    scorecard and report in a folder
  calibrate score scorecard.yaml new.csv      score, passes and reasons by lead
  calibrate queue scorecard.yaml new.csv      whom to call first, and why
  calibrate threshold scorecard.yaml new.csv --capacity 200
  calibrate validate scorecard.yaml later.csv does it hold on later leads?
  calibrate compare old.yaml new.yaml new.csv keep, refresh or rebuild?
  calibrate rerun q1/scorecard.yaml q2.csv    as last quarter, and compared
  calibrate history cards                     a folder of cards as a time series
  calibrate export scorecard.yaml --to sql --dialect postgres --out score.sql
"""

_LEADS = "leads table: csv, tsv, parquet, xlsx; zip or gz; 'leads-*.csv' for several"

_FORMATS = ("sql", "python", "xlsx", "pmml", "hubspot", "marketo")
_DIALECTS = ("duckdb", "postgres", "spark", "bigquery", "snowflake")
_PRESETS = ("hubspot", "salesforce", "pipedrive", "zoho", "none")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int
        0 done; 1 the card does not hold; 2 bad input, said in one paragraph on stderr.
    """
    options = _parsed(arguments)
    from calibrate.errors import CalibrateError

    try:
        code: int | None = import_module(f"calibrate.cli.{options.command}").run(options)
        sys.stdout.flush()
    except CalibrateError as fault:
        from calibrate.cli.say import complain

        complain(fault)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does; nothing is wrong.
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
        return DONE
    return code or DONE


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest:
        # A pattern without quotes arrives as the files it matches.
        files = all(Path(one).is_file() for one in rest)
        hint = "; put a pattern for several files between quotes: 'leads-*.csv'" if files else ""
        parser.error(f"unrecognized arguments: {' '.join(rest)}{hint}")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="calibrate",
        description="Lead scores you can defend: from a table of past leads to a scorecard.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and stop")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_init(commands.add_parser("init", help="write the spec a run would use, with comments"))
    _add_check(commands.add_parser("check", help="look the leads over: findings, time to close"))
    _add_run(commands.add_parser("run", help="calibrate: scorecard, report and evidence"))
    _add_score(commands.add_parser("score", help="score leads with a scorecard"))
    _add_queue(commands.add_parser("queue", help="rank the leads to call, and why"))
    _add_threshold(commands.add_parser("threshold", help="what another threshold would do"))
    _add_validate(commands.add_parser("validate", help="does the card hold on later leads?"))
    _add_compare(commands.add_parser("compare", help="old card, new card: what moved?"))
    _add_rerun(commands.add_parser("rerun", help="calibrate as last quarter, and compare"))
    _add_history(commands.add_parser("history", help="a folder of cards as a time series"))
    _add_export(commands.add_parser("export", help="write the card as SQL, Excel, PMML ..."))
    _add_schema(commands.add_parser("schema", help="print the JSON Schema of a file format"))
    _add_demo(commands.add_parser("demo", help="write sample leads into a folder and run them"))
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from calibrate import __version__

        print(f"calibrate {__version__}")
        parser.exit()


def _add_leads(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("leads", metavar="LEADS", help=_LEADS)
    parser.add_argument("--spec", metavar="FILE", help="what you declare (see `calibrate init`)")
    parser.add_argument(
        "--outcome", metavar="COLUMN", help="column that says who became a customer"
    )
    parser.add_argument(
        "--preset",
        metavar="CRM",
        choices=_PRESETS,
        help=f"{', '.join(_PRESETS)} (default: seen from the headers)",
    )


def _add_init(parser: argparse.ArgumentParser) -> None:
    _add_leads(parser)
    _add_events(parser)
    parser.add_argument(
        "--out", metavar="FILE", default="spec.yaml", help="spec to write (default: spec.yaml)"
    )
    parser.add_argument("--html", metavar="FILE", help="also write what was found as a page")


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_leads(parser)
    _add_events(parser)
    parser.add_argument("--html", metavar="FILE", help="also write it as a page, with plots")


def _add_events(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", metavar="FILE", help="log of what leads did, one row an event")


def _add_fit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--holdout",
        metavar="RULE",
        help="leads that judge: last:quarter, last:0.25, a day up to which leads teach, none "
        "(default: the newest with a fifth of the customers)",
    )
    parser.add_argument(
        "--refit-on-all", action="store_true", help="after the verdict let all leads teach the card"
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_leads(parser)
    _add_events(parser)
    _add_fit(parser)
    parser.add_argument(
        "--out", metavar="FOLDER", default="calibration", help="folder (default: calibration)"
    )
    parser.add_argument("--name", help="name of the card (default: that of the leads file)")
    parser.add_argument(
        "--scores", action="store_true", help="also write scores.csv, every lead with its score"
    )
    parser.add_argument(
        "--compare-methods",
        action="store_true",
        help="cross-validate measures, awards and overlap on these leads",
    )


def _add_scoring(parser: argparse.ArgumentParser, *, out: str) -> None:
    parser.add_argument("card", metavar="CARD", help="scorecard.yaml of a run")
    parser.add_argument("leads", metavar="LEADS", help=_LEADS)
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
        choices=("refuse", "as-missing"),
        default="refuse",
        help="columns of the card that LEADS lacks (default: refuse)",
    )


def _add_score(parser: argparse.ArgumentParser) -> None:
    _add_scoring(parser, out="LEADS-scored.csv")
    parser.add_argument(
        "--explain", metavar="LEAD", help="say why one lead has its score; nothing is written"
    )
    parser.add_argument(
        "--since", metavar="FILE", help="scored leads of last time: who newly passes, who rose"
    )


def _add_queue(parser: argparse.ArgumentParser) -> None:
    _add_scoring(parser, out="LEADS-queue.csv")
    parser.add_argument("--most", metavar="N", type=int, help="as many as can be called")


def _add_threshold(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("card", metavar="CARD", help="scorecard.yaml of a run")
    parser.add_argument("leads", metavar="LEADS", help=_LEADS)
    _add_events(parser)
    parser.usage = (  # argparse would not break the line between rules
        "calibrate threshold [-h] [--events FILE] [--capacity N | --share S |\n"
        "                           --quantile Q | --close-rate R | --value V [--cost C]]\n"
        "                           CARD LEADS"
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


def _add_validate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("card", metavar="CARD", help="scorecard.yaml of a run")
    parser.add_argument("leads", metavar="LEADS", help=f"with their outcome; {_LEADS}")
    parser.add_argument(
        "--spec", metavar="FILE", help="how leads are counted (default: as for the card)"
    )
    _add_events(parser)
    parser.add_argument(
        "--scored", metavar="FILE", help="scored leads of that time: judge the scores given then"
    )
    parser.add_argument("--as-of", metavar="DAY", help="the day the data were taken: 2026-09-30")
    parser.add_argument("--html", metavar="FILE", help="also write it as a page, with plots")


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help="scorecard.yaml of last quarter")
    parser.add_argument("new", metavar="NEW", help="scorecard.yaml of this quarter")
    parser.add_argument(
        "leads", metavar="LEADS", nargs="?", help=f"of now, with their outcome; {_LEADS}"
    )
    parser.add_argument(
        "--spec", metavar="FILE", help="how leads are counted (default: as for the new card)"
    )
    _add_events(parser)
    parser.add_argument("--html", metavar="FILE", help="also write it as a page, with plots")


def _add_rerun(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help="scorecard.yaml of last quarter")
    parser.add_argument("leads", metavar="LEADS", help=f"of now, with their outcome; {_LEADS}")
    parser.add_argument(
        "--out", metavar="FOLDER", default="calibration", help="folder (default: calibration)"
    )
    parser.add_argument(
        "--spec", metavar="FILE", help="last quarter's (default: spec.yaml beside OLD)"
    )
    _add_events(parser)
    _add_fit(parser)
    parser.add_argument(
        "--damping", action="store_true", help="let points stand that luck alone would move"
    )


def _add_history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="with cards: 2026Q1.yaml, 2026Q2.yaml")
    parser.add_argument("--html", metavar="FILE", help="also write it as a page, with plots")


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("card", metavar="CARD", help="scorecard.yaml of a run")
    parser.add_argument(
        "--to", metavar="FORMAT", choices=_FORMATS, required=True, help=", ".join(_FORMATS)
    )
    parser.add_argument("--out", metavar="FILE", required=True, help="file to write")
    parser.add_argument(
        "--dialect",
        metavar="ENGINE",
        choices=_DIALECTS,
        help=f"for sql: {', '.join(_DIALECTS)} (default: duckdb)",
    )
    parser.add_argument("--table", metavar="NAME", help="for sql: of the leads (default: leads)")
    parser.add_argument("--view", metavar="NAME", help="for sql: make a view of this name")
    parser.add_argument("--prefix", metavar="TEXT", help="for sql: before the names it adds")
    parser.add_argument(
        "--rows", metavar="N", type=int, help="for xlsx: leads that can be pasted in (default: 300)"
    )


def _add_schema(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("format", choices=("spec", "scorecard"))


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", default="calibrate-demo",
        help="where to (default: calibrate-demo)",
    )  # fmt: skip

"""The command: each of its commands is a module of its own, loaded when it is asked for."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path

from calibrate.cli.parser import Parser

DONE, DOES_NOT_HOLD, BAD_INPUT, INTERRUPTED, ENDED = 0, 1, 2, 130, 143

COMMANDS = {
    "init": "write the spec a run would use, with comments",
    "check": "look the leads over: findings, time to close",
    "run": "calibrate: scorecard, report and evidence",
    "score": "score leads with a scorecard",
    "queue": "rank the leads to call, and why",
    "threshold": "what another threshold would do",
    "validate": "does the card hold on later leads?",
    "compare": "old card, new card: what moved?",
    "rerun": "calibrate as last quarter, and compare",
    "history": "a folder of cards as a time series",
    "export": "write the card as SQL, Excel, PMML ...",
    "schema": "print the JSON Schema of a file format",
    "demo": "write sample leads into a folder and run them",
    "completion": "print what completes commands in your shell",
}

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
    if arguments is None:
        # What was put aside goes when the process is asked to end, too.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(ENDED))
    given = sys.argv[1:] if arguments is None else list(arguments)
    if not given:
        command_parser(()).print_help(sys.stderr)
        return BAD_INPUT
    options = _parsed(given)
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


def _parsed(given: list[str]) -> argparse.Namespace:
    name, *others = given
    parser = command_parser([name])
    if name.startswith("-"):
        parser.refuse_unknown([name])
    elif name not in COMMANDS:
        parser.refuse_command(name, tuple(COMMANDS))
    else:
        parser.commands[name].refuse_unknown(others)
    options, rest = parser.parse_known_args(given)
    if len(rest) == 1 and not rest[0].startswith("-") and vars(options).get("leads", rest) is None:
        # An argument that may be left out is not seen by argparse when it comes after options.
        options.leads = rest.pop()
    if rest:
        # A pattern without quotes arrives as the files it matches.
        files = all(Path(one).is_file() for one in rest)
        hint = "; put a pattern for several files between quotes: 'leads-*.csv'" if files else ""
        parser.commands[name].error(f"too many arguments: {' '.join(rest)}{hint}")
    return options


def command_parser(chosen: Collection[str] = tuple(COMMANDS)) -> Parser:
    """Make the parser; only the commands that are chosen know their arguments."""
    parser = Parser(
        prog="calibrate",
        description="Lead scores you can defend: from a table of past leads to a scorecard.",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "-V", "--version", action=_Version, nargs=0, help="print the version and stop"
    )
    commands = parser.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND"
    )
    for name, says in COMMANDS.items():
        command = commands.add_parser(name, help=says)
        parser.commands[name] = command
        if name in chosen:
            import_module(f"calibrate.cli.{name}").add(command)
            if name != "completion":
                command.add_argument(
                    "--json", action="store_true", help="print one JSON object, for programs"
                )
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from calibrate import __version__

        print(f"calibrate {__version__}")
        parser.exit()

"""``calibrate init``: write the spec a run would use, with a comment for every guess."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli.arguments import add_leads
from calibrate.cli.database_options import add_database, log_of, named_again
from calibrate.cli.parser import examples
from calibrate.cli.say import progress, tell


def add(parser: argparse.ArgumentParser) -> None:
    """Take leads, and the spec to write."""
    parser.description = "Write the spec a run would use, with a comment for every guess."
    parser.epilog = examples(
        "calibrate init leads.csv",
        "calibrate init hubspot.csv --preset hubspot --html found.html",
        "calibrate init leads.csv --events events.csv --out spec-2026.yaml",
        "calibrate init --connect duckdb://crm.db --table leads",
    )
    add_leads(parser, optional=True)
    parser.add_argument(
        "--out", metavar="FILE", default="spec.yaml", help="spec to write (default: spec.yaml)"
    )
    parser.add_argument("--html", metavar="FILE", help="also write what was found as a page")
    add_database(parser)


def run(options: argparse.Namespace) -> None:
    """Write the spec; an existing file is never overwritten."""
    from shlex import quote

    from calibrate.checking import check
    from calibrate.cli.spec_options import spec_and_anywhere
    from calibrate.draft import draft_spec
    from calibrate.engines.sql.relations import watched
    from calibrate.errors import OutputError
    from calibrate.files import write_whole
    from calibrate.present.blocks import Said
    from calibrate.present.check_page import check_html
    from calibrate.warehouse import read_anywhere

    path = Path(options.out)
    if path.exists():
        raise OutputError(f"{path} is there already; choose another name with --out.")
    spec, leads = spec_and_anywhere(options)
    written = []
    with progress(1) as step:
        step("looking the leads over")
        events = log_of(options, leads)
        read = read_anywhere(watched(leads, step), spec.teaching_all(), events=events)
        draft = draft_spec(read, events=options.events, in_database=options.connect is not None)
        if options.html:
            written.append(write_whole(Path(options.html), check_html(check(read), draft)))
    written.insert(0, write_whole(path, draft))
    after = f"calibrate run {named_again(options)} --spec {quote(str(path))}"
    says = f"Written to {path}. Read it through, then: {after}"
    values = {"leads_table": read.name, "next": after}
    tell(options, [Said(text=says, when_long="leave")], values, written=written)

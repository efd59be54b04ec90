"""``calibrate init``: write the spec a run would use, with a comment for every guess."""

from __future__ import annotations

import argparse
from pathlib import Path
from shlex import quote

from calibrate.cli.spec_options import spec_and_leads
from calibrate.errors import OutputError


def run(options: argparse.Namespace) -> None:
    """Write the spec; an existing file is never overwritten."""
    from calibrate.checking import check
    from calibrate.draft import draft_spec
    from calibrate.files import write_whole
    from calibrate.present.check_page import check_html
    from calibrate.reading import read_leads

    path = Path(options.out)
    if path.exists():
        raise OutputError(f"{path} is there already; choose another name with --out.")
    spec, leads = spec_and_leads(options)
    read = read_leads(leads, spec.teaching_all(), events=options.events)
    draft = draft_spec(read, events=options.events)
    if options.html:
        write_whole(Path(options.html), check_html(check(read), draft))
    write_whole(path, draft)
    # A pattern without quotes would be replaced by the shell.
    leads_word, spec_word = quote(options.leads), quote(str(path))
    print(
        f"Written to {path}. Read it through, then: calibrate run {leads_word} --spec {spec_word}"
    )

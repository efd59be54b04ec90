"""Sample leads to play with: synthetic, seeded, and with a truth that is known.

`write_sample` writes the tables; `truth` says what is planted in them; `mixes` says how common
each level is.  `calibrate demo` and `data/generate.py` both come here.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from calibrate.sample import event_rows, lead_rows
from calibrate.sample.declared import SPEC

__all__ = ["SampleFiles", "write_sample"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFiles:
    """
    Where the sample was written.

    Attributes
    ----------
    leads : Path
        leads.csv, one row a lead.
    events : Path
        events.csv, one row for each thing a lead did.
    spec : Path
        spec.yaml, what an analyst would declare about them.
    """

    leads: Path
    events: Path
    spec: Path


def write_sample(folder: Path) -> SampleFiles:
    """
    Write the sample leads, their event log and the spec into a folder.

    Parameters
    ----------
    folder : Path
        Made where it does not exist; files of the same names are replaced.

    Returns
    -------
    SampleFiles
        The three paths.  The bytes are the same every time and everywhere.

    Raises
    ------
    OSError
        The folder cannot be made or written to.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     files = write_sample(Path(folder))
    ...     files.leads.name, len(files.leads.read_text("utf-8").splitlines())
    ('leads.csv', 6001)
    """
    leads = lead_rows.draw_leads()
    events = event_rows.draw_events(leads)
    folder.mkdir(parents=True, exist_ok=True)
    files = SampleFiles(
        leads=folder / "leads.csv", events=folder / "events.csv", spec=folder / "spec.yaml"
    )
    columns = [leads.columns[name] for name in lead_rows.COLUMNS]
    files.leads.write_bytes(_csv(lead_rows.COLUMNS, zip(*columns, strict=True)))
    files.events.write_bytes(
        _csv(
            event_rows.COLUMNS,
            ((lead, at.isoformat(), event, page) for at, lead, event, page in events),
        )
    )
    files.spec.write_bytes(SPEC.encode())
    return files


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Comma-separated UTF-8, lines ended by a line feed on every system."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()

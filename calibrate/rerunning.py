"""Last quarter's card and spec on this quarter's leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.engines.sql.relations import Relation, watched
from calibrate.engines.tables import Table, open_table
from calibrate.files import make_folder, write_whole
from calibrate.logs import Log
from calibrate.pipeline import Calibration, calibrate
from calibrate.recalibration.comparing import compare
from calibrate.recalibration.result import Comparison
from calibrate.scorecard import Scorecard
from calibrate.shown import AsScreen
from calibrate.spec import FitPart, Spec, as_spec
from calibrate.validation.declared import spec_of

if TYPE_CHECKING:
    import pandas as pd

_DATED = {
    "as_of": "the day the data were taken",
    "fit.until": "the last day of the leads that taught",
}
"""Keys of a spec that belong to one quarter."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Rerun(AsScreen):
    """A new quarter's run, and what moved since the last.

    Attributes
    ----------
    calibration : Calibration
    comparison : Comparison
    dropped : tuple of str
        What of last quarter's spec was not used, in words.
    """

    calibration: Calibration
    comparison: Comparison
    dropped: tuple[str, ...]

    @property
    def scorecard(self) -> Scorecard:
        """The new card."""
        return self.calibration.scorecard

    def save(self, folder: str | Path, progress: Callable[[str], None] = lambda step: None) -> Path:
        """Write the run's folder, with ``comparison.html`` in it.

        Raises
        ------
        OutputError
            When the folder cannot be written to; nothing is left behind half-written.
        """
        from calibrate.present.comparison_page import comparison_html

        page = comparison_html(self.comparison)
        written = self.calibration.save(
            make_folder(Path(folder)), progress, comparison=self.comparison
        )
        write_whole(written / "comparison.html", page)
        return written

    def to_frame(self) -> pd.DataFrame:
        """Give what moved, one row a level: that of the comparison."""
        return self.comparison.to_frame()

    def summary(self) -> dict[str, Any]:
        """Give the new run and the comparison as plain values that fit into JSON."""
        from calibrate.present.comparison_text import rerun_summary

        return rerun_summary(self)

    def __str__(self) -> str:
        from calibrate.present.comparison_text import rerun_text

        return rerun_text(self)

    def _repr_html_(self) -> str:
        return self.comparison._repr_html_()


def rerun(
    old_card: Scorecard | str | Path,
    leads: str | Path | pd.DataFrame | Table | Relation,
    *,
    spec: Spec | str | Path | None = None,
    events: Log | None = None,
    damping: bool = False,
    fit: FitPart | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Rerun:
    """Calibrate again as last quarter, and compare.

    Parameters
    ----------
    old_card : Scorecard or path
    leads : path, DataFrame or Relation
        Of now, with what became of them; in a database too (`open_relation`).
    spec : Spec or path, optional
        Last quarter's; by default ``spec.yaml`` beside the card's file, and without one what the
        card itself remembers (`spec_of`), which is not how points were made but how leads are read.
    events : path, DataFrame or Relation, optional
        The log of what leads did, where they are.
    damping : bool
        Let levels keep their points unless they moved, as `damping: true` in the spec does, on the
        bands of the old card.
    fit : FitPart, optional
        Which leads teach and which judge; by default as the spec says, else the newest judge.
    progress : callable, optional
        Is told each step as it begins.

    Returns
    -------
    Rerun

    Raises
    ------
    SpecError, LeadsError, ScorecardError
        As `calibrate` and `compare`.

    Notes
    -----
    The new card has the old one's name. Days that belong to last quarter are dropped from the spec,
    but for the very table that taught the old card: a rerun on the same data changes nothing.
    """
    path = None if isinstance(old_card, Scorecard) else Path(old_card)
    if not isinstance(old_card, Scorecard):
        old_card = Scorecard.load(old_card)
    declared = last_spec(path, old_card, spec)
    table = leads if isinstance(leads, Relation) else open_table(leads, sheet=declared.leads.sheet)
    if damping:
        declared = declared.changed(points=_damping(declared))
    declared, dropped = this_quarters(declared, old_card, table)
    if fit is not None:
        declared = declared.changed(fit=fit.model_dump(exclude_unset=True))
    if declared.points.damping:
        declared = on_old_bands(declared, old_card, table)
    run = calibrate(
        table, declared, events=events, name=old_card.name, previous=old_card, progress=progress
    )
    progress("comparing")
    table = watched(table, progress)
    found = compare(old_card, run.scorecard, table, spec=run.leads.spec, events=events)
    return Rerun(calibration=run, comparison=found, dropped=dropped)


def last_spec(path: Path | None, card: Scorecard, spec: Spec | str | Path | None) -> Spec:
    """Give last quarter's spec: the one named, else that beside the card, else what it remembers.

    Parameters
    ----------
    path : Path or None
        Of the card.
    card : Scorecard
    spec : Spec or path, optional
    """
    if spec is not None:
        return as_spec(spec)
    beside = None if path is None else path.parent / "spec.yaml"
    return Spec.load(beside) if beside is not None and beside.is_file() else spec_of(card)


def this_quarters(
    spec: Spec, card: Scorecard, table: Table | Relation
) -> tuple[Spec, tuple[str, ...]]:
    """Drop what belongs to last quarter, and say what; a later day than the card's is of now.

    Parameters
    ----------
    spec : Spec
        Last quarter's.
    card : Scorecard
        Last quarter's.
    table : Table or Relation
        This quarter's leads.
    """
    document = spec.document()
    fit = document.get("fit", {})
    dated = {"fit.until": fit.pop("until", None)}
    taken = card.made.as_of
    if spec.as_of is None or taken is None or spec.as_of <= taken:
        dated = {"as_of": document.pop("as_of", None)} | dated
    if not fit:
        document.pop("fit", None)
    found = {key: day for key, day in dated.items() if day is not None}
    if not found or table.fingerprint == card.made.fingerprint:
        return spec, ()
    return spec.declaring(document), tuple(f"{k} {v} ({_DATED[k]})" for k, v in found.items())


def on_old_bands(spec: Spec, card: Scorecard, table: Table | Relation) -> Spec:
    """Declare the old bands of numbers that earned points: on others no level could be the same.

    Bands that the spec declares stay, and so does everything for the table that taught the card.
    """
    if table.fingerprint == card.made.fingerprint:
        return spec
    declared = dict(spec.document().get("attributes", {}))
    for one in card.attributes:
        edges = one.as_levels.edges
        if not edges or one.made_from is not None or one.name not in table.columns:
            continue
        if any(level.points for level in one.levels):
            declared[one.name] = {"bands": list(edges)} | declared.get(one.name, {})
    return spec.changed(attributes=declared) if declared else spec


def _damping(spec: Spec) -> dict[str, object]:
    return dict(spec.document().get("points", {})) | {"damping": True}

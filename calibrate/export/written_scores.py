"""Scores written back where the leads are: a view or a table beside them, made by the database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.sql.changing import Changing, Place, all_or_nothing, place_of
from calibrate.engines.sql.phrases import column, quoted
from calibrate.engines.sql.relations import Relation, as_table
from calibrate.engines.sql.translation import translated
from calibrate.errors import EngineError, Finding, ScorecardError, SpecError, did_you_mean
from calibrate.export.dialects import Writer
from calibrate.export.sql import ScoredRows, scored_rows
from calibrate.present.numbers import count_text
from calibrate.scorecard import Scorecard
from calibrate.scorecard.columns import refuse_lacking
from calibrate.scorecard.held import held_among, unseen_there
from calibrate.scorecard.scored import stamps
from calibrate.scoring import Unseen, scoring_findings
from calibrate.shown import AsScreen, AsTable

if TYPE_CHECKING:
    import pandas as pd

As = Literal["view", "table"]
WAYS: tuple[As, ...] = get_args(As)
_WRITTEN = ("duckdb", "postgres")
"""Dialects in which tables are made whole or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierCount:
    """Leads of one tier.

    Attributes
    ----------
    tier : str or None
        None for those in no tier, as of leads that a veto or a gate keeps out.
    leads, passing : int
    """

    tier: str | None
    leads: int
    passing: int


@dataclass(frozen=True, kw_only=True, repr=False)
class WrittenScores(AsScreen, AsTable):
    """Scores that stand in a database, as they were counted there.

    Attributes
    ----------
    card : Scorecard
    name : str
        Of the leads.
    to : str
        The view or table, as it was asked for.
    way : {"view", "table"}
    replaced : bool
        Whether an earlier one stood there.
    leads : int
    tiers : tuple of TierCount
        The lowest tier first, leads in no tier last.
    unseen : tuple of Unseen
        Attributes with values that the card has never seen.
    """

    card: Scorecard
    name: str
    to: str
    way: As
    replaced: bool
    leads: int
    tiers: tuple[TierCount, ...]
    unseen: tuple[Unseen, ...]

    @property
    def passing(self) -> int:
        """How many leads pass."""
        return sum(one.passing for one in self.tiers)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Values that the card has never seen."""
        return scoring_findings(self.unseen, ())

    def to_frame(self) -> pd.DataFrame:
        """Give one row a tier: leads, and how many of them pass."""
        import pandas as pd

        rows = [(one.tier, one.leads, one.passing) for one in self.tiers]
        return pd.DataFrame(rows, columns=["tier", "leads", "passing"])

    def summary(self) -> dict[str, Any]:
        """Give the counts as plain values that fit into JSON."""
        from calibrate.present.written_text import written_summary

        return written_summary(self)

    def __str__(self) -> str:
        from calibrate.present.written_text import written_text

        return written_text(self)


def write_scores(
    card: Scorecard,
    leads: Relation,
    to: str,
    *,
    way: str = "view",
    replace: bool = False,
    prefix: str | None = None,
    on: dt.date | None = None,
) -> WrittenScores:
    """Write scores back where the leads are, as a view or a table that the database makes.

    Parameters
    ----------
    card : Scorecard
    leads : Relation
        Opened through a connection that may write: ``connect(url, writing=True)``.
    to : str
        Name of the view or table, as the database writes it.
    way : {"view", "table"}
        A view scores whenever it is looked at; a table keeps the scores of today, with the day
        and the card (`scored_on`, `scored_by`).
    replace : bool
        Whether earlier scores of this name may go. What holds no scores is never replaced.
    prefix : str, optional
        Before the names of the columns that are added, as for `sql`.
    on : date, optional
        The day of scoring; by default today.

    Returns
    -------
    WrittenScores

    Raises
    ------
    SpecError
        When the name is none, is that of the leads, or is taken; or when the leads have columns of
        the names that are added.
    ScorecardError
        When a column that earns points is not there, one with what leads did included.
    EngineError
        When the database refuses, or not every lead was scored: then nothing is changed.

    Notes
    -----
    All of it is one transaction: a run that is stopped leaves what was there. It is committed, and
    with it whatever was begun before on a connection of your own.

    Examples
    --------
    >>> import duckdb
    >>> import pandas as pd
    >>> from calibrate import calibrate, open_relation
    >>> from calibrate.engines.sql.connections import DuckDBConnection
    >>> frame = pd.DataFrame({"source": ["Fair", "web"] * 50, "won": [1, 0] * 25 + [0] * 50})
    >>> database = duckdb.connect()
    >>> _ = database.execute("CREATE TABLE leads AS FROM frame")
    >>> leads = open_relation(DuckDBConnection(connection=database), table="leads")
    >>> write_scores(calibrate(frame).scorecard, leads, "lead_scores").passing
    50
    >>> database.execute("SELECT source, score FROM lead_scores LIMIT 2").fetchall()
    [('Fair', 100), ('web', 0)]
    """
    if way not in WAYS:
        raise SpecError(f"`{way[:40]}`: {did_you_mean(way, WAYS)}")
    connection = _writable(leads)
    writer = Writer("postgres" if connection.dialect == "postgres" else "duckdb")
    place = _place(connection, leads, to, way=way, replace=replace)
    scored = scored_rows(card, writer, connection.in_full(leads.source), prefix=prefix)
    wanted = _wanted(card)
    _refuse_unmade(card, leads)
    refuse_lacking(as_table(leads), wanted)
    marks = {} if way == "view" else stamps(card, on or dt.date.today())
    _refuse_taken(leads, [*scored.added, *marks])
    unseen = unseen_there(card, leads.rows, held_among(card, leads, wanted))
    select = _select(leads, scored, marks, writer)
    with all_or_nothing(connection):
        _make(connection, place, select, way=way, added=scored.added)
        tiers = _counted(connection, card, place, leads, scored.prefix)
    return WrittenScores(
        card=card,
        name=leads.name,
        to=to,
        way="table" if way == "table" else "view",
        replaced=place.kind is not None,
        leads=leads.leads,
        tiers=tiers,
        unseen=unseen,
    )


def _writable(leads: Relation) -> Changing:
    connection = leads.connection
    if leads.files or not isinstance(connection, Changing) or connection.dialect not in _WRITTEN:
        raise SpecError(
            f"{leads.where}: scores are written back into DuckDB and Postgres. Elsewhere run the "
            f"SQL of `calibrate export CARD --to sql` in the database, and score files as files."
        )
    return connection


def _place(connection: Changing, leads: Relation, to: str, *, way: str, replace: bool) -> Place:
    """Find the place to write to, and refuse one that holds anything but earlier scores."""
    place = place_of(connection, to)
    source = connection.in_full(leads.source)
    is_own = not source.startswith("(") and place_of(connection, source) == place
    if is_own and place.kind is not None:
        raise SpecError(
            f"`{to[:60]}` holds the leads themselves; write the scores under another name."
        )
    if place.kind is None:
        return place
    if place.kind != way:
        raise SpecError(
            f"{connection.engine} has a {place.kind} `{to[:60]}` already, and a {way} cannot take "
            f"its place. Choose another name, or make a {place.kind} again."
        )
    if not replace:
        raise SpecError(
            f"{connection.engine} has a {way} `{to[:60]}` already. To replace earlier scores say "
            f"so: --replace, or `replace=True` from Python. Else choose another name."
        )
    return place


def _wanted(card: Scorecard) -> list[tuple[str, Any]]:
    """Give what is read of a lead; what was made of a log or joined must stand in the table."""
    needed = card.scoring.needed
    return [
        (one.name, None if isinstance(one.made_from, BehaviourRecipe) else one.made_from)
        for one in card.attributes
        if one.name in needed
    ]


def _refuse_unmade(card: Scorecard, leads: Relation) -> None:
    """Refuse leads without what they did beside them: a view reads no log."""
    needed = card.scoring.needed
    unmade = [
        f"`{one.name}`"
        for one in card.attributes
        if one.name in needed
        and isinstance(one.made_from, BehaviourRecipe)
        and one.name not in leads.columns
    ]
    if unmade:
        raise ScorecardError(
            f"{leads.where}: the card gives points for what leads did, and what scores in a "
            f"database reads no log. Give it a table, or a query (--query), in which these stand "
            f"as columns beside the leads: {', '.join(unmade)}."
        )


def _refuse_taken(leads: Relation, added: list[str]) -> None:
    there = {name.casefold() for name in (*leads.columns, *leads.unusable)}
    taken = [f"`{name}`" for name in added if name.casefold() in there]
    if taken:
        raise SpecError(
            f"{leads.where} has {'a column' if len(taken) == 1 else 'columns'} {', '.join(taken)} "
            f"already. Put something before the names that are added (--prefix lead_), or score "
            f"the table that these scores were made from."
        )


def _select(leads: Relation, scored: ScoredRows, marks: dict[str, str], writer: Writer) -> str:
    select = scored.select
    if leads.condition != "TRUE":
        # Rows without any value are no leads: they are left out of a file, too.
        select += f"\nWHERE {translated(f'SELECT {leads.condition}', writer.dialect)[7:]}"
    if not marks:
        return select
    beside = ", ".join(
        f"{writer.write(writer.exp.cast(writer.text(said), 'text'))} AS {name}"
        for name, said in marks.items()
    )
    return f"SELECT w.*, {beside} FROM (\n{select}\n) AS w"


def _make(
    connection: Changing, place: Place, select: str, *, way: str, added: tuple[str, ...]
) -> None:
    """Make the view or table; one of the same columns stays, with who may read it."""
    kind = way.upper()
    if place.kind is None:
        connection.run(f"CREATE {kind} {place.source} AS\n{select}")
        return
    before = connection.columns(place.source)
    if not {name.casefold() for name in added} <= {name.casefold() for name, _ in before}:
        raise SpecError(
            f"The {way} `{place.name[:60]}` holds no scores of this kind (it lacks "
            f"`{added[0]}` or others), so it is not replaced. Choose another name."
        )
    made = quoted("calibrate_scores_made")
    connection.run(f"CREATE TEMPORARY VIEW {made} AS\n{select}")
    same = connection.columns(made) == before
    connection.run(f"DROP VIEW {made}")
    if same and way == "view":
        connection.run(f"CREATE OR REPLACE VIEW {place.source} AS\n{select}")
    elif same:
        connection.run(f"DELETE FROM {place.source}")
        connection.run(f"INSERT INTO {place.source}\n{select}")
    else:
        connection.run(f"DROP {kind} {place.source}")
        connection.run(f"CREATE {kind} {place.source} AS\n{select}")


def _counted(
    connection: Changing,
    card: Scorecard,
    place: Place,
    leads: Relation,
    prefix: str,
) -> tuple[TierCount, ...]:
    """Count what was written, and hold it against the leads.

    Raises
    ------
    EngineError
        When it is not every lead once.
    """
    tier, passes = column(f"{prefix}tier"), column(f"{prefix}passes")
    found = connection.ask(
        f"SELECT tier, COUNT(*) AS n, SUM(p) AS p FROM (SELECT {tier} AS tier, CASE WHEN {passes} "
        f"THEN 1 ELSE 0 END AS p FROM {place.source} AS t) AS g GROUP BY tier"
    )
    rows = list(zip(*(one.to_pylist() for one in found.columns), strict=True))
    written = sum(int(n) for _, n, _ in rows)
    if written != leads.leads:
        raise EngineError(
            f"{leads.where} has {count_text(leads.leads)} leads, and {count_text(written)} were "
            f"scored: the table changed meanwhile, or its rows come from the very scores that were "
            f"to be replaced. Nothing was changed; try again when nobody writes."
        )
    order = {one.name: place for place, one in enumerate(card.tiers)}
    return tuple(
        TierCount(tier=name, leads=int(n), passing=int(p))
        for name, n, p in sorted(rows, key=lambda row: order.get(row[0], len(order)))
    )

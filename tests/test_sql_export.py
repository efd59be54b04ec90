"""A card as SQL gives the scores of calibrate, executed row for row in the real engines."""

from __future__ import annotations

import csv
import io
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from calibrate import Scorecard
from calibrate.behaviours import BehaviourRecipe
from calibrate.errors import CalibrateError, SpecError
from calibrate.export import export
from calibrate.export.dialects import DIALECTS
from calibrate.export.folding import folding_for, forms, spaces
from calibrate.levels import Level, bands, fold
from calibrate.recipes import MemberRecipe, SpamSignsRecipe
from tests.odd_cards import (
    NAMES,
    attribute,
    card_of,
    odd_card,
    odd_table,
    policy_card,
    texts,
    wanted_of,
)

LEADS = 10_000
POSTGRES_TYPES = {"int64": "bigint", "double": "double precision", "bool": "boolean",
                  "date32[day]": "date", "string": "text", "float": "real",
                  "decimal128(10, 2)": "numeric(10, 2)"}  # fmt: skip

Columns = dict[str, list[Any]]
Engine = Callable[[Scorecard, pa.Table], Columns]


def in_duckdb(card: Scorecard, table: pa.Table, **options: Any) -> Columns:
    with duckdb.connect() as connection:
        connection.register("leads", table)
        connection.execute(str(export(card, "sql", dialect="duckdb", **options)))
        names = [one[0] for one in connection.description]
        columns = list(zip(*connection.fetchall(), strict=True))
    return dict(zip(names, map(list, columns), strict=True))


class Postgres:
    """A server of its own, used the way its people do: by files given to psql."""

    def __init__(self, folder: Path) -> None:
        import pgserver

        self.folder = folder
        folder.mkdir()
        self.server = pgserver.get_server(folder / "server")
        self.psql = Path(pgserver.__file__).parent / "pginstall" / "bin" / "psql"

    def run(self, script: str) -> str:
        file = self.folder / "script.sql"
        file.write_text(script, "utf-8", newline="")
        done = subprocess.run(
            [self.psql, self.server.get_uri(), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", file],
            env={**os.environ, "PGCLIENTENCODING": "UTF8"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr[:2000]
        return done.stdout

    def load(self, table: pa.Table) -> None:
        columns = ", ".join(
            f'"{field.name.replace(chr(34), chr(34) * 2)}" {POSTGRES_TYPES[str(field.type)]}'
            for field in table.schema
        )
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        lines = [",".join(_cell(value) for value in row) for row in rows]
        (self.folder / "leads.csv").write_text("\n".join(lines) + "\n", "utf-8", newline="")
        self.run(
            f"DROP TABLE IF EXISTS leads CASCADE; CREATE TABLE leads ({columns});\n"
            f"\\copy leads FROM '{self.folder / 'leads.csv'}' (FORMAT csv)\n"
        )

    def score(self, card: Scorecard, table: pa.Table) -> Columns:
        self.load(table)
        self.run(str(export(card, "sql", dialect="postgres", view="scored")) + ";")
        said = self.run(
            "\\copy (SELECT * FROM scored ORDER BY row) TO STDOUT (FORMAT csv, HEADER)\n"
        )
        # Without quotes nothing is NULL; with them it is an empty text.
        header, *rows = csv.reader(io.StringIO(said, newline=""))
        return {
            name: [_read(name.removeprefix("calibrate_"), value) for value in values]
            for name, *values in zip(header, *rows, strict=True)
        }


def _read(name: str, value: str) -> Any:
    if name in ("score", "fit", "engagement", "stakes", "shown"):
        return int(value) if value.lstrip("-").isdigit() else value
    if name == "passes":
        return {"t": True, "f": False}.get(value, value)
    if name == "close_rate":
        return float(value)
    return None if name in ("tier", "action") and not value else value


def _cell(value: object) -> str:
    if value is None:
        return ""
    written = repr(value) if isinstance(value, float) else str(value)
    return f'"{written.replace(chr(34), chr(34) * 2)}"'


@pytest.fixture(scope="session")
def postgres(postgres_folder: Path) -> Iterator[Postgres]:
    found = Postgres(postgres_folder / "exported")
    yield found
    found.server.cleanup()


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "duckdb":
        return in_duckdb
    return request.getfixturevalue("postgres").score  # type: ignore[no-any-return]


def check(engine: Engine, card: Scorecard, table: pa.Table) -> list[int]:
    """Compare all that an engine tells with calibrate, row for row; give the scores."""
    wanted = wanted_of(card, table)
    found = engine(card, table)
    added = list(found)[table.num_columns :]
    before = added[0].removesuffix("score")
    assert added == [f"{before}{name}" for name in wanted]
    for name, values in wanted.items():
        assert found[f"{before}{name}"] == values, name
    return list(wanted["score"])


def column(*values: object, name: str = "x", kind: pa.DataType | None = None) -> pa.Table:
    return pa.table({"row": range(len(values)), name: pa.array(values, kind)})


# ------------------------------------------------------------------------------ row for row equal


def test_ten_thousand_odd_leads_score_as_in_calibrate(engine: Engine) -> None:
    scores = check(engine, policy_card(), odd_table(LEADS, 1))
    assert len(set(scores)) > 300


@pytest.mark.parametrize("place", range(len(odd_card().attributes)))
def test_every_attribute_alone_scores_as_in_calibrate(engine: Engine, place: int) -> None:
    card = odd_card()
    one = card.model_copy(update={"attributes": (card.attributes[place],)})
    table = odd_table(2000, 2)
    if card.attributes[place].name != "score":  # else no column of that name could be added
        table = table.drop_columns(["score"])
    assert len(set(check(engine, one, table))) >= 2


def test_a_text_with_nul_is_read_where_an_engine_has_such() -> None:
    check(in_duckdb, odd_card(), odd_table(2000, 3, nul=True))
    named = card_of(attribute("x", "category", texts("a\0b")))
    assert check(in_duckdb, named, column("a\0b", "A\0B", "a")) == [1, 1, 0]


def test_a_level_with_nul_is_left_out_where_no_text_can_have_one(postgres: Postgres) -> None:
    card = card_of(attribute("x", "category", texts("a\0b", "c")))
    assert check(postgres.score, card, column("ab", "c", "a")) == [0, -2, 0]


@pytest.mark.parametrize(
    "written",
    [
        ["1,5", "2,5", "-0,1", "abc"],
        ["1.234,5", "1.500", "2,25", "x", "1.5"],
        ["1.234,5", "1.500", "7", "-1.234.567"],
        ["1,234", "1.5", "2,000.25", "x,y"],
        ["1,5", "1,234.5", "3"],
        ["1,234", "2,345", "1e2"],
        ["Berlin, DE", "1.500", "3"],
        ["n/a,", "07,5", "1,5"],
    ],
)
@pytest.mark.parametrize("kind", ["number", "category"])
@pytest.mark.parametrize("commas", [None, True, False])
def test_commas_are_read_as_the_card_knows_them(
    engine: Engine, written: list[str], kind: str, commas: bool | None
) -> None:
    levels = texts("1.5", "1500", "1234", "2345", "0.1", "1234567", "7.5", "2,25", "3.000")
    if kind == "number":
        levels = [*bands([0.0, 1.5, 3.0, 100.0, 1500.0]), Level(text="(missing)")]
    part = attribute("x", kind, levels, otherwise=40)
    card = card_of(part.model_copy(update={"decimal_comma": commas}), missing=("-", "7"))
    check(engine, card, column(*written, "2.25", "3000", "3,000", "7,0", None, " ", "-"))
    check(engine, card, column(1.5, 2.25, 3.0, 3000.0, 7.0, 1234.0, None, kind=pa.float64()))


def test_band_edges_are_exact(engine: Engine) -> None:
    edges = [-0.1, 0.1, 0.3, 1 / 3, 5e15 + 1, 1e22]
    card = card_of(attribute("x", "number", [*bands(edges), Level(text="(missing)")]))
    near = [float(np.nextafter(edge, side)) for edge in edges for side in (-np.inf, np.inf)]
    values = [*edges, *near, np.inf, -np.inf, np.nan, None, 0.1 + 0.2]
    numbers = column(*values, kind=pa.float64())
    scores = check(engine, card, numbers)
    assert scores[: len(edges)] == check(engine, card, column(*map(repr, edges)))
    assert len(set(scores)) == len(edges) + 2


@pytest.mark.parametrize("kind", [pa.float32(), pa.decimal128(10, 2)])
def test_other_types_of_numbers_score_as_in_calibrate(engine: Engine, kind: pa.DataType) -> None:
    table = pa.table({"row": range(5), "x": pa.array([0, 1, 2, 3, None], pa.float64()).cast(kind)})
    by_band = card_of(attribute("x", "number", bands([0.5, 2.0]), otherwise=9))
    by_name = card_of(attribute("x", "category", texts("1", "2", "3"), otherwise=9))
    assert len(set(check(engine, by_band, table))) == 4
    assert len(set(check(engine, by_name, table))) == 5


@given(values=st.lists(st.one_of(st.none(), st.text(max_size=8)), min_size=1, max_size=30))
def test_any_text_scores_as_in_calibrate(values: list[str | None]) -> None:
    names = list(dict.fromkeys(fold(one) for one in values[::2] if one and fold(one)))
    levels = texts(*(name for name in names if name != "(missing)"))
    if sum(name.count(one) for name in names for one in "σς") > 6:
        return
    card = card_of(attribute("x", "category", levels, otherwise=90))
    try:
        sql = export(card, "sql")
    except CalibrateError:
        return  # two spellings of one number or truth, refused by name
    assert sql
    respelled = [one for one in values for one in (one, one and one.upper(), one and f" {one}")]
    check(in_duckdb, card, column(*respelled, kind=pa.string()))


@given(
    values=st.lists(
        st.from_regex(r"\s?[-+]?[0-9]{0,4}[.,]?[0-9]{0,4}([eE][-+]?[0-9]{0,3})?", fullmatch=True),
        min_size=1,
        max_size=20,
    )
)
def test_any_number_scores_as_in_calibrate(values: list[str]) -> None:
    levels = [*bands([-1.5, 0.0, 0.25, 10.0, 1e4]), Level(text="(missing)")]
    card = card_of(attribute("x", "number", levels, otherwise=70), missing=("0", "99"))
    check(in_duckdb, card, column(*values))


# ----------------------------------------------------------------- what went wrong elsewhere


def test_points_stay_with_their_level_whatever_the_order_of_levels(engine: Engine) -> None:
    wanted = {name: place * 3 - 20 for place, name in enumerate(NAMES)}
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(NAMES))
        part = attribute("x", "category", texts(*(NAMES[place] for place in order)))
        levels = tuple(
            level.model_copy(update={"points": wanted.get(str(level.level), 99)})
            for level in part.levels
        )
        card = card_of(part.model_copy(update={"levels": levels}))
        assert check(engine, card, column(*NAMES)) == list(wanted.values())


def test_points_stay_with_their_band(engine: Engine) -> None:
    part = attribute("x", "number", bands([10.0, 20.0, 30.0]))
    points = (5, -7, 11, -13)
    levels = tuple(
        level.model_copy(update={"points": worth})
        for level, worth in zip(part.levels, points, strict=True)
    )
    card = card_of(part.model_copy(update={"levels": levels}))
    values = column(9.99, 10.0, 19.99, 20.0, 29.99, 30.0, kind=pa.float64())
    assert check(engine, card, values) == [5, -7, -7, 11, 11, -13]


def test_a_value_never_seen_gets_what_the_card_says_and_no_levels_points(engine: Engine) -> None:
    for otherwise in (0, 4, -4):
        by_name = card_of(attribute("x", "category", texts("a", "b"), otherwise=otherwise))
        assert check(engine, by_name, column("never", "a")) == [otherwise, 1]
        by_band = card_of(attribute("x", "number", bands([1.0]), otherwise=otherwise))
        assert check(engine, by_band, column("never", "0")) == [otherwise, 1]
        assert check(engine, by_band, column(None, "2")) == [otherwise, -2]


def test_a_card_without_points_gives_its_base(engine: Engine) -> None:
    part = attribute("x", "category", texts("a"))
    levels = tuple(level.model_copy(update={"points": 0}) for level in part.levels)
    card = card_of(part.model_copy(update={"levels": levels}))
    assert check(engine, card, column("a", None)) == [card.points.base] * 2


# ------------------------------------------------------------------------------------- folding


def test_folding_by_a_list_of_characters_is_that_of_calibrate() -> None:
    """Every character there is, as the name of a level and as the text of a lead."""
    every = [chr(place) for place in range(0x110000) if not 0xD800 <= place < 0xE000]
    lowers: dict[str, list[str]] = {}
    for one in every:
        lowers.setdefault(one.lower(), []).append(one)
    for name, written in lowers.items():
        if len(written) > 1 and name.strip():
            found = folding_for([name])
            table = str.maketrans(found.capitals, found.lowers)
            for one in written:
                text = one.replace("İ", "i̇") if found.dotted else one
                assert text.translate(table) in forms(name), (name, one)
    assert {one for one in every if not one.strip()} == set(spaces())


def test_a_capital_sigma_counts_only_where_it_would_become_that_letter() -> None:
    assert forms("οδος") == ("οδος", "οδοΣ")
    assert forms("οδοσ") == ("οδοσ",)
    with pytest.raises(CalibrateError, match="more than 6 sigmas"):
        export(card_of(attribute("x", "category", texts("σ" * 7))), "sql")


# ---------------------------------------------------------------------------- what stands in it


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_parsed_as_one_statement_and_nothing_is_injected(dialect: str) -> None:
    card = odd_card()
    for view in (None, "scored"):
        written = str(export(card, "sql", dialect=dialect, table="crm.leads", view=view))
        assert written == export(card, "sql", dialect=dialect, table="crm.leads", view=view)
        (statement,) = sqlglot.parse(written, dialect=dialect)
        assert statement is not None
        kind = sqlglot.exp.Create if view else sqlglot.exp.Select
        assert isinstance(statement, kind)
        assert not list(statement.find_all(sqlglot.exp.Drop, sqlglot.exp.Command))
        tables = {table.sql() for table in statement.find_all(sqlglot.exp.Table)}
        assert {one for one in tables if "leads" in one} == {"crm.leads AS t"}
        assert "\r" not in written
        assert "\\" not in "".join(
            part.this for part in statement.find_all(sqlglot.exp.Literal) if part.is_string
        )


ADDED = ["score", "passes", "close_rate", "tier", "fit", "engagement"]
POLICY_ADDED = [*ADDED, "gate", "must_contact", "grade", "stakes", "shown", "action"]


def test_the_columns_of_the_table_stay_and_those_of_the_card_are_added() -> None:
    plain = card_of(attribute("a", "category", texts("y")))
    table = pa.table({"b": ["x"], "a": ["y"]})
    assert list(in_duckdb(plain, table)) == ["b", "a", *ADDED]
    assert list(in_duckdb(plain, table, prefix="lead_")) == [
        "b",
        "a",
        *(f"lead_{n}" for n in ADDED),
    ]
    odd = odd_table(2, 1)
    added = [f"calibrate_{name}" for name in POLICY_ADDED]
    assert list(in_duckdb(policy_card(), odd)) == [*odd.column_names, *added]


def test_where_the_card_reads_a_column_of_such_a_name_all_get_a_prefix() -> None:
    for taken in ("Score", "TIER", "gate", "due"):
        card = card_of(attribute(taken, "category", texts("y")))
        found = in_duckdb(card, pa.table({taken: ["y"]}))
        assert list(found) == [taken, *(f"calibrate_{name}" for name in ADDED)]
        with pytest.raises(SpecError, match="take another prefix"):
            export(card, "sql", prefix="")
    for prefix in ("1a", "a b", 'a"', "A", "a" * 40):
        with pytest.raises(SpecError, match="--prefix"):
            export(odd_card(), "sql", prefix=prefix)


@pytest.mark.parametrize("taken", ["tier", "score", "engagement"])
def test_a_table_that_has_such_a_column_is_refused_by_every_engine(
    postgres: Postgres, taken: str
) -> None:
    """The card does not read it, so that only the engine can know."""
    card = card_of(attribute("a", "category", texts("y")))
    table = pa.table({"row": [0], "a": ["y"], taken: ["x"]})
    with pytest.raises(duckdb.BinderException, match=f'Ambiguous.*"{taken}"'):
        in_duckdb(card, table)
    assert in_duckdb(card, table, prefix="card_")["card_score"] == [1]
    postgres.load(table)
    for view in (None, "scored"):
        with pytest.raises(AssertionError, match=f'"{taken}" is ambiguous'):
            postgres.run(str(export(card, "sql", dialect="postgres", view=view)) + ";")


def test_the_action_and_tier_of_a_lead_that_is_out_and_of_one_under_the_lowest_are_null() -> None:
    card, table = policy_card(), odd_table(3000, 7)
    found = in_duckdb(card, table)
    rows = zip(*(found[f"calibrate_{n}"] for n in ("score", "tier", "gate", "action")), strict=True)
    kept, low = 0, 0
    for score, tier, gate, _ in rows:
        kept += bool(gate)
        low += score < -100
        assert (tier is None) == (bool(gate) or score < -100)
    assert kept
    assert low


def test_a_policy_without_veto_gate_or_must_contact_alone_stands_in_sql(engine: Engine) -> None:
    card, table = policy_card(), odd_table(500, 8)
    for key in ("vetoes", "gates", "must_contact", "size_prefix", "grid", "tiers", "probability"):
        nothing = () if isinstance(getattr(card, key), tuple) else None
        changed = {key: nothing}
        without = Scorecard.from_yaml(card.model_copy(update=changed).to_yaml())
        found = engine(without, table)
        told = wanted_of(without, table)
        for name in told:
            column = found.get(f"calibrate_{name}")
            if name in ("tier", "close_rate") and column is None:
                assert key in ("tiers", "probability")
            else:
                assert column == told[name], (key, name)


def test_the_order_of_the_rows_stays_in_duckdb() -> None:
    table = odd_table(LEADS, 5)
    with duckdb.connect() as connection:
        connection.register("leads", table)
        rows = connection.execute(export(odd_card(), "sql")).fetchall()
    assert [row[0] for row in rows] == list(range(LEADS))


def test_what_is_made_from_a_log_is_read_from_a_column_and_said() -> None:
    did = BehaviourRecipe(as_="did", event="demo")
    levels = [Level(text="yes"), Level(text="no")]
    card = card_of(attribute("demo: did", "boolean", levels, otherwise=3, made_from=did))
    written = str(export(card, "sql"))
    assert "--   'demo: did'" in written.split("SELECT", maxsplit=1)[0]
    with duckdb.connect() as connection:
        connection.register("leads", pa.table({"demo: did": ["yes", "no", None]}))
        connection.execute(f"SELECT score FROM ({written})")
        assert connection.fetchall() == [(1,), (-2,), (3,)]


def test_a_count_of_events_never_stands_for_nothing() -> None:
    times = BehaviourRecipe(as_="times", event="visit")
    counts = attribute("visits", "number", [Level(below=900.0), Level(low=900.0)], made_from=times)
    card = card_of(counts, missing=("999",))
    many = counts.levels[1].points
    assert many != counts.otherwise
    with duckdb.connect() as connection:
        connection.register("leads", pa.table({"visits": [999.0]}))
        connection.execute(f"SELECT score FROM ({export(card, 'sql')})")
        assert connection.fetchall() == [(many,)]
    namespace: dict[str, Any] = {"__name__": "alone"}
    exec(str(export(card, "python")), namespace)
    assert namespace["score"]({"visits": 999})["score"] == many


def test_postgres_reads_texts_of_a_fixed_length(postgres: Postgres) -> None:
    card = card_of(attribute("x", "category", texts("é", "ß")))
    table = column("é", "É", "e\u0301", "ß", "ss", "ẞ", " É")
    wanted = card.score(table.to_pandas())["score"].tolist()
    postgres.load(table)
    postgres.run("ALTER TABLE leads ALTER COLUMN x TYPE char(12);")
    postgres.run(str(export(card, "sql", dialect="postgres", view="scored")) + ";")
    said = postgres.run("\\copy (SELECT score FROM scored ORDER BY row) TO STDOUT\n")
    assert [int(one) for one in said.split()] == wanted


def test_duckdb_compares_alike_under_any_collation() -> None:
    card = card_of(attribute("x", "category", texts("É", "ß")))
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE leads (x VARCHAR COLLATE NOCASE.NOACCENT)")
        connection.execute("INSERT INTO leads VALUES ('é'), ('e'), ('ß'), ('ẞ'), ('E')")
        rows = connection.execute(f"SELECT score FROM ({export(card, 'sql')})").fetchall()
    wanted = card.score(pd.DataFrame({"x": ["é", "e", "ß", "ẞ", "E"]}))["score"].tolist()
    assert [row[0] for row in rows] == wanted


# ------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("card", "says"),
    [
        (card_of(attribute("x", "category", texts("1", "1.0"))), "`1` and `1.0` are the same"),
        (card_of(attribute("x", "category", texts("yes", "true"))), "`true` and `yes`"),
        (card_of(attribute("x", "category", texts("2026-01-01T10:00:00"))), "moments"),
        (card_of(attribute("a\0b", "category", texts("a"))), "character in its name"),
        (
            card_of(
                attribute(
                    "x: wolf",
                    "boolean",
                    [Level(text="yes"), Level(text="no")],
                    made_from=MemberRecipe(
                        as_="member", column="x", member="wolf", separator=" and "
                    ),
                )
            ),
            "` and ` between",
        ),
        (
            card_of(
                attribute(
                    "x: spam",
                    "boolean",
                    [Level(text="yes"), Level(text="no")],
                    made_from=SpamSignsRecipe(as_="spam_signs", column="x"),
                )
            ),
            "signs of spam",
        ),
    ],
)
def test_what_sql_cannot_do_is_refused_by_name(card: Scorecard, says: str) -> None:
    with pytest.raises(CalibrateError) as refused:
        export(card, "sql")
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "table", ["leads; DROP TABLE x", "", "(SELECT 1)", "leads AS b", "a b c", "x\0y"]
)
def test_a_table_is_a_name_and_nothing_else(table: str) -> None:
    with pytest.raises(SpecError, match="--table"):
        export(odd_card(), "sql", table=table)
    with pytest.raises(SpecError, match="--view"):
        export(odd_card(), "sql", view=table)


def test_unknown_formats_dialects_and_options_are_named() -> None:
    with pytest.raises(SpecError, match="did you mean `sql`"):
        export(odd_card(), "sqll")
    with pytest.raises(SpecError, match="did you mean `postgres`"):
        export(odd_card(), "sql", dialect="postgress")
    with pytest.raises(SpecError, match="`python` has no option `table`"):
        export(odd_card(), "python", table="leads")

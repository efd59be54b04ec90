"""Text tables larger than memory: each copied once into Parquet of texts, which DuckDB reads."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibrate.engines.blocks import LARGEST_BLOCK, Blocks, RowsTooLongError
from calibrate.engines.columns import Column, TextColumn
from calibrate.engines.encodings import read_as
from calibrate.engines.formats import TableRead, named_columns
from calibrate.engines.rows import Rows
from calibrate.engines.sources import Source
from calibrate.engines.spelling import Spelling
from calibrate.engines.sql.aside import no_room, put_aside
from calibrate.engines.sql.connections import DuckDBConnection
from calibrate.engines.sql.parquet_files import places_of
from calibrate.engines.sql.phrases import Kind, column, quoted, text
from calibrate.engines.sql.relations import OWN, Relation, RelationColumn
from calibrate.engines.sql.seen import Seen
from calibrate.engines.stacked import Part, what_is_odd
from calibrate.engines.streams import TextFile
from calibrate.errors import LeadsError

_EMPTY = TextColumn(codes=np.zeros(1, np.int8), texts=())
_FILLED = TextColumn(codes=np.ones(1, np.int8), texts=("",))
"""Stand for a column of which only that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    """One text table, copied.

    Attributes
    ----------
    file : TextFile
    label : str
        Its name among the others.
    path : Path
        The copy.
    count : int
    rows : Rows
    seen : dict of str to Seen
        What its columns hold, by the name of the column in the copy.
    columns : dict of str to Column
    unusable : dict of str to str
    """

    file: TextFile
    label: str
    path: Path
    count: int
    rows: Rows
    seen: dict[str, Seen]
    columns: dict[str, Column]
    unusable: dict[str, str]

    @property
    def spelling(self) -> Spelling:
        """How it writes numbers."""
        needs_commas = any(one.needs_decimal_commas for one in self.seen.values())
        return Spelling.by(self.file.separator, needs_commas=needs_commas)

    @property
    def part(self) -> Part:
        """What is to be said of it among the others."""
        read = TableRead(
            columns=self.columns,
            unusable=self.unusable,
            original=None,
            row_names=self.rows,
            remarks=read_as(self.file.encoding),
        )
        return Part(label=self.label, read=read)


def open_texts(source: Source, *, memory: str | None = None) -> Relation:
    """Look at text tables by an embedded DuckDB: they may be larger than memory.

    Each is read once, block by block, by the rules by which it would be read whole, and copied
    into Parquet files that go with the connection.

    Parameters
    ----------
    source : Source
    memory : str, optional
        The most memory DuckDB takes before it turns to the disk: ``600MB``.

    Raises
    ------
    LeadsError
        When one cannot be read as a table, they do not belong together, or there is no room.
    """
    files = [TextFile.looked_over(path) for path in source.files]
    connection = DuckDBConnection.opened(memory=memory)
    needed = sum(one.size for one in files)
    what = source.path.name if source.is_pattern or len(files) == 1 else str(source.path)
    folder = put_aside(connection, needed=needed, what=what)
    names: dict[str, str] = {}  # as a database compares them
    try:
        copies = [
            _copied(file, label, folder / f"{place}.parquet", names)
            for place, (file, label) in enumerate(zip(files, source.labels, strict=True))
        ]
    except OSError as fault:
        raise no_room(what, needed, shutil.disk_usage(folder).free) from fault
    return _relation(connection, source, copies)


def _copied(file: TextFile, label: str, path: Path, names: dict[str, str]) -> _Copy:
    """Copy a file."""
    try:
        return _written(file, label, path, names, Blocks(file))
    except RowsTooLongError:
        return _written(file, label, path, names, Blocks(file, block=LARGEST_BLOCK))


def _written(
    file: TextFile, label: str, path: Path, names: dict[str, str], blocks: Blocks
) -> _Copy:
    import pyarrow as pa
    from pyarrow import parquet

    written = file.header.every_name
    called = {place: name.strip() for place, name in enumerate(written) if name.strip()}
    _check_case(called.values(), names, file)
    seen = {place: Seen() for place in range(len(written))}
    texts = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema([(name, texts) for name in called.values()])
    options = {"store_schema": False, "write_statistics": False}
    with (
        parquet.ParquetWriter(path, schema, **options) as writer,
        ThreadPoolExecutor(1) as pool,
    ):
        under_way: Future[None] | None = None
        for table in blocks:
            for place, one in seen.items():
                one.look_at(table.column(place))
            named = table.select(list(called)).rename_columns(list(called.values()))
            if under_way is not None:
                under_way.result()
            # Written beside the splitting of the next rows.
            under_way = pool.submit(writer.write_table, named, row_group_size=named.num_rows)
        if under_way is not None:
            under_way.result()
    columns, unusable = named_columns(
        [
            (name, _FILLED if seen[place].is_filled else _EMPTY)
            for place, name in enumerate(written)
        ],
        f"{file.where}, row {file.header.row}",
    )
    return _Copy(
        file=file,
        label=label,
        path=path,
        count=blocks.count,
        rows=blocks.rows,
        seen={name: seen[place] for place, name in called.items()},
        columns=columns,
        unusable=unusable,
    )


def _check_case(called: Iterable[str], names: dict[str, str], file: TextFile) -> None:
    """Refuse names that a database takes for one."""
    for name in called:
        other = names.setdefault(name.casefold(), name)
        if other != name or name == "file_row_number" or name.startswith(OWN):
            alike = f"differs from `{other[:60]}` by case only" if other != name else "is its own"
            raise LeadsError(
                f"{file.where}, row {file.header.row}: the column `{name[:60]}` {alike}, which "
                f"DuckDB does not tell apart. Rename it, or read the file into memory (`--engine "
                f"memory`)."
            )


def _relation(connection: DuckDBConnection, source: Source, copies: Sequence[_Copy]) -> Relation:
    files = tuple(one.path for one in copies)
    listed = ", ".join(text(str(one)) for one in files)
    options = f"union_by_name = true, file_row_number = true, filename = '{OWN}file'"
    order, _ = places_of(files)
    unusable, remarks, rows = copies[0].unusable, read_as(copies[0].file.encoding), copies[0].rows
    if source.is_pattern:
        parts = [one.part for one in copies]
        unusable, remarks = what_is_odd(parts, where=str(source.path))
        rows = Rows.stacked((one.label, one.count, one.rows) for one in copies)
    kinds = {
        name: _kind([one.seen[name] for one in copies if name in one.seen])
        for name in dict.fromkeys(name for one in copies for name in one.columns)
        if name not in unusable
    }
    relation = f"read_parquet([{listed}], {options})"
    moments = [name for name, kind in kinds.items() if kind == "moment"]
    if moments:
        made = ", ".join(f"CAST({column(one)} AS TIMESTAMP) AS {quoted(one)}" for one in moments)
        relation = f"(SELECT t.* REPLACE ({made}) FROM {relation} AS t)"
    return Relation(
        connection=connection,
        source=relation,
        name=source.path.name,
        where=str(source.path),
        columns={name: RelationColumn(name=name, kind=kind) for name, kind in kinds.items()},
        unusable=unusable,
        leads=sum(one.count for one in copies),
        order=order,
        dated=source.dated,
        files=files,
        row_names=rows,
        remarks=remarks,
        spelling=_one_spelling(copies, str(source.path)),
        copied=source.files,
    )


def _kind(seen: Sequence[Seen]) -> Kind:
    """Say how a column is read: as texts, but where very many are all numbers or moments."""
    there = [one for one in seen if one.is_filled]
    if there and any(one.has_many for one in there):
        if all(one.are_numbers for one in there):
            return "number"
        if all(one.are_moments for one in there):
            return "moment"
    return "text"


def _one_spelling(copies: Sequence[_Copy], where: str) -> Spelling:
    found = [one.spelling for one in copies]
    plain = [one.decimal_comma == "no" for one in found]
    if any(plain) and not all(plain):
        one, other = copies[plain.index(True)].label, copies[plain.index(False)].label
        raise LeadsError(
            f"{where}: `{other}` writes numbers with decimal commas, or may, and `{one}` does "
            f"not. Files too large for memory must write them in one way: export them again alike."
        )
    sure = any(one.decimal_comma == "sure" for one in found)
    return Spelling(
        decimal_comma="sure" if sure else found[0].decimal_comma,
        semicolons=any(one.semicolons for one in found),
    )

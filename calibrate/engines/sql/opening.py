"""Files that may be larger than memory: Parquet where it stands, text tables by a copy."""

from __future__ import annotations

import os
from pathlib import Path, PurePath

from calibrate.engines.archives import ARCHIVE_ENDINGS
from calibrate.engines.formats import PARQUET_ENDINGS
from calibrate.engines.sources import Source
from calibrate.engines.sql.copied import open_texts
from calibrate.engines.sql.parquet_files import open_parquet
from calibrate.engines.sql.relations import Relation
from calibrate.engines.sql.stores import is_in_store, open_store
from calibrate.engines.workbook import EXCEL_ENDINGS
from calibrate.errors import SpecError

SHARE_OF_MEMORY = 4
"""Files over one part in so many of this machine's memory are counted by DuckDB."""
_PACKED = 8
"""A text table is about so many times larger than its archive."""


def open_files(path: str | Path, *, memory: str | None = None) -> Relation:
    """Look at files that may be larger than memory, by an embedded DuckDB.

    Parquet is read where it stands. Text tables are read by the rules by which they would be read
    into memory, and copied into Parquet in the folder for passing files (`TMPDIR`), from where
    they go with the process.

    Parameters
    ----------
    path : path
        A file, or a pattern: ``parts/*.parquet``, ``leads/month=*/*.parquet``, whose folders name
        a column, ``big.csv``, ``big.csv.gz``, ``parts/*.tsv``; of an object store,
        ``s3://bucket/leads/*.parquet``, which is read by DuckDB's own extension and secrets.
    memory : str, optional
        The most memory DuckDB takes before it turns to the disk: ``600MB``.

    Returns
    -------
    Relation

    Raises
    ------
    SpecError
        For workbooks, zip archives, and Parquet and text mixed.
    LeadsError
        When no file is there, one is damaged, or there is no room for the copy.
    EngineError
        When DuckDB cannot reach an object store.
    """
    if is_in_store(str(path)):
        return open_store(str(path), memory=memory)
    source = Source.of(Path(path))
    kinds = {_kind(one) for one in source.files}
    if kinds == {"parquet"}:
        return open_parquet(path, memory=memory)
    if kinds == {"text"}:
        return open_texts(source, memory=memory)
    raise SpecError(
        f"{str(path)[:80]}: Parquet, or text tables such as .csv, .tsv and .csv.gz, are read by "
        f"DuckDB; workbooks and other archives are read into memory, and one pattern means one "
        f"kind of file."
    )


def can_be_large(path: str | Path) -> bool:
    """Say whether files are of a kind that can be read without being held in memory."""
    return is_in_store(str(path)) or _kind(PurePath(path)) != "other"


def is_large(path: str | Path) -> bool:
    """Say whether files are better counted by DuckDB: they unpack to several times more."""
    if is_in_store(str(path)):
        return True
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    there = [one for one in Source.of(Path(path)).files if one.is_file()]
    sizes = (one.stat().st_size * (_PACKED if one.suffix.lower() == ".gz" else 1) for one in there)
    return sum(sizes) > machine // SHARE_OF_MEMORY


def _kind(path: PurePath) -> str:
    ending = path.suffix.lower()
    if ending in PARQUET_ENDINGS:
        return "parquet"
    inner = PurePath(path.stem).suffix.lower() if ending == ".gz" else ending
    other = (*ARCHIVE_ENDINGS, *EXCEL_ENDINGS, *(PARQUET_ENDINGS if ending == ".gz" else ()))
    return "other" if inner in other else "text"

"""Workbooks that would fill any memory: one cell far away, or sectors that lead in a circle."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

import numpy as np
import numpy.typing as npt

from calibrate.errors import LeadsError

MOST_CELLS = 50_000_000
"""Cells of the smallest block that holds all of a sheet: its reader makes room for each."""
MOST_BYTES = 2 * 1024**3
"""What the members of a workbook may hold, unpacked."""

_CELL = re.compile(rb"""\br=["']([A-Za-z]{1,20})([0-9]{1,20})["']""")
"""A reader may take a place that no sheet has at its word, so long ones are looked at too."""
_BLOCK = 16 * 1024**2
_OVERLAP = 60
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR = 0xFFFF_FFFA
"""From here on numbers of sectors are marks, such as that of a chain's end."""

Places = npt.NDArray[np.int64]


def check_bounds(content: bytes, *, where: str) -> None:
    """Refuse a workbook that its reader would not come back from.

    Parameters
    ----------
    content : bytes
        The whole file.
    where : str
        Its name, for messages.

    Raises
    ------
    LeadsError
        When a cell stands too far away, it is too large unpacked, or its sectors form a circle.
    """
    if content.startswith(_COMPOUND) and _has_circle(content):
        raise LeadsError(
            f"{where} cannot be read as an Excel workbook (its parts lead in a circle), so it is "
            f"damaged or something else. Open it in Excel and save it again, or save the sheet "
            f"as CSV."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(one.file_size for one in members) > MOST_BYTES:
                raise LeadsError(
                    f"{where} is larger than {MOST_BYTES / 1024**3:.0f} GB unpacked, which is more "
                    f"than any leads table should be. Save the sheet of leads as CSV."
                )
            for member in members:
                if "worksheets/" in member.filename.replace("\\", "/").lower():
                    _check_sheet(archive, member, where)
    except LeadsError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
        return  # what is damaged is for the reader to say


def _check_sheet(archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str) -> None:
    low, high = [2**31, 2**31], [0, 0]
    with archive.open(member) as sheet:
        rest = b""
        while block := sheet.read(_BLOCK):
            text = rest + block
            found = _CELL.findall(text)
            if found:
                columns = [_column(name) for name in {name for name, _ in found}]
                rows = [int(row) for row in {row for _, row in found}]
                low = [min(low[0], *columns), min(low[1], *rows)]
                high = [max(high[0], *columns), max(high[1], *rows)]
            rest = text[-_OVERLAP:]
    wide, tall = high[0] - low[0] + 1, high[1] - low[1] + 1
    if wide > 0 and tall > 0 and wide * tall > MOST_CELLS:
        raise LeadsError(
            f"{where}: its cells spread over {tall:,} rows and {wide:,} columns, more than can be "
            f"held. Mostly one cell far away has a value or a format by mistake: delete the empty "
            f"rows and columns around the table, or save the sheet as CSV."
        )


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters.upper():
        place = 26 * place + letter - ord("A") + 1
    return place


def _has_circle(content: bytes) -> bool:
    """Whether following the sectors of an old Office file never ends."""
    head = content[:512].ljust(512, b"\0")
    size = 1 << (12 if int.from_bytes(head[26:28], "little") == 4 else 9)
    body = content[size:]
    body += bytes(-len(body) % size)
    sectors = np.frombuffer(body, "<u4").reshape(-1, size // 4)
    lists = [np.frombuffer(head[76:512], "<u4")]
    place, seen = int.from_bytes(head[68:72], "little"), 0
    while place < _LAST_SECTOR and place < len(sectors):
        lists.append(sectors[place, :-1])
        place, seen = int(sectors[place, -1]), seen + 1
        if seen > len(sectors):
            return True
    listed = np.concatenate(lists)
    listed = listed[listed < len(sectors)]
    chains = sectors[listed].ravel().astype(np.int64)
    return _circles(chains)


def _circles(follows: Places) -> bool:
    """Whether any chain of a table of followers comes back to itself."""
    end = len(follows)
    after = np.append(np.where(follows < end, follows, end), end)
    for _ in range(end.bit_length()):
        after = after[after]
    return bool((after != end).any())

"""Bytes to text: which encoding is it, and is it text at all?"""

from __future__ import annotations

import codecs

from calibrate.errors import LeadsError

_HEAD = 256 * 1024
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_CONTROLS = tuple(bytes([code]) for code in range(32) if code not in b"\t\n\r\f")

_EXCEL = "an Excel workbook"
_UNPACK = "Unpack it, and give the table that is in it."
_RENAME = "Give the file its right ending (.xlsx, .xls, .parquet), or export the leads as CSV."
_EXPORT = "Export the leads as CSV."
_STARTS = {
    b"PK\x03\x04": ("a zip archive", _UNPACK),
    b"\x1f\x8b": ("a gzip archive", _UNPACK),
    b"7z\xbc\xaf": ("a 7z archive", _UNPACK),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook or another Office file", _RENAME),
    b"PAR1": ("a Parquet file", _RENAME),
    b"%PDF": ("a PDF", _EXPORT),
    b"SQLite": ("a database", _EXPORT),
    b"\x89PNG": ("a picture", _EXPORT),
    b"\xff\xd8\xff": ("a picture", _EXPORT),
    b"<!": ("a web page", _EXPORT),
    b"<html": ("a web page", _EXPORT),
    b"<?xml": ("an XML file", _EXPORT),
    b"{": ("a JSON file", _EXPORT),
    b"[{": ("a JSON file", _EXPORT),
}


def as_utf8(content: bytes, *, where: str) -> tuple[bytes, str]:
    r"""Give a file's text as UTF-8 without a byte order mark, and the encoding it had.

    Parameters
    ----------
    content : bytes
        The whole file.
    where : str
        Its name, for messages.

    Raises
    ------
    LeadsError
        When it is no text, or not in the encoding that its first bytes promise.

    Examples
    --------
    >>> as_utf8("Zürich;1".encode("cp1252"), where="leads.csv")
    (b'Z\xc3\xbcrich;1', 'cp1252')
    """
    refuse_other_formats(content, where=where)
    mark, encoding = promised(content)
    text, encoding = _decoded(content[mark:], encoding, where)
    refuse_controls(text[:_HEAD], where=where)
    place = text.find(b"\0")
    if place >= 0:
        raise nul_byte(where, len((text[:place] + b".").splitlines()))
    return text, encoding


def promised(content: bytes) -> tuple[int, str]:
    r"""Give the bytes of a file's mark, and the encoding that its beginning promises.

    Examples
    --------
    >>> promised(b"\xff\xfea\0"), promised(b"a;b")
    ((2, 'utf-16-le'), (0, 'utf-8'))
    """
    mark = next((mark for mark in _MARKS if content.startswith(mark)), b"")
    return len(mark), _MARKS[mark] if mark else _utf16_without_mark(content) or "utf-8"


def refuse_other_formats(content: bytes, *, where: str) -> None:
    """Refuse a file whose first bytes say that it is something else than a text table."""
    head = content[:64].lstrip().lower()
    for start, (what, advice) in _STARTS.items():
        if content.startswith(start) or (start[:1] in b"<{[" and head.startswith(start.lower())):
            if what == "a zip archive" and is_workbook(content):
                what, advice = _EXCEL, _RENAME  # noqa: PLW2901
            raise LeadsError(f"{where} is {what}, not a text table. {advice}")


def is_workbook(content: bytes) -> bool:
    """Whether a zip archive is a spreadsheet: its list of members says so."""
    return b"xl/workbook" in content or b"opendocument.spreadsheet" in content


def _utf16_without_mark(content: bytes) -> str | None:
    """Tell UTF-16 from its zero bytes: separators, digits and line ends have one each."""
    head = content[:2000]
    second, first = head[1::2].count(0), head[0::2].count(0)
    if second > 0.05 * len(head) and second > 10 * first:
        return "utf-16-le"
    if first > 0.05 * len(head) and first > 10 * second:
        return "utf-16-be"
    return None


def _decoded(content: bytes, encoding: str, where: str) -> tuple[bytes, str]:
    if encoding == "utf-8":
        if _decodes(content, encoding):
            return content, encoding
        # Bytes that are not UTF-8 come from an older Windows or Latin-1 export.
        encoding = "cp1252" if _decodes(content, "cp1252") else "latin-1"
    try:
        return content.decode(encoding).encode("utf-8"), encoding
    except UnicodeDecodeError as fault:
        raise not_as_promised(where, encoding, fault.start + 1) from None


def not_as_promised(where: str, encoding: str, byte: int) -> LeadsError:
    """Say that a file is not in the encoding that its first bytes promise."""
    return LeadsError(
        f"{where}: the file begins like {encoding.upper()}, but its byte {byte} is not. It was "
        f"damaged or cut off; save it again as UTF-8."
    )


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def refuse_controls(head: bytes, *, where: str) -> None:
    """Refuse a text whose beginning is full of control characters."""
    strange = sum(head.count(control) for control in _CONTROLS)
    if strange > 0.01 * len(head):
        raise LeadsError(
            f"{where} is not a text table: {strange} of its first {len(head)} bytes are control "
            f"characters. {_EXPORT}"
        )


def nul_byte(where: str, line: int) -> LeadsError:
    """Say that no text has a NUL byte."""
    return LeadsError(
        f"{where}, line {line}: a NUL byte stands there, which no text has, so the file was "
        f"damaged on the way. Export the leads again."
    )


def read_as(encoding: str) -> tuple[str, ...]:
    """Remark on an encoding that had to be guessed."""
    return () if encoding == "utf-8" else (f"The file was read as {encoding}.",)

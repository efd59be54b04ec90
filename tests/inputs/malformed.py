"""Inputs broken in every way that is known: text tables, workbooks, logs, further tables, specs.

`case(number)` is the same on every machine. Each case has files and a command to run on them.
"""

from __future__ import annotations

import gzip
import io
import warnings
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

SEED = 4_2026
T = TypeVar("T")
Rng = np.random.Generator
Rows = list[list[str]]
Members = dict[str, bytes]

BAD_DATES = (
    "2025-13-45 00/00/0000 31.02.2025 0001-01-01 9999-12-31T23:59:59-14:00 2025-06-31 45123 -1 "
    "20250230 1e9 12/25/25 25/12/25 2025-W53-8 24:61 1969-12-31 2262-04-12 99999-01-01 today "
    "01.01.01 2025-1-1T1 292277026596-12-04"
).split()
BAD_NUMBERS = (
    "1.234,5 1,234.5 1'234.50 1 1,2,3 -- 1e999 -1e999 NaN inf 0x1F ١٢٣ 1_000 .5. +-3 € 12% 5-  1/0 "
    "1e-400 00012 9007199254740993 １２"
).split()
FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+SUM(A1:A9)",
    "@import",
    '-2+3|"',
    '=HYPERLINK("http://x","y")',
    "\t=1",
)
CONTROLS = ("\x1b[31m", "\x07", "\x08", "\x1a", "\x7f", "\x85", "\x0b", "\x0c", "\x00", "\x01")
MARKS = ("\u202e", "\u200f", "\u200b", "\u2028", "\ufeff", "\ufffe", "\u0301", "\U000e0041")
SURROGATES = (b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"\xff\xfe")
HALVES = (b"\xe2\x82", b"\xf0\x9f\x98", b"\xc3", b"\x80", b"\xe2")
BINARY = (
    *(b"\x7fELF", b"MZ\x90\x00", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n", b"PK\x03\x04", b"\x1f\x8b"),
    *(b"PAR1", b"SQLite format 3\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"BZh9", b"Rar!", b"{"),
    *(b"<html><body>", b"<?xml version='1.0'?>", b"[{", b"7z\xbc\xaf\x27\x1c", b""),
)
WRONG = ("", " ", '"', "x" * 300, "(missing)", "(other)", "NULL", "#REF!", "true", "\n", "ß", "0")
_CHOICES = (*BAD_DATES, *BAD_NUMBERS, *FORMULAS, *CONTROLS, *MARKS, *WRONG)


@dataclass
class Case:
    """One input: its files, and what a person would type."""

    number: int
    kind: str
    files: dict[str, bytes]
    broken: str
    command: list[str] = field(default_factory=list)


def pick(rng: Rng, things: Sequence[T]) -> T:
    return things[int(rng.integers(len(things)))]


# ------------------------------------------------------------------ whole tables


def leads_rows(rng: Rng, count: int | None = None) -> Rows:
    """Leads that can be calibrated, dated as well as flagged."""
    n = count or int(pick(rng, (0, 1, 3, 30, 80, 150, 150, 250)))
    rows = [
        ["lead_id", "created_at", "converted_at", "source", "visits", "revenue", "opted_in", "won"]
    ]
    for row in range(n):
        fair = rng.random() < 0.4
        won = rng.random() < (0.6 if fair else 0.15)
        month, day = int(rng.integers(1, 7)), int(rng.integers(1, 29))
        rows.append(
            [
                f"L{row}",
                f"2025-{month:02}-{day:02}",
                f"2025-{month + int(rng.integers(1, 6)):02}-{day:02}" if won else "",
                "Fair" if fair else pick(rng, ["Web", "Ö, Ads", 'Say "hi"', "a;b"]),
                str(rng.poisson(6 if fair else 3)),
                f"{rng.integers(100, 99_999) / 100}",
                pick(rng, ["yes", "no"]),
                str(int(won)),
            ]
        )
    return rows


def event_rows(rng: Rng, leads: int = 150) -> Rows:
    """Record what those leads did."""
    rows = [["lead_id", "at", "event", "object"]]
    for _ in range(int(pick(rng, (0, 5, 200, 400)))):
        day = f"2025-{rng.integers(1, 9):02}-{rng.integers(1, 29):02}T{rng.integers(24):02}:30:00"
        what = pick(rng, ["page_view", "mail_open", "Demo, booked"])
        rows.append([f"L{rng.integers(leads)}", day, what, pick(rng, ["/price", "/", ""])])
    return rows


def firm_rows(rng: Rng, leads: int = 150) -> Rows:
    """Further columns about those leads."""
    rows = [["lead_id", "industry", "employees"]]
    rows += [
        [f"L{row}", pick(rng, ["Retail", "Steel"]), str(rng.integers(1, 999))]
        for row in range(leads)
    ]
    return rows


def dialect(rows: Rows, separator: str = ",", end: str = "\n") -> str:
    def cell(text: str) -> str:
        special = any(sign in text for sign in (separator, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if special else text

    return end.join(separator.join(map(cell, row)) for row in rows) + end


def csv_bytes(rows: Rows, rng: Rng) -> bytes:
    separator = pick(rng, [",", ",", ";", "\t", "|"])
    end = pick(rng, ["\n", "\n", "\r\n", "\r"])
    encoding = pick(rng, ["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
    return dialect(rows, separator, end).encode(encoding, "surrogatepass")


# ------------------------------------------------------------------ cells and rows


def cells_wrong(choices: tuple[str, ...]) -> Callable[[Rows, Rng], Rows]:
    """Put such texts into many cells of one column, or a few of all."""

    def break_(rows: Rows, rng: Rng) -> Rows:
        column = int(rng.integers(len(rows[0])))
        share, everywhere = float(rng.random()), rng.random() < 0.5
        for row in rows[int(rng.random() < 0.7) :]:
            if rng.random() < share:
                place = int(rng.integers(len(row))) if everywhere else column
                row[place] = pick(rng, choices) + (row[place] if rng.random() < 0.2 else "")
        return rows

    return break_


def ragged(rows: Rows, rng: Rng) -> Rows:
    for _ in range(int(rng.integers(1, 12))):
        row = rows[int(rng.integers(len(rows)))]
        if rng.random() < 0.5:
            row.extend(["more"] * int(pick(rng, (1, 2, 50))))
        else:
            del row[int(rng.integers(len(row) + 1)) :]
    return rows


def headers(rows: Rows, rng: Rng) -> Rows:
    """Make headers double, empty, very long, numbers, formulas, or texts with signs."""
    names = [
        "",
        " ",
        "won",
        "Won",
        "lead_id",
        "9",
        "=1+1",
        "x" * 70_000,
        "a\nb",
        "\x1b[1m",
        "\u202e",
    ]
    names += ["score", "passes", "reasons", "__index_level_0__", "(missing)", "a: b", "é" * 500]
    for place in range(len(rows[0])):
        if rng.random() < 0.4:
            rows[0][place] = pick(rng, names)
    return rows


def titles(rows: Rows, rng: Rng) -> Rows:
    above = [pick(rng, [["Leads of 2025"], [""], ["", "x"], ["Page 1", "", ""], ["# export"]])]
    return [*above * int(rng.integers(1, 5)), *rows, ["Total", str(len(rows))]]


def header_only(rows: Rows, rng: Rng) -> Rows:
    blank = [[""] * len(rows[0])] * int(rng.integers(0, 4))
    return pick(rng, [rows[:1], rows[:1] + blank, blank, [[""]], rows[1:], rows[:2], rows[:3]])


def repeats(rows: Rows, rng: Rng) -> Rows:
    """Double rows, columns, and the header in the middle."""
    if rng.random() < 0.5:
        rows = rows + rows[: int(rng.integers(len(rows)) + 1)]
    if rng.random() < 0.5:
        rows = [row + row[: int(rng.integers(1, 3))] for row in rows]
    return rows


def one_value(rows: Rows, rng: Rng) -> Rows:
    """Give a column, or all, the same value, or a value of its own in every row."""
    column = int(rng.integers(len(rows[0])))
    text = pick(rng, _CHOICES)
    for number, row in enumerate(rows[1:]):
        row[column] = text if rng.random() < 0.9 else f"{text}{number}"
    return rows


def wide(rows: Rows, rng: Rng) -> Rows:
    count = int(pick(rng, (300, 1200, 5000, 21_000)))
    names = [f"c{place}" for place in range(count)]
    return [rows[0] + names] + [row + ["1"] * count for row in rows[1 : 4 if count > 2000 else 40]]


def huge(rows: Rows, rng: Rng) -> Rows:
    size = int(pick(rng, (10_000, 200_000, 1_100_000)))
    for _ in range(int(rng.integers(1, 3))):
        row = rows[int(rng.integers(len(rows)))]
        row[int(rng.integers(len(row)))] = pick(rng, ["x", "é", "a b ", "1", ";x", "0."]) * size
    return rows


def quotes_only(rows: Rows, rng: Rng) -> Rows:
    column = int(rng.integers(len(rows[0])))
    for row in rows[1:]:
        row[column] = '"' * int(rng.integers(1, 4))
    return rows


CELLS: dict[str, Callable[[Rows, Rng], Rows]] = {
    "ragged rows": ragged,
    "headers": headers,
    "titles and totals": titles,
    "header only": header_only,
    "repeated rows and columns": repeats,
    "one value": one_value,
    "very wide": wide,
    "huge cells": huge,
    "only quotes": quotes_only,
    "dates": cells_wrong(BAD_DATES),
    "numbers": cells_wrong(BAD_NUMBERS),
    "formulas": cells_wrong(FORMULAS),
    "control characters": cells_wrong(CONTROLS),
    "invisible marks": cells_wrong(MARKS),
    "any cell": cells_wrong(_CHOICES),
}


# ------------------------------------------------------------------ bytes of text tables


def at_places(pieces: tuple[bytes, ...], most: int = 6) -> Callable[[bytes, Rng], bytes]:
    def break_(content: bytes, rng: Rng) -> bytes:
        for _ in range(int(rng.integers(1, most))):
            place = int(rng.integers(len(content) + 1))
            content = content[:place] + pick(rng, pieces) + content[place:]
        return content

    return break_


def unclosed(content: bytes, rng: Rng) -> bytes:
    place = int(rng.integers(len(content) + 1))
    after = pick(rng, (b",", b"\n", b";"))
    quotes = b'"' * int(pick(rng, (1, 1, 2, 3, 101)))
    return content[:place] + content[place:].replace(after, after + quotes, int(rng.integers(1, 4)))


def mixed_ends(content: bytes, rng: Rng) -> bytes:
    ends = (b"\r", b"\r\n", b"\n", b"\n\r", b"\r\r\n", b"\x0c", b"\xe2\x80\xa8", b"\n\n")
    return b"".join(line + pick(rng, ends) for line in content.splitlines())


def mixed_encodings(content: bytes, rng: Rng) -> bytes:
    names = ["utf-8", "latin-1", "cp1252", "utf-16-le", "utf-16", "utf-7", "shift_jis", "utf-32"]
    names = names[:3] if rng.random() < 0.7 else names
    lines = content.decode("utf-8", "replace").replace("a", "ä").splitlines(keepends=True)
    return b"".join(line.encode(pick(rng, names), "replace") for line in lines)


def cut(content: bytes, rng: Rng) -> bytes:
    return content[: int(rng.integers(len(content) + 1))] + pick(rng, HALVES)


def junk(content: bytes, rng: Rng) -> bytes:
    tail = pick(rng, (rng.bytes(int(rng.integers(0, 3000))), content, bytes(500), b"\xff" * 500))
    return pick(rng, BINARY) + tail


def flips(content: bytes, rng: Rng) -> bytes:
    broken = bytearray(content)
    for _ in range(int(rng.integers(1, 30)) if broken else 0):
        broken[int(rng.integers(len(broken)))] = int(rng.integers(256))
    return bytes(broken)


def separators(content: bytes, rng: Rng) -> bytes:
    signs = (b",", b";", b"\t", b"|", b":", b" ", b"", b'"', b"\\", b",,")
    hint = pick(rng, (b"", b"", b"sep=;\n", b"sep=,\r\n", b'"sep=|"\n', b"sep=\n"))
    lines = [line.replace(b",", pick(rng, signs)) for line in content.splitlines(keepends=True)]
    some = content.replace(pick(rng, signs[:4]), pick(rng, signs))
    return hint + pick(rng, (b"".join(lines), some))


BYTES: dict[str, Callable[[bytes, Rng], bytes]] = {
    "unclosed quotes": unclosed,
    "stray quotes": at_places((b'"', b'""', b'"""', b"'", b'\\"', b'",', b'\n"'), 20),
    "NUL bytes": at_places((b"\0", b"\0\0\0\0")),
    "byte order marks": at_places((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")),
    "half letters": at_places(HALVES),
    "surrogates": at_places(SURROGATES),
    "line ends": mixed_ends,
    "encodings": mixed_encodings,
    "cut off": cut,
    "binary": junk,
    "flipped bytes": flips,
    "separators": separators,
}


def text_table(rows: Rows, kind: str, rng: Rng) -> bytes:
    if kind in CELLS:
        return csv_bytes(CELLS[kind](rows, rng), rng)
    content = dialect(rows).encode() if rng.random() < 0.7 else csv_bytes(rows, rng)
    return BYTES[kind](content, rng)


# ------------------------------------------------------------------ workbooks


def workbook(rows: Rows, rng: Rng) -> Members:
    """Give the members of a workbook as Excel writes one, numbers and dates among the cells."""
    import datetime as dt

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate(rows):
        values: list[object] = list(row)
        if number:
            values[4], values[7] = int(row[4]), bool(int(row[7]))
            values[1] = dt.datetime.fromisoformat(row[1])
        sheet.append(values)
    if rng.random() < 0.3:
        book.create_sheet("Notes").append(["nothing"])
    page = io.BytesIO()
    book.save(page)
    return members_of(page.getvalue())


def members_of(content: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


def zipped(members: Members, *, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", packed) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=packed)
    return page.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
XML_PIECES = (
    *(b"<", b">", b"&", b"&bad;", b"&#0;", b"&#xFFFE;", b"</row>", b"<row>", b"</c>", b"<c>"),
    *(b"<v>", b"]]>", b"<![CDATA[", b"<!--", b'"', b"\0", b"\xff", b'<c r="A1"/>', b"<is><t>"),
    *(b"<mergeCells>", b"<f>1/0</f>", b' r="A1" r="A2"', b"\xef\xbb\xbf", b"<sheetData>"),
)


def sheet_cells(cells: list[str], above: str = "") -> bytes:
    rows = "".join(cells)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{above}<worksheet xmlns="{space}"><sheetData>'
        f"{rows}</sheetData></worksheet>"
    ).encode("utf-8", "surrogatepass")


def x_corrupt_xml(members: Members, rng: Rng) -> Members:
    name = pick(rng, list(members))
    members[name] = at_places(XML_PIECES, 4)(members[name], rng)
    return members


def x_flipped_member(members: Members, rng: Rng) -> Members:
    for name in members if rng.random() < 0.2 else [pick(rng, list(members))]:
        members[name] = flips(members[name], rng)
    return members


def x_cut_member(members: Members, rng: Rng) -> Members:
    name = pick(rng, list(members))
    members[name] = members[name][: int(rng.integers(len(members[name]) + 1))]
    return members


def x_missing(members: Members, rng: Rng) -> Members:
    for _ in range(int(rng.integers(1, 4))):
        if members:
            del members[pick(rng, list(members))]
    return members


def x_swapped(members: Members, rng: Rng) -> Members:
    one, other = pick(rng, list(members)), pick(rng, list(members))
    members[one], members[other] = members[other], members[one]
    if rng.random() < 0.3:
        members[pick(rng, ("../../evil.xml", "/etc/passwd", "a" * 5000, "xl/é\\x.xml"))] = b"x"
    return members


def x_references(members: Members, rng: Rng) -> Members:
    """Put cells where none can be, or let them ask for texts and styles that are not there."""
    wrong = (
        *("A0", "A", "1", "", "a1", "1A", "AAAA1", "ZZZ9", "A-1", "$A$1", "A1048577", "XFE1"),
        *("A99999999999", "ÄÖ1", "A1:B2", "A1 ", "B70000", "Z9000"),
    )
    old = (b't="n"', b't="s"', b't="b"', b't="inlineStr"', b's="1"', b"<v>1</v>", b"<v>0</v>")
    new = (
        *(b't="zz"', b't="s"', b't="e"', b't="d"', b't="str"', b't="b"', b's="9999"', b's="-1"'),
        *(b"<v>-1</v>", b"<v>99999999999999999999</v>", b"<v></v>", b"<v>1e999</v>", b"<v>x</v>"),
    )
    content = members[SHEET]
    for _ in range(int(rng.integers(1, 4))):
        if rng.random() < 0.5:
            place = f'r="{pick(rng, "ABCDEFGH")}{rng.integers(1, 9)}"'
            content = content.replace(place.encode(), f'r="{pick(rng, wrong)}"'.encode(), 1)
        else:
            content = content.replace(pick(rng, old), pick(rng, new), int(pick(rng, (1, 9, 999))))
    members[SHEET] = content
    return members


def x_content_types(members: Members, rng: Rng) -> Members:
    """Mix up what the members are said to be, and where they are said to lie."""
    name = pick(rng, ("[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"))
    old = (b"worksheet", b"sheet1.xml", b"officeDocument", b"rId1", b"sharedStrings", b"styles")
    new = (b"chartsheet", b"../../x.xml", b"", b"rId9", b"/xl/workbook.xml", b"http://x/y", b"\xc3")
    for _ in range(int(rng.integers(1, 4))):
        members[name] = members[name].replace(pick(rng, old), pick(rng, new))
    return members


def x_book(members: Members, rng: Rng) -> Members:
    """Hide sheets, name them twice or not at all, date them from 1904, or take them out."""
    book = members["xl/workbook.xml"]
    book = book.replace(b'state="visible"', pick(rng, (b'state="hidden"', b'state="veryHidden"')))
    sheets = book[book.find(b"<sheet ") : book.find(b"</sheets>")]
    names = (b'name=""', b'name="' + b"x" * 5000 + b'"', b'name="\xe2\x80\xae"', b'nam="S"')
    new = (
        b"",
        sheets * 3,
        sheets.replace(b'name="Sheet"', pick(rng, names)),
        sheets.replace(b"rId1", b"rId77"),
        sheets.replace(b'sheetId="1"', b'sheetId="-1"'),
    )
    members["xl/workbook.xml"] = book.replace(sheets, pick(rng, new)).replace(
        b"<workbookPr", pick(rng, (b'<workbookPr date1904="1"', b'<workbookPr date1904="x"'))
    )
    return members


def x_values(members: Members, rng: Rng) -> Members:
    """Mix truth, numbers, texts, errors, formulas, and dates that no calendar has."""
    values = (
        '<c t="b"><v>1</v></c>', '<c t="b"><v>7</v></c>', '<c t="e"><v>#REF!</v></c>',
        '<c t="e"><v>#OOPS!</v></c>', "<c><f>A1/0</f><v>#DIV/0!</v></c>", "<c><f>A1:A9</f></c>",
        '<c t="str"><f>1</f><v>=1+1</v></c>', '<c t="inlineStr"><is><t>Fair</t></is></c>',
        '<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', "<c><v>1e308</v></c>",
        '<c t="d"><v>2025-13-01T00:00:00</v></c>', '<c t="d"><v>yesterday</v></c>', "<c/>",
        '<c s="1"><v>-1</v></c>', '<c s="1"><v>1e10</v></c>', '<c s="1"><v>2958466</v></c>',
        '<c s="1"><v>60</v></c>', '<c s="1"><v>0.99999999999</v></c>', '<c s="1"><v>1e308</v></c>',
        '<c s="1"><v>NaN</v></c>', "<c><v>inf</v></c>", '<c s="1"><v>-657435</v></c>',
        '<c t="inlineStr"><is><t>_x0000__xD800_</t></is></c>', "<c><v>45000</v></c>",
        '<c t="inlineStr"><is><t>&#x1b;[31m</t></is></c>', '<c s="1"><v>45000.5</v></c>',
    )  # fmt: skip
    few = [pick(rng, values) for _ in range(int(rng.integers(1, 6)))]
    header = [f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("won", "when", "source")]
    rows = ["".join(pick(rng, few) for _ in header) for _ in range(int(rng.integers(1, 120)))]
    if rng.random() < 0.6:
        rows = [f"<c><v>{rng.integers(2)}</v></c>{row}" for row in rows]
    members[SHEET] = sheet_cells([f"<row>{row}</row>" for row in ("".join(header), *rows)])
    return members


def x_merged(members: Members, rng: Rng) -> Members:
    spans = ("A1:H1", "A1:A99", "B2:C9", "A1", "A1:XFD1048576", "H9:A1", "A0:B0", ":", "é1:B2")
    merged = "".join(f'<mergeCell ref="{pick(rng, spans)}"/>' for _ in range(3))
    cells = f'</sheetData><mergeCells count="{pick(rng, (1, -1, 10**12))}">{merged}</mergeCells>'
    members[SHEET] = members[SHEET].replace(b"</sheetData>", cells.encode())
    return members


def x_bomb(members: Members, rng: Rng) -> Members:
    """Blow the sheet up to some megabytes that pack into kilobytes."""
    text = "x" * 1000
    tall = int(pick(rng, (2000, 10_000)))
    entity = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    head = '<row r="1"><c t="inlineStr"><is><t>won</t></is></c></row>'
    members[SHEET] = pick(
        rng,
        [
            sheet_cells([head, f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>' * tall]),
            sheet_cells([head, "<row><c><v>1</v></c><c/></row>" * (20 * tall)]),
            sheet_cells([head, '<row><c t="inlineStr"><is><t>&b;</t></is></c></row>' * 9], entity),
            sheet_cells([f"<row>{'<c><v>1</v></c>' * tall}</row>" * 9]),
            b" " * (2000 * tall),
            b"<a>" * (50 * tall),
        ],
    )
    return members


MEMBERS: dict[str, Callable[[Members, Rng], Members]] = {
    "xlsx: corrupt xml": x_corrupt_xml,
    "xlsx: flipped member": x_flipped_member,
    "xlsx: cut member": x_cut_member,
    "xlsx: missing members": x_missing,
    "xlsx: swapped members": x_swapped,
    "xlsx: references": x_references,
    "xlsx: content types": x_content_types,
    "xlsx: sheets": x_book,
    "xlsx: values": x_values,
    "xlsx: merged cells": x_merged,
    "xlsx: bombs": x_bomb,
}


def z_cut(content: bytes, rng: Rng) -> bytes:
    start = int(rng.integers(len(content)))
    return pick(rng, (content[:start], content[start:], content[:start] + content[start + 9 :]))


def z_locked(content: bytes, rng: Rng) -> bytes:
    """Begin as a locked workbook does, or say of every member that it is locked."""
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    names = "EncryptedPackage".encode("utf-16-le") + "EncryptionInfo".encode("utf-16-le")
    locked = content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    return pick(rng, (old + names, locked, old + content, old + bytes(4000)))


def z_lying(content: bytes, rng: Rng) -> bytes:
    """Let the list of members state wrong sizes, places and ways of packing."""
    broken = bytearray(content)
    for _ in range(int(rng.integers(1, 4))):
        mark = pick(rng, (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"))
        start = broken.find(mark)
        if start >= 0:
            place = start + int(rng.integers(4, 46 if mark[2] < 5 else 22))
            size = min(4, len(broken) - place)
            wrong = pick(rng, (b"\xff" * 4, b"\0" * 4, b"\x63\0\0\0", b"\xff\xff\xff\x7f"))
            broken[place : place + size] = wrong[:size]
    return bytes(broken)


def z_double(content: bytes, rng: Rng) -> bytes:
    """Pack a member twice, or workbooks one into the other, or with text around them."""
    page = io.BytesIO(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name stands twice
        with zipfile.ZipFile(page, "a") as archive:
            archive.writestr(pick(rng, (SHEET, "xl/workbook.xml", "x")), b"<a/>")
    whole = {"leads.xlsx": content}
    return pick(rng, (page.getvalue(), zipped(whole), b"a,b\n" + content, content + b"\n1,2", b""))


WHOLE: dict[str, Callable[[bytes, Rng], bytes]] = {
    "xlsx: cut off": z_cut,
    "xlsx: flipped bytes": flips,
    "xlsx: locked": z_locked,
    "xlsx: lying list": z_lying,
    "xlsx: packed twice": z_double,
}


def excel_table(kind: str, rng: Rng) -> bytes:
    members = workbook(leads_rows(rng, int(pick(rng, (1, 20, 80)))), rng)
    if kind in MEMBERS:
        packed = pick(rng, (zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
        return zipped(MEMBERS[kind](members, rng), packed=packed)
    return WHOLE[kind](zipped(members), rng)


# ------------------------------------------------------------------ cases

ENDINGS = (".csv", ".csv", ".csv", ".tsv", ".txt", ".dat", ".CSV", "")
EXCEL = (".xlsx", ".xlsx", ".xlsx", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv")
TEXT_KINDS = (*CELLS, *BYTES)
EXCEL_KINDS = (*MEMBERS, *WHOLE)
SPEC = "leads: {id: lead_id, created: created_at}\noutcome: {column: won}\n"


def c_leads(kind: str, rng: Rng) -> dict[str, bytes]:
    return {f"leads{pick(rng, ENDINGS)}": text_table(leads_rows(rng), kind, rng)}


def c_excel(kind: str, rng: Rng) -> dict[str, bytes]:
    return {f"leads{pick(rng, EXCEL)}": excel_table(kind, rng)}


def c_archive(kind: str, rng: Rng) -> dict[str, bytes]:
    """Pack a broken table, or break the packing of a whole one."""
    whole = dialect(leads_rows(rng, 80)).encode()
    text = text_table(leads_rows(rng), kind, rng) if rng.random() < 0.5 else whole
    inner = pick(
        rng, ("leads.csv", "../../leads.csv", "a/b/leads.tsv", "x.doc", ".x.csv", "l.xlsx")
    )
    members = {inner: text}
    if rng.random() < 0.3:
        members["more.csv"] = (
            whole if rng.random() < 0.5 else text_table(leads_rows(rng), kind, rng)
        )
    packed = pick(rng, (zipped(members), gzip.compress(text, mtime=0), bytes(3_000_000)))
    if len(packed) == 3_000_000:
        packed = gzip.compress(packed, mtime=0)
    broken = pick(rng, (z_cut, flips, z_lying, lambda content, _: content, junk))(packed, rng)
    return {pick(rng, ("leads.csv.gz", "leads.zip", "leads.zip", "leads.xlsx.gz")): broken}


def c_pattern(kind: str, rng: Rng) -> dict[str, bytes]:
    """Break one of several files that a pattern means."""
    whole = dialect(leads_rows(rng, 80)).encode()
    return {"leads-1.csv": whole, "leads-2.csv": text_table(leads_rows(rng), kind, rng)}


def c_beside(rows: Callable[[Rng], Rows], name: str) -> Callable[[str, Rng], dict[str, bytes]]:
    """Break a further file that belongs to whole leads: the event log, or a joined table."""

    def files(kind: str, rng: Rng) -> dict[str, bytes]:
        if kind.startswith("xlsx"):
            content, ending = excel_table(kind, rng), pick(rng, EXCEL)
        else:
            content, ending = text_table(rows(rng), kind, rng), pick(rng, ENDINGS[:-1])
        leads = dialect(leads_rows(rng, 150)).encode()
        return {"leads.csv": leads, f"{name}{ending}": content}

    return files


GROUPS: tuple[tuple[str, int, Callable[[str, Rng], dict[str, bytes]], tuple[str, ...]], ...] = (
    ("leads", 8, c_leads, TEXT_KINDS),
    ("leads", 8, c_excel, EXCEL_KINDS),
    ("archive", 1, c_archive, TEXT_KINDS),
    ("pattern", 1, c_pattern, TEXT_KINDS),
    ("events", 3, c_beside(event_rows, "events"), (*TEXT_KINDS, *EXCEL_KINDS)),
    ("joined", 2, c_beside(firm_rows, "firms"), (*TEXT_KINDS, *EXCEL_KINDS)),
)
TURNS = tuple(place for place, group in enumerate(GROUPS) for _ in range(group[1]))


def case(number: int) -> Case:
    """Make the input of this number: its group by turns, its kind by chance, all from the seed."""
    rng = np.random.default_rng([SEED, number])
    group, _, make, kinds = GROUPS[TURNS[number % len(TURNS)]]
    kind = pick(rng, kinds)
    files = make(kind, rng)
    broken = list(files)[-1]
    leads = "leads-*.csv" if group == "pattern" else next(iter(files))
    word = pick(rng, ("run", "run", "check", "check", "init", "score"))
    spec = SPEC if rng.random() < 0.6 or group in ("events", "joined") else ""
    options: list[str] = []
    if group == "events" and rng.random() < 0.5:
        spec += f"events: {{path: {broken}, score_after_days: 14}}\n"
    elif group == "events":
        spec += "events: {score_after_days: 7}\n"
        options += ["--events", broken]
    if group == "joined":
        spec += f"join: [{{path: {broken}, on: lead_id}}]\n"
    if group == "leads" and rng.random() < 0.1:
        spec += "exclude: [no_such, visits]\nmissing: ['', x]\nrepeated: last\n"
    if word == "score":
        files["card.yaml"] = b""
        card_events = ["--events", broken] if group == "events" else []
        command = ["score", "card.yaml", leads, *card_events]
        command += ["--sheet", "Sheet"] if rng.random() < 0.1 else []
        command += ["--out", pick(rng, ("scored.csv", "scored.parquet"))]
        return Case(number, f"{group}: {kind}", files, broken, command)
    if spec:
        files["spec.yaml"] = spec.encode()
        options += ["--spec", "spec.yaml"]
    elif rng.random() < 0.5:
        options += ["--outcome", "won"]
    command = [word, leads, *options]
    if word == "run":
        command += ["--out", "out"] + (["--scores"] if rng.random() < 0.3 else [])
    elif word == "init":
        command += ["--out", "new.yaml"]
    if word in ("check", "init") and rng.random() < 0.2:
        command += ["--html", "page.html"]
    return Case(number, f"{group}: {kind}", files, broken, command)

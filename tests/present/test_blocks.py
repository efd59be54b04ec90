"""Blocks as plain text: 80 columns by what is seen, numbers whole, values safe."""

from __future__ import annotations

import pytest

from calibrate.errors import Finding
from calibrate.present.blocks import (
    BLANK,
    Column,
    Listing,
    Name,
    Said,
    findings_blocks,
    name_column,
    number_columns,
    plain_text,
    points_cell,
    written_blocks,
)
from calibrate.present.terminal import columns, pad, paragraph, shorten

WIDE = "情報通信業とソフトウェア開発"


@pytest.mark.parametrize("text", ["plain", WIDE, "e\u0301nergie", "🎉 party", ""])
@pytest.mark.parametrize("width", [1, 2, 5, 9, 40])
def test_a_text_cut_and_filled_is_as_wide_as_asked(text: str, width: int) -> None:
    assert columns(shorten(text, width)) <= width
    assert columns(pad(shorten(text, width), width)) == width
    assert shorten(text, 80) == text


def test_wide_letters_are_counted_twice_where_lines_break() -> None:
    lines = paragraph(WIDE * 5)
    assert "".join(lines) == WIDE * 5
    assert [columns(line) for line in lines[:-1]] == [80]


def test_a_number_stays_with_its_groups_and_its_unit_on_a_screen() -> None:
    says = "of 45 211 leads 12.5 % close"
    assert paragraph(says, width=8) == ["of", "45 211", "leads", "12.5 %", "close"]
    assert paragraph("in /a/long-path/here", width=8) == ["in", "/a/long-", "path/her", "e"]
    assert paragraph("in /a/long-path/here", width=8, together=True) == ["in", "/a/long-path/here"]


def test_a_table_keeps_its_columns_and_its_numbers() -> None:
    table = Listing(
        columns=(name_column("level", 12), *number_columns(leads=6), Column(width=4, gap=2)),
        rows=(
            (Name(attribute="lead_source", name="Web"), "45 211", points_cell("+3")),
            (Name(name="製造業と製造業と製造業", note="by hand: sales asked"), "1 234 567"),
            ("(other)", "7", points_cell("-12")),
        ),
        indent=2,
    )
    assert plain_text([table]).splitlines() == [
        "  level         leads",
        "  lead_so…: W… 45 211    +3",
        "  製造業と製…  1 234 567",
        "      by hand: sales asked",
        "  (other)           7   -12",
    ]


def test_a_title_from_the_leads_is_made_safe_and_cut() -> None:
    table = Listing(
        columns=(name_column("tier", 6), Column(title="red\x1b[31m", width=8)), rows=(("A", "1"),)
    )
    assert plain_text([table]) == "tier   red\\x1b…\nA             1"


def test_what_is_said_is_broken_cut_or_left() -> None:
    long = "word " * 30
    broken, cut, left = (
        plain_text([Said(text=long.strip(), mark="* ", indent=2, when_long=one)])
        for one in ("break", "cut", "leave")
    )
    assert [line[:4] for line in broken.splitlines()] == ["  * ", "    "]
    assert max(map(len, broken.splitlines())) <= 80
    assert len(cut) == 80
    assert cut.endswith("…")
    assert left == f"  * {long.strip()}"


def test_findings_stand_warnings_first_and_files_at_the_end() -> None:
    kinds = ("info", "warning", "info")
    findings = [
        Finding(code=f"c{place}", severity=kind, says=f"Says {place}.", fix="Do.")
        for place, kind in enumerate(kinds)
    ]
    text = plain_text([*findings_blocks(findings), *written_blocks("a.html", "b\n.csv")])
    assert text == (
        "\nFindings\n! Says 1. Do.\n- Says 0. Do.\n- Says 2. Do.\n\nWritten to a.html and b\\n.csv"
    )
    assert [*findings_blocks([]), *written_blocks()] == []
    assert plain_text([BLANK, Said(text="end")]) == "\nend"

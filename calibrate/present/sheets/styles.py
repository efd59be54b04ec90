"""How the cells of the workbook look: one place, few colours, told apart by the colour-blind."""

from __future__ import annotations

from typing import Any

BLUE, ORANGE = "#0072B2", "#D55E00"
"""Okabe and Ito's: raises and lowers."""
LIGHT_BLUE, LIGHT_ORANGE = "#9DC9E8", "#F2B48C"
GREY, LINE, PALE, INPUT = "#595959", "#BFBFBF", "#F2F2F2", "#FFF8DC"

_HEAD = {"bold": True, "bg_color": PALE, "bottom": 1, "bottom_color": LINE, "text_wrap": True}
_LOOKS: dict[str, dict[str, Any]] = {
    "plain": {},
    "wrapped": {"text_wrap": True},
    "after": {"text_wrap": True, "align": "left", "indent": 1},
    "title": {"bold": True, "font_size": 18},
    "heading": {"bold": True, "font_size": 13, "font_color": BLUE},
    "note": {"font_color": GREY, "text_wrap": True},
    "strong": {"bold": True, "text_wrap": True},
    "head": _HEAD,
    "head_after": _HEAD | {"align": "left", "indent": 1},
    "head_right": _HEAD | {"align": "right"},
    "count": {"num_format": "#,##0"},
    "share": {"num_format": "0.0%"},
    "lift": {"num_format": "0.00"},
    "p": {"num_format": "0.0E+0"},
    "points": {"num_format": "+0;-0;0"},
    "verdict": {"align": "left", "indent": 1},
    "counts_as": {"align": "left", "indent": 2, "text_wrap": True},
    "number": {"num_format": "General"},
    "input_text": {"num_format": "@", "bg_color": INPUT, "border": 1, "border_color": LINE},
    "input_number": {"bg_color": INPUT, "border": 1, "border_color": LINE, "align": "left"},
    "result": {"bold": True, "font_size": 16, "align": "left"},
    "result_share": {"bold": True, "font_size": 16, "align": "left", "num_format": "0.0%"},
    "auc": {"num_format": "0.000"},
    "spilling": {"align": "left", "indent": 1},
    "decimal": {"num_format": "0.00"},
    "fact_number": {"align": "left", "num_format": "0", "bold": True},
    "fact_count": {"align": "left", "num_format": "#,##0", "bold": True},
    "fact_share": {"align": "left", "num_format": "0.0%", "bold": True},
    "fact": {"align": "left", "num_format": "0"},
    "marked": {"bold": True, "bg_color": INPUT},
    "raises": {"font_color": BLUE},
    "lowers": {"font_color": ORANGE},
}


def looks(book: Any) -> dict[str, Any]:
    """Make the formats of a workbook, by name."""
    return {
        name: book.add_format({"font_name": "Calibri", "font_size": 11, "valign": "top"} | look)
        for name, look in _LOOKS.items()
    }


def colour_points(sheet: Any, cells: tuple[int, int, int, int]) -> None:
    """Lay a bar behind points: to the right where they raise, to the left where they lower."""
    sheet.conditional_format(
        *cells,
        {
            "type": "data_bar",
            "data_bar_2010": True,
            "bar_color": LIGHT_BLUE,
            "bar_negative_color": LIGHT_ORANGE,
            "bar_solid": True,
            "bar_axis_position": "middle",
        },
    )


def colour_results(sheet: Any, look: dict[str, Any], cells: tuple[int, int, int, int]) -> None:
    """Colour what is said of a lead: blue where it passes, orange where it does not."""
    for says, colour in (("passes", "raises"), ("does not pass", "lowers")):
        rule = {"type": "cell", "criteria": "==", "value": f'"{says}"', "format": look[colour]}
        sheet.conditional_format(*cells, rule)


def bar(sheet: Any, cells: tuple[int, int, int, int]) -> None:
    """Lay a bar behind shares."""
    sheet.conditional_format(
        *cells,
        {
            "type": "data_bar",
            "data_bar_2010": True,
            "bar_color": LIGHT_BLUE,
            "bar_solid": True,
            "min_type": "num",
            "min_value": 0,
        },
    )


def colour_scale(sheet: Any, cells: tuple[int, int, int, int]) -> None:
    """Colour shares from white to blue, the largest the deepest."""
    sheet.conditional_format(
        *cells,
        {
            "type": "2_color_scale",
            "min_color": "#FFFFFF",
            "max_color": LIGHT_BLUE,
        },
    )

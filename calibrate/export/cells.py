"""Formulas that find the level of what stands in a cell, in Excel and in LibreOffice alike.

Only functions that take texts and numbers as they are: ``EXACT`` and ``FIND`` know no wildcards,
``GESTEP`` compares every digit, and nothing depends on the language of the program, as ``LOWER``,
``VALUE`` of a decimal number and the plain ``=`` between texts do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calibrate.export.lookup import Lookup

PADDED = 1024
"""Up to so many letters, spaces around a text are looked for; a longer one is not scored."""
LOST_TAB = "CHAR(1)"
"""What LibreOffice makes of a tab in a cell of several lines: such a text is not scored."""
REFUSED = -1
"""The place of a value that cannot be told here."""

NOTHING_TYPED, NEVER_SEEN = "nothing typed", "a value never seen"

_NESTED = 40
"""Functions within one another; Excel allows 64."""
_EDGES = 100
"""Edges in one formula; Excel allows 8 192 letters."""
_ARGUMENTS = 200
"""Cells in one function; Excel allows 255."""
_DIGITS = 15
"""So many digits a spreadsheet keeps of a number that is typed."""
_POWER = 22
"""A whole number of 15 digits and a power of ten up to this one are exact, so their product or
quotient is the nearest number there is, as it is when leads are read (Clinger, PLDI 1990)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a workbook keeps what the formulas look up: absolute ranges, by attribute.

    Attributes
    ----------
    spaces, digits, shapes : str
        All letters that are white space; all digits but 0 to 9; the shapes of a number.
    texts, text_levels : str
        Texts in small letters and the place of the level of each; empty without any.
    numbers, typed_levels, text_number_levels : str
        Numbers, and the place of the level of each as a number and as a text; empty without any.
    edges : tuple of str
        One cell an edge.
    points, otherwise : str
        Points by place, and those of a value never seen.
    labels : str
        Levels in words, by place.
    """

    spaces: str
    digits: str
    shapes: str
    texts: str
    text_levels: str
    numbers: str
    typed_levels: str
    text_number_levels: str
    edges: tuple[str, ...]
    points: str
    otherwise: str
    labels: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One cell on the way from a value to its level.

    Attributes
    ----------
    formula : str
        With ``{x}`` for the value's cell and ``{0}``, ``{1}``, ... for the steps before.
    empty : str or int
        What it gives where the value's cell is empty.
    is_array : bool
        Whether the formula goes through the letters of a text.
    """

    formula: str
    empty: str | int = ""
    is_array: bool = False


def steps_of(lookup: Lookup, places: Places) -> tuple[Step, ...]:
    """Give the steps from a value to the place of its level; the last is the place itself."""
    steps = [_trimmed(places.spaces)]
    for start in range(0, max(len(lookup.capitals), 1), _NESTED):
        small = _substituted(_last(steps), lookup.capitals[start : start + _NESTED])
        steps.append(Step(formula=f"={small}"))
    text = _last(steps)
    number = "{x}"
    if lookup.reads_numbers:
        steps.append(_shape(text))
        steps.append(_power(text, _last(steps), places, lookup.refused_marks))
        steps.append(_number(text, _last(steps)))
        number = _last(steps)
    reached = []
    for start in range(0, len(places.edges), _EDGES):
        steps.append(_reached(number, places.edges[start : start + _EDGES]))
        reached.append(_last(steps))
    place = _band(lookup, places, text, number, reached) if lookup.is_number else None
    steps.append(Step(formula=place or _value(lookup, places, text, number), empty=lookup.missing))
    return tuple(steps)


def points_formula(place: str, further: Sequence[str], places: Places) -> str:
    """Give the points of the level at a place; a question mark where it cannot be told.

    Parameters
    ----------
    place : str
        The cell of the place.
    further : sequence of str
        Places of the same value for the conditions on it, which have to be told as well.
    places : Places
    """
    worth = f"IF({place}=0,{places.otherwise},INDEX({places.points},{place}))"
    return f'=IF({_least([place, *further])}<0,"?",{worth})'


def worth_formula(place: str, places: Places) -> str:
    """Give what the level at a place is worth for a condition; nothing where it cannot be told."""
    return f"=IF({place}<1,0,INDEX({places.points},{place}))"


def _least(cells: Sequence[str]) -> str:
    """Give the least of some cells; a function takes 255 at most."""
    if len(cells) == 1:
        return cells[0]
    parts = [
        ",".join(cells[start : start + _ARGUMENTS]) for start in range(0, len(cells), _ARGUMENTS)
    ]
    return f"MIN({','.join(parts if len(parts) == 1 else (f'MIN({one})' for one in parts))})"


def label_formula(value: str, place: str, further: Sequence[str], places: Places) -> str:
    """Name the level at a place, and what is on none."""
    return (
        f'=IF({_least([place, *further])}<0,"? write it another way",IF({place}=0,'
        f'IF(ISBLANK({value}),"{NOTHING_TYPED}","{NEVER_SEEN}"),INDEX({places.labels},{place})))'
    )


def _last(steps: Sequence[Step]) -> str:
    return f"{{{len(steps) - 1}}}"


def _trimmed(spaces: str) -> Step:
    """Take the white space around a text away, of every kind; only where there is some."""
    each = f"ROW($1:${PADDED})"
    filled = f"IF(ISERROR(FIND(MID({{x}},{each},1),{spaces}))*({each}<=LEN({{x}})),{each})"
    inner = f"MID({{x}},MIN({filled}),MAX({filled})-MIN({filled})+1)"
    ends = f"ISNUMBER(FIND(LEFT({{x}},1),{spaces}))+ISNUMBER(FIND(RIGHT({{x}},1),{spaces}))"
    text = (
        f'IF(LEN({{x}})=0,"",IF(ISNUMBER(FIND({LOST_TAB},{{x}})),NA(),IF({ends}=0,{{x}},'
        f'IF(LEN({{x}})>{PADDED},NA(),IF(MAX({filled})=0,"",{inner})))))'
    )
    other = 'IF(ISLOGICAL({x}),IF({x},"yes","no"),IF(ISERROR({x}),NA(),""))'
    return Step(formula=f"=IF(ISTEXT({{x}}),{text},{other})", is_array=True)


def _substituted(inner: str, pairs: Sequence[tuple[str, str]]) -> str:
    for old, new in pairs:
        inner = f'SUBSTITUTE({inner},"{old}","{new}")'
    return inner


def _shape(text: str) -> Step:
    """Leave of a text what is no digit: a number's shape is one of few."""
    return Step(formula="=" + _substituted(text, [(digit, "") for digit in "0123456789"]))


def _power(text: str, shape: str, places: Places, refused: str) -> Step:
    """Give the power of ten of a text's last digit; an empty text where it is no number.

    What would be a number but for a refused mark is not told: calibrate may read it as one.
    """
    marks = "+".join(f'ISNUMBER(FIND("{mark}",{text}))' for mark in refused)
    bare = _substituted(shape, [(mark, "") for mark in ".,+-"])
    unread = f"AND({marks}>0,LEN({bare})=0,LEN({text})>LEN({shape}))"
    e, shape_e = f'FIND("e",{text}&"e")', f'FIND("e",{shape}&"e")'
    first, signs = f"LEFT({shape},1)", f"RIGHT({shape},2)"
    signed = f'IF(OR(EXACT(LEFT({text},1),"+"),EXACT(LEFT({text},1),"-")),1,0)'
    second = f"MID({text},2+{signed},1)"
    is_number = ",".join(
        (
            f"{e}>{shape_e}",  # a digit before the e
            f"OR({shape_e}>LEN({shape}),LEN({text})-{e}>LEN({shape})-{shape_e})",  # one after it
            f'IF(OR(EXACT({first},"+"),EXACT({first},"-")),EXACT(LEFT({text},1),{first}),TRUE)',
            f'IF(OR(EXACT({signs},"e+"),EXACT({signs},"e-")),ISNUMBER(FIND({signs},{text})),TRUE)',
            # Digits behind a leading zero are a code.
            f'NOT(AND(EXACT(MID({text},1+{signed},1),"0"),LEN({second})=1,'
            f'ISNUMBER(FIND({second},"0123456789"))))',
        )
    )
    point = f'IF(ISNUMBER(FIND(".",{text})),{e}-1-FIND(".",{text}),0)'
    exponent = f"IF({shape_e}>LEN({shape}),0,VALUE(MID({text},{e}+1,3)))"
    fits = f"AND({e}-{shape_e}<={_DIGITS},LEN({text})-{e}<=3)"
    power = f"IF({fits},IF(ABS({exponent}-{point})<={_POWER},{exponent}-{point},NA()),NA())"
    each = f"ROW($1:${PADDED})"
    foreign = (
        f"SUMPRODUCT(ISNUMBER(FIND(MID({text},{each},1),{places.digits}))*({each}<=LEN({text})))"
    )
    return Step(
        formula=f"=IF(ISERROR({text}),NA(),IF({unread},NA(),"
        f'IF(SUMPRODUCT(--EXACT({shape}&"|",{places.shapes}))=0,IF({foreign}>0,NA(),""),'
        f'IF(AND({is_number}),{power},""))))'
    )


def _number(text: str, power: str) -> Step:
    """Give the number that a cell holds, or that its text writes."""
    e = f'FIND("e",{text}&"e")'
    digits = _substituted(f"LEFT({text},{e}-1)", [(mark, "") for mark in ".+-"])
    sign = f'IF(EXACT(LEFT({text},1),"-"),-1,1)'
    number = f"{sign}*IF({power}<0,VALUE({digits})/10^ABS({power}),VALUE({digits})*10^ABS({power}))"
    return Step(
        formula=f'=IF(ISNUMBER({{x}}),{{x}},IF(ISERROR({power}),NA(),IF(ISNUMBER({power}),{number},"")))'
    )


def _text_place(lookup: Lookup, places: Places, text: str) -> str:
    if not lookup.texts:
        return "0"
    return f"SUMPRODUCT(EXACT({places.texts},{text})*{places.text_levels})"


def _number_place(places: Places, number: str, levels: str) -> str:
    """Look a number up, and refuse one that only looks like the one found."""
    found = f"MATCH({number},{places.numbers},0)"
    same = f"INDEX({places.numbers},{found})"
    return (
        f"IF(ISNUMBER({found}),IF(GESTEP({number},{same})*GESTEP({same},{number})=1,"
        f"INDEX({levels},{found}),{REFUSED}),0)"
    )


def _reached(number: str, edges: Sequence[str]) -> Step:
    """Count the edges that a number reaches, every digit compared."""
    count = "+".join(f"GESTEP({number},{edge})" for edge in edges)
    return Step(formula=f"=IF(ISNUMBER({number}),{count},0)", empty=0)


def _band(lookup: Lookup, places: Places, text: str, number: str, reached: Sequence[str]) -> str:
    band = "+".join(["1", *reached])
    if lookup.numbers:
        same = f"MATCH({number},{places.numbers},0)"
        gone = _number_place(places, number, places.typed_levels)
        band = f"IF(ISNUMBER({same}),{gone},{band})"
    return (
        f"=IF(ISERROR({text}),{REFUSED},IF(ISNUMBER({number}),{band},"
        f"IF(LEN({text})=0,{lookup.missing},IF({_text_place(lookup, places, text)}>0,"
        f"{lookup.missing},IF(ISERROR({number}),{REFUSED},0)))))"
    )


def _value(lookup: Lookup, places: Places, text: str, number: str) -> str:
    named = _text_place(lookup, places, text)
    beyond, typed = "0", "0"
    if lookup.sigma_refused:
        beyond = f'IF(ISNUMBER(FIND("Σ",{text})),{REFUSED},0)'
    if lookup.numbers:
        written = _number_place(places, number, places.text_number_levels)
        beyond = f"IF(ISERROR({number}),{REFUSED},IF(ISNUMBER({number}),{written},{beyond}))"
        typed = _number_place(places, "{x}", places.typed_levels)
    return (
        f"=IF(ISERROR({text}),{REFUSED},IF(ISNUMBER({{x}}),{typed},"
        f"IF(LEN({text})=0,{lookup.missing},IF({named}>0,{named},{beyond}))))"
    )

"""PMML's elements and expressions, and how they become a file."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from calibrate.present.numbers import number_text

Element = ElementTree.Element

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(
    kind: str, /, *children: Element, text: str | None = None, **attributes: str
) -> Element:
    """Make an element.

    Examples
    --------
    >>> ElementTree.tostring(element("Constant", text="a < b", dataType="string"), "unicode")
    '<Constant dataType="string">a &lt; b</Constant>'
    """
    made = ElementTree.Element(kind, attributes)
    made.text = text
    made.extend(children)
    return made


def field(name: str) -> Element:
    """Refer to a field."""
    return element("FieldRef", field=name)


def constant(value: str | float) -> Element:
    """Write a text or a number as a constant."""
    if isinstance(value, str):
        return element("Constant", text=value, dataType="string")
    return element("Constant", text=number_text(float(value)), dataType="double")


def nothing() -> Element:
    """Write a missing value."""
    return element("Constant", missing="true")


def apply(function: str, *arguments: Element, missing: str | None = None) -> Element:
    """Apply a function; `missing` is its result where an argument is missing."""
    attributes = {"function": function} | ({} if missing is None else {"mapMissingTo": missing})
    return element("Apply", *arguments, **attributes)


def joined(function: str, tests: list[Element]) -> Element:
    """Join truths by `and` or `or`; none by `or` is false."""
    if not tests:
        return element("Constant", text="false", dataType="boolean")
    return tests[0] if len(tests) == 1 else apply(function, *tests)


def derived(name: str, expression: Element, data_type: str) -> Element:
    """Make a field of an expression."""
    kind = "continuous" if data_type == "double" else "categorical"
    return element("DerivedField", expression, name=name, optype=kind, dataType=data_type)


def function(name: str, expression: Element, data_type: str, *, of: str = "string") -> Element:
    """Define a function of one `value`."""
    kinds = {"double": "continuous"}
    takes = element(
        "ParameterField", name="value", optype=kinds.get(of, "categorical"), dataType=of
    )
    return element(
        "DefineFunction",
        takes,
        expression,
        name=name,
        optype=kinds.get(data_type, "categorical"),
        dataType=data_type,
    )


def can_hold(text: str) -> bool:
    """Say whether XML has every character of a text."""
    return not _ILLEGAL.search(text)


def document(root: Element) -> str:
    """Write a document; the same elements are always the same bytes."""
    ElementTree.indent(root)
    written = ElementTree.tostring(root, "unicode")
    # A carriage return that stands for itself would be read as a line's end.
    body = written.replace("\r", "&#13;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'

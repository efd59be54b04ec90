"""How PMML reads a cell: whether it is nothing, its folded text, the number it means."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from calibrate.behaviours import BehaviourRecipe
from calibrate.export.folding import DOTTED, folding_for, forms, spaces
from calibrate.export.pmml_elements import (
    Element,
    apply,
    constant,
    derived,
    element,
    field,
    function,
    nothing,
)
from calibrate.export.truth import gone_numbers, gone_texts
from calibrate.leads import Recipe
from calibrate.levels import MISSING, fold
from calibrate.recipes import (
    DISPOSABLE_DOMAINS,
    FREE_DOMAINS,
    ROLES,
    ColumnRecipe,
    EmailTypeRecipe,
    FilledRecipe,
    GivenRecipe,
    MemberRecipe,
    columns_of,
)

_NUMBER = r"^[+-]?((0|[1-9][0-9]*)([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?\z"
_DECIMAL_COMMA = r"^[+-]?([1-9][0-9]{0,2}([.][0-9]{3})+|[0-9]+)(,[0-9]+)?\z"
_THOUSANDS_COMMA = r"^[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+([.][0-9]+)?\z"

_TRIMMED, _FOLDED = "calibrate.trimmed", "calibrate.folded"
_NUMBER_OF, _FINITE, _PLAIN = "calibrate.number", "calibrate.finite", "calibrate.without_commas"

_SPECIAL = re.compile(r"([][\\.^$*+?{}()|/&#~\-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The fields that hold the value of an attribute.

    Attributes
    ----------
    text : str or None
        Its folded text, missing for no value; None where it is no text.
    number : str or None
        Its number, missing for none; None where it is no number.
    """

    text: str | None = None
    number: str | None = None

    @property
    def value(self) -> str:
        """The field that is missing where there is no value."""
        return self.text or self.number or ""


class Fields:
    """Makes the fields of a card's columns and attributes, each once.

    Parameters
    ----------
    columns : iterable of str
        All columns that are read.
    nothings : sequence of str
        The card's texts that stand for nothing.
    """

    def __init__(self, columns: Iterable[str], nothings: Sequence[str]) -> None:
        self.made: list[Element] = []
        self._taken = set(columns)
        self._nothings = tuple(nothings)
        self._cells: dict[str, Source] = {}
        self._sources: dict[str, Source] = {}

    def add(self, name: str, expression: Element, data_type: str) -> str:
        """Make a field and give its name, which no other field has."""
        while name in self._taken:
            name += "'"
        self._taken.add(name)
        self.made.append(derived(name, expression, data_type))
        return name

    def source(self, attribute: str, recipe: Recipe | None) -> Source:
        """Give the value of an attribute: its column's, or what is made from others."""
        if attribute not in self._sources:
            made = made_here(recipe)
            nothings = nothings_for(recipe, self._nothings)
            if made is None:
                found = self._cell(attribute, nothings)
            else:
                found = self._derived(attribute, made)
            self._sources[attribute] = found
        return self._sources[attribute]

    def _cell(self, column: str, nothings: tuple[str, ...]) -> Source:
        if column not in self._cells:
            # `(missing)` is no value in every card.
            cell = element("FieldRef", field=column, mapMissingTo=MISSING)
            trimmed = self.add(f"{column} (trimmed)", apply(_TRIMMED, cell), "string")
            folded = self.add(f"{column} (folded)", apply(_FOLDED, field(trimmed)), "string")
            there = self.add(
                f"{column} (value)", self._unless_gone(trimmed, folded, nothings), "string"
            )
            number = apply(_NUMBER_OF, apply(_PLAIN, field(trimmed)))
            read = apply("if", apply("isNotMissing", field(there)), number)
            self._cells[column] = Source(
                text=there, number=self.add(f"{column} (number)", read, "double")
            )
        return self._cells[column]

    def _unless_gone(self, trimmed: str, folded: str, nothings: tuple[str, ...]) -> Element:
        """Give the folded text, and nothing where it, or the number it is, stands for nothing."""
        then, numbers = field(folded), gone_numbers(nothings)
        if numbers:
            number = apply(_NUMBER_OF, field(trimmed))
            is_gone = apply("isIn", number, *map(constant, numbers), missing="false")
            then = apply("if", is_gone, nothing(), then)
        texts = spelled(gone_texts(nothings))
        return apply("if", apply("isIn", field(folded), *map(constant, texts)), nothing(), then)

    def _derived(self, attribute: str, recipe: ColumnRecipe) -> Source:
        if isinstance(recipe, FilledRecipe):
            ones = [
                apply("if", self._is_there(column), constant(1), constant(0))
                for column in recipe.columns
            ]
            total = ones[0] if len(ones) == 1 else apply("sum", *ones)
            return Source(number=self.add(f"{attribute} (count)", total, "double"))
        if isinstance(recipe, GivenRecipe):
            said = apply("if", self._is_there(recipe.column), constant("yes"), constant("no"))
        elif isinstance(recipe, MemberRecipe):
            held = self._cell(recipe.column, self._nothings).value
            found = apply("matches", field(held), constant(member_pattern(recipe)), missing="false")
            said = apply("if", found, constant("yes"), constant("no"))
        elif isinstance(recipe, EmailTypeRecipe):
            said = _email_type(self._cell(recipe.column, self._nothings).value)
        else:
            raise TypeError(f"no PMML for {recipe!r}")
        return Source(text=self.add(f"{attribute} (made)", said, "string"))

    def _is_there(self, column: str) -> Element:
        return apply("isNotMissing", field(self._cell(column, self._nothings).value))


def made_here(recipe: Recipe | None) -> ColumnRecipe | None:
    """Give the recipe of an attribute that is made from columns of the lead's row.

    What is made from a log of events is read from a column of the attribute's name.
    """
    return None if isinstance(recipe, BehaviourRecipe) else recipe


def nothings_for(recipe: Recipe | None, nothings: tuple[str, ...]) -> tuple[str, ...]:
    """Give the texts that stand for nothing: not where calibrate itself has made the value."""
    return nothings if recipe is None else ()


def columns_read(attribute: str, recipe: Recipe | None) -> tuple[str, ...]:
    """Name the columns that an attribute is read from."""
    made = made_here(recipe)
    return (attribute,) if made is None else columns_of(made)


def functions(names: Iterable[str]) -> list[Element]:
    """Define what every cell is read by.

    Parameters
    ----------
    names : iterable of str
        All folded texts that a cell is compared with.
    """
    blank = f"[{''.join(map(_inside, spaces()))}]"
    trimmed = _replaced(_value(), rf"^{blank}+|{blank}+\z", "")
    without = _replaced(_value(), ",", "")
    decimal = _replaced(_replaced(_value(), "[.]", ""), ",", ".")
    plain = _value()
    # The first that fits, from the last on: a number with its point has no commas to be read.
    for pattern, then in ((_DECIMAL_COMMA, decimal), (_THOUSANDS_COMMA, without), (_NUMBER, None)):
        plain = apply("if", _fits(pattern), _value() if then is None else then, plain)
    is_small = apply("lessOrEqual", apply("abs", _value()), constant(sys.float_info.max))
    return [
        function(_TRIMMED, trimmed, "string"),
        function(_FOLDED, _fold(names), "string"),
        function(_PLAIN, plain, "string"),
        function(_FINITE, apply("if", is_small, _value()), "double", of="double"),
        function(_NUMBER_OF, apply("if", _fits(_NUMBER), apply(_FINITE, _value())), "double"),
    ]


def _value() -> Element:
    return field("value")


def _fits(pattern: str) -> Element:
    return apply("matches", _value(), constant(pattern))


def _fold(names: Iterable[str]) -> Element:
    """Replace the capitals of all characters that some name has."""
    found = folding_for(names)
    folded = _value()
    if found.dotted:
        folded = _replaced(folded, *DOTTED)
    capitals: dict[str, str] = {}
    for capital, lower in zip(found.capitals, found.lowers, strict=True):
        capitals[lower] = capitals.get(lower, "") + capital
    for lower, letters in capitals.items():
        folded = _replaced(folded, f"[{letters}]", lower)
    return folded


def _replaced(text: Element, pattern: str, by: str) -> Element:
    return apply("replace", text, constant(pattern), constant(by))


def spelled(names: Iterable[str]) -> list[str]:
    """List all that some folded names can look like once a text is folded by PMML."""
    return [form for name in names for form in forms(name)]


def compared_with(recipe: Recipe | None) -> list[str]:
    """List the folded texts that making an attribute compares a cell with."""
    if isinstance(recipe, MemberRecipe):
        return [fold(recipe.member)]
    if isinstance(recipe, EmailTypeRecipe):
        return [*sorted(DISPOSABLE_DOMAINS), *sorted(FREE_DOMAINS), *sorted(ROLES)]
    return []


def member_pattern(recipe: MemberRecipe) -> str:
    """Write how a folded list looks that has a member on it."""
    end, blank = _inside(recipe.separator), "".join(map(_inside, spaces()))
    wanted = "|".join(_escaped(form) for form in forms(fold(recipe.member)))
    return rf"(^|[{end}])[{blank}]*({wanted})[{blank}]*([{end}]|\z)"


def _email_type(text: str) -> Element:
    """Say whose an address is, asking as `email_type` does."""
    blank = "".join(map(_inside, spaces()))
    is_address = rf"^[^@{blank}]+@[^@{blank}]+[.][^@{blank}.]+\z"
    kinds = [
        ("disposable", rf"@({_any_of(DISPOSABLE_DOMAINS)})\z"),
        ("free", rf"@({_any_of(FREE_DOMAINS)})\z"),
        ("role", f"^({_any_of(ROLES)})@"),
    ]
    said = constant("company")
    for kind, pattern in reversed(kinds):
        found = apply("matches", field(text), constant(pattern))
        said = apply("if", found, constant(kind), said)
    found = apply("matches", field(text), constant(is_address))
    said = apply("if", found, said, constant("no address"))
    return apply("if", apply("isNotMissing", field(text)), said)


def _any_of(names: Iterable[str]) -> str:
    return "|".join(_escaped(name) for name in sorted(names))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _inside(letter: str) -> str:
    """Write a character inside a class of a regular expression; XML has no control characters."""
    if letter.isspace():
        return f"\\x{{{ord(letter):x}}}"
    return f"\\{letter}" if _SPECIAL.fullmatch(letter) else letter

"""Attributes that stand in no column but are made from one: list members, e-mail types, gaps."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from calibrate.documents import Part
from calibrate.engines.columns import Column, TextColumn, filled_cells, is_filled, text_column
from calibrate.levels import fold

FREE_DOMAINS = frozenset(
    (
        "gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr hotmail.com "
        "hotmail.co.uk hotmail.fr outlook.com outlook.de live.com msn.com "
        "aol.com icloud.com me.com mac.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de "
        "t-online.de freenet.de mail.com mail.ru "
        "yandex.com yandex.ru proton.me protonmail.com pm.me zoho.com qq.com 163.com 126.com "
        "orange.fr free.fr laposte.net libero.it uol.com.br bol.com.br terra.com.br ymail.com "
        "rocketmail.com fastmail.com hey.com tutanota.com bluewin.ch wanadoo.fr sfr.fr "
        "comcast.net verizon.net att.net sbcglobal.net btinternet.com rediffmail.com naver.com"
    ).split()
)
"""Mail providers anybody can have an address at."""
DISPOSABLE_DOMAINS = frozenset(
    (
        "mailinator.com guerrillamail.com guerrillamail.net 10minutemail.com 10minutemail.net "
        "tempmail.com temp-mail.org temp-mail.io tempmailo.com throwawaymail.com yopmail.com "
        "yopmail.fr trashmail.com trashmail.de trash-mail.com sharklasers.com getnada.com "
        "nada.email maildrop.cc dispostable.com fakeinbox.com mailnesia.com "
        "mintemail.com mohmal.com spamgourmet.com mytemp.email moakt.com emailondeck.com "
        "wegwerfmail.de wegwerfemail.de "
        "discard.email mailcatch.com burnermail.io tempinbox.com einrot.com spam4.me"
    ).split()
)
"""Addresses that are made to be thrown away."""
ROLES = frozenset(
    (
        "info admin sales support contact office hello mail kontakt marketing team service "
        "enquiries inquiries help webmaster postmaster noreply no-reply buero sekretariat hr jobs "
        "billing accounts accounting finance press general reception"
    ).split()
)
"""Addresses that a function has and no person."""

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_VOWELS = re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýÿ]")
_CONSONANTS_ALONE = 4
"""So many letters in a row without a vowel are no name."""


class MemberRecipe(Part):
    """Whether a member is on the list in a cell: ``wolf`` in ``cat; wolf``."""

    as_: Literal["member"] = Field(alias="as")
    column: str
    member: str
    separator: str


class EmailTypeRecipe(Part):
    """Whose an e-mail address is: company, free, role or disposable."""

    as_: Literal["email_type"] = Field(alias="as")
    column: str


class GivenRecipe(Part):
    """Whether a cell is filled."""

    as_: Literal["given"] = Field(alias="as")
    column: str


class SpamSignsRecipe(Part):
    """Whether a name looks typed at random."""

    as_: Literal["spam_signs"] = Field(alias="as")
    column: str


class FilledRecipe(Part):
    """How many of some cells are filled."""

    as_: Literal["filled"] = Field(alias="as")
    columns: tuple[str, ...]


ColumnRecipe = Annotated[
    MemberRecipe | EmailTypeRecipe | GivenRecipe | SpamSignsRecipe | FilledRecipe,
    Field(discriminator="as_"),
]


def columns_of(recipe: ColumnRecipe) -> tuple[str, ...]:
    """Name the columns that a recipe needs."""
    return recipe.columns if isinstance(recipe, FilledRecipe) else (recipe.column,)


def derived(recipe: ColumnRecipe, columns: Mapping[str, Column]) -> Column:
    """Make the column of a recipe.

    Parameters
    ----------
    recipe : MemberRecipe, EmailTypeRecipe, GivenRecipe, SpamSignsRecipe or FilledRecipe
    columns : mapping of str to Column
        At least those it needs, texts that stand for nothing taken as no value.

    Examples
    --------
    >>> pets = TextColumn(codes=np.array([1, 0], np.int8), texts=("Cat; wolf",))
    >>> cat = MemberRecipe(as_="member", column="pets", member="cat", separator=";")
    >>> made = derived(cat, {"pets": pets})
    >>> [made.texts[code - 1] for code in made.codes]
    ['yes', 'no']
    """
    if isinstance(recipe, FilledRecipe):
        return filled_cells([columns[name] for name in recipe.columns])
    column = columns[recipe.column]
    if isinstance(recipe, GivenRecipe):
        return _given(column)
    if isinstance(recipe, MemberRecipe):
        return _on_list(column, fold(recipe.member), recipe.separator)
    if isinstance(recipe, EmailTypeRecipe):
        return _said(column, email_type)
    return _said(column, lambda text: _yes(has_spam_signs(text)))


def members(text: str, separator: str) -> dict[str, str]:
    """Split a cell into its members: from the form they are compared in to the one they have.

    Examples
    --------
    >>> members(" Cat; wolf;;CAT", ";")
    {'cat': 'Cat', 'wolf': 'wolf'}
    """
    found: dict[str, str] = {}
    for part in text.split(separator):
        if part.strip():
            found.setdefault(fold(part), part.strip())
    return found


def email_type(text: str) -> str:
    """Say whose an address is.

    Examples
    --------
    >>> [email_type(t) for t in ("ann@acme.com", "ann@gmail.com", "info@acme.com", "x@yopmail.com")]
    ['company', 'free', 'role', 'disposable']
    >>> email_type("none")
    'no address'
    """
    address = fold(text)
    if not _ADDRESS.fullmatch(address):
        return "no address"
    who, _, domain = address.rpartition("@")
    if domain in DISPOSABLE_DOMAINS:
        return "disposable"
    if domain in FREE_DOMAINS:
        return "free"
    return "role" if who in ROLES else "company"


def has_spam_signs(text: str) -> bool:
    """Whether a name has no vowels, is all in capitals, or repeats a letter as nobody's does.

    Examples
    --------
    >>> [has_spam_signs(text) for text in ("Ann Lee", "SDFGH", "qwrtz", "ANN LEE", "aaaa", "BMW")]
    [False, True, True, True, True, False]
    """
    for word in _LETTERS.findall(text):
        plain = word.lower()
        if len(plain) >= _CONSONANTS_ALONE and plain.isascii() and not _VOWELS.search(plain):
            return True
        if len(plain) >= _CONSONANTS_ALONE and len(set(plain)) == 1:
            return True
    letters = "".join(_LETTERS.findall(text))
    return len(letters) > _CONSONANTS_ALONE and letters.isupper()


def _on_list(column: Column, member: str, separator: str) -> TextColumn:
    """Say who has a member on the list; nobody who has no list."""
    texts = text_column(column)
    there = [member in members(text, separator) for text in texts.texts]
    codes = np.array([1, *(2 if found else 1 for found in there)], dtype=np.int8)
    return TextColumn(codes=codes[texts.codes], texts=("no", "yes"))


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _said(column: Column, say: Callable[[str], str]) -> TextColumn:
    """Say something of each distinct text; nothing where there is none."""
    texts = text_column(column)
    words = [say(text) for text in texts.texts]
    kinds = sorted(set(words))
    codes = np.array([0, *(kinds.index(word) + 1 for word in words)], dtype=np.int8)
    return TextColumn(codes=codes[texts.codes], texts=tuple(kinds))


def _given(column: Column) -> TextColumn:
    return TextColumn(codes=np.where(is_filled(column), 2, 1).astype(np.int8), texts=("no", "yes"))

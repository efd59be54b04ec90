"""Columns that say who a person is: never levels, though what they show may be evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibrate.engines.columns import Column, TextColumn
from calibrate.errors import Finding
from calibrate.presets import plain_name
from calibrate.spec import Spec

_EMAIL = re.compile(r"\s*[^@\s]+@[^@\s]+\.[^@\s.]+\s*")
_PHONE = re.compile(r"\s*(\+|00|\()?[\d\s()./-]{7,20}(\s*(x|ext\.?)\s*\d+)?\s*")
_PHONES = "phone mobile tel telephone cell cellphone fax handy telefon phonenumber".split()
_NAMES = (
    "first_name last_name firstname lastname full_name fullname surname given_name family_name "
    "contact_name person_name lead_name customer_name middle_name vorname nachname"
).split()
_ADDRESSES = (
    "street street_address address address_line_1 address_line1 ip ip_address linkedin "
    "linkedin_url linkedin_profile date_of_birth birthday birth_date"
).split()
_MOSTLY = 0.5
_PLAINLY = 0.8
"""Shares of distinct texts that look like an address or a phone number."""
_FULL_NAME = re.compile(r"\s*[^\W\d_][\w.'-]*(\s+[^\W\d_][\w.'-]*){1,3}\s*")


@dataclass(frozen=True, kw_only=True)
class Personal:
    """Personal columns.

    Attributes
    ----------
    columns : mapping of str to Column
    kinds : mapping of str to str
        In words: ``e-mail address``, ``phone number``, ``name`` or ``personal detail``.
    findings : tuple of Finding
    """

    columns: Mapping[str, Column]
    kinds: Mapping[str, str]
    findings: tuple[Finding, ...]


def find_personal(columns: Mapping[str, Column], spec: Spec) -> Personal:
    """Find the columns that say who a person is; what the spec calls `wanted` is left alone."""
    kinds = {
        name: what
        for name, column in columns.items()
        if not ((part := spec.attributes.get(name)) and part.wanted)
        and (what := _kind(name, column)) is not None
    }
    made = {"e-mail address": "type", "phone number": "given", "name": "spam signs"}
    offers = [f"`{name}: {made[what]}`" for name, what in kinds.items() if what in made]
    if not kinds:
        return Personal(columns={}, kinds={}, findings=())
    listed = ", ".join(f"`{name}` ({what})" for name, what in kinds.items())
    finding = Finding(
        code="personal-data",
        severity="info",
        says=f"Personal data are no levels and were set aside: {listed}."
        + (f" Tried instead: {', '.join(offers)}." if offers else ""),
        fix=f"Nothing; or `attributes: {{{next(iter(kinds))}: {{wanted: true}}}}` if it is none.",
    )
    return Personal(
        columns={name: columns[name] for name in kinds}, kinds=kinds, findings=(finding,)
    )


def _kind(name: str, column: Column) -> str | None:
    if not isinstance(column, TextColumn) or not column.texts:
        return _number_kind(name, column)
    plain = plain_name(name)
    texts = column.texts[:500]
    if np.mean([_EMAIL.fullmatch(text) is not None for text in texts]) >= _MOSTLY:
        return "e-mail address"
    digits = np.mean([_PHONE.fullmatch(text) is not None for text in texts])
    if digits >= _MOSTLY and not set(plain.split("_")).isdisjoint(_PHONES):
        return "phone number"
    if digits >= _PLAINLY and np.mean([text.strip()[:1] in "+(" for text in texts]) >= _MOSTLY:
        return "phone number"
    if plain in _NAMES or (plain in ("name", "contact") and _are_full_names(column)):
        return "name"
    return "personal detail" if plain in _ADDRESSES else None


def _number_kind(name: str, column: Column) -> str | None:
    """See phone numbers in a frame that holds them as numbers."""
    if isinstance(column, TextColumn):
        return None
    is_phone = plain_name(name) in _PHONES or plain_name(name) == "phone_number"
    return "phone number" if is_phone else None


def _are_full_names(column: TextColumn) -> bool:
    several = len(column.texts) >= _MOSTLY * max(int(column.counts.sum()), 1)
    texts = column.texts[:500]
    return several and bool(
        np.mean([_FULL_NAME.fullmatch(t) is not None for t in texts]) >= _PLAINLY
    )

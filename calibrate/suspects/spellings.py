"""Several spellings of one value: those that were brought together, and those that may belong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from calibrate.engines.columns import TextColumn
from calibrate.errors import Finding
from calibrate.leads import Leads
from calibrate.levels import fold
from calibrate.present.numbers import count_text

RARER = 0.1
"""A typing error is on at most this share of the leads of what was meant."""
SHORTEST = 5
"""Shorter texts differ in one letter by nature: Iran and Iraq."""
MOST_TEXTS = 2_000
LONGEST = 200
"""Letters beyond which a text is prose, and no slip of the hand is looked for."""
_LISTED = 5

_LINK = re.compile(r"^(?:https?://)?(?:www\.)?|\.(?:com|net|org|de|io|co\.uk)/?$")


def spelling_findings(leads: Leads) -> list[Finding]:
    """Remark on spellings that were joined, and on those that may be of one value."""
    findings = []
    for one in leads.own_attributes:
        column = leads.engine.columns[one.name]
        if one.kind != "category" or not isinstance(column, TextColumn):
            continue
        counts = column.counts.tolist()
        spelled: dict[str, dict[str, int]] = {}
        for text, count in zip(column.texts, counts, strict=True):
            spelled.setdefault(fold(text), {})[text] = count
        findings += _joined(one.name, spelled)
        grouped = {fold(member) for members in one.groups.values() for member in members}
        totals = {
            max(texts, key=texts.__getitem__).strip(): sum(texts.values())
            for key, texts in spelled.items()
            if key not in grouped
        }
        findings += _near(one.name, totals)
    return findings


def _joined(name: str, spelled: dict[str, dict[str, int]]) -> list[Finding]:
    several = [texts for texts in spelled.values() if len(texts) > 1]
    if not several:
        return []
    listed = "; ".join(
        ", ".join(f"`{text}` ({count_text(count)})" for text, count in sorted(texts.items()))
        for texts in several[:_LISTED]
    )
    more = f" and {len(several) - _LISTED} more" if len(several) > _LISTED else ""
    return [
        Finding(
            code="spellings-joined",
            severity="info",
            says=f"`{name}`: spellings that differ by case or blanks are one level: "
            f"{listed}{more}.",
            fix="Nothing.",
        )
    ]


def _near(name: str, totals: dict[str, int]) -> list[Finding]:
    pairs = list(_pairs(totals))[: _LISTED + 1] if len(totals) <= MOST_TEXTS else []
    if not pairs:
        return []
    listed = ", ".join(
        f"`{rare}` ({count_text(totals[rare])} leads) and `{common}` ({count_text(totals[common])})"
        for rare, common in pairs[:_LISTED]
    )
    rare, common = pairs[0]
    return [
        Finding(
            code="near-duplicates",
            severity="warning",
            says=f"`{name}`: these may be one value, and are counted apart: {listed}"
            f"{' and more' if len(pairs) > _LISTED else ''}.",
            fix=f'If so: `levels: {{{name}: {{"{common}": ["{common}", "{rare}"]}}}}`.',
        )
    ]


def _pairs(totals: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Give pairs of a text and a commoner one that it may be a spelling of."""
    by_bones: dict[str, list[str]] = {}
    by_loss: dict[str, list[str]] = {}
    short = [text for text in totals if len(text) <= LONGEST]
    commonest_first = sorted(short, key=lambda text: (-totals[text], text))
    for text in commonest_first:
        bones = _bones(text)
        known = by_bones.get(bones, []) if len(bones) > 1 else []
        # Texts with digits differ in one by nature: Team 01 and Team 02.
        slips = len(text) >= SHORTEST and not any(map(str.isdigit, text))
        near = _one_letter_off(fold(text), by_loss) if slips else []
        meant = (
            known[:1]
            or [other for other in near if totals[text] <= RARER * totals[other] and totals[text]][
                :1
            ]
        )
        if meant:
            yield text, meant[0]
        else:
            by_bones.setdefault(bones, []).append(text)
            if slips:
                for loss in _losses(fold(text)):
                    by_loss.setdefault(loss, []).append(text)


def _bones(text: str) -> str:
    """Keep what a spelling cannot change: letters and digits, without accents or a link's ends.

    Examples
    --------
    >>> _bones("www.Google.com") == _bones("google") and _bones("e-mail") == _bones("E Mail")
    True
    """
    plain = _LINK.sub("", fold(text))
    letters = unicodedata.normalize("NFKD", plain)
    bones = "".join(letter for letter in letters if letter.isalnum())
    return bones or fold(text)


def _losses(text: str) -> set[str]:
    """Give a text and all that come of leaving one letter out."""
    return {text, *(text[:place] + text[place + 1 :] for place in range(len(text)))}


def _one_letter_off(text: str, by_loss: dict[str, list[str]]) -> list[str]:
    """Give the known texts one letter more, less or other, or two letters swapped, away."""
    found = dict.fromkeys(
        other for loss in _losses(text) for other in by_loss.get(loss, []) if fold(other) != text
    )
    return [other for other in found if _is_slip(text, fold(other))]


def _is_slip(one: str, two: str) -> bool:
    """Whether one slip of the hand turns one text into the other.

    Examples
    --------
    >>> _is_slip("goggle", "google"), _is_slip("gogle", "google"), _is_slip("goolge", "google")
    (True, True, True)
    >>> _is_slip("male", "female"), _is_slip("paid", "said search")
    (False, False)
    """
    if len(one) > len(two):
        one, two = two, one
    start = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), len(one))
    if len(two) - len(one) == 1:
        return one[start:] == two[start + 1 :]
    if len(one) != len(two):
        return False
    swapped = one[:start] + one[start + 1 : start + 2] + one[start : start + 1] + one[start + 2 :]
    return one[start + 1 :] == two[start + 1 :] or swapped == two

"""Fold texts by a list of characters: as calibrate does, whatever a database's `lower` does.

A text folds to a level only if each of its characters lowers to one of the level's. So it is
enough to replace the capitals of the characters that some level has; another capital that stays as
it is cannot be in a level, and keeps its text from being one. Two characters ask for more: `İ`
becomes two, and what `Σ` becomes depends on what stands around it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product

from calibrate.errors import CalibrateError

SIGMAS = "σς"
_CAPITAL_SIGMA = "Σ"
_MOST_SIGMAS = 6
DOTTED = ("İ", "i̇")
"""The one character whose lower case is two."""


@cache
def spaces() -> str:
    """Give all characters that `str.strip` takes off."""
    return "".join(chr(place) for place in range(0x110000) if chr(place).isspace())


@cache
def _capitals() -> dict[str, str]:
    found: dict[str, str] = {}
    for place in range(0x110000):
        lower = chr(place).lower()
        if lower != chr(place) and len(lower) == 1 and chr(place) != _CAPITAL_SIGMA:
            found[lower] = found.get(lower, "") + chr(place)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """How texts are folded to be compared with some folded names.

    Attributes
    ----------
    capitals, lowers : str
        Characters to replace, and by which.
    dotted : bool
        Whether `İ` has to be replaced by its two characters first.
    """

    capitals: str
    lowers: str
    dotted: bool


def folding_for(names: Iterable[str]) -> Folding:
    r"""Find which characters must be replaced to tell which of some folded names a text is.

    Examples
    --------
    The sign for kelvin lowers to a `k` too.

    >>> print(ascii(folding_for(["ok"]).capitals), folding_for(["ok"]).lowers)
    'K\u212aO' kko
    """
    names = list(names)
    letters = sorted({letter for name in names for letter in name})
    pairs = [(capital, letter) for letter in letters for capital in _capitals().get(letter, "")]
    return Folding(
        capitals="".join(capital for capital, _ in pairs),
        lowers="".join(lower for _, lower in pairs),
        dotted=any(DOTTED[1] in name for name in names),
    )


def forms(name: str) -> tuple[str, ...]:
    """List what a folded name can look like when all but its capital sigmas are replaced.

    Raises
    ------
    CalibrateError
        When it has more sigmas than can be listed.

    Examples
    --------
    >>> forms("google"), forms("ιος")
    (('google',), ('ιος', 'ιοΣ'))
    """
    if not any(sigma in name for sigma in SIGMAS):
        return (name,)
    if sum(name.count(sigma) for sigma in SIGMAS) > _MOST_SIGMAS:
        raise CalibrateError(
            f"The value `{name[:60]}` has more than {_MOST_SIGMAS} sigmas; what `Σ` becomes in "
            f"lower case depends on what stands around it, and so many spellings cannot be listed. "
            f"Shorten the value in the leads, or export the card `--to python`."
        )
    choices = [(letter, _CAPITAL_SIGMA) if letter in SIGMAS else (letter,) for letter in name]
    tried = ("".join(letters) for letters in product(*choices))
    return tuple(one for one in tried if one.lower() == name)

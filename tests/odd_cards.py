"""Cards and leads with values that databases, spreadsheets and shells trip over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from calibrate import Scorecard, calibrate
from calibrate.engines.tables import open_table
from calibrate.leads import Recipe
from calibrate.levels import Level, bands
from calibrate.recipes import EmailTypeRecipe, FilledRecipe, GivenRecipe, MemberRecipe
from calibrate.scorecard.parts import CardAttributePart, LevelPart

SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2003\u2028\u2029\u202f\u205f\u3000"
LONG = "Ein sehr langer Wert " * 15
NAMES = (
    "Google",
    'O\'Brien "& Sons"',
    "'; DROP TABLE leads; --",
    "</script><script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "+cmd|' /C calc'!A0",
    "Straße",
    "İstanbul",
    "ΟΔΟΣ ΣΟΦΟΣ",
    "οδοσ",
    "\uff21\uff22\uff23",
    "e\u0301clair",
    "éclair",
    "🚀 Go",
    "back\\slash\\",
    "new\nline",
    "Ωmega",
    "Kelvin",
    "{x} %s $1 ${y} ?",
    "/* comment */ -- here",
    "NULL",
    "true",
    LONG,
)
NUMBERS = ("1", "2.5", "-3", "1e3", "07", "0.1")
STRANGE = (
    "Radio", "STRASSE", "istanbul", "i̇stanbul", "ISTANBUL", "ıstanbul", "ὈΔΌΣ", "οδος σοφος",
    "ΟΔΟΣ ΣΟΦΟσ", "οδοσ σοφοσ", "ΟΔΟΣ", "οδος", "abc", "\u212aelvin", "\u2126mega", "ΩMEGA",
    "\ufeffGoogle", "Goo\u200bgle", "null", "None", "nan", "NaN", "inf", "-inf", "Infinity", "1.0",
    "1,0", "01", "1_0", "0x1", "١", "１", "+1", "1.", ".1", "1e0", "1E3", "1000", "1e400", "-1e400",
    "1e-400", "0e9999", "1e9999", "0.1000000000000000055", "--1", "+-1", "- 1", "1 ", "select",
    "SELECT", "N/A", "n/a ", "999", "999.0", "9.99e2", "-", "(missing)", "(OTHER)", "(other)",
    "yes", "No", "T", "f", "TRUE", "False", "ja", "rare", "ǅ", "Ǆ", "ǆ", "a", "AT", "de",
    "", " ", "\u3000", "''", '""', "\\", "%", "_", "$$", "\x01", "\x7f", "😀" * 80,
)  # fmt: skip


@cache
def plain_card() -> Scorecard:
    """A real card, of which the others are made."""
    frame = pd.DataFrame({"source": ["a"] * 60 + ["b"] * 60, "converted": [1, 0] * 20 + [0] * 80})
    return calibrate(frame, {"attributes": {"source": {"wanted": True}}}).scorecard


def attribute(
    name: str,
    kind: Any,
    levels: Sequence[Level],
    *,
    otherwise: int = 0,
    pooled: tuple[str, ...] = (),
    made_from: Recipe | None = None,
) -> CardAttributePart:
    """An attribute whose levels are worth 1, 2, 4 ... in turn, down and up: no two sums alike."""
    model = plain_card().attributes[0]
    parts = tuple(
        LevelPart(
            level=level.text,
            members=level.members,
            from_=level.low,
            below=level.below,
            points=(place + 1) * (-1) ** place,
            value=0.0,
            evidence=model.levels[0].evidence,
        )
        for place, level in enumerate(levels)
    )
    return model.model_copy(
        update={
            "name": name,
            "kind": kind,
            "levels": parts,
            "otherwise": otherwise,
            "pooled": pooled,
            "made_from": made_from,
        }
    )


def card_of(
    *attributes: CardAttributePart, missing: tuple[str, ...] = (), threshold: int = 5
) -> Scorecard:
    """A card of some attributes."""
    card = plain_card()
    cut = card.threshold.model_copy(update={"score": threshold})
    points = card.points.model_copy(update={"base": 0})
    changed = {"attributes": attributes, "missing": missing, "threshold": cut, "points": points}
    return Scorecard.from_yaml(card.model_copy(update=changed).to_yaml())


def texts(*names: str) -> list[Level]:
    """Levels by name, and the one for no value."""
    return [*(Level(text=name) for name in names), Level(text="(missing)")]


EDGES = (-1e300, -5.0, -0.1, 0.0, 0.1, 1 / 3, 1.0, 300.0, 9007199254740993.0, 1e20)
DERIVED = (
    ("topics: wolf", MemberRecipe(as_="member", column="topics", member="Wolf", separator=";")),
    ("topics: Σ", MemberRecipe(as_="member", column="topics", member="ΟΔΟΣ", separator=";")),
    ("topics: a.b", MemberRecipe(as_="member", column="topics", member="a.b^[x]", separator=";")),
    ("bars: 5", MemberRecipe(as_="member", column="bars", member="5", separator="|")),
    ("mail given", GivenRecipe(as_="given", column="mail")),
    ("size given", GivenRecipe(as_="given", column="size")),
)


def odd_card() -> Scorecard:
    """A card on whose every attribute something is odd."""
    grouped = Level(text="DACH", members=("DE", "AT", "Ö"))
    kinds = [*(Level(text=kind) for kind in ("company", "free", "disposable", "no address"))]
    filled = FilledRecipe(as_="filled", columns=("mail", "size", "select", "flag"))
    mail = EmailTypeRecipe(as_="email_type", column="mail")
    return card_of(
        attribute(
            "select",
            "category",
            [*texts(*NAMES), grouped, Level(text="(other)")],
            otherwise=50,
            pooled=("Rare", "ǅ"),
        ),
        attribute('a "quoted" `name`; -- x', "category", texts(*NUMBERS), otherwise=-60),
        attribute("yes or no", "boolean", texts("no", "yes"), otherwise=70),
        attribute("number text", "number", [*bands(EDGES), Level(text="(missing)")], otherwise=80),
        attribute("size", "number", bands(EDGES), otherwise=-90),
        attribute("rating", "category", texts("1", "2.5", "0.1"), otherwise=100),
        attribute("flag", "boolean", texts("yes", "no"), otherwise=110),
        attribute("day", "category", texts("2026-01-01", "2026-02-28"), otherwise=120),
        attribute("größe 🚀", "category", texts("3", "4", "-7"), otherwise=130),
        attribute("score", "category", texts("high", "low"), otherwise=7),
        attribute("mail type", "category", kinds, otherwise=140, made_from=mail),
        *(
            attribute(name, "boolean", [Level(text="yes"), Level(text="no")], made_from=recipe)
            for name, recipe in DERIVED
        ),
        attribute("filled", "number", bands([1.0, 3.0]), otherwise=150, made_from=filled),
        missing=("Select", "n/a", "999", "-", "ΤΊΠΟΤΑ"),
        threshold=200,
    )


GROUPS: dict[str, str] = {
    "select": "need", "size": "firmographic", "rating": "firmographic", "flag": "demographic",
    "number text": "behaviour", "score": "behaviour", "mail type": "email", "topics: wolf": "email",
}  # fmt: skip
POLICY: dict[str, Any] = {
    "vetoes": [
        {"select": ['=HYPERLINK("http://x")', "DACH", "rare", "back\\slash\\"]},
        {"size": {"below": -4.5}},
        {"mail type": ["disposable"]},
        {"number text": ["0.1", "1e3"]},
    ],
    "gates": [
        {
            "name": 'it\'s at "stake"; -- ${x}',
            "at_least": 2,
            "of": [
                {"flag": ["yes"]},
                {"size": {"from": -0.1, "below": 301.5}},
                {"yes or no": ["no", "(missing)"]},
                {"rating": ["1.0", "(missing)"]},
                {"filled": {"from": 2}},
                {"topics: Σ": ["yes"]},
                {"select": ["Ωmega", "new\nline", "Straße", "(missing)"]},
            ],
        },
        {"name": "any day", "any": [{"day": ["2026-01-01", "(missing)"]}, {"bars: 5": ["yes"]}]},
    ],
    "size_prefix": {"attribute": "größe 🚀", "digits": {"3": 1, "4": 2, "-7": 9}},
    "grid": {"fit": [60, -80, -90], "engagement": [70, 8, 0]},
}


def policy_card(*, threshold: int = 200) -> Scorecard:
    """The odd card with all that can stand above its points."""
    card = odd_card()
    earning = tuple(
        one.model_copy(update={"group": GROUPS.get(one.name, "other")})
        if one.name != "day"  # what earns nothing may still be asked for
        else one.model_copy(
            update={
                "otherwise": 0,
                "levels": tuple(level.model_copy(update={"points": 0}) for level in one.levels),
            }
        )
        for one in card.attributes
    )
    document = card.model_copy(update={"attributes": earning}).model_dump(
        by_alias=True, mode="json"
    )
    rated = {"leads": 10, "customers": 9, "close_rate": 0.9, "interval": [0.8, 0.99]}
    by_name = {one.name: one for one in earning}
    sure = [
        {"attribute": "select", "level": "🚀 Go"},
        {"attribute": "select", "level": "Google"},
        {"attribute": "score", "level": "high"},
        {"attribute": "size", "from": by_name["size"].levels[6].from_,
         "below": by_name["size"].levels[6].below},
    ]  # fmt: skip
    scores = range(-400, 900, 7)
    tiers = [("cold ❄", -100, None), ("warm", 150, "write a 'letter'"), ("hot", 300, "call; --")]
    document |= POLICY | {
        "must_contact": [one | {"close_rate": 0.9, "interval": [0.8, 0.99]} for one in sure],
        "tiers": [
            rated | {"name": name, "from": start}
            | ({"action": action, "within_hours": 30} if action else {})
            for name, start, action in tiers
        ],
        "probability": {
            "method": "logistic",
            "table": [
                {"score": score, "close_rate": rate, "interval": [rate / 2, 1.0]}
                for place, score in enumerate(scores)
                for rate in [float(f"{max(place - 3, 0) / len(scores):.6g}")]
            ],
        },
    }  # fmt: skip
    document["threshold"]["score"] = threshold
    document["points"]["caps"] = {"email": 3, "behaviour": 75, "need": 8}
    document["points"]["base"] = 11
    document["grid"] = document["grid"] | {"cells": []}
    return Scorecard.from_yaml(Scorecard.model_validate(document).to_yaml())


def odd_table(leads: int, seed: int, *, nul: bool = False) -> pa.Table:
    """Leads for the odd card, columns of texts, numbers, truths and days."""
    rng = np.random.default_rng(seed)

    def text(pool: Sequence[str | None]) -> pa.Array:
        drawn = [pool[place] for place in rng.integers(0, len(pool), leads)]
        return pa.array([one if one is None else _respelled(one, rng) for one in drawn])

    steps = [np.nextafter(edge, side) for edge in EDGES for side in (-np.inf, np.inf)]
    numbers = [*EDGES, *steps, np.nan, np.inf, -np.inf, 999.0, 1.0, 2.5, None, -0.0]
    written = [repr(float(edge)) for edge in (*EDGES, *steps)]
    addresses = [
        "ann@acme.com", "ANN@GMAIL.com", "info@acme.com", "INFO@gmail.com", "x@yopmail.com", "a@b",
        "a b@c.de", "a@b@c.de", "a@b.c.", "mar\u212aeting@x.de",
        "x@\u212aernel.org", "\u212aontakt@x.de",
        "a\u3000@x.de", "=a@x.de", "5",
    ]  # fmt: skip
    lists = [
        "wolf", "Cat; WOLF ;x", "wolfhound;cat", ";;wolf", "cat;\u3000Wolf\n;", "οδος", "ΟΔΟΣ;a",
        "οδοσ", "A.B^[X]", "axb^[x]", "a.b^[x];wolf", "wo;lf", "w;5", "5", "select", "n/a;wolf",
        ";",
    ]  # fmt: skip
    words = ["yes", "no", "y", "n", "true", "False", "T", "f", "ja", None, "n/a"]
    days = [dt.date(2026, 1, 1), dt.date(2026, 2, 28), dt.date(2025, 1, 1), None]
    whole = [3, 4, -7, 999, 0, None]
    pool = [*NAMES, *NUMBERS, *STRANGE, None, *(["nul\0here", "\0"] if nul else [])]
    return pa.table(
        {
            "row": pa.array(range(leads), pa.int64()),
            "select": text(pool),
            'a "quoted" `name`; -- x': text(pool),
            "yes or no": text(words),
            "number text": text([*pool, *written]),
            "size": pa.array([numbers[one] for one in rng.integers(0, len(numbers), leads)]),
            "rating": pa.array([numbers[one] for one in rng.integers(0, len(numbers), leads)]),
            "flag": pa.array([(True, False, None)[one] for one in rng.integers(0, 3, leads)]),
            "day": pa.array([days[one] for one in rng.integers(0, 4, leads)]),
            "größe 🚀": pa.array([whole[one] for one in rng.integers(0, 6, leads)]),
            "score": text(["high", "low", "LOW", None, "x"]),
            "mail": text([*addresses, *STRANGE, None]),
            "topics": text([*lists, *STRANGE, None]),
            "bars": text(["5", "5|6", "6| 5", "55", "5.0", None, "6"]),
        }
    )  # fmt: skip


def wanted_of(card: Scorecard, table: pa.Table) -> dict[str, list[Any]]:
    """What calibrate tells of the leads, but the reasons and the day on which things are due."""
    read = open_table(table.to_pandas(integer_object_nulls=True))
    told = card.columns_of(card.score_table(read))
    columns = {name: np.asarray(values, object).tolist() for name, values in told.items()}
    return {name: values for name, values in columns.items() if name not in ("due", "reasons")}


def _respelled(text: str, rng: np.random.Generator) -> str:
    """The same text as people type it: other case, and white space around it."""
    way = rng.integers(0, 8)
    text = {1: text.upper, 2: text.lower, 3: text.swapcase, 4: text.title}.get(way, lambda: text)()
    if rng.random() < 0.3:
        text = SPACES[rng.integers(0, len(SPACES))] + text + SPACES[rng.integers(0, len(SPACES))]
    return text

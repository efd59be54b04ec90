"""What SQL tells of a lead beside its points: standing, tier, close rate, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from calibrate.engines.base import BY_POINTS, MUST_CONTACT, OUT, ColumnPoints, Scoring
from calibrate.errors import CalibrateError
from calibrate.export.dialects import Writer, can_hold
from calibrate.policy.conditions import condition_text
from calibrate.policy.grid import LETTERS
from calibrate.policy.standing import out_names
from calibrate.scorecard import Scorecard
from calibrate.scorecard.scored import MOST_POINTS, MOST_SHOWN, NAMES

SUMS, STANDS, TOLD = "s", "q", "r"
"""Aliases of the three rows that are reckoned for every lead, one from the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """One column that is reckoned for every lead: the terms that add up to it.

    Attributes
    ----------
    name : str
    terms : tuple of (str, expression)
        Each with the comment before it, empty for none.
    """

    name: str
    terms: tuple[tuple[str, Any], ...]


def one_column(name: str, expression: Any) -> Reckoned:
    """Give a column of one term."""
    return Reckoned(name=name, terms=(("", expression),))


@dataclass(frozen=True, kw_only=True)
class Told:
    """The columns that a card adds to its leads, as SQL reckons them.

    Attributes
    ----------
    card : Scorecard
    writer : Writer
    worth : callable
        Gives the points of a lead's value as an expression.
    """

    card: Scorecard
    writer: Writer
    worth: Callable[[ColumnPoints], Any]

    @property
    def sums(self) -> Iterator[Reckoned]:
        """Give what needs the lead's own columns: sums of points, and which conditions hold."""
        scoring, w = self.card.scoring, self.writer
        for place, names in enumerate(_buckets(scoring)):
            parts = [one for one in scoring.columns if one.column in names]
            terms = tuple((repr(one.column), self.worth(one)) for one in parts)
            yield Reckoned(name=f"sum{place}", terms=terms or (("", w.whole(0)),))
        if scoring.vetoes:
            arms = [
                (self._over(self.worth(one), 0), w.whole(OUT + number))
                for number, one in enumerate(scoring.vetoes)
            ]
            yield one_column("vetoed", w.case(arms, w.whole(0)))
        for number, gate in enumerate(scoring.gates):
            for place, one in enumerate(gate.conditions):
                yield one_column(f"gate{number}_{place}", self.worth(one))
        if scoring.must_contact:
            ranked = [self.worth(one) for one in _ranked(scoring.must_contact)]
            yield one_column("sure", ranked[0] if len(ranked) == 1 else w.call("LEAST", *ranked))
        if scoring.prefix is not None:
            yield one_column("digit", self.worth(scoring.prefix))

    @property
    def stands(self) -> Iterator[Reckoned]:
        """Give score, fit, engagement and standing, from the sums."""
        scoring, w = self.card.scoring, self.writer
        caps = len(scoring.caps)
        sums = [self._of(SUMS, f"sum{place}") for place in range(3 + caps)]
        for cap, place in zip(scoring.caps, range(3, 3 + caps), strict=True):
            sums[place] = w.call("LEAST", w.whole(cap.most), sums[place])
        yield one_column("total", self._added([w.whole(scoring.base), *sums]))
        for name, place, inside in (("fits", 0, scoring.fit), ("does", 1, scoring.engagement)):
            under = [
                one.copy()
                for cap, one in zip(scoring.caps, sums[3:], strict=True)
                if cap.columns <= inside
            ]
            yield one_column(name, self._added([sums[place].copy(), *under]))
        arms = []
        if scoring.vetoes:
            vetoed = self._of(SUMS, "vetoed")
            arms.append((self._over(vetoed, 0), vetoed.copy()))
        for number, gate in enumerate(scoring.gates):
            lacks = w.exp.LT(this=self._met(number), expression=w.whole(gate.at_least))
            arms.append((lacks, w.whole(OUT + len(scoring.vetoes) + number)))
        if scoring.must_contact:
            unsure = w.whole(len(scoring.must_contact))
            sure = w.exp.LT(this=self._of(SUMS, "sure"), expression=unsure)
            arms.append((sure, w.whole(MUST_CONTACT)))
        yield one_column("stand", w.case(arms, w.whole(BY_POINTS)))

    @property
    def told(self) -> dict[str, Any]:
        """Give the columns themselves, by name."""
        card, w = self.card, self.writer
        found = {
            "score": self._score,
            "passes": self._passes,
            "fit": self._of(STANDS, "fits"),
            "engagement": self._of(STANDS, "does"),
        }
        if card.probability is not None:
            found["close_rate"] = self._close_rate
        if card.tiers:
            found["tier"] = self._tier
        if card.vetoes or card.gates:
            found["gate"] = self._gate
        if card.must_contact:
            named = [f"{one.attribute}: {one.label}" for one in card.must_contact]
            arms = [(w.whole(place), self._text(text)) for place, text in enumerate(named)]
            found["must_contact"] = self._if_must_contact(
                w.case(arms, w.text(""), self._of(SUMS, "sure")), w.text("")
            )
        if card.grid is not None:
            found["grade"] = self._grade
        if card.gates:
            stakes = w.exp.Mul(this=w.whole(100), expression=w.exp.paren(self._met(0)))
            found["stakes"] = self._added([stakes, self._shown_up_to(MOST_POINTS)])
        if card.size_prefix is not None:
            thousands = w.exp.Mul(this=w.whole(1000), expression=self._of(SUMS, "digit"))
            found["shown"] = self._added([thousands, self._shown_up_to(MOST_SHOWN)])
        if any(one.action for one in card.tiers):
            found["action"] = self._action
        return {name: found[name] for name in NAMES if name in found}

    # ------------------------------------------------------------------------- the columns

    @property
    def _score(self) -> Any:
        return self._of(STANDS, "total")

    @property
    def _passes(self) -> Any:
        w = self.writer
        enough = w.exp.GTE(this=self._score, expression=w.whole(self.card.threshold.score))
        if self._is_out is not None:
            enough = w.exp.and_(self._stands(BY_POINTS), enough)
        if self.card.must_contact:
            enough = w.exp.or_(w.exp.paren(enough), self._stands(MUST_CONTACT))
        return enough

    @property
    def _close_rate(self) -> Any:
        w, table = self.writer, self.card.probability
        assert table is not None
        rates = [w.number(one.close_rate) for one in table.table]
        starts = [one.score for one in table.table[1:]]
        return w.as_double(self._steps(self._score, starts, rates))

    @property
    def _tier(self) -> Any:
        names = [self._text(one.name) for one in self.card.tiers]
        null = self.writer.exp.null()
        tier = self._steps(self._score, [one.from_ for one in self.card.tiers], [null, *names])
        return self._unless_out(tier, null.copy())

    @property
    def _action(self) -> Any:
        """Say what to do: with a must-contact lead what is done in the top tier."""
        tiers, null = self.card.tiers, self.writer.exp.null()
        actions = [null.copy() if one.action is None else self._text(one.action) for one in tiers]
        done = self._steps(self._score, [one.from_ for one in tiers], [null, *actions])
        return self._if_must_contact(actions[-1].copy(), self._unless_out(done, null.copy()))

    @property
    def _gate(self) -> Any:
        """Say what keeps a lead out: a veto, or what it lacks for a gate."""
        w, card = self.writer, self.card
        vetoes = out_names(card.vetoes, ())
        says = [*map(self._text, vetoes), *map(self._lacking, range(len(card.gates)))]
        arms = [(w.whole(OUT + number), text) for number, text in enumerate(says)]
        return w.case(arms, w.text(""), self._of(STANDS, "stand"))

    def _lacking(self, number: int) -> Any:
        w, gate = self.writer, self.card.gates[number]
        names = [condition_text(one) for one in gate.conditions]
        listed = [
            w.exp.paren(w.case([(self._over(flag, 0), w.text(""))], self._text(f"; {name}")))
            for name, flag in zip(names, self._flags(number), strict=True)
        ]
        count = w.exp.cast(w.exp.paren(self._met(number)), "text")
        lacks = w.call("SUBSTR", self._joined(listed), w.whole(3))
        needs = self._text(f" of {len(names)}, needs {gate.needs}; lacks ")
        return self._joined([self._text(f"{gate.name}: "), count, needs, lacks])

    @property
    def _grade(self) -> Any:
        grid = self.card.grid
        assert grid is not None
        letters, numbers = list(LETTERS), [str(n + 1) for n in range(len(LETTERS))]
        by_fit = self._quarter("fits", grid.fit, letters)
        return self._joined([by_fit, self._quarter("does", grid.engagement, numbers)])

    def _quarter(self, name: str, cuts: Sequence[int], names: Sequence[str]) -> Any:
        texts = [self.writer.text(one) for one in reversed(names[: len(cuts) + 1])]
        return self.writer.exp.paren(self._steps(self._of(STANDS, name), sorted(cuts), texts))

    # ---------------------------------------------------------------------------- the means

    def _of(self, row: str, name: str) -> Any:
        return self.writer.exp.column(name, table=row)

    def _flags(self, number: int) -> list[Any]:
        gate = self.card.gates[number]
        return [self._of(SUMS, f"gate{number}_{n}") for n in range(len(gate.conditions))]

    def _met(self, number: int) -> Any:
        """Count the conditions of a gate that hold."""
        return self._added(self._flags(number))

    def _added(self, terms: Sequence[Any]) -> Any:
        total = terms[0]
        for term in terms[1:]:
            total = self.writer.exp.Add(this=total, expression=term)
        return total

    def _joined(self, texts: Sequence[Any]) -> Any:
        whole = texts[0]
        for text in texts[1:]:
            whole = self.writer.exp.DPipe(this=whole, expression=text, safe=True)
        return whole

    def _over(self, value: Any, least: int) -> Any:
        return self.writer.exp.GT(this=value.copy(), expression=self.writer.whole(least))

    def _stands(self, code: int) -> Any:
        stand = self._of(STANDS, "stand")
        return self.writer.exp.EQ(this=stand, expression=self.writer.whole(code))

    @property
    def _is_out(self) -> Any:
        """Say whether a veto or a gate keeps a lead out; None where there is neither."""
        if not (self.card.vetoes or self.card.gates):
            return None
        return self._over(self._of(STANDS, "stand"), MUST_CONTACT)

    def _unless_out(self, value: Any, otherwise: Any) -> Any:
        is_out = self._is_out
        return value if is_out is None else self.writer.case([(is_out, otherwise)], value)

    def _if_must_contact(self, value: Any, otherwise: Any) -> Any:
        if not self.card.must_contact:
            return otherwise
        return self.writer.case([(self._stands(MUST_CONTACT), value)], otherwise)

    def _shown_up_to(self, most: int) -> Any:
        w = self.writer
        return w.call("LEAST", w.call("GREATEST", self._score, w.whole(0)), w.whole(most))

    def _text(self, text: str) -> Any:
        if not can_hold(self.writer.dialect, text):
            raise CalibrateError(
                f"The card says {text[:60]!r} of leads, which has a character that "
                f"{self.writer.dialect} has not. Rename it in the spec, and calibrate again."
            )
        return self.writer.text(text)

    def _steps(self, value: Any, starts: Sequence[int], results: Sequence[Any]) -> Any:
        """Give the result whose range a value is in, halving the ranges until one is left."""
        if not starts or all(one == results[0] for one in results):
            return results[0].copy()
        half = len(starts) // 2
        w = self.writer
        under = w.exp.LT(this=value.copy(), expression=w.whole(starts[half]))
        lower = self._steps(value, starts[:half], results[: half + 1])
        return w.case([(under, lower)], self._steps(value, starts[half + 1 :], results[half + 1 :]))


def _buckets(scoring: Scoring) -> list[frozenset[str]]:
    """Divide the columns: fit, engagement and the rest where no cap is over them, then each cap."""
    capped = frozenset(name for cap in scoring.caps for name in cap.columns)
    free = frozenset(one.column for one in scoring.columns) - capped
    fit, engagement = free & scoring.fit, free & scoring.engagement
    return [fit, engagement, free - fit - engagement, *(cap.columns for cap in scoring.caps)]


def _ranked(conditions: Sequence[ColumnPoints]) -> list[ColumnPoints]:
    """Put must-contact levels of an attribute together, each worth its place among all.

    A value on none of them is worth one place more than there is.
    """
    by_column: dict[str, list[int]] = {}
    for place, one in enumerate(conditions):
        by_column.setdefault(one.column, []).append(place)
    none = len(conditions)
    found = []
    for column, places in by_column.items():
        points = zip(*(conditions[place].points for place in places), strict=True)
        found.append(
            ColumnPoints(
                column=column,
                levels=conditions[places[0]].levels,
                points=tuple(
                    next((place for place, on in zip(places, each, strict=True) if on), none)
                    for each in points
                ),
                otherwise=none,
            )
        )
    return found

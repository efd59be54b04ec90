"""A card as PMML 4.4: a scorecard with reason codes, and whether a lead passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.base import Cap, ColumnPoints
from calibrate.errors import CalibrateError
from calibrate.export.pmml_elements import (
    Element,
    apply,
    can_hold,
    constant,
    document,
    element,
    field,
    joined,
)
from calibrate.export.pmml_levels import holds, matches_of, names_of, points_of, predicate
from calibrate.export.pmml_values import (
    Fields,
    columns_read,
    compared_with,
    functions,
    made_here,
    nothings_for,
)
from calibrate.export.truth import Truth, gone_texts
from calibrate.leads import Recipe
from calibrate.present.terminal import clean
from calibrate.recipes import MemberRecipe, SpamSignsRecipe
from calibrate.scorecard import Scorecard

_REASONS = 5
"""How many attributes are named that cost a lead most."""


def pmml(card: Scorecard) -> str:
    """Write a card as PMML.

    Parameters
    ----------
    card : Scorecard

    Returns
    -------
    str
        A document of PMML 4.4 with one scorecard. Its fields are texts, one for each column that
        the card reads; it gives ``score``, ``passes`` and ``reason_1`` ... ``reason_5``, with
        ``calibrate_`` before them where the card reads a column of that name. A reason is an
        attribute, that which costs most against its best level first.

    Raises
    ------
    CalibrateError
        Where PMML could not give the same score as calibrate, naming what and why.
    """
    recipes = {one.name: one.made_from for one in card.attributes}
    used = [*card.scoring.columns, *card.scoring.conditions]
    _refuse(card, recipes, used)
    columns = _columns((part.column, recipes[part.column]) for part in used)
    fields = Fields(columns, card.missing)
    characteristics = [
        _characteristic(card, fields, part, recipes[part.column]) for part in card.scoring.columns
    ]
    characteristics += [_over_cap(card, fields, cap, recipes) for cap in card.scoring.caps]
    output = _output(card, fields, recipes, columns, len(characteristics))
    scorecard = element(
        "Scorecard",
        element("MiningSchema", *(_mining_field(name) for name in columns)),
        output,
        element("LocalTransformations", *fields.made),
        element("Characteristics", *characteristics),
        modelName=clean(card.name),
        functionName="regression",
        initialScore=str(card.points.base),
        useReasonCodes="true",
        reasonCodeAlgorithm="pointsBelow",
        baselineMethod="max",
    )
    return document(
        element(
            "PMML",
            _header(card, columns, recipes),
            element("DataDictionary", *map(_data_field, columns), numberOfFields=str(len(columns))),
            element("TransformationDictionary", *functions(_names(card, used, recipes))),
            scorecard,
            xmlns="http://www.dmg.org/PMML-4_4",
            version="4.4",
        )
    )


def _refuse(
    card: Scorecard, recipes: dict[str, Recipe | None], used: Sequence[ColumnPoints]
) -> None:
    """Refuse what PMML would score another way, all at once."""
    problems = list(
        dict.fromkeys(
            problem for part in used for problem in _problems(card, part, recipes[part.column])
        )
    )
    if not card.scoring.columns:
        problems.append("no attribute earns points")
    if not all(map(can_hold, card.missing)):
        problems.append("`missing` has a control character, which XML cannot hold")
    if problems:
        raise CalibrateError(
            f"card `{clean(card.name)}`: {'; '.join(problems)}. PMML could not give the same "
            f"score. Mend that in the leads or the spec and calibrate again, or export the card "
            f"`--to python`.",
            problems,
        )


def _problems(card: Scorecard, part: ColumnPoints, recipe: Recipe | None) -> Iterator[str]:
    name = f"`{clean(part.column)[:60]}`"
    if part.levels.decimal_comma is not None:
        yield f"{name}: it has numbers with commas, and PMML has no column to tell what they mean"
    if made_here(recipe) is None:
        why = Truth(part=part, nothings=nothings_for(recipe, card.missing)).ambiguous
        if why is not None:
            yield f"{name}: {why}, and a field of PMML is text whatever came"
    if isinstance(recipe, SpamSignsRecipe):
        yield f"{name}: signs of spam are found letter by letter in any script"
    if isinstance(recipe, MemberRecipe) and not _splits(recipe.separator):
        yield (
            f"{name}: its lists have `{clean(recipe.separator)[:20]}` between their members, and "
            f"PMML can split at one character that is no letter"
        )
    texts = [
        *columns_read(part.column, recipe),
        *names_of(part, card.missing),
        *compared_with(recipe),
    ]
    strange = [text for text in texts if not can_hold(text)]
    if strange:
        yield f"{name}: XML cannot hold the control character in `{clean(strange[0])[:60]}`"


def _splits(separator: str) -> bool:
    is_letter = separator.lower() != separator or separator.upper() != separator
    return len(separator) == 1 and not is_letter and can_hold(separator)


def _columns(attributes: Iterable[tuple[str, Recipe | None]]) -> list[str]:
    """Name the columns that are read, each once."""
    found: dict[str, None] = {}
    for name, recipe in attributes:
        found.update(dict.fromkeys(columns_read(name, recipe)))
    return list(found)


def _names(
    card: Scorecard, used: Sequence[ColumnPoints], recipes: dict[str, Recipe | None]
) -> list[str]:
    """List all folded texts that a cell is compared with."""
    names = [*gone_texts(card.missing)]
    for part in used:
        recipe = recipes[part.column]
        names += [*names_of(part, nothings_for(recipe, card.missing)), *compared_with(recipe)]
    return names


def _header(card: Scorecard, columns: Sequence[str], recipes: dict[str, Recipe | None]) -> Element:
    notes = [
        f"Base {card.points.base}; a lead passes from {card.threshold.score} on.",
        "Every field is a text, as it stands in a table; a lead is read alone, so that 1,5 is one "
        "and a half and 1,234 is a thousand and more.",
    ]
    if card.scoring.vetoes or card.scoring.gates or card.scoring.must_contact:
        notes.append("Vetoes, gates and must-contact levels decide `passes` before the score does.")
    behaviours = [name for name in columns if isinstance(recipes.get(name), BehaviourRecipe)]
    if behaviours:
        notes.append(f"Made from a log of events, values to be given: {', '.join(behaviours)}.")
    origins = card.reads.columns if card.reads is not None else {}
    notes += [
        f"From a joined file: {name} is {origins[name][1]} of {origins[name][0]}."
        for name in columns
        if name in origins
    ]
    if card.tiers or card.size_prefix is not None:
        notes.append("Not carried: tiers and the size prefix, which change no score.")
    return element(
        "Header",
        element("Application", name="calibrate", version=clean(card.made.by)),
        *(element("Annotation", text=clean(note)) for note in notes),
        description=f"Lead score of the card {clean(card.name)}",
    )


def _data_field(name: str) -> Element:
    return element("DataField", name=name, optype="categorical", dataType="string")


def _mining_field(name: str) -> Element:
    return element("MiningField", name=name, invalidValueTreatment="asIs")


def _characteristic(
    card: Scorecard, fields: Fields, part: ColumnPoints, recipe: Recipe | None
) -> Element:
    """Write an attribute: each of its levels, and what a value never seen is worth."""
    nothings = nothings_for(recipe, card.missing)
    source = fields.source(part.column, recipe)
    attributes = [
        element("Attribute", told, partialScore=str(match.points))
        for match in matches_of(part, nothings)
        if (told := predicate(match, source)) is not None
    ]
    attributes.append(element("Attribute", element("True"), partialScore=str(part.otherwise)))
    return element(
        "Characteristic",
        *attributes,
        name=part.column,
        reasonCode=part.column,
        baselineScore=str(max(*part.points, part.otherwise)),
    )


def _over_cap(
    card: Scorecard, fields: Fields, cap: Cap, recipes: dict[str, Recipe | None]
) -> Element:
    """Write what a cap takes off the points of its attributes."""
    under = [part for part in card.scoring.columns if part.column in cap.columns]
    points = [field(_points(card, fields, part, recipes[part.column])) for part in under]
    total = points[0] if len(points) == 1 else apply("sum", *points)
    cut = apply("min", constant(0), apply("-", constant(cap.most), total))
    group = next(one.group for one in card.attributes if one.name == under[0].column)
    name = f"over the cap of {group}"
    score = element("ComplexPartialScore", cut)
    whole = element("Attribute", element("True"), score, partialScore="0")
    return element("Characteristic", whole, name=name, reasonCode=name, baselineScore="0")


def _points(card: Scorecard, fields: Fields, part: ColumnPoints, recipe: Recipe | None) -> str:
    """Make a field of what an attribute is worth."""
    nothings = nothings_for(recipe, card.missing)
    worth = points_of(part, fields.source(part.column, recipe), nothings)
    return fields.add(f"{part.column} (points)", worth, "double")


def _output(
    card: Scorecard,
    fields: Fields,
    recipes: dict[str, Recipe | None],
    columns: Sequence[str],
    characteristics: int,
) -> Element:
    score, passes = _free("score", columns), _free("passes", columns)
    enough = apply("greaterOrEqual", field(score), constant(card.threshold.score))
    reasons = [
        element(
            "OutputField",
            name=_free(f"reason_{rank}", columns),
            optype="categorical",
            dataType="string",
            feature="reasonCode",
            rank=str(rank),
        )
        for rank in range(1, min(_REASONS, characteristics) + 1)
    ]
    return element(
        "Output",
        element(
            "OutputField",
            name=score,
            optype="continuous",
            dataType="integer",
            feature="predictedValue",
        ),
        element(
            "OutputField",
            _passing(card, fields, recipes, enough),
            name=passes,
            optype="categorical",
            dataType="boolean",
            feature="transformedValue",
        ),
        *reasons,
    )


def _passing(
    card: Scorecard, fields: Fields, recipes: dict[str, Recipe | None], enough: Element
) -> Element:
    """Say who passes: a veto or a gate keeps out first, then a must-contact level lets in."""

    def met(part: ColumnPoints) -> Element:
        recipe = recipes[part.column]
        return holds(part, fields.source(part.column, recipe), nothings_for(recipe, card.missing))

    def kept(name: str, tests: list[Element]) -> Element:
        return field(fields.add(name, joined("or", tests), "boolean"))

    scoring, passing = card.scoring, enough
    if scoring.must_contact:
        sure = kept("must contact", [met(one) for one in scoring.must_contact])
        passing = apply("if", sure, _flag(True), passing)
    out = [met(one) for one in scoring.vetoes]
    for gate in scoring.gates:
        ones = [apply("if", met(one), constant(1), constant(0)) for one in gate.conditions]
        total = ones[0] if len(ones) == 1 else apply("sum", *ones)
        out.append(apply("lessThan", total, constant(gate.at_least)))
    if out:
        passing = apply("if", kept("out", out), _flag(False), passing)
    return passing


def _flag(value: bool) -> Element:
    return element("Constant", text=str(value).lower(), dataType="boolean")


def _free(name: str, columns: Sequence[str]) -> str:
    """Name an output as no column is named, in any spelling."""
    taken = {column.lower() for column in columns}
    return f"calibrate_{name}" if name in taken else name

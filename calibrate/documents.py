"""A document that was read becomes a model, or everything that is wrong with it is listed."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)

from calibrate.errors import CalibrateError, did_you_mean
from calibrate.present.numbers import number_text

_Model = TypeVar("_Model", bound=BaseModel)

BY_NAME, BY_NUMBER, AS_MAPPING = "written-by-name", "written-by-number", "written-as-mapping:"
"""Tags of a value that may be a word, a number or a mapping; the mapping's goes on with its key."""

_UNSAID = ("function-after", BY_NAME, BY_NUMBER, AS_MAPPING)
"""How steps of a path begin that stand in no file."""


class Part(BaseModel):
    """A part of a spec or scorecard: frozen, and closed to unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )


def _as_text(value: Any) -> Any:
    """Take an unquoted 999 or true as the text that stands in the leads."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return number_text(value)
    return value


Text = Annotated[
    str,
    BeforeValidator(_as_text),
    WithJsonSchema({"type": ["string", "number", "boolean"]}, mode="validation"),
]
Name = Annotated[Text, Field(min_length=1)]
Integer = Annotated[int, Field(strict=True)]
"""A whole number; `true` and `"5"` are none."""


def validated(
    model: type[_Model], document: Any, *, where: str, error: type[CalibrateError]
) -> _Model:
    """Make a model from a document that was read, or list everything that is wrong with it.

    Parameters
    ----------
    model : type of BaseModel
        What the document should be.
    document : object
        What YAML gave.
    where : str
        The file's name, for the messages.
    error : type of CalibrateError
        What to raise.
    """
    if not isinstance(document, dict):
        what = model.__name__.lower()
        raise error(f"{where} is not a {what}: lines of `key: value` were expected there.")
    _refuse_other_version(model, document.get("schema"), where=where, error=error)
    try:
        return model.model_validate(document)
    except ValidationError as fault:
        problems = tuple(
            _problem(model, detail) for detail in fault.errors() if not _is_echo(detail)
        )
        raise error(f"{where}: {'; '.join(problems)}", problems) from None


def _refuse_other_version(
    model: type[BaseModel], found: Any, *, where: str, error: type[CalibrateError]
) -> None:
    known = _literal(model)
    if found is None or found == known:
        return
    family, _, number = known.rpartition("/")
    if str(found).startswith(f"{family}/") and str(found).rpartition("/")[2].isdigit():
        raise error(
            f"{where} is of the version `{found}`; this calibrate reads `{family}/{number}`. "
            f"Install a newer calibrate, or make the file again with this one."
        )
    raise error(f"{where}: schema: found `{found}`; allowed: `{known}`.")


def _literal(model: type[BaseModel]) -> str:
    (value,) = model.model_fields["schema_"].annotation.__args__  # type: ignore[union-attr]
    return str(value)


def _is_echo(detail: Any) -> bool:
    """Whether a list is called too short only because its members were refused before."""
    return detail["type"] == "too_short" and bool(detail.get("input"))


_IN_WORDS = {
    "tuple_type": "a list",
    "dict_type": "lines of `key: value`",
    "model_type": "lines of `key: value`",
    "model_attributes_type": "lines of `key: value`",
    "too_short": "at least one",
}
"""What is allowed, for kinds of problem that pydantic says in Python's words."""


def _problem(model: type[BaseModel], detail: Any) -> str:
    """Say one problem as `path: what was found; what is allowed`."""
    steps = [step for step in detail["loc"] if not str(step).startswith(_UNSAID)]
    path = ".".join(str(step) for step in steps)
    found = detail.get("input")
    if detail["type"] == "extra_forbidden":
        return f"{path}: {_unknown_key(model, steps)}"
    if detail["type"] == "missing":
        return f"{path}: missing"
    if detail["type"] in _IN_WORDS:
        return f"{path}: found {_shown(found)}; allowed: {_IN_WORDS[detail['type']]}"
    if detail["type"] in ("int_parsing", "int_from_float", "int_type"):
        return f"{path}: found {_shown(found)}; allowed: a whole number"
    says = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if detail["type"] == "value_error":
        return f"{path}: {says}" if path else says
    return f"{path}: found {_shown(found)}; allowed: {says}"


def _shown(found: Any) -> str:
    shown = repr(found) if not isinstance(found, str) else f"`{found}`"
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _unknown_key(model: type[BaseModel], location: list[Any]) -> str:
    key = str(location[-1])
    return f"unknown key; {did_you_mean(key, _keys_at(model, location[:-1]))}"


def _keys_at(model: type[BaseModel], path: list[Any]) -> list[str]:
    """List the keys allowed at a path of the document, following models and dicts of models."""
    schema: dict[str, Any] = model.model_json_schema(by_alias=True)
    node = schema
    for step in path:
        node = _deeper(schema, node, str(step))
    return list(_resolve(schema, node).get("properties", {}))


def _deeper(schema: dict[str, Any], node: dict[str, Any], step: str) -> dict[str, Any]:
    node = _resolve(schema, node)
    below = node.get("properties", {}).get(step) or node.get("additionalProperties")
    if not isinstance(below, dict):
        below = node.get("items", node)
    return _resolve(schema, below)


def _resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference; of several forms, take the one that has keys somewhere below it."""
    for option in (*node.get("anyOf", []), *node.get("oneOf", [])):
        if "$ref" in str(option) or "additionalProperties" in option:
            node = option
    if "$ref" in node:
        found: dict[str, Any] = schema["$defs"][node["$ref"].rpartition("/")[2]]
        return found
    return node

"""Files people keep: YAML read strictly, and every file written whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from calibrate.errors import CalibrateError, OutputError

_PLAIN = re.compile(r"[A-Za-z_(][A-Za-z0-9_ ()./&:'+-]*")
_WORDS_THAT_ARE_VALUES = frozenset(
    ("y n yes no on off true false null none nan inf t f").split()  # in one YAML reader or another
)
_DEEPEST = 50
"""Levels of nesting that are read; a scorecard has nine."""


class Flow(dict[str, Any]):
    """A mapping to be written on one line."""


class FlowList(list[Any]):
    """A list to be written on one line."""


def read_yaml(text: str, *, where: str, error: type[CalibrateError]) -> Any:
    """Read YAML 1.2 scalars safely: ``no`` and ``2026-01-01`` are texts, a repeated key an error.

    Parameters
    ----------
    text : str
        The document.
    where : str
        The file's name, for the message.
    error : type of CalibrateError
        What to raise.

    Examples
    --------
    >>> read_yaml("{answer: no, on: 2026-01-01, n: 3}", where="x.yaml", error=CalibrateError)
    {'answer': 'no', 'on': '2026-01-01', 'n': 3}
    """
    import yaml

    try:
        if "&" in text and "*" in text:
            _refuse_aliases(text)
        return yaml.load(text, Loader=_loader())
    except (yaml.YAMLError, ValueError) as fault:  # a number may have too many digits
        mark = getattr(fault, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = getattr(fault, "problem", None) or getattr(fault, "reason", None) or str(fault)
        if "nesting depth" in what:  # where the reader counts for itself, and does not give out
            raise error(_too_deep(where)) from None
        raise error(
            f"{where}{place}: not readable as YAML ({what}). Mend that line; texts with special "
            f"characters are safe between double quotes."
        ) from None
    except RecursionError:
        raise error(_too_deep(where)) from None


def _too_deep(where: str) -> str:
    return f"{where}: nested too deeply to be a spec or a scorecard."


def _refuse_aliases(text: str) -> None:
    """Refuse repeated parts: a few lines of them can stand for billions of values."""
    import yaml

    for token in yaml.scan(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(token, yaml.AliasToken):
            raise yaml.MarkedYAMLError(
                problem="aliases are not used here", problem_mark=token.start_mark
            )


def yaml_text(document: Mapping[str, Any]) -> str:
    """Write a mapping as YAML: keys as they come, and every text readable as that same text.

    Examples
    --------
    >>> print(yaml_text({"level": "no", "rate": 4e-215, "ends": FlowList([1, None])}), end="")
    level: "no"
    rate: 4.0e-215
    ends: [1, null]
    """
    import yaml

    text: str = yaml.dump(
        document,
        Dumper=_dumper(),
        sort_keys=False,
        allow_unicode=True,
        width=2**31 - 1,
        default_flow_style=False,
    )
    return text


def read_text(path: Path, *, what: str, error: type[CalibrateError]) -> str:
    """Read a small text file, or say why not.

    Parameters
    ----------
    path : Path
        The file.
    what : str
        What it should be, e.g. ``"a spec"``.
    error : type of CalibrateError
        What to raise.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise error(f"{path}: no such file; {what} was expected there.") from None
    except IsADirectoryError:
        raise error(f"{path} is a folder; name the file in it that holds {what}.") from None
    except UnicodeDecodeError:
        raise error(f"{path} is not UTF-8 text, so it is not {what}.") from None
    except OSError as fault:
        raise error(f"{path} cannot be read: {fault.strerror or fault}.") from None


def write_whole(path: Path, content: str | bytes) -> Path:
    r"""Write a file so that it is either the old one or the whole new one, never half.

    Parameters
    ----------
    path : Path
        Where; its folder must exist.
    content : str or bytes
        What; text becomes UTF-8 with ``\n`` line ends.

    Raises
    ------
    OutputError
        When the folder is missing or may not be written to.
    """
    payload = content.encode() if isinstance(content, str) else content

    def write(target: Path) -> None:
        target.write_bytes(payload)

    return write_through(path, write)


def write_through(path: Path, write: Callable[[Path], None]) -> Path:
    """Let a function write a file under a passing name, then give it its own.

    Parameters
    ----------
    path : Path
        Where the file belongs.
    write : callable
        Writes the file at the path it is given.
    """
    try:
        handle, passing = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        try:
            write(Path(passing))
            _usual_permissions(Path(passing))
            Path(passing).replace(path)
        except BaseException:
            Path(passing).unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise cannot_write(path, fault) from None
    return path


def make_folder(path: Path) -> Path:
    """Make a folder and its parents; fine if it is there and can be written to."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as fault:
        raise cannot_write(path, fault) from None
    return path


def cannot_write(path: Path, fault: OSError) -> OutputError:
    """Say that a file or folder cannot be written, and what to do."""
    return OutputError(
        f"{path} cannot be written: {fault.strerror or fault}. Choose another place, "
        f"or make that one writable."
    )


def _usual_permissions(path: Path) -> None:
    """Undo the secrecy of a temporary file: give it what the user's umask would."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def _loader() -> Any:
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc,valid-type]
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (PyYAML's own way)
        depth = 0

        # PyYAML calls these two on the way into a node and out of it.
        def descend_resolver(self, current_node: Any, current_index: Any) -> None:
            self.depth += 1
            if self.depth > _DEEPEST:
                # Its C code would run out of stack, and take the process with it.
                raise RecursionError
            super().descend_resolver(current_node, current_index)

        def ascend_resolver(self) -> None:
            self.depth -= 1
            super().ascend_resolver()

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen: set[Any] = set()
            for key_node, _ in node.value:
                key = self.construct_object(key_node, deep=True)
                if isinstance(key, list | dict):
                    self._refuse("a key must be a plain text", key_node)
                if key in seen:
                    self._refuse(f"the key `{key}` stands twice", key_node)
                seen.add(key)
            return super().construct_mapping(node, deep=deep)

        def _refuse(self, problem: str, node: Any) -> None:
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)

    number = r"[-+]?(?:0|[1-9][0-9]*)"
    for tag, pattern, first in (
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
        ("int", number, list("-+0123456789")),
        ("float", rf"{number}(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?", list("-+0123456789")),
    ):
        Loader.add_implicit_resolver(
            f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), first
        )
    Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))
    Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
    return Loader


def _dumper() -> Any:
    import yaml

    base = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):  # type: ignore[misc,valid-type]
        def ignore_aliases(self, _value: Any) -> bool:
            return True

    def text(dumper: Any, value: str) -> Any:
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS_THAT_ARE_VALUES
        style = None if plain and value == value.strip() else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    def number(dumper: Any, value: float) -> Any:
        written = repr(value)
        if "e" in written and "." not in written:
            written = written.replace("e", ".0e")  # YAML 1.1 readers want the point
        return dumper.represent_scalar("tag:yaml.org,2002:float", written)

    def date(dumper: Any, value: dt.date) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:timestamp", value.isoformat())

    Dumper.add_representer(str, text)
    Dumper.add_representer(float, number)
    Dumper.add_representer(dt.date, date)
    Dumper.add_representer(
        Flow,
        lambda dumper, value: dumper.represent_mapping(
            "tag:yaml.org,2002:map", value.items(), flow_style=True
        ),
    )
    Dumper.add_representer(
        FlowList,
        lambda dumper, value: dumper.represent_sequence(
            "tag:yaml.org,2002:seq", value, flow_style=True
        ),
    )
    return Dumper

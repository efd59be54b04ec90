"""The house of the design: imports point one way, heavy things come late, values are frozen."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import BaseModel

import calibrate

HOUSE = Path(calibrate.__file__).parent

ROOMS = (
    "errors",
    "present.numbers",
    "levels",
    "files",
    "shown",
    "stats",
    "documents",
    "rules",
    "spec",
    "engines",
    "dates",
    "presets",
    "meanings",
    "flags",
    "roles",
    "worked",
    "joining",
    "eventlog",
    "landmarks",
    "outcomes",
    "holdout",
    "recipes",
    "behaviours",
    "offering",
    "leads",
    "personal",
    "candidates",
    "attributes",
    "bands",
    "counts",
    "suspects",
    "reading",
    "instants",
    "logs",
    "joined",
    "logged",
    "telling",
    "doing",
    "habits",
    "warehouse",
    "screening",
    "evidence",
    "teaching",
    "values",
    "overlap",
    "forward",
    "scale",
    "points",
    "scoring",
    "scores",
    "stability",
    "threshold",
    "spread",
    "probability",
    "policy",
    "remarks",
    "keys",
    "scorecard",
    "schemas",
    "draft",
    "checking",
    "selection",
    "cutting",
    "explaining",
    "earlier",
    "moves",
    "calls",
    "validation",
    "recalibration",
    "pipeline",
    "rerunning",
    "timeline",
    "present",
    "export",
    "sample",
    "estimator",
    "cli",
    "__main__",
)
"""Every room may import from those before it, and from itself."""

HEAVY = "jinja2 matplotlib numpy pandas pyarrow pydantic rich scipy shtab statsmodels yaml".split()
SHOW_THEMSELVES = (
    "pipeline selection checking cutting explaining moves calls validation.result "
    "recalibration.result rerunning timeline shown"
).split()
RESULTS = "Counts Evidence Points ScoreTable Threshold Scorecard Calibration Finding".split()


@dataclass(frozen=True, kw_only=True)
class Import:
    """One module that imports another."""

    importer: str
    imported: str
    line: int
    at_top: bool
    in_method: bool

    def __str__(self) -> str:
        return f"calibrate/{self.importer.replace('.', '/')} line {self.line}: {self.imported}"


def module_files() -> dict[str, Path]:
    """Module name, without `calibrate.`, to its file; the package itself left out."""
    found = {}
    for path in sorted(HOUSE.rglob("*.py")):
        parts = path.relative_to(HOUSE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            found[name] = path
    return found


MODULES = module_files()


def imports_of(importer: str, tree: ast.AST) -> Iterator[Import]:
    """Walk all statements, those inside functions too, but not those for type checkers alone."""

    def visit(node: ast.AST, inside: tuple[ast.AST, ...]) -> Iterator[Import]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for child in node.orelse:
                yield from visit(child, inside)
            return
        if isinstance(node, ast.Import | ast.ImportFrom):
            in_function = any(isinstance(one, ast.FunctionDef) for one in inside)
            for name in targets(node):
                yield Import(
                    importer=importer,
                    imported=name,
                    line=node.lineno,
                    at_top=not in_function,
                    in_method=in_function and any(isinstance(one, ast.ClassDef) for one in inside),
                )
        for child in ast.iter_child_nodes(node):
            yield from visit(child, (*inside, node))

    return visit(tree, ())


def targets(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Name the modules of ours that an import statement loads."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    else:
        assert node.level == 0, f"line {node.lineno}: imports are written in full here"
        inner = [f"{node.module}.{alias.name}" for alias in node.names]
        names = [
            name if name.removeprefix("calibrate.") in MODULES else str(node.module)
            for name in inner
        ]
    for name in dict.fromkeys(names):
        if name == "calibrate" or name.startswith("calibrate."):
            yield name.removeprefix("calibrate").lstrip(".")


def all_imports() -> list[Import]:
    return [
        one
        for name, path in MODULES.items()
        for one in imports_of(name, ast.parse(path.read_text(encoding="utf-8")))
    ]


def room(module: str) -> str:
    """The room of a module: its own name, or that of its package."""
    while module not in ROOMS:
        module, _, last = module.rpartition(".")
        assert last, "a module without a room: write it into ROOMS, where its imports allow"
    return module


def is_the_named_exception(one: Import) -> bool:
    """A result's methods may import `present`."""
    return one.importer in SHOW_THEMSELVES and room(one.imported) == "present" and one.in_method


def test_every_module_has_a_room_and_every_room_is_there() -> None:
    assert {room(name) for name in MODULES} == set(ROOMS)


def test_imports_point_one_way() -> None:
    found = [one for one in all_imports() if one.imported]
    assert len(found) > 100
    against = [
        str(one)
        for one in found
        if ROOMS.index(room(one.imported)) > ROOMS.index(room(one.importer))
        and not is_the_named_exception(one)
    ]
    assert against == []


def test_the_check_sees_an_import_that_points_the_wrong_way() -> None:
    lines = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from calibrate.cli import main
def late():
    from calibrate.present import report
    import calibrate.pipeline
"""
    found = {(one.imported, one.at_top) for one in imports_of("counts", ast.parse(lines))}
    assert found == {("present.report", False), ("pipeline", False)}


def test_modules_of_a_room_do_not_go_in_circles() -> None:
    graph = TopologicalSorter()
    for one in all_imports():
        if one.imported and not one.in_method:
            graph.add(one.importer, *({one.imported} - {one.importer}))
    # A package's own file stands for its modules, so it may import them.
    assert set(graph.static_order()) >= {"pipeline", "cli"}


def test_of_the_package_itself_only_the_version_is_imported() -> None:
    """Its other names lead into any room, and would hide which."""
    names = set()
    for path in MODULES.values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "calibrate":
                names |= {alias.name for alias in node.names}
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names if alias.name == "calibrate"}
    assert names <= {"__version__"}


def test_modules_are_imported_by_name_only_where_names_are_public() -> None:
    """`import_module` is not seen by the test above: it has three places."""
    using = {
        str(path.relative_to(HOUSE))
        for path in HOUSE.rglob("*.py")
        if {"import_module", "__import__"}
        & {getattr(node, "id", "") for node in ast.walk(ast.parse(path.read_text("utf-8")))}
    }
    assert using == {"__init__.py", "cli/__init__.py", "export/__init__.py"}


@pytest.mark.parametrize(
    "arguments",
    [("-c", "import calibrate"), ("-m", "calibrate", "--help"), ("-m", "calibrate", "--version")],
    ids=" ".join,
)
def test_nothing_heavy_is_loaded_before_it_is_needed(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "calibrate" in loaded
    assert {name.partition(".")[0] for name in loaded} & set(HEAVY) == set()


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    for name in calibrate.__all__:
        found = getattr(calibrate, name)
        assert isinstance(found, str) or found.__doc__, name
    assert dir(calibrate) == sorted(calibrate.__all__)
    assert not hasattr(calibrate, "no_such_name")


def test_the_map_of_the_package_names_what_is_public() -> None:
    described = {line.split()[0] for line in str(calibrate.__doc__).splitlines() if "->" in line}
    assert described <= set(calibrate.__all__)


def classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(calibrate.__path__, "calibrate."):
        if module.name != "calibrate.__main__":
            loaded = importlib.import_module(module.name)
            for one in vars(loaded).values():
                if isinstance(one, type) and one.__module__ == module.name:
                    yield one


def test_every_value_is_frozen_and_made_by_name() -> None:
    checked = set()
    for one in classes():
        if dataclasses.is_dataclass(one):
            assert one.__dataclass_params__.frozen, one
            assert all(field.kw_only for field in dataclasses.fields(one)), one
            checked.add(one.__name__)
        elif issubclass(one, BaseModel):
            assert one.model_config["frozen"], one
            assert one.model_config["extra"] == "forbid", one
            checked.add(one.__name__)
    assert checked >= {"Leads", "Spec", *RESULTS}


def test_results_cannot_be_changed(leads_frame: object) -> None:
    result = calibrate.calibrate(leads_frame)  # type: ignore[arg-type]
    for value, field in (
        (result, "points"),
        (result.leads, "total"),
        (result.counts, "leads"),
        (result.evidence, "q_max"),
        (result.points, "base"),
        (result.score_table, "scores"),
        (result.threshold, "cut"),
        (result.probability, "method"),
        (result.scorecard, "name"),
    ):
        with pytest.raises((dataclasses.FrozenInstanceError, ValueError)):
            setattr(value, field, None)


def test_the_package_carries_its_templates_and_its_types() -> None:
    assert (files("calibrate") / "py.typed").is_file()
    names = {one.name for one in (files("calibrate.present") / "templates").iterdir()}
    assert {"report.html", "summary.html"} <= names


def test_a_wheel_holds_everything_but_the_tests(tmp_path: Path) -> None:
    wheel = pytest.importorskip("hatchling.builders.wheel", reason="no hatchling to build with")
    (built,) = wheel.WheelBuilder(str(HOUSE.parent)).build(directory=str(tmp_path))
    names = {name for name in zipfile.ZipFile(built).namelist() if ".dist-info/" not in name}
    wanted = {
        str(path.relative_to(HOUSE.parent))
        for path in HOUSE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names == wanted
    assert {"calibrate/py.typed", "calibrate/present/templates/report.html"} <= names

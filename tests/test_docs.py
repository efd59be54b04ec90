"""The pages tell the truth: what they show is run, what they name is there."""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
import yaml

import calibrate as cal
from calibrate import cli, errors
from calibrate.schemas import json_schema

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


examples = _load(DOCS / "examples.py")
PAGES: tuple[Path, ...] = examples.PAGES


def page_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def card() -> str:
    return cal.calibrate(ROOT / "data/leads.csv", ROOT / "data/spec.yaml").scorecard.to_yaml()


# ------------------------------------------------------------------------- what pages show is run


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_a_page_shows_what_comes(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    wrong = [
        f"{page_name(page)}, line {one.line}: {one.command}\n{one.came}"
        for one in examples.run_page(page)
        if not one.agrees
    ]
    assert not wrong, "\n".join([*wrong, "`python docs/examples.py` writes what came."])


def test_examples_that_are_wrong_are_noticed() -> None:
    assert examples.shows("a\n...\nd\n", "a\nb\nc\nd\n")
    assert examples.shows("a\n...\nd ... f\n", "a\nd e f\n")
    assert not examples.shows("a\n...\nd\n", "a\nb\nc\n")
    assert not examples.shows("", "a\n")


def test_an_output_that_moved_is_written_into_its_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ calibrate --version\nold\n```\n\n```python\n>>> 1 + 1\n3\n```\n")
    assert examples.write_outputs(page) == []
    shown = f"$ calibrate --version\ncalibrate {cal.__version__}\n"
    assert page.read_text() == f"```console\n{shown}```\n\n```python\n>>> 1 + 1\n2\n```\n"


def test_numbers_in_the_text_stand_in_the_examples() -> None:
    for page in (ROOT / "README.md", DOCS / "start.md"):
        text = page.read_text("utf-8")
        shown = " ".join(block.text for block in examples.blocks(page))
        prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        numbers = set(re.findall(r"\d+\.\d+(?: %)?|\b\d{1,3} \d{3}\b|\b\d{2,} %", prose))
        versions = {"2.0", "3.11"}
        assert [one for one in sorted(numbers - versions) if one not in shown] == [], page


# ------------------------------------------------------------------------------------- the files


def yaml_blocks() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for block in examples.blocks(page):
            if block.language == "yaml":
                yield f"{page_name(page)}, line {block.line}", block.text


def test_pieces_of_a_card_are_pieces_of_the_sample_card(card: str) -> None:
    pieces = [(where, text) for where, text in yaml_blocks() if "..." in text]
    assert len(pieces) >= 2
    for where, text in pieces:
        assert examples.shows(f"...\n{text}...\n", f"\n{card}\n"), where


def test_pieces_of_a_spec_are_read_and_run() -> None:
    specs = [(where, text) for where, text in yaml_blocks() if "..." not in text]
    assert len(specs) >= 4
    for where, text in specs:
        spec = cal.Spec.from_text(text, where=where)
        if spec.leads.id is not None:
            assert cal.read_leads(ROOT / "data/leads.csv", spec).counted > 0


def schema_keys(
    schema: dict[str, Any], node: dict[str, Any], path: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every key of a format: ``NAME`` keys as ``*``, entries of lists as ``[]``."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    for option in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from schema_keys(schema, option, path)
    for key, below in node.get("properties", {}).items():
        yield f"{path}.{key}".lstrip("."), below
        yield from schema_keys(schema, below, f"{path}.{key}")
    for rest, step in (("additionalProperties", ".*"), ("items", "[]")):
        if isinstance(node.get(rest), dict):
            yield from schema_keys(schema, node[rest], f"{path}{step}")


def table_rows(page: Path, heading: str) -> dict[str, list[str]]:
    """Give the rows of all tables of a page that begin with this heading, by their first cell."""
    rows: dict[str, list[str]] = {}
    inside = False
    for line in page.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip()[1:-1].split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == heading:
            inside = True
        elif inside and not cells[0].startswith("---"):
            first = cells[0].strip("`")
            assert first not in rows, f"{first} stands twice on {page.name}"
            rows[first] = cells[1:]
    return rows


def documented_keys(page: Path) -> dict[str, list[str]]:
    """Give the rows of the key tables, their placeholders as ``*``."""
    rows = table_rows(page, "key")
    return {re.sub(r"\b[A-Z]+\b", "*", key): cells for key, cells in rows.items()}


@pytest.mark.parametrize("file_format", ["spec", "scorecard"])
def test_every_key_of_a_file_is_explained_and_no_other(file_format: Any) -> None:
    schema = json_schema(file_format)
    keys = [key for key, _ in schema_keys(schema, schema)]
    assert sorted(documented_keys(DOCS / f"{file_format}.md")) == sorted(set(keys))


def test_defaults_and_choices_of_the_spec_are_those_of_the_model() -> None:
    schema = json_schema("spec")
    rows = documented_keys(DOCS / "spec.md")
    for key, node in schema_keys(schema, schema):
        default, says = rows[key]
        expected = node.get("default")
        if isinstance(expected, dict | list) or expected is None:
            assert default == "", key
        else:
            assert yaml.safe_load(default.strip("`")) == expected, key
        for options in (node, *node.get("anyOf", ())):
            for choice in options.get("enum", ()):
                assert f"`{choice}`" in says, f"{key}: {choice}"


def test_choices_in_the_card_are_those_of_the_model() -> None:
    schema = json_schema("scorecard")
    rows = documented_keys(DOCS / "scorecard.md")
    for key in (
        "attributes[].kind",
        "attributes[].levels[].evidence.verdict",
        "findings[].severity",
    ):
        node = dict(schema_keys(schema, schema))[key]
        assert re.findall(r"`([^`]+)`", rows[key][0]) == node["enum"]


# ----------------------------------------------------------------------------- names on the pages


def test_make_targets_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    pages = " ".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(r"(?:`|^    )make ([a-z]+)", pages, re.MULTILINE))
    assert {"run", "test", "docs", "notebooks"} <= named <= targets


def test_commands_are_all_explained() -> None:
    subcommands = next(
        action
        for action in cli.command_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    headings = re.findall(r"^## calibrate (\w+)$", (DOCS / "commands.md").read_text(), re.MULTILINE)
    assert headings == list(subcommands.choices)


def test_exit_codes_are_those_of_the_command() -> None:
    codes = {int(code) for code in table_rows(DOCS / "commands.md", "code")}
    assert codes == {cli.DONE, cli.DOES_NOT_HOLD, cli.BAD_INPUT, cli.INTERRUPTED}
    said = re.search(r"^Exit codes:.*?\n\n", (ROOT / "README.md").read_text(), re.M | re.S)
    assert said is not None
    assert {int(code) for code in re.findall(r"\b\d+\b", said[0])} == codes


def test_public_names_are_all_in_the_reference() -> None:
    page = (DOCS / "reference.md").read_text("utf-8")
    listed = re.findall(r"^\.\. auto\w+:: (calibrate[.\w]*)", page, re.MULTILINE)
    assert {f"calibrate.{name}" for name in cal.__all__} - {"calibrate.__version__"} <= set(listed)
    for name in listed:
        module, _, last = name.rpartition(".")
        try:
            getattr(importlib.import_module(module), last)
        except AttributeError:
            importlib.import_module(name)


def test_findings_are_all_explained() -> None:
    found: dict[str, set[str]] = {}
    for path in (ROOT / "calibrate").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Finding":
                fields = {one.arg: one.value for one in call.keywords}
                severities = constants(fields["severity"])
                assert severities <= {"info", "warning"}, path
                for code in constants(fields["code"]):
                    found.setdefault(code, set()).update(severities)
    rows = table_rows(DOCS / "findings.md", "code")
    assert {code: set(cells[0].split(" or ")) for code, cells in rows.items()} == found


def constants(node: ast.expr) -> set[str]:
    """The texts an expression can be: itself, or either side of a choice."""
    if isinstance(node, ast.IfExp):
        return constants(node.body) | constants(node.orelse)
    assert isinstance(node, ast.Constant), ast.dump(node)
    return {node.value}


def test_errors_are_all_explained() -> None:
    kinds = {kind.__name__: kind for kind in errors.CalibrateError.__subclasses__()}
    rows = table_rows(DOCS / "findings.md", "error")
    assert set(rows) == set(kinds)
    for name, (also, _) in rows.items():
        other = [base.__name__ for base in kinds[name].__bases__[1:]]
        assert [one for one in [also.strip("`")] if one] == other


def test_paths_and_extras_on_the_pages_are_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for page in PAGES:
        text = page.read_text("utf-8")
        prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        for link in re.findall(r"\]\(([^)#:]+)\)", prose):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
        for path in re.findall(r"`((?:data|docs|notebooks|tests|\.ci)/[\w./]*)`", prose):
            assert (ROOT / path).exists(), f"{page.name}: {path}"
        for extra in re.findall(r"calibrate-leads\[(\w+)\]", text):
            assert extra in project["optional-dependencies"], f"{page.name}: {extra}"


QUESTIONS = {
    "why-43": "Why did my lead get 43?",
    "how-many-leads": "How many leads do I need?",
    "published-method": "The published method, and what we changed",
    "from-hubspot": "From HubSpot",
    "from-salesforce": "From Salesforce",
    "warehouse": "In a warehouse",
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_has_its_page(name: str) -> None:
    lines = (DOCS / f"{name}.md").read_text("utf-8").splitlines()
    assert lines[0] == f"# {QUESTIONS[name]}"
    assert f"]({name}.md)" in (DOCS / "index.md").read_text("utf-8")


def test_every_page_is_reached_from_the_index() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    listed = re.findall(
        r"^[\w-]+$", "".join(re.findall(r"```{toctree}(.*?)```", index, re.S)), re.M
    )
    pages = {page.stem for page in DOCS.glob("*.md")} - {"index"}
    assert sorted(listed) == sorted(pages)
    assert pages <= set(re.findall(r"\]\(([\w-]+)\.md\)", index))


def test_links_into_pages_find_their_headings() -> None:
    found = 0
    for page in PAGES:
        prose = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        for name, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", prose):
            target = page.parent / name if name else page
            headings = re.findall(r"^#{1,3} (.+)$", with_includes(target), re.MULTILINE)
            assert anchor in {slug(one) for one in headings}, f"{page.name}: {name}#{anchor}"
            found += 1
    assert found >= 5


def test_no_line_of_prose_is_taken_for_a_comment() -> None:
    """A line that begins with a per cent sign is one in MyST, and not shown."""
    for page in PAGES:
        prose = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        assert not re.findall(r"^\s*%.*", prose, re.MULTILINE), page.name


def with_includes(page: Path) -> str:
    """Give a page's text with the files that it includes."""
    return re.sub(
        r"```{include} (\S+)",
        lambda found: (page.parent / found[1]).read_text("utf-8"),
        page.read_text("utf-8"),
    )


def slug(heading: str) -> str:
    """The anchor that Markdown gives a heading."""
    return re.sub(r"[^\w\s-]", "", heading.lower()).strip().replace(" ", "-")


def test_the_changelog_begins_with_this_version() -> None:
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == cal.__version__


def test_the_line_of_rooms_is_the_one_that_is_proven() -> None:
    tree = ast.parse((ROOT / "tests/test_house.py").read_text("utf-8"))
    (proven,) = [
        ast.literal_eval(one.value)
        for one in tree.body
        if isinstance(one, ast.Assign) and getattr(one.targets[0], "id", "") == "ROOMS"
    ]
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (line,) = re.findall(r"^    (errors > .*)$", text, re.MULTILINE)
    assert line.split(" > ") == [room for room in proven if room != "__main__"]


# --------------------------------------------------------------------------------- the notebooks


@pytest.mark.parametrize("path", NOTEBOOKS, ids=page_name)
def test_a_notebook_is_kept_as_a_clean_run_left_it(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        assert cell.metadata in ({}, {"tags": ["parameters"]}), "run `make notebooks`"
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr"
        pictures = [one for one in cell.outputs if "image/png" in one.get("data", ())]
        assert len(pictures) == cell.source.count(".plot("), cell.source
    assert str(Path.home()) not in path.read_text("utf-8")


def test_notebooks_are_there() -> None:
    assert NOTEBOOKS


# --------------------------------------------------------------------------------- the benchmarks


def test_the_table_of_benchmarks_is_what_was_recorded() -> None:
    recording = _load(ROOT / "benchmarks" / "recording.py")
    kept = json.loads(recording.KEPT.read_text("utf-8"))
    page = recording.PAGE.read_text("utf-8")
    assert recording.with_table(page, kept) == page, "run `python -m benchmarks --record`"
    for row in kept["rows"]:
        is_bold = f"**{row['ratio']:.3g}**" in recording.table({**kept, "rows": [row]})
        assert is_bold == (row["limit"] is not None and row["ratio"] > row["limit"])


def test_the_docs_take_the_table_of_benchmarks_from_there() -> None:
    recording = _load(ROOT / "benchmarks" / "recording.py")
    page = (DOCS / "benchmarks.md").read_text("utf-8")
    assert f":start-after: {recording.BEGIN}\n:end-before: {recording.END}\n" in page
    table = recording.table(json.loads(recording.KEPT.read_text("utf-8")))
    for ratio in re.findall(r"\| (\*\*[\d.]+\*\*) \|", table):
        assert ratio not in page, "the figure stands twice"


def test_ours_is_the_same_in_both_tables_of_accuracy() -> None:
    page = (ROOT / "benchmarks" / "accuracy" / "README.md").read_text("utf-8")
    ranking, _, rest = page.partition("<!-- published -->")
    published, _, _ = rest.partition("<!-- /published -->")
    main = {row[:2]: re.sub(r"(?: [v^])+$", "", row[2]) for row in _rows(ranking)}
    assert len(main) == 15
    assert {row[:2]: row[2] for row in _rows(published)} == main


def _rows(page: str) -> list[tuple[str, ...]]:
    rows = re.findall(r"^\| (\w+) \| ([\w ]+) \| ([^|]*?) \|", page, re.MULTILINE)
    return [row for row in rows if row[0] != "leads"]


# ------------------------------------------------------------------------------ the built site


def test_links_that_lead_nowhere_are_found_in_the_built_site(tmp_path: Path) -> None:
    links = _load(DOCS / "links.py")
    (tmp_path / "sub").mkdir()
    (tmp_path / "plot.svg").write_text("<svg/>")
    (tmp_path / "sub" / "b.html").write_text('<p id="there"><a href="../a.html">back</a>')
    good = '<img src="plot.svg"><a href="sub/b.html#there"></a><a href="https://example.org"></a>'
    (tmp_path / "a.html").write_text(good)
    assert links.broken(tmp_path) == []
    for wrong in (
        '<a href="c.html"></a>',
        '<a href="sub/b.html#gone"></a>',
        '<a href="#gone"></a>',
        '<img src="gone.svg">',
        '<script src="https://example.org/x.js"></script>',
        '<link href="//example.org/x.css">',
    ):
        (tmp_path / "a.html").write_text(good + wrong)
        assert len(links.broken(tmp_path)) == 1, wrong

"""YAML that gives every text back unharmed, and files that are whole or not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from calibrate.errors import CalibrateError, OutputError
from calibrate.files import (
    Flow,
    FlowList,
    make_folder,
    read_text,
    read_yaml,
    write_through,
    write_whole,
    yaml_text,
)

STRANGE = [
    *("no on off yes y n true False null ~ nan .inf -.inf 1e3 07 0x1F 0o17 1_000 12:30:00".split()),
    *("2026-01-01 2026-01-01T10:00:00Z = << - ? : # & * ! | > % @ ` { } [ ] , ' \"".split()),
    *("1 1.0 -0 +1 .5 5. 0 00 1e-5 Infinity NULL Null".split()),
    *("", " ", " a ", "\t", "a: b", "a #b", "- a", "{a}", "[a]", '"', "'", "a'b\"c", "\\", "\\n"),
    *("line\nbreak", "\n", "carriage\rreturn", "\r\n", "tab\there", "\u0085", "\u2028", "\u2029"),
    *("\x00", "\x07", "\x1b[31m", "\x7f", "\x9f", "\ufeff", "\u200b", "\u202e", "\ufffe", "\ud7ff"),
    *("🦊", "👩‍👩‍👧", "é", "e\u0301", "العربية", "日本語", "𝒳", "(missing)", "(other)", "a" * 3000),
    *(
        "---",
        "...",
        "--- a",
        "%YAML 1.1",
        "!!str x",
        "&a",
        "*a",
        "<<: x",
        "=HYPERLINK(1)",
        "{{7*7}}",
    ),
]
every_text = st.text(st.characters(exclude_categories=["Cs"]))


def back(document: Any) -> Any:
    return read_yaml(yaml_text(document), where="it", error=CalibrateError)


@pytest.mark.parametrize("text", STRANGE, ids=ascii)
def test_a_strange_text_comes_back_as_the_same_text(text: str) -> None:
    document = {"value": text, "list": FlowList([text, text]), "map": Flow({text: text})}
    assert back(document) == document
    assert back({text or "x": {"deep": [text]}}) == {text or "x": {"deep": [text]}}


@given(every_text, every_text)
def test_any_text_comes_back_as_the_same_text(key: str, text: str) -> None:
    document = {key: text, "in": Flow({key: FlowList([text])})}
    assert back(document) == document | {key: back(document)[key]}
    assert back({key: text}) == {key: text}


@pytest.mark.parametrize("text", STRANGE, ids=ascii)
def test_a_reader_of_yaml_1_1_finds_the_same_text(text: str) -> None:
    assert yaml.safe_load(yaml_text({"value": text, "flow": FlowList([text])})) == {
        "value": text,
        "flow": [text],
    }


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers())
def test_numbers_come_back_exactly_under_both_versions_of_yaml(number: float, whole: int) -> None:
    written = yaml_text({"number": number, "whole": whole})
    for found in (back({"number": number, "whole": whole}), yaml.safe_load(written)):
        assert found == {"number": number, "whole": whole}
        assert (type(found["number"]), type(found["whole"])) == (float, int)


def test_nothing_is_nothing_and_yes_or_no_is_yes_or_no() -> None:
    assert back({"a": None, "b": True, "c": FlowList([False, None])}) == {
        "a": None,
        "b": True,
        "c": [False, None],
    }


def test_what_people_write_without_quotes_is_read_as_they_mean_it() -> None:
    text = "{a: no, b: on, c: 2026-09-30, d: 07, e: 1e3, f: 0.5, g: 12, h: true, i: ~, j: 12:30}"
    assert read_yaml(text, where="it", error=CalibrateError) == {
        **{"a": "no", "b": "on", "c": "2026-09-30", "d": "07", "e": 1000.0, "f": 0.5},
        **{"g": 12, "h": True, "i": None, "j": "12:30"},
    }


def test_keys_are_written_in_the_order_given() -> None:
    assert (
        yaml_text({"b": 1, "a": 2, "c": Flow({"z": 1, "d": 2})}) == "b: 1\na: 2\nc: {z: 1, d: 2}\n"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\na: 2", "the key `a` stands twice"),
        ("a: [1, 2", "line 2, column 1"),
        ("a: b: c", "not readable as YAML"),
        ("a: !!python/object/apply:os.system [echo]", "not readable as YAML"),
        ("? [a, b]\n: 1", "a key must be a plain text"),
        ("a: \x00", "not readable as YAML"),
        ("[" * 60 + "]" * 60, "nested too deeply"),
        ("[" * 1_000_000, "nested too deeply"),
        ("a: " + "- " * 1_000_000, "not readable as YAML"),
        ("- " * 1_000_000, "nested too deeply"),
        ("a: " + "1" * 5000, "not readable as YAML"),
        ("a: \ud800", "not readable as YAML"),
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_a_text_that_is_not_plain_yaml_is_refused_by_name(text: str, says: str) -> None:
    with pytest.raises(CalibrateError) as refused:
        read_yaml(text, where="it", error=CalibrateError)
    assert str(refused.value).startswith("it")
    assert says in str(refused.value)


# ------------------------------------------------------------------ whole or not at all


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


class BrokenError(Exception):
    """Something no code of ours expects."""


@pytest.mark.parametrize(
    "fault", [OSError(28, "No space left on device"), BrokenError(), KeyboardInterrupt()]
)
def test_a_fault_while_writing_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, fault: BaseException
) -> None:
    path = tmp_path / "card.yaml"
    path.write_text("old")

    def write_half(target: Path) -> None:
        target.write_text("ne")
        raise fault

    with pytest.raises((OutputError, BrokenError, KeyboardInterrupt)):
        write_through(path, write_half)
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["card.yaml"]


def test_a_fault_at_the_last_step_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "card.yaml"
    path.write_text("old")

    def refuse(*_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match=r"card\.yaml cannot be written: Permission denied"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["card.yaml"]


def test_the_new_file_is_never_seen_half_written(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text("old")
    seen = []

    def write(target: Path) -> None:
        target.write_text("new")
        seen.append(path.read_text())

    write_through(path, write)
    assert (seen, path.read_text()) == (["old"], "new")


def test_a_file_is_written_as_utf_8_with_plain_line_ends(tmp_path: Path) -> None:
    assert write_whole(tmp_path / "a", "é\r\nb\n").read_bytes() == b"\xc3\xa9\r\nb\n"


def test_a_file_has_the_permissions_that_the_user_asks_for(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        path = write_whole(tmp_path / "a", "x")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_missing_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(
        OutputError, match="cannot be written: No such file or directory"
    ) as refused:
        write_whole(tmp_path / "none" / "a", "x")
    # Pages go where --html says, a notebook where --notebook does: no one option is named.
    assert "--" not in str(refused.value).split("cannot be written")[1]


def test_a_folder_under_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        make_folder(tmp_path / "file" / "folder")


def test_a_folder_may_be_there_already(tmp_path: Path) -> None:
    assert make_folder(make_folder(tmp_path / "a" / "b")).is_dir()
    assert names_in(tmp_path / "a" / "b") == []


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "no such file; a spec was expected there"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.write_bytes(b"\xff\xfe\x00x"), "is not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path, make: Any, says: str) -> None:
    path = tmp_path / "spec.yaml"
    make(path)
    with pytest.raises(CalibrateError, match=says):
        read_text(path, what="a spec", error=CalibrateError)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_text(tmp_path / "spec.yaml", what="a spec", error=CalibrateError) == "a: 1"


def test_aliases_are_refused_before_they_can_multiply() -> None:
    """The billion laughs: read, each line would be nine times the one before."""
    bomb = "a: &a [1, 1]\n" + "".join(
        f"{name}: &{name} [*{before}, *{before}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(CalibrateError, match=r"line 2.*aliases"):
        read_yaml(bomb, where="x.yaml", error=CalibrateError)


def test_an_ampersand_and_a_star_in_texts_are_no_aliases() -> None:
    text = 'a: "R&D *"\nb: R&D *best*\n'
    found = read_yaml(text, where="x.yaml", error=CalibrateError)
    assert found == {"a": "R&D *", "b": "R&D *best*"}

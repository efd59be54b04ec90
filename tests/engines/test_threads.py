"""Work that is done ahead in other threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from calibrate.engines.threads import ahead


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def test_what_is_found_comes_in_the_order_of_the_parts() -> None:
    """The first part is done last."""
    others = threading.Event()

    def work(part: int) -> int:
        if part == 0:
            assert others.wait(60)
        if part == 3:
            others.set()
        return part * 2

    assert list(ahead(work, range(50))) == [part * 2 for part in range(50)]


def test_no_more_than_a_few_parts_are_taken_before_they_are_asked_for() -> None:
    taken: list[int] = []

    def parts() -> Iterator[int]:
        for part in range(100):
            taken.append(part)
            yield part

    with closing(ahead(str, parts())) as found:
        assert next(found) == "0"
        assert len(taken) == 5
        assert next(found) == "1"
        assert len(taken) == 6
    assert len(taken) == 6


def test_a_fault_comes_in_the_place_of_its_part() -> None:
    found = ahead(lambda part: 6 // part, [1, 2, 0, 3])
    assert (next(found), next(found)) == (6, 3)
    with pytest.raises(ZeroDivisionError):
        next(found)


def test_nothing_comes_of_nothing() -> None:
    assert list(ahead(str, [])) == []

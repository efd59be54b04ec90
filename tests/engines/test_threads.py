"""Work that is done in other threads, ahead or side by side."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from calibrate.engines.threads import ahead, side_by_side, works


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


def test_threads_that_share_the_cores_begin_no_further_ones() -> None:
    """Four threads on two cores would wait for each other."""

    def inner(_: int) -> set[int]:
        here = set(side_by_side(lambda _: threading.get_ident(), range(20)))
        here |= set(ahead(lambda _: threading.get_ident(), range(20)))
        with works(2, at_once=True) as begin:
            here.add(begin(threading.get_ident)())
        return here | {threading.get_ident()}

    assert [len(threads) for threads in side_by_side(inner, range(4))] == [1] * 4
    assert len(inner(0)) > 1


def test_more_cores_are_shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 8)

    def inner(_: int) -> list[int]:
        meet = threading.Barrier(4, timeout=60)
        return sorted(side_by_side(lambda _: meet.wait(), range(4)))

    assert side_by_side(inner, range(2)) == [[0, 1, 2, 3], [0, 1, 2, 3]]


@pytest.mark.parametrize("at_once", [True, False])
def test_works_tell_what_they_found(at_once: bool) -> None:
    with works(2, at_once=at_once) as begin:
        waits = [begin(lambda n=n: n * 2) for n in range(5)]  # type: ignore[misc]
        assert [one() for one in waits] == [0, 2, 4, 6, 8]


def test_works_go_on_side_by_side() -> None:
    """Whoever begins them works too."""
    met = threading.Barrier(2, timeout=60)
    with works(2, at_once=True) as begin:
        waits = begin(met.wait)
        assert {met.wait(), waits()} == {0, 1}


def test_what_has_not_begun_is_done_by_who_asks_for_it() -> None:
    held = threading.Event()
    with works(2, at_once=True) as begin:
        first = begin(lambda: held.wait(60))
        second = begin(threading.get_ident)
        assert second() == threading.get_ident()
        held.set()
        assert first()

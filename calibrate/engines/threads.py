"""Work on parts of the leads side by side, in as many threads as there are cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Protocol, TypeVar

BLOCK = 2**16
"""So many leads at a time: what is reckoned of them stays in the processor's cache."""

LONG = 2**16
"""Fewer leads than this are done with before threads have begun."""

_SHARING: ContextVar[int] = ContextVar("sharing", default=1)
"""How many threads share the cores with this one."""

Part = TypeVar("Part")
Found = TypeVar("Found")


def side_by_side(work: Callable[[Part], Found], parts: Sequence[Part]) -> list[Found]:
    """Do the same work on every part, and give what was found in the order of the parts.

    Threads share the cores where numpy and Arrow do the work, for they hold no lock meanwhile.

    Examples
    --------
    >>> side_by_side(sum, [[1, 2], [3]])
    [3, 3]
    """
    few = min(cores(), len(parts))
    if few < 2:
        return [work(part) for part in parts]
    with _pool(few) as pool:
        return list(pool.map(work, parts))


def ahead(work: Callable[[Part], Found], parts: Iterable[Part]) -> Generator[Found, None, None]:
    """Do work on parts in other threads, a few parts ahead, and give what was found in their order.

    Whoever takes it works meanwhile; the threads never wait for each other.

    Examples
    --------
    >>> list(ahead(sum, [[1, 2], [3]]))
    [3, 3]
    """
    few = cores()
    if few < 2:
        yield from map(work, parts)
        return
    under_way: deque[Future[Found]] = deque()
    with _pool(few) as pool:
        try:
            for part in parts:
                under_way.append(pool.submit(work, part))
                if len(under_way) > 2 * few:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def blocks_of(leads: int, size: int = BLOCK) -> list[slice]:
    """Cut rows into blocks.

    Examples
    --------
    >>> blocks_of(5, 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(start + size, leads)) for start in range(0, leads, size)]


class Beginning(Protocol):
    """Begins a work, and gives what waits for its end and tells what it found: to be asked once."""

    def __call__(self, work: Callable[[], Found], /) -> Callable[[], Found]:
        """Begin it."""


@contextmanager
def works(many: int, *, at_once: bool) -> Iterator[Beginning]:
    """Do works of which none needs what another finds, side by side or one after the other.

    Whoever begins them works too: what has not begun when it is asked for is done there and then.

    Parameters
    ----------
    many : int
        How many go on at once. What whoever begins them does meanwhile is one of them.
    at_once : bool
        Whether they are long enough for threads.

    Examples
    --------
    >>> with works(2, at_once=True) as begin:
    ...     found = [begin(lambda: 1 + 1), begin(lambda: "b" + "b")]
    ...     [one() for one in found]
    [2, 'bb']
    """
    few = min(cores(), many)
    if not at_once or few < 2:
        yield _done
        return
    share = few * _SHARING.get()
    before = _SHARING.set(share)
    pool = ThreadPoolExecutor(few - 1, initializer=_SHARING.set, initargs=(share,))
    try:
        yield partial(_begun, pool)
    finally:
        pool.shutdown(cancel_futures=True)
        _SHARING.reset(before)


def _begun(pool: ThreadPoolExecutor, work: Callable[[], Found]) -> Callable[[], Found]:
    begun = pool.submit(work)
    return lambda: work() if begun.cancel() else begun.result()


def _done(work: Callable[[], Found]) -> Callable[[], Found]:
    found = work()
    return lambda: found


def _pool(few: int) -> ThreadPoolExecutor:
    """Take so many threads, each of which has its share of the cores."""
    return ThreadPoolExecutor(few, initializer=_SHARING.set, initargs=(few * _SHARING.get(),))


def cores() -> int:
    """Say how many cores there are for a work: more threads than cores wait for each other.

    It is the work's share until its end, though others that share the cores may be over before.
    """
    return max((os.cpu_count() or 1) // _SHARING.get(), 1)

"""Work on parts of the leads side by side, in as many threads as there are cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

BLOCK = 2**15
"""So many leads at a time: what is reckoned of them stays in the processor's cache."""

LONG = 2**16
"""Fewer leads than this are done with before threads have begun."""

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
    few = min(os.cpu_count() or 1, len(parts))
    if few < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(few) as pool:
        return list(pool.map(work, parts))


def ahead(work: Callable[[Part], Found], parts: Iterable[Part]) -> Generator[Found, None, None]:
    """Do work on parts in other threads, a few parts ahead, and give what was found in their order.

    Whoever takes it works meanwhile; the threads never wait for each other.

    Examples
    --------
    >>> list(ahead(sum, [[1, 2], [3]]))
    [3, 3]
    """
    few = os.cpu_count() or 1
    under_way: deque[Future[Found]] = deque()
    with ThreadPoolExecutor(few) as pool:
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


def both(one: Callable[[], Part], other: Callable[[], Found]) -> tuple[Part, Found]:
    """Do two works side by side, neither of which needs what the other finds.

    Examples
    --------
    >>> both(lambda: 1 + 1, lambda: "b" + "b")
    (2, 'bb')
    """
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(one)
        beside = other()
        return found.result(), beside

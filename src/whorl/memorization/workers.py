"""Several pieces of work at once, with the same result on any number of cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from whorl.cores import cores
from whorl.process_wide import ProcessWide

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def one_thread() -> Iterator[None]:
    """Run linear algebra on one thread within the block.

    Several threads cut a product into as many parts as there are cores, and sums in other parts have other
    last bits. The cores are used by `in_order` instead, each on a piece of its own.
    """
    from threadpoolctl import threadpool_limits

    with one_thread_of_blas(), threadpool_limits(1, user_api="openmp"):  # OpenMP's limit is each thread's own
        yield


def one_thread_of_blas() -> AbstractContextManager[None]:
    """Return a context in which NumPy's linear algebra runs on one thread, and torch's on all."""
    return _blas.held()


def _limit_blas() -> Callable[[], object]:
    from threadpoolctl import threadpool_limits

    _take_over()
    limits = threadpool_limits(1, user_api="blas")

    def put_back() -> None:
        _take_over()
        limits.restore_original_limits()
        _take_over()

    return put_back


def _take_over() -> None:
    """Let this thread set OpenBLAS's limit: threadpoolctl 3.8 leaves that to the thread that did so first."""
    import threadpoolctl

    clear = getattr(getattr(threadpoolctl, "OpenBLASController", None), "clear_controlling_thread", None)
    if clear is not None:
        clear(force=True)


_blas = ProcessWide(_limit_blas)


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], *, most: int | None = None
) -> Iterator[Result]:
    """Yield ``work(item)`` for each item in order, as many at once as there are cores.

    To be used within `one_thread`, which holds for the linear algebra of all threads; that of OpenMP is
    limited thread by thread, here.

    Args:
        work: must release the interpreter's lock for its better part, as NumPy and scikit-learn do.
        items: taken as they are needed; at most one result per core waits.
        most: no more at once than this.

    >>> list(in_order(abs, [-3, 2, -1]))
    [3, 2, 1]
    """
    workers = max(1, min(threads(), most or threads()))
    with ThreadPoolExecutor(workers, initializer=_one_openmp_thread) as pool:
        waiting: deque[Future[Result]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def threads() -> int:
    """Return how many threads to use: OMP_NUM_THREADS where it is set, else the cores this process may use."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdecimal() and int(wanted) > 0 else cores()


def _one_openmp_thread() -> None:
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="openmp")  # for the life of this thread: never undone

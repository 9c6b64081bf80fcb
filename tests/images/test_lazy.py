"""Values made once per process."""

import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from whorl.images.lazy import Lazy


def test_the_value_is_made_once_however_many_ask():
    made = []

    def make():
        time.sleep(0.01)
        made.append(1)
        return object()

    lazy = Lazy(make)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: lazy.get(), range(8)))) == 1
    assert made == [1]


@pytest.mark.parametrize("keep", [True, False])
def test_after_a_fork_it_is_kept_or_made_anew_and_the_lock_is_always_new(monkeypatch, keep):
    lazy = Lazy(list, keep_after_fork=keep)
    before = lazy.get()
    lazy._lock.acquire()  # As by a thread that the child does not have.
    monkeypatch.setattr("whorl.images.lazy.os.getpid", lambda: -1)
    found = []
    asking = threading.Thread(target=lambda: found.append(lazy.get()), daemon=True)
    asking.start()
    asking.join(5)
    assert [each is before for each in found] == [keep]


def test_pickling_takes_only_the_recipe():
    lazy = Lazy(threading.Lock)
    lazy.get()
    assert pickle.loads(pickle.dumps(lazy)).get() is not lazy.get()

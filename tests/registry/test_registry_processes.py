"""Several processes at one registry: none loses a model, and a killed one leaves nothing half-written."""

import multiprocessing
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from registry_material import add_fifty, add_one_name, curve, die_while_writing

from whorl.registry import Registry

SPAWN = multiprocessing.get_context("spawn")


@pytest.mark.slow
def test_eight_processes_adding_fifty_models_each_lose_none(place):
    workers = [SPAWN.Process(target=add_fifty, args=(place, worker)) for worker in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 8
    found = {model.name: printed for model, printed in Registry(place).entries("reference-a")}
    assert set(found) == {f"{worker}/{i}" for worker in range(8) for i in range(50)}
    assert all(
        printed.parts["c_t"].tolist() == [*map(int, name.split("/"))] for name, printed in found.items()
    )


def test_threads_may_share_one_registry(registry):
    with ThreadPoolExecutor(4) as threads:
        for i in range(20):
            threads.submit(registry.add, name=f"{i}", architecture="DDPM", fingerprint=curve(i))
    assert len(registry.models()) == 20


def test_of_several_that_want_one_name_one_gets_it_and_the_others_are_told(place):
    outcomes = SPAWN.Queue()
    workers = [SPAWN.Process(target=add_one_name, args=(place, worker, outcomes)) for worker in range(4)]
    for worker in workers:
        worker.start()
    told = [outcomes.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join()
    assert told.count("added") == 1
    assert sum("its architecture is 'worker" in text for text in told) == 3
    assert len(Registry(place).models()) == 1


def test_a_writer_that_is_killed_leaves_the_registry_as_it_was(place):
    registry = Registry(place)
    kept = registry.add(name="kept", architecture="DDPM", fingerprint=curve(1, 2))
    worker = SPAWN.Process(target=die_while_writing, args=(place,))
    worker.start()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    # Part of it was in the file already, or this test shows nothing.
    assert not isinstance(place, Path) or place.with_name("known.db-journal").stat().st_size > 1000
    assert registry.models() == (kept,)
    registry.add(name="new", architecture="DDPM", fingerprint=curve(3, 4))
    assert [model.name for model in registry.models()] == ["kept", "new"]

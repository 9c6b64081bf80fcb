"""Fingerprints to register, and what other processes do with a registry in these tests."""

import os
import signal
import tempfile

import numpy as np

from whorl.errors import StorageError
from whorl.fingerprints import Fingerprint
from whorl.registry import Entry, Registry
from whorl.registry.database import Database
from whorl.registry.merge import merge
from whorl.registry.place import Place


def curve(*values, reference="reference-a", layers=None, n=500, settings=None):
    layers = layers or tuple(range(1, len(values) + 1))
    return Fingerprint(reference, layers, n, {"c_t": np.array(values, dtype=float)}, settings or {})


def numbered(first, count, *, size=3):
    """Entries of models that all differ."""
    return [
        Entry(f"model-{i:04d}", "DDPM", curve(*np.arange(size) + i / 7)) for i in range(first, first + count)
    ]


def add_fifty(path, worker):
    """Open the registry anew for every model, as fifty commands would."""
    for i in range(50):
        with Registry(path) as registry:
            registry.add(name=f"{worker}/{i}", architecture="DDPM", fingerprint=curve(worker, i))


def add_one_name(path, worker, outcomes):
    """Try to give a name that all workers want to another model."""
    try:
        Registry(path).add(name="wanted", architecture=f"worker {worker}", fingerprint=curve(worker))
    except StorageError as error:
        outcomes.put(str(error))
    else:
        outcomes.put("added")


def die_while_writing(path):
    """End like a process that is killed when part of a large import lies in the file already."""
    with Database(Place.of(path)).writing() as connection:
        merge(connection, numbered(1000, 300, size=2000), replace=False, where="here")
        os.kill(os.getpid(), signal.SIGKILL)


def as_nobody(path, outcomes):
    """Do without root's right to write everywhere; say how many models are read, and what writing fails with."""
    with tempfile.TemporaryDirectory() as folder:  # now, while modules that are imported late can be read
        Registry(f"{folder}/known.db").add(name="a", architecture="DDPM", fingerprint=curve(1, 2))
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    registry = Registry(path)
    outcomes.put(len(registry.models()))
    try:
        registry.add(name="new", architecture="DDPM", fingerprint=curve(1, 2))
    except StorageError as error:
        outcomes.put(str(error))
    else:
        outcomes.put("written")

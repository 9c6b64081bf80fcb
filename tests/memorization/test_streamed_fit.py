"""A Reference fitted past its memory budget: the same meaning, told by name, and the same on every machine."""

import os
import subprocess
import sys
import tempfile
import textwrap

import numpy as np
import pytest

import whorl.memorization.centres as centres_home
import whorl.memorization.fit as fit_home
import whorl.memorization.rows as rows_home
from whorl import Reference, ScoreError, StorageError
from whorl.embeddings import embed, from_arrays
from whorl.memorization.centres import best_centres
from whorl.memorization.memory import DEFAULT_MEMORY, fits_in_memory, parse_memory

LITTLE = "30KB"


def draw(n, seed, d=12):
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(4, d)) * 4
    return {1: (centres[rng.integers(0, 4, n)] + rng.normal(size=(n, d))).astype(np.float32)}


T, P, FRESH = draw(6000, 1), draw(1500, 2), draw(800, 3)


@pytest.fixture(autouse=True, scope="module")
def _small_blocks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows_home, "_BLOCK_NUMBERS", 5000)
        # T in a dozen steps of k-means and each shown twice, as a T of 50,000 is, and not in one shown 128 times.
        patch.setattr(centres_home, "_BATCH", 500)
        patch.setattr(centres_home, "_LEAST_BATCHES", 24)
        yield


@pytest.fixture(scope="module")
def streamed():
    return Reference.from_embeddings(T, P, cells=4, memory=LITTLE)


@pytest.fixture(scope="module")
def in_memory():
    return Reference.from_embeddings(T, P, cells=4)


def test_it_means_the_same_as_a_fit_in_memory(streamed, in_memory):
    assert streamed.digest != in_memory.digest
    for generated in (FRESH, {1: T[1][:800]}, {1: FRESH[1] * 1.5}):
        a, b = (reference.curve_from_embeddings(generated) for reference in (streamed, in_memory))
        assert a.verdict.whole.finding == b.verdict.whole.finding
        assert a.standardised[0] == pytest.approx(b.standardised[0], abs=1.0)
    copies = streamed.curve_from_embeddings({1: T[1][:800]})
    assert copies.standardised[0] < -20
    assert copies.identical == 800
    assert abs(streamed.curve_from_embeddings(FRESH).standardised[0]) < 3


def test_which_way_it_went_is_named(streamed, in_memory, tmp_path):
    part = streamed.layer_references[0].projection
    assert (part.solver, part.streamed) == ("covariance_streamed", True)
    assert streamed.summary()["fit"] == {
        "streamed, past the memory budget: PCA covariance_streamed, mini-batch k-means": [1]
    }
    assert in_memory.summary()["fit"] == {"in memory: PCA covariance_eigh, k-means": [1]}
    assert '"solver": "covariance_streamed"' in (streamed.save(tmp_path / "r") / "manifest.json").read_text()


def test_saved_and_loaded_it_is_the_same(streamed, tmp_path):
    loaded = Reference.load(streamed.save(tmp_path / "ref"))
    assert loaded.digest == streamed.digest
    assert loaded.summary() == streamed.summary()
    np.testing.assert_array_equal(
        loaded.curve_from_embeddings(FRESH).values, streamed.curve_from_embeddings(FRESH).values
    )


@pytest.mark.parametrize("memory", ["2KB", 60_000, "0.1MB"])
def test_the_budget_chooses_the_way_and_nothing_else(streamed, memory):
    assert Reference.from_embeddings(T, P, cells=4, memory=memory).digest == streamed.digest


def test_a_budget_that_suffices_changes_nothing(in_memory):
    assert Reference.from_embeddings(T, P, cells=4, memory="1TiB").digest == in_memory.digest


def test_order_of_rows_and_precision_of_their_storage_change_nothing(streamed):
    rng = np.random.default_rng(5)
    turned = [{1: side[1][rng.permutation(len(side[1]))].astype(np.float64)} for side in (T, P)]
    assert Reference.from_embeddings(*turned, cells=4, memory=LITTLE).digest == streamed.digest


def test_shards_files_and_their_order_change_nothing(tmp_path):
    from PIL import Image

    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (260, 8, 8, 3), dtype=np.uint8)
    train, test = pictures[:200], pictures[200:]
    for number, picture in zip(rng.permutation(200), train, strict=True):
        Image.fromarray(picture).save(tmp_path / f"{number:03d}.png")
    options = {"encoder": "pixels:8", "cells": 2, "cache": None, "memory": "10KB"}
    digests = {
        Reference.fit(side, test, shard_size=size, **options).digest
        for side, size in ((train, 1024), (train, 7), (train[::-1].copy(), 64), (tmp_path, 33))
    }
    assert len(digests) == 1


def test_cores_change_nothing():
    """In a process for each number of threads, since libraries read it when they are loaded."""
    script = textwrap.dedent("""
        import numpy as np, whorl.memorization.centres as centres, whorl.memorization.rows as rows
        from whorl import Reference
        rows._BLOCK_NUMBERS, centres._LEAST_BATCHES = 60_000, 24
        rng = np.random.default_rng(0)
        mix = rng.normal(size=(150, 150)) / (1 + np.arange(150))
        t, p = ((rng.normal(size=(n, 150)) @ mix).astype(np.float32) for n in (6000, 300))
        for memory in ("1GB", "1MB"):
            print(Reference.from_embeddings({1: t}, {1: p}, cells=7, memory=memory).digest)
    """)
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(told) == 1
    assert len(set(told.pop().split())) == 2


def test_nan_in_a_late_block_is_counted_and_named():
    broken = {1: T[1].copy()}
    order = from_arrays(T).canonical_order()
    late = order[[5900, 5999]]
    broken[1][late, 3] = np.nan
    # The keys of the whole rows, so that the broken ones stay late.
    held = from_arrays(broken, ids=[f"picture-{i}" for i in range(6000)])
    object.__setattr__(held, "keys", from_arrays(T).keys)
    with pytest.raises(ScoreError, match=rf"layer 1 holds NaN.*2 of 6000.*picture-{late.min()}\b"):
        Reference.from_embeddings(held, P, cells=4, memory=LITTLE)


def test_a_constant_layer_is_left_out_and_progress_comes_to_its_end():
    told = []

    class Told:
        def begin(self, label, total, done, unit="pictures"):
            told.append((label, total, unit))

        def advance(self, count):
            told.append(count)

        def end(self):
            told.append("end")

    sides = [from_arrays({0: np.ones((len(side[1]), 12)), **side}) for side in (T, P)]
    contents = fit_home.fit_contents(
        *sides,
        Reference.from_embeddings(T, P, cells=4).settings,
        encoder=None,
        keep_ids=False,
        notes=(),
        progress=Told(),
        memory=parse_memory(LITTLE),
    )
    assert contents.layers == (1,)
    assert [layer for layer, _ in contents.left_out] == [0]
    assert told[0] == ("fit", 24_000, "rows")
    assert sum(told[1:-1]) == 24_000
    assert len(told) > 20


def test_projections_that_are_large_together_leave_memory_and_no_trace(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    two = [{1: side[1], 2: side[1][:, ::-1].copy()} for side in (T, P)]
    usual = Reference.from_embeddings(*two, cells=4)
    spilled = Reference.from_embeddings(
        *two, cells=4, memory="2MB"
    )  # fits, but both projections pass a quarter
    assert not spilled.layer_references[0].projection.streamed
    assert all(isinstance(part.train, np.memmap) for part in spilled.layer_references)
    assert not any(isinstance(part.train, np.memmap) for part in usual.layer_references)
    assert not spilled.layer_references[0].train.flags.writeable
    assert spilled.digest == usual.digest
    spilled.layer_references[0].__dict__.pop("digest")
    assert spilled.layer_references[0].digest == usual.layer_references[0].digest
    generated = {1: FRESH[1], 2: FRESH[1]}
    np.testing.assert_array_equal(
        spilled.curve_from_embeddings(generated).values, usual.curve_from_embeddings(generated).values
    )
    assert list(tmp_path.iterdir()) == []
    assert Reference.load(spilled.save(tmp_path / "saved")).digest == usual.digest


def test_a_large_reference_is_loaded_without_holding_all_of_it(streamed, tmp_path, monkeypatch):
    import whorl.memorization.reference_folder as home

    folder = streamed.save(tmp_path / "ref")
    monkeypatch.setattr(home, "DEFAULT_MEMORY", 1000)
    loaded = Reference.load(folder)
    assert isinstance(loaded.layer_references[0].train, np.memmap)
    assert loaded.digest == streamed.digest


def test_no_room_for_what_leaves_memory_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "gone"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(StorageError, match=r"could not write.*TMPDIR.*--memory"):
        Reference.from_embeddings(T, P, cells=4, memory=LITTLE)


def test_a_memory_map_is_fitted_without_a_copy(tmp_path):
    np.save(tmp_path / "t.npy", T[1])
    mapped = {1: np.load(tmp_path / "t.npy", mmap_mode="r")}
    assert Reference.from_embeddings(mapped, P, cells=4, memory=LITTLE).summary()["fit"]
    held = embed(np.zeros((3, 4, 4, 3), np.uint8), "pixels:4", cache=None)
    assert held.rows("pixels", np.array([1])).shape == (1, 48)


@pytest.mark.parametrize(
    ("text", "size"),
    [("512MB", 512e6), ("1.5 GB", 1.5e9), ("2GiB", 2**31), ("7", 7), ("10 kib", 10240), ("1b", 1), (12, 12)],
)
def test_amounts_of_memory(text, size):
    assert parse_memory(text) == size


@pytest.mark.parametrize(
    "text",
    ["", "GB", "1 XB", "-1GB", "1e9", "0", "0.4B", 0, -5, True, 1.5, None, "1GB2", "9" * 400 + "GB", 10**400],
)
def test_what_is_no_amount_of_memory(text):
    with pytest.raises(ScoreError, match=r"512MB, 1\.5GB or 2GiB; got"):
        parse_memory(text)


def test_what_the_default_admits():
    assert all(fits_in_memory((50_000, d), DEFAULT_MEMORY) for d in (768, 1280, 3072))
    assert not fits_in_memory((1_000_000, 768), DEFAULT_MEMORY)


def test_more_cells_than_points_in_a_usual_step():
    """scikit-learn refuses a step of fewer points than centres."""
    points = np.random.default_rng(0).normal(size=(9_000, 2)).astype(np.float32)
    found = best_centres(points, 4_200, [1], mini_batch=True)
    assert found.shape == (4_200, 2)

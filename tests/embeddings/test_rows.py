"""Rows of one layer, gathered: the same numbers as the whole layer, and no more memory than they take."""

import json
import tracemalloc

import numpy as np
import pytest

from whorl import ScoreError, StorageError, load_encoder
from whorl.embeddings import embed, from_arrays

PICTURES = np.random.default_rng(0).integers(0, 256, (57, 8, 8, 3), dtype=np.uint8)


@pytest.fixture
def held(tmp_path):
    return embed(PICTURES, load_encoder("pixels:8"), cache=tmp_path, shard_size=25)


@pytest.mark.parametrize("count", [0, 1, 5, 57, 400])
def test_any_rows_in_any_order_are_those_of_the_whole_layer(held, count):
    whole = PICTURES.transpose(0, 3, 1, 2).reshape(57, -1).astype(np.float32) / 255
    rows = np.random.default_rng(count).integers(0, 57, count)
    np.testing.assert_allclose(held.rows("pixels", rows), whole[rows], rtol=1e-6)
    np.testing.assert_array_equal(held.rows("pixels", rows), held.layer("pixels")[rows])


def test_long_runs_are_cut_and_far_rows_read_alone(held, monkeypatch):
    import whorl.embeddings.stored_rows as home

    whole, rows = held.layer("pixels"), np.array([56, 3, 4, 4, 5, 24, 25, 26, 0, 49, 50, 51])
    monkeypatch.setattr(home, "_RUN_NUMBERS", 192 * 2)
    np.testing.assert_array_equal(held.rows("pixels", rows), whole[rows])
    np.testing.assert_array_equal(held.layer("pixels"), whole)
    monkeypatch.setattr(home, "_GAP", 0)
    np.testing.assert_array_equal(held.rows("pixels", rows), whole[rows])


def test_a_shard_that_went_or_changed_is_told(held, tmp_path):
    victim = max(tmp_path.glob("*/*.safetensors"), key=lambda path: path.stat().st_size)
    whole = victim.read_bytes()
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + length])
    name = "layer.0000"
    rows, width = header[name]["shape"]
    changes = (
        {"dtype": "F64"},
        {"shape": [rows, width + 1]},
        {"shape": [rows]},
        {"data_offsets": [0, 2**40]},
        {"shape": [rows, 2**38 // rows // 4], "data_offsets": [0, 2**38 // rows // 4 * rows * 4]},
        {"data_offsets": [-4, rows * width * 4 - 4]},
    )
    for change in changes:
        text = json.dumps(header | {name: header[name] | change}).encode()
        victim.write_bytes(len(text).to_bytes(8, "little") + text + whole[8 + length :])
        with pytest.raises(StorageError, match=r"can no longer be read.*Run the same command again"):
            held.rows("pixels", np.arange(57))
    for rest in (whole[:4], (2**60).to_bytes(8, "little") + whole[8:], b"\5" + bytes(7) + b"words"):
        victim.write_bytes(rest)
        with pytest.raises(StorageError, match="can no longer be read"):
            held.rows("pixels", np.arange(57))
    victim.write_bytes(whole)
    assert held.rows("pixels", np.arange(57)).shape == (57, 192)
    victim.write_bytes(whole[:-1000])  # past the keys, into the layer
    with pytest.raises(StorageError, match="ends too early"):
        held.rows("pixels", np.arange(57))
    victim.unlink()
    with pytest.raises(StorageError, match="can no longer be read"):
        held.rows("pixels", np.arange(57))


def test_nan_is_counted_over_the_whole_set_whichever_rows_were_asked_for():
    array = np.zeros((9000, 3), dtype=np.float32)
    array[[4711, 8000], 1] = np.nan
    held = from_arrays({1: array}, ids=[f"picture-{i}" for i in range(9000)])
    assert held.rows(1, np.arange(4711)).shape == (4711, 3)
    for rows in (np.array([8000]), np.arange(9000)):
        with pytest.raises(ScoreError, match=r"layer 1 holds NaN.*2 of 9000.*picture-4711"):
            held.rows(1, rows)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_a_memory_map_is_read_row_by_row_and_never_copied_whole(tmp_path, dtype):
    shape = (20_000, 256)
    mapped = np.lib.format.open_memmap(tmp_path / "e.npy", mode="w+", dtype=dtype, shape=shape)
    mapped[:] = np.random.default_rng(0).normal(size=shape)
    mapped.flush()
    tracemalloc.start()
    held = from_arrays({1: np.load(tmp_path / "e.npy", mmap_mode="r")})
    held.canonical_order(), held.content()
    some = held.rows(1, np.array([19_999, 0, 7]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(some, mapped[[19_999, 0, 7]].astype(np.float32))
    assert peak < 20_000 * 256 * 4 / 2
    np.testing.assert_array_equal(from_arrays({1: np.array(mapped)}).keys, held.keys)


def test_the_order_is_that_of_the_keys_as_bytes():
    rng = np.random.default_rng(0)
    held = from_arrays({1: rng.integers(0, 40, (300, 1)).astype(np.float32)})
    expected = sorted(range(300), key=lambda i: held.keys[i].tobytes())
    assert held.canonical_order().tolist() == expected

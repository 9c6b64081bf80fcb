"""Arrays in memory, .npy and .npz; what looks like pictures and is none."""

import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from storing import some_pictures

from whorl.checks import check_image_source
from whorl.errors import ImageError
from whorl.images import open_images
from whorl.images.array import ArraySource


@pytest.mark.parametrize("shape", [(4, 6, 5), (4, 6, 5, 1)])
def test_grey_rows_become_rgb(tmp_path, shape):
    grey = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    np.save(tmp_path / "grey.npy", grey)
    for source in (open_images(grey), open_images(tmp_path / "grey.npy")):
        check_image_source(source)
        np.testing.assert_array_equal(source[3], np.stack([grey[3].reshape(6, 5)] * 3, axis=-1))


def test_an_array_can_be_named_after_where_it_goes():
    assert ArraySource(np.zeros((2, 5, 5), np.uint8)).name == "array (2, 5, 5)"
    assert ArraySource(np.zeros((2, 5, 5), np.uint8), name="x.npz::train").name == "x.npz::train"


WRONG = [
    (np.zeros((4, 3, 8, 8), np.float32), r"found float32 \(4, 3, 8, 8\).*moveaxis.*\* 255"),
    (np.zeros((4, 3, 8, 8), np.uint8), r"found uint8 \(4, 3, 8, 8\).*moveaxis"),
    (np.zeros((4, 8, 8, 3), np.float64), r"scale to 0\.\.255"),
    (np.zeros((4, 8, 8, 3), np.int64), r"astype\(np\.uint8\)"),
    (np.zeros((8, 8, 3), np.uint8), r"one picture alone is given as array\[None\]"),
    (np.zeros((4, 8, 8, 4), np.uint8), "alpha channel"),
    (np.zeros((8, 8), np.uint8), r"expected uint8 pictures of shape \(N, H, W\)"),
    (np.array(3, np.uint8), r"found uint8 \(\)"),
    (np.zeros((0, 8, 8, 3), np.uint8), "holds no pictures"),
    (np.zeros((4, 0, 8, 3), np.uint8), "expected uint8 pictures"),
]


@pytest.mark.parametrize(("array", "message"), WRONG)
@pytest.mark.parametrize("stored", [None, "x.npy", "x.npz"])
def test_what_is_no_stack_of_pictures_is_told_how_to_become_one(tmp_path, array, message, stored):
    source = array
    if stored:
        source = tmp_path / stored
        (np.savez if stored.endswith("z") else np.save)(source, array)
    with pytest.raises(ImageError, match=message):
        open_images(source)


def test_the_advice_works():
    chw = np.random.default_rng(0).random((4, 3, 8, 6))
    hwc = (np.moveaxis(chw, -3, -1) * 255).round().astype(np.uint8)
    assert open_images(hwc)[0].shape == (8, 6, 3)
    assert len(open_images(np.zeros((8, 8, 3), np.uint8)[None])) == 1


def test_pickled_objects_are_never_loaded(tmp_path):
    class Evil:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was loaded",))

    objects = np.array([Evil()], dtype=object)
    np.save(tmp_path / "x.npy", objects, allow_pickle=True)
    np.savez(tmp_path / "x.npz", objects)
    for name in ("x.npy", "x.npz"):
        with pytest.raises(ImageError, match="pickled Python objects"):
            open_images(tmp_path / name)
    (tmp_path / "y.npy").write_bytes(pickle.dumps([1]))
    with pytest.raises(ImageError, match=r"no whole \.npy file"):
        open_images(tmp_path / "y.npy")


def test_of_several_arrays_the_right_one_or_a_choice(tmp_path):
    one, two = some_pictures(3), some_pictures(4)
    path = tmp_path / "x.npz"
    np.savez(path, one, np.arange(3))  # arr_0 and labels, as in ADM's sample files.
    assert len(open_images(path)) == 3
    np.savez(path, labels=np.arange(3), pixels=one)
    assert len(open_images(path)) == 3
    np.savez_compressed(path, train=one, test=two, train_labels=np.arange(3))
    with pytest.raises(ImageError, match=r"several arrays.*x\.npz::train'.*test uint8 \(4, 9, 7, 3\)"):
        open_images(path)
    source = open_images(f"{path}::test")
    assert source.name == f"{path}::test"
    np.testing.assert_array_equal(source[3], two[3])
    check_image_source(source)
    with pytest.raises(ImageError, match=r"no array 'valid'; it holds train uint8"):
        open_images(f"{path}::valid")
    with pytest.raises(ImageError, match=r"found int64 \(3,\)"):
        open_images(f"{path}::train_labels")
    np.savez(path, a=np.arange(3), b=np.arange(4))
    with pytest.raises(ImageError, match="no array of pictures"):
        open_images(path)
    np.savez(path)
    with pytest.raises(ImageError, match="no arrays"):
        open_images(path)


@pytest.mark.parametrize("name", ["x.npy", "x.npz", "y.npz"])
def test_truncated_array_files_are_refused_on_opening(tmp_path, name):
    path = tmp_path / name
    {"x.npy": np.save, "x.npz": np.savez, "y.npz": np.savez_compressed}[name](path, some_pictures())
    whole = path.read_bytes()
    for kept in (0, 3, 60, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:kept])
        with pytest.raises(ImageError, match=name):
            open_images(path)


def test_a_damaged_compressed_array_is_refused_on_opening(tmp_path):
    path = tmp_path / "x.npz"
    np.savez_compressed(path, some_pictures(50))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ImageError, match=r"x\.npz"):
        open_images(path)


def test_a_header_that_lies_is_refused(tmp_path):
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (%s, 8, 8, 3), }"
    for count in (b"10", b"99999999999999", b"-1"):
        text = header % count
        text += b" " * (63 - (10 + len(text)) % 64) + b"\n"
        (tmp_path / "x.npy").write_bytes(
            b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text + bytes(192)
        )
        with pytest.raises(ImageError, match=r"x\.npy"):
            open_images(tmp_path / "x.npy")
        with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
            archive.write(tmp_path / "x.npy", "arr_0.npy")
        with pytest.raises(ImageError, match=r"x\.npz"):
            open_images(tmp_path / "x.npz")


def test_a_compressed_array_unpacks_only_so_far(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "x.npz", some_pictures())
    monkeypatch.setattr("whorl.images.spool.MAX_UNPACKED_BYTES", 100)
    with pytest.raises(ImageError, match="unpacks to more than 100 bytes"):
        open_images(tmp_path / "x.npz")


@pytest.mark.parametrize("save", [np.save, np.savez, np.savez_compressed])
def test_a_large_array_is_not_held_in_memory(tmp_path, save):
    path = tmp_path / ("x.npy" if save is np.save else "x.npz")
    save(path, np.zeros((500, 128, 128, 3), np.uint8))  # 24 MB
    import tracemalloc

    tracemalloc.start()
    source = open_images(path)
    assert source[499].shape == (128, 128, 3)
    assert tracemalloc.get_traced_memory()[1] < 6 << 20
    tracemalloc.stop()


@given(st.integers(1, 4), st.integers(5, 9), st.integers(5, 9), st.booleans())
def test_rows_come_back_whatever_the_layout_in_memory(count, height, width, fortran):
    array = np.random.default_rng(count).integers(0, 256, (count, height, width, 3), np.uint8)
    given_array = np.asfortranarray(array) if fortran else array
    source = open_images(given_array)
    np.testing.assert_array_equal(np.stack(list(source)), array)
    assert source.digest == open_images(array).digest
    source[0][:] = 0  # A fresh array: the user's own is not touched.
    np.testing.assert_array_equal(given_array, array)

"""Labels follow their pictures through every kind of source and view."""

import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from PIL import Image

from whorl import ImageError, open_images
from whorl.images import labels_of, limit, split
from whorl.images.labels import folder_labels

PICTURES = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), dtype=np.uint8)
NUMBERS = [2, 0, 1, 2, 2, 0]
WORDS = ("cat", "dog", "cat", "emu", "cat", "dog")


@pytest.fixture
def folder(tmp_path):
    for number, (word, picture) in enumerate(zip(WORDS, PICTURES, strict=True)):
        (tmp_path / "set" / word).mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(tmp_path / "set" / word / f"{number}.png")
    return tmp_path / "set"


def parquet(path, **columns):
    import io

    files = []
    for picture in PICTURES:
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "PNG")
        files.append({"bytes": file.getvalue(), "path": None})
    pyarrow.parquet.write_table(pa.table({"image": files, **columns}), path)
    return str(path)


def test_folders_and_archives_are_labelled_by_their_sub_folders(folder, tmp_path):
    assert labels_of(open_images(folder)) == ("cat", "cat", "cat", "dog", "dog", "emu")
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for path in sorted(folder.rglob("*.png")):
            archive.write(path, f"deep/{path.relative_to(folder)}")
    assert labels_of(open_images(tmp_path / "set.zip")) == ("cat", "cat", "cat", "dog", "dog", "emu")
    assert labels_of(open_images(str(folder / "*" / "*.png"))) == ("cat", "cat", "cat", "dog", "dog", "emu")


def test_pictures_in_one_folder_have_no_labels(folder):
    with pytest.raises(ImageError, match=r"has no labels; expected a Parquet column `label`"):
        labels_of(open_images(folder / "cat"))
    assert folder_labels(["a/1.png", "a/2.png"]) is None


@pytest.mark.parametrize("name", ["label", "labels", "fine_label"])
def test_a_parquet_column(tmp_path, name):
    assert labels_of(open_images(parquet(tmp_path / "a.parquet", **{name: NUMBERS}))) == tuple(NUMBERS)


@pytest.mark.parametrize("column", [{}, {"label": [0.5] * 6}, {"label": [None, 1, 1, 1, 1, 1]}])
def test_a_parquet_file_without_whole_labels(tmp_path, column):
    with pytest.raises(ImageError, match="has no labels"):
        labels_of(open_images(parquet(tmp_path / "a.parquet", **column)))


@pytest.mark.parametrize(
    ("pictures", "labels"),
    [("train", "train_labels"), ("arr_0", "arr_1"), ("images", "y"), ("x_train", "y_train"), ("a", "labels")],
)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_array_beside_the_pictures(tmp_path, pictures, labels, save):
    save(tmp_path / "a.npz", **{pictures: PICTURES, labels: np.array(NUMBERS)})
    assert labels_of(open_images(tmp_path / "a.npz")) == tuple(NUMBERS)


def test_an_array_of_another_length_or_kind_is_no_labels(tmp_path):
    for labels in (np.arange(5), np.linspace(0, 1, 6), np.zeros((6, 2), int)):
        np.savez(tmp_path / "a.npz", x=PICTURES, labels=labels)
        with pytest.raises(ImageError, match="has no labels"):
            labels_of(open_images(tmp_path / "a.npz"))


def test_items_of_a_data_set():
    pairs = list(zip(PICTURES, WORDS, strict=True))
    assert labels_of(open_images(pairs)) == WORDS
    rows = [{"img": picture, "label": number} for picture, number in zip(PICTURES, NUMBERS, strict=True)]
    assert labels_of(open_images(rows)) == tuple(NUMBERS)
    with pytest.raises(ImageError, match="has no labels"):
        labels_of(open_images([{"img": picture} for picture in PICTURES]))


def test_views_keep_the_labels_of_their_pictures(tmp_path):
    np.savez(tmp_path / "a.npz", x=PICTURES, labels=np.array(NUMBERS))
    source = open_images(tmp_path / "a.npz")
    place = dict(zip(source.ids, NUMBERS, strict=True))
    parts = split(source, 0.5, seed=3)
    for view in (limit(source, 4, seed=1), parts.rest, parts.held_out, open_images(f"{tmp_path}/a.npz[2:5]")):
        assert labels_of(view) == tuple(place[identifier] for identifier in view.ids)


def test_a_concatenation_has_labels_where_all_its_parts_have(tmp_path):
    np.savez(tmp_path / "a.npz", x=PICTURES, labels=np.array(NUMBERS))
    labelled, bare = open_images(tmp_path / "a.npz"), open_images(PICTURES)
    assert labels_of(open_images([labelled, labelled])) == (*NUMBERS, *NUMBERS)
    with pytest.raises(ImageError, match="has no labels"):
        labels_of(open_images([labelled, bare]))


@pytest.mark.shared
def test_real_labels(shared_data):
    exact = labels_of(open_images(f"{shared_data}/cifar10-exact.npz::test"))
    assert len(exact) == 1017
    assert set(exact) == set(range(10))
    tiny = labels_of(open_images(f"{shared_data}/tiny-imagenet-32/val.parquet[:50]"))
    assert len(tiny) == 50

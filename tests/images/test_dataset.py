"""Data set objects: the picture in an item, and objects that hold none."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image
from storing import png, some_pictures

from whorl.errors import ImageError
from whorl.images import open_images

PICTURE = some_pictures(1)[0]
GREY = PICTURE[..., 0]

ITEMS = {
    "pillow": Image.fromarray(PICTURE),
    "array": PICTURE,
    "bytes": png(PICTURE),
    "tuple": (PICTURE, 3),
    "list": [Image.fromarray(PICTURE), "label"],
    "image key": {"label": 3, "image": PICTURE, "mask": GREY},
    "img key": {"img": Image.fromarray(PICTURE), "thumbnail": Image.new("RGB", (2, 2))},
    "only one": {"label": 3, "pixels": PICTURE, "vector": np.zeros(9)},
    "undecoded": {"image": {"bytes": png(PICTURE), "path": None}},
    "with alpha": np.dstack([PICTURE, np.full(GREY.shape, 255, np.uint8)]),
}


@pytest.mark.parametrize("kind", ITEMS)
def test_the_picture_in_an_item_is_found(kind):
    source = open_images([ITEMS[kind]] * 2)
    np.testing.assert_array_equal(source[1], PICTURE)
    assert source.ids == ("item-000000", "item-000001")


@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 1)])
def test_grey_items_become_rgb(shape):
    np.testing.assert_array_equal(open_images([GREY.reshape(shape)])[0], np.dstack([GREY] * 3))


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (torch.zeros(3, 8, 8), r"found torch\.Tensor; give tensor\.numpy\(\)"),
        ({"a": PICTURE, "b": PICTURE}, r"dict with keys \['a', 'b'\], 2 of which could be"),
        ({"label": 3}, "0 of which could be"),
        ("text", r"expected a folder|does not exist"),
        (3.5, "found builtins.float"),
        ((), "found builtins.tuple"),
    ],
)
def test_an_item_without_a_picture_is_refused_on_opening(item, message):
    with pytest.raises(ImageError, match=message):
        open_images([item])


def test_float_and_chw_items_are_told_how_to_convert():
    for item, advice in [(np.zeros((3, 8, 8), np.float32), r"moveaxis.*255"), (np.zeros((8, 8)), "scale to")]:
        with pytest.raises(ImageError, match=advice):
            open_images([item])[0]


class Failing:
    def __len__(self):
        return 3

    def __getitem__(self, index):
        if index != 1:
            raise IndexError("internal")
        return PICTURE


def test_an_items_own_failure_is_an_image_error_with_its_id():
    source = open_images(Failing())
    with pytest.raises(ImageError, match=r"item-000002.*IndexError: internal") as caught:
        source[2]
    assert caught.value.id == "item-000002"
    np.testing.assert_array_equal(source[1], PICTURE)


class OneAtATime:
    """A data set that keeps its place in a file, as many do."""

    def __init__(self):
        self.busy = False

    def __len__(self):
        return 50

    def __getitem__(self, index):
        assert not self.busy
        self.busy = True
        time.sleep(0.001)
        self.busy = False
        return PICTURE


def test_items_are_taken_by_one_thread_at_a_time():
    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(open_images(OneAtATime()).__getitem__, range(50)))) == 50


class ByName:
    def __len__(self):
        return 1

    def __getitem__(self, index):
        raise KeyError(index)


def test_an_object_without_items_by_number_is_refused():
    with pytest.raises(ImageError, match=r"no items by number \(KeyError"):
        open_images(ByName())
    with pytest.raises(ImageError, match="holds no pictures"):
        open_images(torch.utils.data.TensorDataset(torch.zeros(0, 3)))


def test_a_split_of_a_hugging_face_set_and_not_the_whole():
    import datasets

    rows = datasets.Dataset.from_dict({"x": [1]})
    with pytest.raises(ImageError, match=r"keys \['train'\]; give one of its values"):
        open_images(datasets.DatasetDict({"train": rows}))
    with pytest.raises(ImageError, match=r"keys \['x'\], 0 of which"):
        open_images(rows)

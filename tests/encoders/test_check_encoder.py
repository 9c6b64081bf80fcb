"""The check itself: each breach of the contract is found."""

import pytest
import torch

from whorl.checks import check_encoder
from whorl.encoders import PixelEncoder


class Broken(PixelEncoder):
    """A pixel encoder with one thing wrong."""

    def __init__(self, **wrong):
        super().__init__(8)
        self.wrong = wrong

    def __getattribute__(self, name):
        wrong = object.__getattribute__(self, "__dict__").get("wrong", {})
        return wrong[name] if name in wrong else object.__getattribute__(self, name)


def encoding(change):
    good = PixelEncoder(8)
    return {"encode": lambda batch: {"pixels": change(good.encode(batch)["pixels"])}}


class Wavering(PixelEncoder):
    """Its digest depends on whether it has encoded yet."""

    used = False

    @property
    def digest(self):
        return "b" * 64 if self.used else "a" * 64

    def encode(self, batch):
        self.used = True
        return super().encode(batch)


def paint(picture):
    picture[:] = 0
    return PixelEncoder(8).preprocess(picture)


def soil(batch):
    rows = {"pixels": batch.flatten(1).clone()}
    batch += 1
    return rows


def noisy(rows):
    return rows + torch.rand_like(rows)


BREACHES = {
    "no name": ({"name": ""}, "name is ''"),
    "no layers": ({"layers": ()}, "at least one"),
    "a list of layers": ({"layers": ["pixels"]}, "expected a tuple"),
    "a layer twice": ({"layers": ("pixels", "pixels")}, "repeat"),
    "a layer that is no name": ({"layers": (1.5,)}, "int or str"),
    "a short digest": ({"digest": "abc"}, "64 hex digits"),
    "settings that are no JSON": ({"settings": {"a": torch.float32}, "digest": "a" * 64}, "no JSON"),
    "inputs of many dtypes": (
        {"preprocess": lambda p: torch.zeros(3, 8, 8, dtype=(torch.float32, torch.float64)[p.shape[0] % 2])},
        "different dtypes",
    ),
    "inputs that are no tensors": ({"preprocess": lambda p: p}, r"no torch\.Tensor"),
    "a changed picture": ({"preprocess": paint}, "changed the picture"),
    "random preprocessing": ({"preprocess": lambda p: torch.rand(3, 8, 8)}, "second time"),
    "other layers": ({"encode": lambda batch: {1: batch.flatten(1)}}, "gave the layers"),
    "a changed batch": ({"encode": soil}, "changed the batch"),
    "float64": (encoding(lambda rows: rows.double()), "expected float32"),
    "three axes": (encoding(lambda rows: rows[:, None]), r"expected \(3, D\)"),
    "NaN": (encoding(lambda rows: rows * float("nan")), "NaN"),
    "another device": (encoding(lambda rows: rows.to("meta")), "expected the CPU"),
    "random embeddings": (encoding(noisy), "is off by"),
    "embeddings that know their batch": (encoding(lambda rows: rows - rows.mean(0)), "is off by"),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_found(breach):
    wrong, message = BREACHES[breach]
    with pytest.raises(AssertionError, match=message):
        check_encoder(Broken(**wrong))


def test_the_stand_in_is_sound_otherwise():
    check_encoder(Broken())


def test_a_digest_that_wavers():
    with pytest.raises(AssertionError, match="digest changed"):
        check_encoder(Wavering(8))


def test_something_else_entirely():
    with pytest.raises(AssertionError, match="lacks attributes"):
        check_encoder(object())


def test_inputs_may_differ_in_shape():
    class AnySize(PixelEncoder):
        def preprocess(self, picture):
            return torch.tensor(picture).permute(2, 0, 1).double()

        def encode(self, batch):
            return {"pixels": batch.mean((2, 3)).float()}

    check_encoder(AnySize())

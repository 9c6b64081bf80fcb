import numpy as np
import pytest

from whorl.encoders.layers import select_layers
from whorl.errors import EncoderError


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (None, (1, 2, 3)),
        (1, (3,)),
        (3, (1, 2, 3)),
        ([2], (2,)),
        ([-1], (3,)),
        ([-4], (0,)),
        ([0, 3], (0, 3)),
        ((3, 1), (1, 3)),
        (range(4), (0, 1, 2, 3)),
        (np.int64(2), (2, 3)),
    ],
)
def test_chosen_layers(layers, expected):
    assert select_layers(layers, depth=3) == expected


def test_the_embedding_output_is_left_out_unless_listed():
    assert 0 not in select_layers(None, depth=3)
    assert 0 not in select_layers(3, depth=3)


@pytest.mark.parametrize(
    "layers", [0, -1, 4, [], [4], [-5], [1, 1], [3, -1], True, [True], 1.5, [1.5], "1", ["1"]]
)
def test_refused_layers(layers):
    with pytest.raises(EncoderError, match=r"layer"):
        select_layers(layers, depth=3)


def test_the_valid_range_is_told():
    with pytest.raises(EncoderError, match=r"0 \(the embedding output\) to 3 or -4 to -1"):
        select_layers([7], depth=3)
    with pytest.raises(EncoderError, match=r"\[3\] more than once"):
        select_layers([-1, 3], depth=3)

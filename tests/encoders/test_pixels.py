import numpy as np
import pytest
import torch
from PIL import Image

from whorl.checks import check_encoder
from whorl.encoders import PixelEncoder, load_encoder
from whorl.errors import EncoderError


@pytest.mark.parametrize("name", ["pixels", "pixels:7"])
def test_the_contract_is_kept(name):
    check_encoder(load_encoder(name))


def test_a_picture_of_the_right_size_is_its_own_embedding():
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    encoder = load_encoder("pixels")
    row = encoder.encode(encoder.preprocess(picture)[None])["pixels"][0]
    assert row.shape == (3 * 32 * 32,)
    expected = torch.from_numpy(picture.astype(np.float64) / 255).permute(2, 0, 1).flatten().float()
    torch.testing.assert_close(row, expected, rtol=0, atol=1e-7)
    assert row.min() >= 0
    assert row.max() <= 1


def test_another_size_is_resized_by_pillow_bilinear():
    picture = np.random.default_rng(0).integers(0, 256, (50, 31, 3), dtype=np.uint8)
    expected = np.asarray(Image.fromarray(picture).resize((16, 16), Image.Resampling.BILINEAR))
    found = load_encoder("pixels:16").preprocess(picture)
    np.testing.assert_allclose(found.permute(1, 2, 0).numpy() * 255, expected, atol=1e-4)


def test_sizes_have_digests_and_names_of_their_own():
    assert load_encoder("pixels").digest == load_encoder("pixels:32").digest == PixelEncoder().digest
    assert load_encoder("pixels:64").digest != load_encoder("pixels").digest
    assert load_encoder("pixels:64").name == "pixels:64"


def test_the_result_is_a_copy():
    batch = torch.zeros(1, 3, 32, 32)
    load_encoder("pixels").encode(batch)["pixels"] += 1
    assert not batch.any()


@pytest.mark.parametrize("name", ["pixels:0", "pixels:x", "pixels:-3", "pixels:3.5"])
def test_bad_sizes(name):
    with pytest.raises(EncoderError, match="size"):
        load_encoder(name)


@pytest.mark.parametrize(
    "options",
    [
        {"layers": 1},
        {"layers": ["colour"]},
        {"pooling": "mean"},
        {"device": "cuda"},
        {"dtype": "float16"},
        {"preprocessing": "paper"},
    ],
)
def test_options_without_meaning_are_refused(options):
    with pytest.raises(EncoderError, match=next(iter(options))):
        load_encoder("pixels", **options)


def test_its_one_layer_can_be_asked_for():
    assert load_encoder("pixels", layers=["pixels"]).layers == ("pixels",)
    assert load_encoder("pixels", layers=("pixels",), device="cpu", dtype="float32").layers == ("pixels",)

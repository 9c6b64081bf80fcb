"""Our preprocessing against transformers' own image processors on the Pillow backend."""

import json

import numpy as np
import pytest
import torch
import transformers as tr
from encoder_families import processor
from PIL import Image

from whorl.encoders import Preprocessing
from whorl.encoders.processor_config import PROCESSORS, choose_preprocessing, read_preprocessing
from whorl.errors import EncoderError

SQUARE, EDGE = {"height": 32, "width": 32}, {"shortest_edge": 32}
CROP = {"height": 32, "width": 32}
CASES = {
    "vit": ("ViT", {}),
    "vit-flat": ("ViT", {"size": {"height": 20, "width": 44}}),
    "vit-bicubic": ("ViT", {"resample": 3}),
    "vit-lanczos": ("ViT", {"resample": 1}),
    "vit-nearest": ("ViT", {"resample": 0}),
    "vit-no-mean": ("ViT", {"do_normalize": False}),
    "vit-no-rescale": ("ViT", {"do_rescale": False}),
    "vit-other-scale": ("ViT", {"rescale_factor": 1 / 127.5}),
    "deit": ("DeiT", {"size": {"height": 37, "width": 37}, "crop_size": CROP}),
    "deit-crop-only": ("DeiT", {"do_resize": False, "crop_size": CROP}),
    "dinov2": ("Bit", {"size": {"shortest_edge": 37}, "crop_size": CROP}),
    "bit-crop-larger": ("Bit", {"size": {"shortest_edge": 21}, "crop_size": CROP}),
    "bit-odd-crop": ("Bit", {"size": {"shortest_edge": 24}, "crop_size": {"height": 33, "width": 31}}),
    "clip": ("CLIP", {"size": EDGE, "crop_size": CROP}),
    "clip-ints": ("CLIP", {"size": 32, "crop_size": 32}),
    "beit": ("Beit", {"size": SQUARE}),
    "beit-crop": ("Beit", {"size": {"height": 40, "width": 40}, "crop_size": CROP, "do_center_crop": True}),
    "blip": ("Blip", {"size": SQUARE}),
    "siglip": ("Siglip", {"size": SQUARE}),
    "convnext": ("ConvNext", {"size": EDGE}),
    "convnext-crop_pct": ("ConvNext", {"size": EDGE, "crop_pct": 0.95}),
    "convnext-384": ("ConvNext", {"size": {"shortest_edge": 384}}),
}


def test_every_known_processor_is_compared():
    assert {f"{kind}ImageProcessor" for kind, _ in CASES.values()} == set(PROCESSORS)


@pytest.mark.parametrize("case", CASES)
def test_equal_to_transformers(case, pictures, tmp_path):
    kind, changes = CASES[case]
    processor(kind, **changes).save_pretrained(tmp_path)
    theirs = tr.AutoImageProcessor.from_pretrained(tmp_path, backend="pil")
    ours = read_preprocessing(tmp_path)
    for picture in pictures:
        expected = theirs(Image.fromarray(picture), return_tensors="pt").pixel_values[0]
        found = ours(picture)
        assert found.dtype == torch.float32
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
        assert found.shape[1:] == ours.output_size


def test_an_old_file_with_few_keys_is_read_as_transformers_reads_it(pictures, tmp_path):
    """As in google/vit-base-patch16-224-in21k: no type, size a number, no do_rescale."""
    old = {
        "do_normalize": True,
        "do_resize": True,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
        "resample": 2,
    }
    (tmp_path / "preprocessor_config.json").write_text(
        json.dumps({**old, "size": 32, "feature_extractor_type": "ViTFeatureExtractor"})
    )
    theirs = tr.AutoImageProcessor.from_pretrained(tmp_path, backend="pil")
    expected = theirs(Image.fromarray(pictures[0]), return_tensors="pt").pixel_values[0]
    torch.testing.assert_close(read_preprocessing(tmp_path)(pictures[0]), expected, rtol=0, atol=1e-5)


def test_a_file_without_a_type_takes_the_models_processor(vit_folder):
    file = vit_folder / "preprocessor_config.json"
    settings = json.loads(file.read_text())
    del settings["image_processor_type"]
    before = read_preprocessing(vit_folder)
    file.write_text(json.dumps(settings))
    assert read_preprocessing(vit_folder) == before


def test_paper_is_256_then_224_with_the_encoders_own_mean(families):
    own = read_preprocessing(families["deit"].folder)
    paper = choose_preprocessing("paper", families["deit"].folder)
    expected = Preprocessing(resize=256, resample="bilinear", crop=(224, 224), mean=own.mean, std=own.std)
    assert paper == expected
    assert paper.mean == (0.4, 0.5, 0.6)


def test_paper_in_closed_form(families):
    """One colour stays that colour: 224 x 224 of (c / 255 - mean) / std."""
    paper = choose_preprocessing("paper", families["vit"].folder)
    found = paper(np.full((50, 90, 3), 51, np.uint8))
    expected = (torch.full((3, 224, 224), 0.2) - torch.tensor([0.4, 0.5, 0.6])[:, None, None]) / torch.tensor(
        [0.2, 0.25, 0.3]
    )[:, None, None]
    torch.testing.assert_close(found, expected)


def test_shorter_side_is_rounded_down_as_torchvision_does():
    shape = Preprocessing(resize=32)(np.zeros((97, 41, 3), np.uint8)).shape
    assert shape == (3, int(32 * 97 / 41), 32) == (3, 75, 32)
    assert Preprocessing(resize=32).output_size is None


def test_the_right_size_is_left_alone():
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    found = Preprocessing(resize=(32, 32), resample="bicubic", rescale=1.0)(picture)
    assert torch.equal(found, torch.from_numpy(picture).permute(2, 0, 1).float())


def test_json_round_trip():
    settings = Preprocessing(
        resize=256, resample="bicubic", crop=(224, 200), mean=(0.1, 0.2, 0.3), std=(1.0, 2.0, 3.0)
    )
    assert Preprocessing.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings
    with pytest.raises(EncoderError, match=r"unknown preprocessing settings \['sise'\]"):
        Preprocessing.from_dict({"sise": 3})


@pytest.mark.parametrize(
    "changes",
    [
        {"resize": 0},
        {"resize": (32,)},
        {"resize": (32, -1)},
        {"resize": 32.0},
        {"resize": True},
        {"crop": 224},
        {"crop": (0, 3)},
        {"resample": "cubic"},
        {"rescale": 0.0},
        {"rescale": float("nan")},
        {"mean": (0.5, 0.5)},
        {"mean": (0.5, 0.5, float("inf"))},
        {"std": (0.5, 0.0, 0.5)},
        {"std": 0.5},
    ],
)
def test_bad_settings_are_refused(changes):
    with pytest.raises(EncoderError, match=next(iter(changes))):
        Preprocessing(**changes)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        torch.zeros(4, 4, 3, dtype=torch.uint8),
        "a.png",
    ],
)
def test_what_is_no_picture_is_refused(picture):
    with pytest.raises(EncoderError, match=r"expected a picture as uint8 \(H, W, 3\)"):
        Preprocessing(resize=(8, 8))(picture)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image_processor_type": "LevitImageProcessor"}, "names the image processor Levit"),
        ({"image_processor_type": "NoSuchImageProcessor", "size": 3}, "cannot be read"),
        ({"size": {"longest_edge": 32, "shortest_edge": 20}}, "longest_edge"),
        ({"do_center_crop": True, "crop_size": {"shortest_edge": 4}}, "without height and width"),
        ({"do_pad": True}, "do_pad"),
    ],
)
def test_files_that_cannot_be_repeated_are_refused(vit_folder, changes, message):
    file = vit_folder / "preprocessor_config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))
    with pytest.raises(EncoderError, match=message) as raised:
        read_preprocessing(vit_folder)
    assert "Preprocessing(...)" in str(raised.value)


def test_a_missing_or_damaged_file_is_told(vit_folder):
    file = vit_folder / "preprocessor_config.json"
    file.write_text("{")
    with pytest.raises(EncoderError, match="cannot be read"):
        read_preprocessing(vit_folder)
    file.unlink()
    for word in ("auto", "paper"):
        with pytest.raises(EncoderError, match=r"has no preprocessor_config.json.*Preprocessing\(\.\.\.\)"):
            choose_preprocessing(word, vit_folder)


def test_an_unknown_word_or_a_varying_size_is_refused(vit_folder):
    with pytest.raises(EncoderError, match="'auto', 'paper'"):
        choose_preprocessing("own", vit_folder)
    with pytest.raises(EncoderError, match="a size of its own"):
        choose_preprocessing(Preprocessing(resize=32), vit_folder)

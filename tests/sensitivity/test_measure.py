"""What is measured, against brute force in float64."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from whorl import open_images
from whorl.alterations import ALTERATIONS, AlteredImages, Noise
from whorl.errors import ScoreError, StorageError, WhorlError
from whorl.images import pixel_digest
from whorl.sensitivity import SensitivityProfile, draw, encodings, measure

PICTURES = np.random.default_rng(1).integers(0, 256, (15, 16, 16, 3), dtype=np.uint8)
# Neighbouring pixels alike, as in real pictures: else a lower resolution would leave nothing.
PICTURES = PICTURES[:, ::4, ::4].repeat(4, axis=1).repeat(4, axis=2)


class Statistics:
    """Layers that are known by name: a constant, the mean colour, the pixels."""

    name, layers, digest, settings = "statistics", ("constant", "mean", "pixels"), "5" * 64, {"device": "cpu"}

    def preprocess(self, image):
        return torch.from_numpy(image.astype(np.float32))

    def encode(self, batch):
        return {
            "constant": torch.ones(len(batch), 2),
            "mean": batch.mean(dim=(1, 2)),
            "pixels": batch.flatten(1),
        }


@pytest.fixture(scope="module")
def profile():
    return measure(PICTURES, Statistics(), seed=4, cache=None)


def test_the_response_is_that_of_brute_force(profile):
    assert profile.layers == ("mean", "pixels")
    assert profile.left_out == ("constant",)
    assert profile.n_pictures == 15
    features = (lambda x: x.mean(axis=(0, 1)), np.ravel)
    source = open_images(PICTURES)
    for layer, feature in enumerate(features):
        points = [feature(source[i].astype(np.float64)) for i in range(15)]
        unit = np.median([np.linalg.norm(points[i] - points[j]) for i in range(15) for j in range(i)])
        for a, alteration in enumerate(ALTERATIONS):
            for s, strength in enumerate(alteration.strengths):
                altered = AlteredImages(source, alteration, strength, seed=4)
                moved = [feature(altered[i].astype(np.float64)) for i in range(15)]
                distances = [np.linalg.norm(moved[i] - points[i]) for i in range(15)]
                # The encoder gives float32.
                assert profile.response[layer, a, s] == pytest.approx(
                    np.median(distances) / unit, rel=1e-4, abs=1e-6
                )
                nearest = [int(np.argmin([np.linalg.norm(each - p) for p in points])) for each in moved]
                assert profile.recognised[layer, a, s] == np.mean(np.array(nearest) == np.arange(15))


def test_the_mean_colour_does_not_notice_a_shuffle(profile):
    assert profile.response[0, 3].max() < 1e-4
    assert (profile.recognised[0, 3] == 1).all()


def test_intervals_hold_the_response_and_shrink_with_more_pictures(profile):
    assert (profile.low <= profile.response + 1e-12).all()
    assert (profile.response <= profile.high + 1e-12).all()
    many = np.random.default_rng(2).integers(0, 256, (240, 4, 4, 3), dtype=np.uint8).repeat(2, axis=1)
    few, more = (measure(many, "pixels:8", pictures=n, cache=None) for n in (15, 240))
    assert (more.high - more.low).mean() < 0.6 * (few.high - few.low).mean()


def test_the_order_of_the_pictures_and_the_batch_size_change_nothing(profile):
    order = np.random.default_rng(9).permutation(15)
    again = measure(PICTURES[order], Statistics(), seed=4, cache=None, batch_size=2)
    assert np.array_equal(again.response, profile.response)
    assert np.array_equal(again.recognised, profile.recognised)


def test_which_pictures_are_drawn_hangs_on_them_and_the_seed():
    def drawn(pictures, seed=0):
        source = draw(open_images(pictures), 5, seed=seed)
        return {pixel_digest(source[i]) for i in range(len(source))}

    assert drawn(PICTURES) == drawn(PICTURES[::-1]) == drawn(np.concatenate([PICTURES, PICTURES]))
    assert drawn(PICTURES) != drawn(PICTURES, seed=1)


def test_another_seed_another_noise(profile):
    other = measure(PICTURES, Statistics(), seed=5, cache=None)
    assert not np.array_equal(other.response, profile.response)
    assert np.allclose(other.response[1, 1], profile.response[1, 1])  # resolution leaves nothing to chance


def test_a_broken_picture_is_skipped_everywhere(tmp_path):
    from PIL import Image

    for i, picture in enumerate(PICTURES):
        Image.fromarray(picture).save(tmp_path / f"{i:02d}.png")
    whole = measure(tmp_path, Statistics(), seed=4, cache=None)
    (tmp_path / "05b.png").write_bytes(b"no picture")
    skipped = measure(tmp_path, Statistics(), seed=4, cache=None, on_error="skip")
    assert skipped.n_pictures == 15
    assert np.array_equal(skipped.response, whole.response)


def test_too_few_pictures_constant_encoders_and_one_sided_alterations_are_refused():
    with pytest.raises(ScoreError, match="9 different pictures are too few"):
        measure(PICTURES[:9], "pixels:8", cache=None)
    with pytest.raises(ScoreError, match="3 different pictures"):
        measure(PICTURES[[0, 1, 2] * 5], "pixels:8", cache=None)
    with pytest.raises(WhorlError, match="both levels"):
        measure(PICTURES, "pixels:8", cache=None, alterations=[Noise()])
    with pytest.raises(WhorlError, match="at least 1"):
        measure(PICTURES, "pixels:8", cache=None, pictures=0)

    class Constant(Statistics):
        layers = ("constant",)

        def encode(self, batch):
            return {"constant": torch.ones(len(batch), 2)}

    with pytest.raises(ScoreError, match="one and the same embedding"):
        measure(PICTURES, Constant(), cache=None)


def test_how_many_are_encoded_is_what_is_encoded():
    class Counting(Statistics):
        count = 0

        def encode(self, batch):
            Counting.count += len(batch)
            return super().encode(batch)

    measure(PICTURES, Counting(), pictures=12, cache=None)
    assert Counting.count == encodings(12)


def test_the_profile_survives_json(profile):
    document = json.loads(json.dumps(profile.to_dict(), allow_nan=False))
    again = SensitivityProfile.from_dict(document)
    assert again.to_dict() == profile.to_dict()
    assert again.alterations == profile.alterations
    noise, *others = document["alterations"]
    strange = ([noise | {"level": "middle"}, *others], [noise | {"strengths": [1.0]}, *others], others[1:])
    for alterations in strange:
        with pytest.raises(StorageError, match="alterations"):
            SensitivityProfile.from_dict(document | {"alterations": alterations})
    for broken in (
        document | {"schema": "x"},
        document | {"response": [[1.0]]},
        document | {"alterations": []},
    ):
        with pytest.raises(StorageError):
            SensitivityProfile.from_dict(broken)
    assert "15 pictures" in repr(replace(profile))

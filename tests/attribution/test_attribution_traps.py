"""Traps 2 and 6 of the method: what a classifier on artifacts finds must be the model, and must be found."""

import io

import numpy as np
import pytest
from attribution_makers import accuracy
from PIL import Image
from scipy.ndimage import gaussian_filter

from whorl import open_images
from whorl.attribution.artifact_features import method_of
from whorl.attribution.attributor import Attributor
from whorl.images.array import ArraySource
from whorl.lab.alter import alter, alter_sets, alteration_named
from whorl.manifold import Manifold

SIDE = 16


def draw(count, seed):
    """Pictures by one and the same model."""
    rng = np.random.default_rng(seed)
    smooth = gaussian_filter(rng.normal(0, 1, (count, SIDE, SIDE, 3)), (0, 2, 2, 0))
    return (128 + 150 * smooth + rng.normal(0, 6, smooth.shape)).clip(0, 255).astype(np.uint8)


def stored_as_jpeg(pictures):
    found = []
    for picture in pictures:
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=75)
        found.append(np.asarray(Image.open(file)))
    return np.stack(found)


def named_rightly(manifold, train, test):
    method = method_of(manifold, classifier="linear")
    attributor = Attributor.fit(method.tables(train, cache=None), method.classifier, unknown=False)
    return accuracy(attributor, method.tables(test, cache=None))


def test_a_file_format_is_found_and_after_the_codec_control_no_longer(tmp_path):
    """Trap 2: two halves of one model, one stored as JPEG; then all sets and X_R re-encoded alike."""
    real = draw(150, 0)
    halves = {"png": draw(140, 1), "jpeg": stored_as_jpeg(draw(140, 2))}
    np.savez(tmp_path / "real.npz", real)
    for name, pictures in halves.items():
        (tmp_path / "sets" / name).mkdir(parents=True)
        np.savez(tmp_path / "sets" / name / "run-a.npz", pictures)
    control, strength = alteration_named("jpeg"), 25.0
    alter_sets(tmp_path / "sets", tmp_path / "control", control, strength=strength)
    alter(tmp_path / "real.npz", tmp_path / "real-control.npz", control, strength=strength)

    def accuracy_in(sets, manifold):
        held = {name: open_images(tmp_path / sets / name / "run-a.npz") for name in halves}
        pictures = {name: np.stack([each[row] for row in range(len(each))]) for name, each in held.items()}
        train, test = (
            {name: ArraySource(each[part]) for name, each in pictures.items()}
            for part in (slice(90), slice(90, None))
        )
        fitted = Manifold.fit(open_images(tmp_path / manifold), encoder=f"spectrum:{SIDE}", cache=None)
        return named_rightly(fitted, train, test)

    assert accuracy_in("sets", "real.npz") > 0.85
    assert accuracy_in("control", "real-control.npz") == pytest.approx(0.5, abs=0.17)


def test_a_planted_shift_is_found_and_halves_of_one_model_are_not():
    """Trap 6, of accuracy: each class moved by its own constant; and nothing where nothing was planted."""
    manifold = Manifold.fit(draw(150, 0), encoder=f"pixels:{SIDE}", cache=None)
    offsets = np.random.default_rng(0).choice([-1, 1], (3, SIDE, SIDE, 3))

    def sources(count, first, shift):
        return {
            str(place): ArraySource(
                (draw(count, first + place).astype(int) + shift * offset).clip(0, 255).astype(np.uint8)
            )
            for place, offset in enumerate(offsets)
        }

    assert named_rightly(manifold, sources(60, 10, 12), sources(40, 20, 12)) > 0.95
    assert named_rightly(manifold, sources(60, 10, 0), sources(40, 20, 0)) == pytest.approx(1 / 3, abs=0.13)

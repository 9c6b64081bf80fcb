"""k-NN accuracy layer by layer, for pixels and for a trained and an untrained encoder."""

import json

import numpy as np
import pytest

import whorl
from command_line import in_this_process
from whorl import EncoderError, ImageError
from whorl.lab.knn_by_layer import knn_by_layer, untrained
from whorl.lab.train_encoder import train_encoder
from whorl.lab.training.knn import knn_accuracy
from whorl.lab.training.recipe import Recipe


@pytest.fixture(scope="module")
def encoder(coloured, tmp_path_factory):
    small = Recipe(epochs=1, width=32, depth=2, size=8, batch_size=16)
    return train_encoder(coloured, tmp_path_factory.mktemp("knn") / "small", recipe=small).folder


def test_pixels_are_the_naive_sum(coloured):
    arrays = np.load(coloured)
    pixels, labels = arrays["x"].reshape(96, -1) / 255, arrays["x_labels"]
    found = knn_by_layer(f"{coloured}[:60]", f"{coloured}[60:]", "pixels:8", k=3, cache=None)
    expected = knn_accuracy(pixels[60:], labels[60:], pixels[:60], labels[:60], k=3)
    assert found.accuracy == {"pixels": expected}
    assert (found.n_train, found.n_test, found.k) == (60, 36, 3)


def test_every_layer_and_limits(coloured, encoder):
    found = knn_by_layer(coloured, coloured, encoder, limit_train=50, limit_test=20, cache=None)
    assert list(found.accuracy) == [1, 2]
    assert (found.n_train, found.n_test) == (50, 20)


def test_the_bundled_encoder_can_be_untrained_by_its_name():
    random, trained = untrained("whorl-vit-32"), whorl.load_encoder("whorl-vit-32")
    assert random.layers == trained.layers
    assert random.digest != trained.digest
    with pytest.raises(EncoderError, match="is no folder and no hub name"):
        untrained("no such")
    with pytest.raises(EncoderError, match="pixels has no weights"):
        untrained("pixels:8")
    assert random.name == "whorl-vit-32, random weights"


def test_untrained_weights_are_others_and_depend_on_the_seed_alone(encoder):
    first, again, other = untrained(encoder), untrained(encoder), untrained(encoder, seed=1)
    assert first.digest == again.digest
    assert len({first.digest, other.digest, whorl.load_encoder(encoder).digest}) == 3
    assert first.layers == (1, 2)


def test_labels_are_needed_for_each_picture(coloured):
    with pytest.raises(ImageError, match="has no labels"):
        knn_by_layer(np.load(coloured)["x"], coloured, "pixels:8", cache=None)
    with pytest.raises(ImageError, match="on_error must be 'fail'"):
        knn_by_layer(coloured, coloured, "pixels:8", on_error="skip")


def test_the_command(coloured, encoder, tmp_path):
    done = in_this_process(
        "lab", "knn", coloured, coloured, "--encoder", "pixels:8",
        "--untrained", encoder, "-k", "5", "--no-cache", "--json", "-q",
        cwd=tmp_path, env={},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert list(result) == ["pixels:8", f"{encoder}, random weights"]
    expected = knn_by_layer(coloured, coloured, "pixels:8", k=5, cache=None)
    assert result["pixels:8"]["accuracy"] == expected.to_dict()["accuracy"]

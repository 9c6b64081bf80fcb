"""Recipes, presets, order and vote: all that needs no torch."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from whorl.errors import ScoreError, WhorlError
from whorl.fingerprints.trained import PRESETS, TrainingRecipe, majority_vote
from whorl.fingerprints.trained.order import batches


@pytest.mark.parametrize(
    ("name", "family", "epochs", "learning_rate", "size", "weights"),
    [
        ("cnn", "cnn", 50, 1e-3, 32, None),
        ("resnet-50", "resnet", 50, 1e-3, 224, "microsoft/resnet-50"),
        ("vit-base", "vit", 30, 1e-2, 224, "google/vit-base-patch16-224-in21k"),
    ],
)
def test_presets_are_those_of_appendix_c(name, family, epochs, learning_rate, size, weights):
    preset = PRESETS[name]
    assert (preset.family, preset.epochs, preset.learning_rate) == (family, epochs, learning_rate)
    assert (preset.batch_size, preset.size, preset.weights) == (32, size, weights)


def test_presets_cannot_be_changed():
    with pytest.raises(TypeError):
        PRESETS["cnn"] = PRESETS["vit-base"]
    assert replace(PRESETS["vit-tiny"], weights="a/folder").size == 64


@pytest.mark.parametrize("name", PRESETS)
def test_a_recipe_comes_back_from_its_settings(name):
    assert TrainingRecipe(**PRESETS[name].to_dict()) == PRESETS[name]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"family": "mlp"}, "family must be one of"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": 1.5}, "epochs"),
        ({"batch_size": 0}, "batch_size"),
        ({"size": 7}, "at least 8"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"weights": "a/folder"}, "from scratch"),
        ({"depth": 3}, "leave out depth"),
        ({"family": "resnet", "weights": "a/folder", "width": 64}, "leave out width"),
        ({"family": "vit", "weights": ""}, "weights"),
        ({"family": "resnet", "batch_size": 1}, "at least 2"),
        ({"family": "resnet", "width": 30}, "multiple of 4"),
        ({"family": "resnet", "patch": 4}, "no patches"),
        ({"family": "vit", "width": 100}, "multiple of 64"),
        ({"family": "vit", "size": 30}, "do not fill"),
        ({"family": "vit", "depth": 0}, "depth"),
    ],
)
def test_recipes_that_make_no_sense(changes, says):
    with pytest.raises(WhorlError, match=says):
        TrainingRecipe(**{"family": "cnn", "epochs": 1, "learning_rate": 1e-3} | changes)


@pytest.mark.parametrize(("count", "batch_size"), [(2, 1), (2, 32), (9, 4), (33, 32), (64, 32), (3, 2)])
def test_an_epoch_shows_each_picture_once(count, batch_size):
    found = batches(count, batch_size, np.random.default_rng(0))
    assert sorted(np.concatenate(found)) == list(range(count))
    assert all(len(batch) > 1 for batch in found) or batch_size == 1
    assert max(map(len, found)) <= batch_size + 1


def test_the_order_changes_from_epoch_to_epoch():
    rng = np.random.default_rng(0)
    assert not np.array_equal(batches(20, 32, rng)[0], batches(20, 32, rng)[0])


def test_votes_are_shares():
    np.testing.assert_array_equal(majority_vote(np.array([1, 1, 0, 3, 1]), 4), [0.2, 0.6, 0, 0.2])
    assert majority_vote(np.array([1, 0], dtype=np.uint8), 2).argmax() == 0


@pytest.mark.parametrize(
    ("predictions", "classes", "says"),
    [
        ([], 2, "integers"),
        (np.array([], dtype=np.int64), 2, "no pictures"),
        ([0.0, 1.0], 2, "integers"),
        ([[0, 1]], 2, "integers"),
        ([0, 2], 2, "between 0 and 1"),
        ([-1, 0], 2, "between 0 and 1"),
        ([0], 0, "at least one class"),
    ],
)
def test_votes_that_cannot_be_counted(predictions, classes, says):
    with pytest.raises(ScoreError, match=says):
        majority_vote(np.asarray(predictions), classes)


def test_importing_the_package_imports_neither_torch_nor_transformers():
    code = "import sys, whorl.fingerprints.trained; print({'torch', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

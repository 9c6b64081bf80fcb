"""Every classifier under the contract, and what is particular to each."""

import json
import random
from dataclasses import replace

import numpy as np
import pytest
from attribution_makers import gaussians

from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.correlation import Correlation
from whorl.attribution.classifiers.kinds import CLASSIFIERS, restore
from whorl.attribution.classifiers.losses import cross_entropy
from whorl.attribution.classifiers.nearest import NEIGHBOURS, Nearest
from whorl.attribution.classifiers.scaling import Scaling
from whorl.attribution.classifiers.svm import LinearSVM
from whorl.attribution.classifiers.training import Schedule, network_logits, train_until_worse
from whorl.attribution.split import divided
from whorl.checks import check_classifier
from whorl.embeddings.progress import Silent
from whorl.errors import ScoreError, StorageError

SHORT = Schedule(epochs=6, patience=6, batch_size=16)
each_classifier = pytest.mark.parametrize("name", sorted(CLASSIFIERS))


def small(name):
    found = CLASSIFIERS[name]
    return replace(found, schedule=SHORT) if hasattr(found, "schedule") else found


def planes(count, classes=3, seed=0):
    """Pixels 0 .. 255 of (3, 8, 8), a pattern of its own in each class."""
    patterns = np.random.default_rng(99).choice([-40, 40], (classes, 3, 8, 8))
    rng = np.random.default_rng(seed)
    values = np.concatenate([128 + each + rng.normal(0, 20, (count, 3, 8, 8)) for each in patterns])
    return Labelled(values.round().clip(0, 255).astype(np.float32), np.repeat(np.arange(classes), count))


def fit(classifier, train, validation, *, seed=0, classes=3):
    return classifier.fit(train, validation, classes=classes, seed=seed, device="cpu", progress=Silent())


def states():
    import torch

    generator = np.random.get_state()  # noqa: NPY002 - the global one is what must not change
    return random.getstate(), generator[1].tolist(), generator[2], torch.get_rng_state().tolist()


@each_classifier
def test_classes_are_learned_repeatably_and_nothing_global_is_drawn(name):
    train, validation, test = planes(30), planes(10, seed=1), planes(20, seed=2)
    pytest.importorskip("sklearn.linear_model")  # what it draws when it is first imported is its own affair
    before = states()
    first, again = (fit(small(name), train, validation) for _ in range(2))
    assert states() == before
    logits = first.logits(test.values)
    assert logits.dtype == np.float64
    assert logits.shape == (60, 3)
    assert (logits.argmax(axis=1) == test.classes).mean() > 0.9
    np.testing.assert_array_equal(again.logits(test.values), logits)


@each_classifier
@pytest.mark.parametrize("classes", [2, 4])
def test_it_is_written_as_json_and_arrays_and_made_again(name, classes):
    held = planes(12, classes)
    found = fit(small(name), held, held, classes=classes)
    settings, arrays = found.state()
    assert all(isinstance(array, np.ndarray) and array.dtype != object for array in arrays.values())
    before = states()
    again = restore(found.kind, json.loads(json.dumps(dict(settings))), dict(arrays))
    assert states() == before
    np.testing.assert_array_equal(again.logits(held.values), found.logits(held.values))
    json.dumps(dict(small(name).describe()))


@each_classifier
def test_damage_is_reported(name):
    held = planes(12)
    found = fit(small(name), held, held)
    settings, arrays = found.state()
    with pytest.raises(StorageError, match="cannot be made again"):
        restore(found.kind, settings, {})
    with pytest.raises(StorageError, match="cannot be made again"):
        restore("no such kind", settings, arrays)


@pytest.mark.parametrize("name", ["linear", "mlp", "nearest", "svm"])
def test_vectors_with_labels_at_random_give_chance(name):
    taught = divided(gaussians(np.zeros((3, 6)), 60), seed=0)
    test = divided(gaussians(np.zeros((3, 6)), 200, seed=1), seed=0).train
    found = fit(small(name), taught.train, taught.validation)
    assert abs((found.logits(test.values).argmax(axis=1) == test.classes).mean() - 1 / 3) < 0.1


# Training of networks


def toy(count, seed, flip=0.0):
    rng = np.random.default_rng(seed)
    classes = np.tile([0, 1], count // 2)
    values = rng.normal(0, 1, (count, 30)) + 0.5 * classes[:, None]
    wrong = rng.random(count) < flip
    return Labelled(values.astype(np.float32), np.where(wrong, 1 - classes, classes))


def small_network(seed=0):
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return torch.nn.Sequential(torch.nn.Linear(30, 64), torch.nn.ReLU(), torch.nn.Linear(64, 2))


def test_early_stopping_keeps_the_best_epoch_and_stops_after_its_patience():
    import torch

    network, losses = small_network(), []
    train, validation = toy(60, 0, flip=0.3), toy(200, 1)
    kept = train_until_worse(
        network, torch.optim.Adam(network.parameters(), lr=1e-2), train, validation,
        Schedule(epochs=60, patience=7, batch_size=16), seed=0, progress=Silent(),
        after_epoch=losses.append,
    )  # fmt: skip
    assert kept == 1 + int(np.argmin(losses))
    assert len(losses) == kept + 7 < 60
    assert not network.training
    assert cross_entropy(network_logits(network, validation.values), validation) == min(losses)


def test_what_the_network_is_shown_can_be_another_view_in_each_epoch():
    import torch

    network, seen = small_network(), []
    train = toy(40, 0)

    def view(rows, epoch):
        seen.extend((epoch, int(row)) for row in rows)
        return -train.values[rows]

    train_until_worse(
        network, torch.optim.Adam(network.parameters(), lr=1e-2), train, toy(20, 1),
        Schedule(epochs=2, patience=9, batch_size=16), seed=0, progress=Silent(), view=view,
    )  # fmt: skip
    assert sorted(seen) == [(epoch, row) for epoch in (1, 2) for row in range(40)]
    logits = network_logits(network, -train.values)
    assert (logits.argmax(axis=1) == train.classes).mean() > 0.8


def test_a_diverging_training_is_reported():
    import torch

    network = small_network()
    with pytest.raises(ScoreError, match="diverged"):
        train_until_worse(
            network, torch.optim.SGD(network.parameters(), lr=1e30), toy(40, 0), toy(20, 1),
            Schedule(epochs=9, patience=9, batch_size=8), seed=0, progress=Silent(),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("resnet", (40,), "form of a picture"),
        ("resnet", (3, 4, 4), "at least 8 x 8"),
        ("cooccurrence-cnn", (3, 8, 16), "square matrices"),
        ("cooccurrence-cnn", (3, 12, 12), "multiple of 8"),
        ("wang-small", (5,), "learns from pixels"),
    ],
)
def test_features_of_a_shape_that_a_network_cannot_take(name, shape, message):
    held = Labelled(np.zeros((12, *shape), np.float32), np.repeat([0, 1, 2], 4))
    with pytest.raises(ScoreError, match=message):
        fit(small(name), held, held)


# Scaling


def test_scaling_gives_mean_zero_and_spread_one_and_leaves_constants():
    values = np.random.default_rng(0).normal(5, 3, (50, 4)).astype(np.float32)
    values[:, 2] = 0.1
    scaled = Scaling.by_feature(values).apply(values)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(scaled.std(axis=0), [1, 1, 0, 1], atol=1e-5)
    blocks = values.reshape(50, 1, 2, 2)
    np.testing.assert_allclose(Scaling.by_channel(blocks).apply(blocks).std(), 1, rtol=1e-5)


# Correlation


def test_correlation_is_pearsons_with_the_mean_pattern():
    train, test = planes(20), planes(5, seed=1)
    logits = fit(Correlation(), train, train).logits(test.values)
    for row in range(len(test)):
        for place in range(3):
            pattern = train.values[train.classes == place].mean(axis=0)
            expected = np.corrcoef(pattern.ravel(), test.values[row].ravel())[0, 1]
            assert logits[row, place] == pytest.approx(expected, abs=1e-5)


def test_a_picture_without_any_pattern_correlates_with_none():
    found = fit(Correlation(), planes(20), planes(5))
    for value in (0.0, 0.1, 77.7, -1e6):
        assert not found.logits(np.full((1, 3, 8, 8), value, np.float32)).any(), value


# Nearest neighbours


def test_nearest_counts_the_classes_of_a_brute_force_search():
    train, test = toy(50, 0), toy(12, 1)
    found = fit(Nearest(), train, test, classes=2)
    mean, spread = train.values.mean(axis=0, dtype=float), train.values.std(axis=0, dtype=float)
    scaled, asked = (train.values - mean) / spread, (test.values - mean) / spread
    for row, logits in zip(asked, found.logits(test.values), strict=True):
        order = np.argsort(((scaled - row) ** 2).sum(axis=1))[: found.neighbours]
        votes = np.bincount(train.classes[order], minlength=2)
        np.testing.assert_allclose(logits, np.log((votes + 0.5) / (found.neighbours + 1)), rtol=1e-6)


def test_the_number_of_neighbours_suits_the_validation_pictures():
    overlapping = fit(Nearest(), toy(200, 0, flip=0.3), toy(200, 1, flip=0.3), classes=2)
    assert overlapping.neighbours >= 9
    assert overlapping.neighbours in NEIGHBOURS
    assert fit(Nearest(), toy(8, 0), toy(8, 1), classes=2).neighbours <= 8


# Support vector machines


@pytest.mark.parametrize("classes", [2, 3])
def test_svm_gives_scikit_learns_decision_values(classes):
    from sklearn.svm import LinearSVC

    train, test = planes(30, classes), planes(5, classes, seed=1)
    found = fit(LinearSVM(), train, planes(10, classes, seed=2), classes=classes)
    scaling = Scaling.by_feature(train.values.reshape(len(train), -1))
    scaled, asked = (scaling.apply(each.values.reshape(len(each), -1)) for each in (train, test))
    model = LinearSVC(C=found.strength, dual=True, max_iter=5000, random_state=0)
    decisions = model.fit(scaled.astype(float), train.classes).decision_function(asked.astype(float))
    logits = found.logits(test.values)
    if classes == 2:
        np.testing.assert_allclose(logits[:, 1] - logits[:, 0], decisions, atol=1e-6)
    else:
        np.testing.assert_allclose(logits, decisions, atol=1e-6)


# The contract


@each_classifier
def test_it_keeps_the_contract(name):
    check_classifier(small(name), planes(12), planes(4, seed=1))


def test_a_classifier_that_breaks_the_contract_is_found_out():
    class Drifting(LinearSVM):
        calls = 0

        def fit(self, train, validation, **options):
            Drifting.calls += 1
            return super().fit(
                train.__class__(train.values + Drifting.calls, train.classes), validation, **options
            )

    with pytest.raises(AssertionError, match="two runs with one seed differ"):
        check_classifier(Drifting(), planes(12), planes(4, seed=1))

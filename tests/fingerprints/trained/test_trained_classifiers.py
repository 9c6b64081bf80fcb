"""Classifiers tell held-out stripes from noise, repeat themselves, and leave the caller's torch alone."""

import dataclasses
import json

import numpy as np
import pytest

from whorl.errors import EncoderError, ImageError, ScoreError, WhorlError
from whorl.fingerprints.trained import PRESETS, TrainingRecipe, train_classifier

CNN = TrainingRecipe("cnn", epochs=3, learning_rate=3e-3, batch_size=8, size=16)
RESNET = TrainingRecipe("resnet", epochs=6, learning_rate=3e-3, batch_size=8, size=16, depth=1, width=16)


def noise(count, seed, size=16):
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


def stripes(count, seed, size=16):
    """Columns of one grey each: as bright and as varied as noise, so only the arrangement differs."""
    columns = np.random.default_rng(seed).integers(0, 256, (count, 1, size, 3), dtype=np.uint8)
    return columns.repeat(size, axis=1)


def toy(count, seed):
    return {"noise": noise(count, seed), "stripes": stripes(count, seed + 1)}


def held_out_accuracy(classifier, seed=100):
    found = [classifier.predict(pictures) for pictures in toy(32, seed).values()]
    return np.mean(np.concatenate(found) == np.repeat([0, 1], 32))


@pytest.fixture(scope="module")
def vit_folder(tmp_path_factory):
    """A ViT of one block for 8 x 8 pictures, saved as a classifier of two classes."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification

    folder = tmp_path_factory.mktemp("vit")
    torch.manual_seed(1)
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = ViTConfig(**shape, image_size=8, patch_size=4, num_labels=2, initializer_range=0.2)
    ViTForImageClassification(config).save_pretrained(folder)
    processor = {
        "image_processor_type": "ViTImageProcessor",
        "image_mean": [0.1, 0.2, 0.3],
        "image_std": [0.4, 0.5, 0.6],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder


@pytest.fixture(scope="module")
def vit(vit_folder):
    weights = str(vit_folder)
    return TrainingRecipe("vit", epochs=6, learning_rate=3e-3, batch_size=8, size=16, weights=weights)


@pytest.fixture(scope="module")
def trained():
    return train_classifier(toy(48, 0), CNN, device="cpu")


def test_the_cnn_tells_held_out_pictures_apart(trained):
    assert held_out_accuracy(trained) >= 0.95
    assert trained.labels == ("noise", "stripes")
    assert len(trained.history) == CNN.epochs
    assert trained.history[-1].loss < trained.history[0].loss
    assert trained.history[-1].accuracy >= 0.9
    assert trained.seconds > 0


def test_a_small_resnet_tells_held_out_pictures_apart():
    classifier = train_classifier(toy(48, 0), RESNET, device="cpu")
    assert held_out_accuracy(classifier) >= 0.95


def test_a_pretrained_vit_tells_held_out_pictures_apart_at_another_size(vit):
    classifier = train_classifier(toy(64, 0), vit, device="cpu")
    assert held_out_accuracy(classifier) >= 0.9


def test_a_pretrained_resnet_gets_a_new_last_layer_and_is_trained_whole(vit_folder, tmp_path):
    import torch
    from transformers import ResNetConfig, ResNetForImageClassification

    shape = {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1], "layer_type": "basic"}
    torch.manual_seed(1)
    ResNetForImageClassification(ResNetConfig(**shape, num_labels=5)).save_pretrained(tmp_path)
    processor = "preprocessor_config.json"
    (tmp_path / processor).write_bytes((vit_folder / processor).read_bytes())
    recipe = TrainingRecipe("resnet", epochs=8, learning_rate=1e-2, batch_size=8, weights=str(tmp_path))
    assert held_out_accuracy(train_classifier(toy(48, 0), recipe, device="cpu")) >= 0.95


def test_a_vit_from_scratch_is_trained_too():
    recipe = TrainingRecipe("vit", epochs=1, learning_rate=1e-3, size=8, depth=1, width=64)
    classifier = train_classifier(toy(4, 0), recipe, device="cpu")
    assert classifier.probabilities(noise(3, 5)).shape == (3, 2)


def test_shuffled_labels_teach_nothing():
    """What is held out is not what was trained on: with labels at random the accuracy is chance."""
    mixed = np.random.default_rng(3).permutation(np.concatenate(list(toy(48, 0).values())))
    classifier = train_classifier({"a": mixed[:48], "b": mixed[48:]}, CNN, device="cpu")
    assert 0.15 < held_out_accuracy(classifier) < 0.85


def test_equal_seeds_give_equal_classifiers_and_others_do_not(trained):
    pictures = noise(8, 7)
    again = train_classifier(toy(48, 0), CNN, device="cpu")
    other = train_classifier(toy(48, 0), CNN, seed=1, device="cpu")
    np.testing.assert_array_equal(again.probabilities(pictures), trained.probabilities(pictures))
    assert again.history == trained.history
    assert not np.array_equal(other.probabilities(pictures), trained.probabilities(pictures))


def test_a_pretrained_vit_repeats_itself_new_head_included(vit):
    brief = dataclasses.replace(vit, epochs=1)
    one, two = (train_classifier(toy(8, 0), brief, device="cpu") for _ in range(2))
    np.testing.assert_array_equal(one.probabilities(noise(4, 7)), two.probabilities(noise(4, 7)))


def test_torch_random_state_is_as_it_was(vit):
    import torch

    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    for recipe in (CNN, vit):
        train_classifier(toy(4, 0), dataclasses.replace(recipe, epochs=1), device="cpu")
    with pytest.raises(ScoreError):
        train_classifier(toy(8, 0), dataclasses.replace(CNN, learning_rate=1e30), device="cpu")
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("family", ["cnn", "resnet", "vit"])
def test_probabilities_add_up_and_do_not_depend_on_the_batch(family, vit):
    recipe = dataclasses.replace({"cnn": CNN, "resnet": RESNET, "vit": vit}[family], epochs=1)
    classifier = train_classifier(toy(12, 0), recipe, device="cpu")
    pictures = np.concatenate(list(toy(20, 50).values()))
    together = classifier.probabilities(pictures)
    assert together.dtype == np.float64
    assert together.shape == (40, 2)
    np.testing.assert_allclose(together.sum(axis=1), 1, rtol=1e-12)
    for batch_size in (1, 7):
        alone = classifier.probabilities(pictures, batch_size=batch_size)
        np.testing.assert_allclose(alone, together, rtol=0, atol=1e-6)
    order = np.random.default_rng(0).permutation(40)
    np.testing.assert_allclose(classifier.probabilities(pictures[order]), together[order], rtol=0, atol=1e-6)
    np.testing.assert_array_equal(classifier.predict(pictures), together.argmax(axis=1))
    assert classifier.predict(pictures).dtype == np.int64
    assert classifier.probabilities([]).shape == (0, 2)


def test_pictures_of_any_size_and_order_in_memory(trained):
    pictures = [*noise(2, 8, size=16), *noise(1, 9, size=40), *stripes(1, 9, size=16)]
    assert trained.probabilities(pictures).shape == (4, 2)
    turned = np.asfortranarray(noise(4, 8))
    np.testing.assert_allclose(trained.probabilities(turned), trained.probabilities(noise(4, 8)), atol=1e-6)
    mixed = {"a": pictures[:3], "b": tuple(pictures[3:])}
    assert train_classifier(mixed, CNN, device="cpu").labels == ("a", "b")


@pytest.mark.parametrize("recipe", [CNN, RESNET])
def test_one_picture_left_over_does_no_harm(recipe):
    pictures = {"a": noise(8, 0), "b": stripes(1, 0)}
    history = train_classifier(pictures, dataclasses.replace(recipe, epochs=1), device="cpu").history
    assert np.isfinite(history[0].loss)


def test_progress_counts_every_picture_of_every_epoch():
    class Told:
        def __init__(self):
            self.total, self.seen, self.notes, self.ended = 0, 0, [], False

        def begin(self, label, total, done, unit="pictures"):
            self.total = total

        def advance(self, count):
            self.seen += count

        def note(self, text):
            self.notes.append(text)

        def end(self):
            self.ended = True

    told = Told()
    train_classifier({"a": noise(5, 0), "b": stripes(4, 0)}, CNN, progress=told, device="cpu")
    assert told.total == told.seen == 9 * CNN.epochs
    assert len(told.notes) == CNN.epochs
    assert told.ended


@pytest.mark.parametrize("recipe", [CNN, RESNET])
def test_a_diverging_learning_rate_is_an_error(recipe):
    with pytest.raises(ScoreError, match="Choose a learning rate below 1e\\+30"):
        train_classifier(toy(16, 0), dataclasses.replace(recipe, learning_rate=1e30), device="cpu")


def test_weights_of_the_last_step_are_looked_at_too():
    """One step: its loss comes before the weights explode, so no loss shows it."""
    recipe = TrainingRecipe("cnn", epochs=1, learning_rate=1e39, size=16)
    with pytest.raises(ScoreError, match="diverged"):
        train_classifier(toy(4, 0), recipe, device="cpu")


@pytest.mark.parametrize(
    ("pictures", "error", "says"),
    [
        ({}, ScoreError, "at least two classes"),
        ({"a": noise(2, 0)}, ScoreError, "at least two classes"),
        ({"a": noise(2, 0), "b": []}, ScoreError, "no pictures of b"),
        ({"a": noise(2, 0), "b": noise(2, 0)[..., 0]}, ImageError, r"b\[0\] is uint8 \(16, 16\)"),
        ({"a": noise(2, 0), "b": noise(2, 0) / 255}, ImageError, "expected uint8"),
        ({"a": noise(2, 0), "b": [[1, 2]]}, ImageError, "is a list"),
    ],
)
def test_pictures_that_cannot_be_trained_on(pictures, error, says):
    with pytest.raises(error, match=says):
        train_classifier(pictures, CNN, device="cpu")


@pytest.mark.parametrize("seed", [-1, 0.5, True])
def test_a_seed_that_is_none(seed):
    with pytest.raises(WhorlError, match="seed"):
        train_classifier(toy(2, 0), CNN, seed=seed, device="cpu")


def test_an_unknown_device():
    with pytest.raises(EncoderError, match="device='abacus'"):
        train_classifier(toy(2, 0), CNN, device="abacus")


def test_questions_that_a_classifier_refuses(trained):
    with pytest.raises(ScoreError, match="batch_size"):
        trained.probabilities(noise(2, 0), batch_size=0)
    with pytest.raises(ImageError, match="put a single one into a list"):
        trained.predict(noise(1, 0)[0])


def test_a_pretrained_folder_that_is_missing_or_of_another_kind(vit, vit_folder, tmp_path):
    def error(**changes):
        with pytest.raises(EncoderError) as caught:
            train_classifier(toy(2, 0), dataclasses.replace(vit, **changes), device="cpu")
        return str(caught.value)

    assert "no folder and no hub name" in error(weights=str(tmp_path / "nowhere"))
    assert "has no config.json" in error(weights=str(tmp_path))
    assert "is a 'vit' model" in error(family="resnet")
    assert "multiple of 4" in error(size=18)
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((vit_folder / name).read_bytes())
    assert "mean and std are unknown" in error(weights=str(tmp_path))


def test_the_saved_head_is_never_taken_over(vit_folder, vit):
    """The folder's own head has as many outputs as there are classes, and still a new one is drawn."""
    import torch
    from safetensors.torch import load_file

    from whorl.fingerprints.trained.pretrained import load_pretrained

    saved = load_file(vit_folder / "model.safetensors")
    network = load_pretrained(vit, 2)
    loaded = network.module.state_dict()
    assert not torch.equal(loaded["classifier.weight"], saved["classifier.weight"])
    assert torch.equal(loaded["vit.embeddings.cls_token"], saved["vit.embeddings.cls_token"])
    assert (network.mean, network.std) == ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6))


def test_pictures_are_normalised_as_pixels_minus_mean_by_std():
    import torch

    from whorl.fingerprints.trained.network import Network

    class Same(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.unused = torch.nn.Parameter(torch.zeros(1))

        def forward(self, inputs):
            return inputs

    pictures = noise(2, 3, size=4)
    found = Network(Same(), (0.1, 0.2, 0.3), (0.4, 0.5, 0.6)).logits(torch.from_numpy(pictures))
    expected = (pictures / 255 - [0.1, 0.2, 0.3]) / [0.4, 0.5, 0.6]
    np.testing.assert_allclose(found.numpy(), expected.transpose(0, 3, 1, 2), atol=1e-6)


def test_every_preset_without_weights_takes_its_own_pictures():
    import torch

    from whorl.fingerprints.trained.build import build_network

    for name in ("cnn", "resnet-small", "vit-tiny"):
        recipe = PRESETS[name]
        network = build_network(recipe, 3, torch.device("cpu"))
        pixels = torch.zeros(2, recipe.size, recipe.size, 3, dtype=torch.uint8)
        with torch.inference_mode():
            assert network.logits(pixels).shape == (2, 3)


def test_the_cnn_has_three_convolutions_and_two_dense_layers():
    from torch import nn

    from whorl.fingerprints.trained.cnn import make_cnn

    layers = list(make_cnn(32, 10).modules())
    assert sum(isinstance(layer, nn.Conv2d) for layer in layers) == 3
    assert sum(isinstance(layer, nn.Linear) for layer in layers) == 2


def test_the_small_resnet_is_the_resnet_20_of_its_paper():
    """Section 4.2 of arXiv 1512.03385: 20 layers, maps of 32, 16 and 8 pixels, 0.27 million parameters."""
    import torch

    from whorl.fingerprints.trained.from_scratch import make_resnet

    model = make_resnet(PRESETS["resnet-small"], 10)
    parameters = list(model.parameters())
    assert round(sum(p.numel() for p in parameters) / 1e6, 2) == 0.27
    assert sum(p.ndim == 2 or (p.ndim == 4 and p.shape[-1] == 3) for p in parameters) == 20
    with torch.inference_mode():
        states = model(torch.zeros(1, 3, 32, 32), output_hidden_states=True).hidden_states
    assert [tuple(state.shape[1:]) for state in states[1:]] == [(16, 32, 32), (32, 16, 16), (64, 8, 8)]

"""A segmenter finds what the labels tell of, and an interruption of its training changes nothing."""

import json
import os
import signal
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from lab_squares import squares
from PIL import Image
from safetensors.torch import load_file, save_file

from whorl import EncoderError, ImageError, StorageError, WhorlError
from whorl.alterations import BackgroundSwap
from whorl.checks import check_alteration
from whorl.embeddings.progress import Silent
from whorl.lab.segmenter import load_segmenter, saved
from whorl.lab.segmenter.cut_out import ClassMap, cut_out, foreground
from whorl.lab.segmenter.model import make_class_maps, pooled, weak_loss
from whorl.lab.segmenter.recipe import SegmenterRecipe
from whorl.lab.segmenter.train import train_segmenter
from whorl.lab.training import batches as batches_module
from whorl.lab.training.checkpoint import FILE

STEPS = 5  # 60 pictures, 3 held out, 11 at a time
TINY = {"width": 4, "blocks": 1, "size": 8, "epochs": 2, "batch_size": 11, "shift": 1}


def recipe(**changes):
    return SegmenterRecipe(**{**TINY, **changes})


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    made = squares(60, seed=0, size=8, side=4)
    path = tmp_path_factory.mktemp("squares") / "tiny.npz"
    np.savez(path, x=made.pixels, x_labels=made.labels)
    return path


@pytest.fixture(scope="module")
def whole(tiny, tmp_path_factory):
    """A training that nothing interrupted."""
    return train_segmenter(tiny, tmp_path_factory.mktemp("whole") / "s", recipe=recipe())


class Watcher(Silent):
    """Counts steps, and does something after a given one."""

    def __init__(self, after=None, action=None):
        self.steps, self._after, self._action, self._training = 0, after, action, False

    def begin(self, label, total, done, unit="pictures"):
        self._training = label == "train"

    def advance(self, count):
        self.steps += self._training
        if self._training and self.steps == self._after:
            self._action()


def killed():
    raise SystemError("killed")


def terminated():
    os.kill(os.getpid(), signal.SIGTERM)


def left(folder):
    history = json.loads((folder / "history.json").read_text())
    for epoch in history["epochs"]:
        del epoch["seconds"]
    return history


def copied(whole, tmp_path):
    folder = tmp_path / "copy"
    folder.mkdir()
    for file in whole.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_it_finds_the_square_that_only_a_label_told_of(tmp_path):
    """IoU with the true squares, of pictures that it never saw; all of a picture gives 0.21."""
    train, fresh = squares(144, seed=0, size=24, side=11), squares(40, seed=1, size=24, side=11)
    np.savez(tmp_path / "t.npz", x=train.pixels, x_labels=train.labels)
    small = SegmenterRecipe(width=8, blocks=1, size=24, epochs=3, batch_size=16, shift=2)
    trained = train_segmenter(tmp_path / "t.npz", tmp_path / "s", recipe=small)
    assert trained.last.held_out_accuracy == 1.0
    segmenter = load_segmenter(tmp_path / "s")
    found = [segmenter.mask(picture) for picture in fresh.pixels]
    overlap = [(f & m).sum() / (f | m).sum() for f, m in zip(found, fresh.masks, strict=True)]
    assert np.mean(overlap) > 0.5
    # Twice as large, the same picture has the same foreground twice as large, but for its edge.
    double = segmenter.mask(fresh.pixels[0].repeat(2, axis=0).repeat(2, axis=1))
    assert (double == found[0].repeat(2, axis=0).repeat(2, axis=1)).mean() > 0.95


def test_what_a_training_leaves(whole):
    assert {path.name for path in whole.folder.iterdir()} == {
        "config.json", "model.safetensors", "history.json", "curves.svg", "cut-outs.svg", "cut-outs.png", FILE,
    }  # fmt: skip
    assert whole.last.step == 2 * STEPS
    assert len(left(whole.folder)["loss"]["means"]) == 2 * STEPS
    assert whole.last.loss < left(whole.folder)["loss"]["means"][0]
    assert b"<svg" in (whole.folder / "curves.svg").read_bytes()
    with Image.open(whole.folder / "cut-outs.png") as sheet:
        assert np.asarray(sheet).std() > 10


@pytest.mark.parametrize(
    ("after", "action", "error", "reached"),
    [
        (STEPS + 2, killed, SystemError, STEPS),  # back to the end of the first epoch
        (STEPS + 2, terminated, KeyboardInterrupt, STEPS + 2),  # a checkpoint was written there
    ],
)
def test_an_interrupted_training_goes_on_as_if_nothing_had_been(
    whole, tiny, tmp_path, after, action, error, reached
):
    with pytest.raises(error):
        train_segmenter(tiny, tmp_path / "s", recipe=recipe(), progress=Watcher(after, action))
    again = Watcher()
    train_segmenter(tiny, tmp_path / "s", recipe=recipe(), progress=again)
    assert again.steps == 2 * STEPS - reached
    assert left(tmp_path / "s") == left(whole.folder)
    expected, found = (load_file(folder / "model.safetensors") for folder in (whole.folder, tmp_path / "s"))
    assert all(torch.equal(found[name], value) for name, value in expected.items())
    assert (tmp_path / "s" / "cut-outs.png").read_bytes() == (whole.folder / "cut-outs.png").read_bytes()


def test_a_finished_training_is_not_repeated(whole, tiny):
    again = Watcher()
    assert train_segmenter(tiny, whole.folder, recipe=recipe(), progress=again) == whole
    assert again.steps == 0


@pytest.mark.parametrize("changes", [{"seed": 1}, {"epochs": 4}, {"scale": 1.0}, {"momentum": 0.5}])
def test_a_checkpoint_of_other_settings_is_refused(whole, tiny, changes):
    with pytest.raises(StorageError, match="other settings or other pictures"):
        train_segmenter(tiny, whole.folder, recipe=recipe(**changes))


def test_a_folder_without_its_checkpoint_is_not_written_over(whole, tiny, tmp_path):
    folder = copied(whole, tmp_path)
    (folder / FILE).unlink()
    with pytest.raises(StorageError, match="another -o"):
        train_segmenter(tiny, folder, recipe=recipe())


def test_a_diverging_training_stops_and_keeps_its_last_checkpoint(tiny, tmp_path, monkeypatch):
    usual = batches_module.augmented

    def poisoned(pixels, labels, indices, epoch, settings):
        batch = usual(pixels, labels, indices, epoch, settings)
        if epoch == 1:
            batch.inputs[0, 0, 0, 0] = torch.nan
        return batch

    monkeypatch.setattr(batches_module, "augmented", poisoned)
    with pytest.raises(EncoderError, match=r"diverged at step 5: loss nan.*--learning-rate"):
        train_segmenter(tiny, tmp_path / "s", recipe=recipe())
    load_segmenter(tmp_path / "s")
    monkeypatch.undo()
    again = Watcher()
    train_segmenter(tiny, tmp_path / "s", recipe=recipe(), progress=again)
    assert again.steps == STEPS


def test_the_digest_tells_weights_and_threshold_apart(whole, tiny, tmp_path):
    other = train_segmenter(tiny, tmp_path / "s", recipe=recipe(seed=1, epochs=1))
    loaded = [load_segmenter(whole.folder), load_segmenter(whole.folder), load_segmenter(other.folder)]
    assert loaded[0].digest == loaded[1].digest
    assert len({each.digest for each in (*loaded, load_segmenter(whole.folder, threshold=0.6))}) == 3
    assert loaded[0].classes == ("0", "1", "2")


def test_a_kill_between_weights_and_config_names_the_command_that_goes_on(whole, tiny, tmp_path, monkeypatch):
    folder, real, written = tmp_path / "s", saved.write_json, []

    def killed_at(path, values):
        if path.name == "config.json":
            written.append(path)
            if len(written) == 2:  # of the second epoch
                raise SystemError("killed")
        real(path, values)

    monkeypatch.setattr(saved, "write_json", killed_at)
    with pytest.raises(SystemError):
        train_segmenter(tiny, folder, recipe=recipe())
    monkeypatch.undo()
    again = r"give the same `whorl lab train-segmenter` command again"
    with pytest.raises(StorageError, match=f"(?s)other weights.*{again}"):
        load_segmenter(folder)
    (folder / "config.json").rename(tmp_path / "config.json")  # as in the first epoch
    with pytest.raises(StorageError, match=f"(?s)and no config.json.*{again}"):
        load_segmenter(folder)
    (tmp_path / "config.json").rename(folder / "config.json")
    train_segmenter(tiny, folder, recipe=recipe())
    assert load_segmenter(folder).digest == load_segmenter(whole.folder).digest


def test_damaged_and_foreign_files_are_refused(whole, tmp_path):
    folder = copied(whole, tmp_path)
    tensors = load_file(folder / "model.safetensors")
    tensors["classifier.bias"] += 1
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(StorageError, match="other weights"):
        load_segmenter(folder)
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(StorageError, match="cannot be read"):
        load_segmenter(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(StorageError, match=r"has no model\.safetensors"):
        load_segmenter(folder)
    for content, message in (("{", "no JSON"), ("{}", "no segmenter's"), ("[]", "no segmenter's")):
        (folder / "config.json").write_text(content)
        with pytest.raises(StorageError, match=message):
            load_segmenter(folder)
    with pytest.raises(StorageError, match="holds no segmenter"):
        load_segmenter(tmp_path)


def test_a_config_of_another_shape_is_refused(whole, tmp_path):
    folder = copied(whole, tmp_path)
    config = json.loads((folder / "config.json").read_text())
    config["recipe"]["width"] = 8
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(StorageError, match="cannot be read"):
        load_segmenter(folder)
    config["recipe"]["deeper"] = True
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(StorageError, match="is damaged"):
        load_segmenter(folder)


def test_a_background_swap_by_a_trained_segmenter_keeps_the_contract(whole):
    check_alteration(BackgroundSwap(load_segmenter(whole.folder)))


def test_what_cannot_be_trained_is_refused(tiny, tmp_path):
    with pytest.raises(ImageError, match="has no labels"):
        train_segmenter(np.load(tiny)["x"], tmp_path / "s", recipe=recipe())
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": 0}, "above 0"),
        ({"scale": 3.0}, "one of 0.5, 1.0, 2.0"),
        ({"size": 4}, "at least 8"),
        ({"least_learning_rate": 1.0}, "between 0 and 0.05"),
        ({"momentum": 1.0}, "momentum"),
        ({"shift": 8}, "between 0 and 7"),
    ],
)
def test_recipes_that_make_no_sense(changes, message):
    with pytest.raises(WhorlError, match=message):
        recipe(**changes)


def test_the_default_is_a_resnet_18():
    """11,168,832 weights of a ResNet-18 with a 3 x 3 first convolution and no head, and 10 x 513 of the maps."""
    model = make_class_maps(SegmenterRecipe(), 10)
    assert sum(p.numel() for p in model.parameters()) == 11_168_832 + 5_130
    assert model.backbone.embedder.embedder.convolution.stride == (1, 1)


@pytest.mark.parametrize(("scale", "side"), [(0.5, 2), (1.0, 4), (2.0, 8)])
def test_scale_decides_how_coarse_the_maps_are(scale, side):
    model = make_class_maps(recipe(size=32, scale=scale), 3).eval()
    inputs = torch.zeros(2, 3, 32, 32)
    assert model.backbone(pixel_values=inputs).last_hidden_state.shape == (2, 32, side, side)
    assert model(inputs).shape == (2, 3, 32, 32)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_maps_lie_where_the_network_looks(scale):
    """The middle of the pixels that a coarse value depends on is where it is put in the map."""
    model = make_class_maps(recipe(width=2, size=64, scale=scale), 2).eval().double()
    with torch.no_grad():
        for name, weight in model.backbone.named_parameters():
            if "convolution" in name:
                weight.fill_(1 / weight[0].numel())  # so that every pixel in reach counts
    inputs = torch.ones(1, 3, 64, 64, dtype=torch.float64, requires_grad=True)
    coarse = model.backbone(pixel_values=inputs).last_hidden_state
    k = coarse.shape[2] // 2
    coarse[0, :, k, k].sum().backward()
    seen = inputs.grad[0].sum(dim=(0, 2))

    one = torch.zeros(1, 1, *coarse.shape[2:], dtype=torch.float64)
    one[0, 0, k, k] = 1.0
    model.backbone.forward = lambda pixel_values: SimpleNamespace(last_hidden_state=one)
    model.classifier = torch.nn.Identity()
    placed = model(inputs.detach())[0, 0].sum(dim=1)
    centres = [float((line * torch.arange(64)).sum() / line.sum()) for line in (seen, placed)]
    assert centres[0] == pytest.approx(centres[1], abs=1e-6)


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_no_corner_gives_itself_away(scale):
    """A picture of one colour has one value per map: what is added at the edges tells no pixel where it is."""
    model = make_class_maps(recipe(size=32, scale=scale), 3).eval()
    maps = model(torch.full((1, 3, 32, 32), 0.3))
    assert torch.allclose(maps, maps[..., :1, :1].expand_as(maps), atol=1e-5)
    assert model(torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))).std() > 1e-3


def test_pooling_lies_between_mean_and_maximum():
    maps = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0)).double()
    assert torch.allclose(pooled(maps, 1e-4), maps.mean((2, 3)), atol=1e-3)
    assert torch.allclose(pooled(maps, 1e4), maps.amax((2, 3)), atol=1e-2)
    # One pixel of logit m among n at 0, by hand.
    one = torch.zeros(1, 1, 2, 2).double()
    one[0, 0, 0, 0] = 2.0
    assert pooled(one, 1.0).item() == pytest.approx(np.log((np.exp(2.0) + 3) / 4))
    # Logits of 0 cost log 2 each, whatever the label.
    assert weak_loss(torch.zeros(2, 3), torch.tensor([0, 2])).item() == pytest.approx(np.log(2))


def test_foreground_and_cut_out():
    flat = foreground(ClassMap(np.full((2, 2), 3.0, np.float32), 0))
    assert flat.all()
    ramp = ClassMap(np.linspace(-7, 5, 13, dtype=np.float32)[None], 0)
    assert foreground(ramp, 0.25).sum() == 10
    picture = np.full((1, 13, 3), 9, np.uint8)
    assert (cut_out(picture, foreground(ramp, 0.25), fill=200)[0, :, 0] == [200] * 3 + [9] * 10).all()

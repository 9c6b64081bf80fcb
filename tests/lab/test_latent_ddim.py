"""The latent diffusion model trains, resumes and draws like any generator of the lab, and leaves for diffusers."""

import json

import diffusers
import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

from whorl import StorageError, WhorlError
from whorl.checks import check_generator_architecture
from whorl.cli.app import app
from whorl.embeddings.progress import Silent
from whorl.lab.generators.architectures import architecture_named
from whorl.lab.generators.contract import Batch
from whorl.lab.generators.folder import CHECKPOINT
from whorl.lab.generators.latent_pipeline import export_pipeline, open_trained
from whorl.lab.generators.latent_settings import LatentSettings
from whorl.lab.generators.load import load_generator
from whorl.lab.generators.recipe import recipe_for
from whorl.lab.generators.seeds import picture_noise, step_noise
from whorl.lab.generators.train import train_generator
from whorl.latent.latent_diffusion import open_latent_diffusion
from whorl.latent.mark import drawn

NAME = "latent-ddim"


class Killer(Silent):
    def __init__(self):
        self.steps = 0

    def begin(self, label, total, done, unit="pictures"):
        self.steps = 0

    def advance(self, count):
        self.steps += count
        if self.steps == 5:
            raise SystemError("killed")


def build(recipe):
    return architecture_named(NAME).build(recipe, classes=1, device=torch.device("cpu"))


@pytest.fixture(scope="module")
def trained(blobs, tiny_recipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("latent") / "whole"
    return train_generator(blobs, folder, recipe=tiny_recipe(NAME, steps=7), keep_epochs=(1,), grids=1)


@pytest.fixture(scope="module")
def pipeline(trained, tmp_path_factory):
    return export_pipeline(trained.folder, tmp_path_factory.mktemp("latent") / "pipeline")


def test_it_is_an_architecture():
    check_generator_architecture(architecture_named(NAME), recipe_for(NAME, "tiny", image_size=16))


def test_killed_or_not_it_ends_the_same(trained, blobs, tiny_recipe, tmp_path):
    recipe = tiny_recipe(NAME, steps=7)
    assert trained.losses.keys() == {"reconstruction", "noise"}
    with pytest.raises(SystemError):
        # The killed run had reached step 3's checkpoint, an epoch's end.
        train_generator(blobs, tmp_path / "cut", recipe=recipe, grids=0, progress=Killer())
    train_generator(blobs, tmp_path / "cut", recipe=recipe, grids=0)
    state, other = (load_file(folder / CHECKPOINT) for folder in (trained.folder, tmp_path / "cut"))
    assert state.keys() == other.keys()
    assert all(torch.equal(state[key], other[key]) for key in state)
    assert {"network.pair.deviation", "average.deviation"} <= state.keys()
    for part in ("autoencoder", "unet"):
        assert int(state[f"optimiser.{part}.0.step"]) == 7
        assert any(key.startswith(f"average.{part}.") for key in state)


def test_each_picture_is_drawn_from_its_own_noise(trained):
    model = load_generator(trained.folder)
    pictures = model.sample(20, seed=3)
    assert np.array_equal(pictures[15:18], model.sample(3, seed=3, start=15))
    assert len(np.unique(pictures.reshape(20, -1), axis=0)) == 20


def test_both_losses_fall(blobs, tiny_recipe, tmp_path):
    whole = train_generator(blobs, tmp_path / "g", recipe=tiny_recipe(NAME, steps=60), grids=0)
    state = load_file(whole.folder / CHECKPOINT)
    for name in ("reconstruction", "noise"):
        curve = state[f"loss.{name}"].numpy()
        assert np.mean(curve[-10:]) < 0.8 * np.mean(curve[:5])


def test_the_unet_sees_latents_of_unit_deviation_and_teaches_the_autoencoder_nothing(tiny_recipe):
    model = build(tiny_recipe(NAME))
    pair = model.networks["pair"]
    latents = 3 * torch.randn(8, 4, 4, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    for _ in range(1000):
        scaled = pair.scaled(latents)
    assert not scaled.requires_grad
    assert float(scaled.std()) == pytest.approx(1, rel=1e-3)
    assert pair.scaling_factor == pytest.approx(1 / float(latents.detach().std()), rel=1e-3)


def test_the_divergence_is_that_of_normal_distributions(tiny_recipe):
    """Of what the encoder says, against torch's own divergence, all else being equal."""
    from torch.distributions import Normal, kl_divergence

    pair = build(tiny_recipe(NAME)).networks["pair"].eval()
    pictures = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.no_grad():
        losses = [pair.coded(pictures, torch.Generator().manual_seed(2), kl=kl)[1] for kl in (0.0, 1.0)]
        coded = pair.autoencoder.encode(pictures).latent_dist
        expected = kl_divergence(Normal(coded.mean, coded.std), Normal(0.0, 1.0)).mean()
    assert float(losses[1] - losses[0]) == pytest.approx(float(expected), rel=1e-4)


def test_a_unet_that_says_nothing_has_the_loss_of_pure_noise(tiny_recipe):
    model = build(tiny_recipe(NAME))
    unet = model.networks["pair"].unet
    with torch.no_grad():
        unet.conv_out.weight.zero_()
        unet.conv_out.bias.zero_()
    batch = Batch(torch.zeros(64, 3, 16, 16), torch.zeros(64, dtype=torch.int64), step_noise(0, 0))
    assert model.training_step(batch)["noise"] == pytest.approx(1, abs=0.05)


def test_diffusers_own_pipeline_draws_the_same_pictures(trained, pipeline):
    model = load_generator(trained.folder)
    theirs = diffusers.DiffusionPipeline.from_pretrained(pipeline)
    assert isinstance(theirs, diffusers.LDMPipeline)
    theirs.set_progress_bar_config(disable=True)
    steps = recipe_for(NAME, "tiny").settings["unet"]["inference_steps"]
    noise = picture_noise(7, 0, model.rows)
    images = theirs(len(noise), generator=noise, num_inference_steps=steps, output_type="np").images
    ours = model.sample(model.rows, seed=7)
    assert ours.std() > 5
    assert np.abs((images * 255).round().astype(int) - ours).max() <= 1


def test_it_opens_as_a_latent_generator(trained, pipeline):
    generator = open_latent_diffusion(pipeline)  # of as many steps as it was made for, which are not 50
    assert (generator.latent_shape, generator.image_size) == ((4, 4, 4), (16, 16))
    latents = generator.sample_latents(3, seed=0)
    as_it_lies = open_trained(trained.folder)
    assert as_it_lies.digest == generator.digest
    steps = recipe_for(NAME, "tiny").settings["unet"]["inference_steps"]
    assert open_latent_diffusion(pipeline, steps=steps).digest == generator.digest
    assert open_latent_diffusion(pipeline, steps=steps + 1).digest != generator.digest
    assert np.array_equal(as_it_lies.sample_latents(3, seed=0), latents)
    pair = load_generator(trained.folder).networks["pair"]
    with torch.no_grad():
        z = torch.from_numpy(latents).reshape(3, 4, 4, 4) * pair.deviation
        x = pair.autoencoder.decode(z).sample / 2 + 0.5
    expected = (x.clamp(0, 1).permute(0, 2, 3, 1) * 255).round().numpy().astype(int)
    assert np.abs(drawn(generator, latents).astype(int) - expected).max() <= 1


def test_the_commands_know_it(blobs, tmp_path):
    def run(*words):
        return CliRunner().invoke(app, ["lab", *map(str, words)])

    options = ("--size", "tiny", "--steps", 1, "--batch-size", 4, "--grids", 0, "--json", "-q")
    done = run("train", NAME, blobs, "-o", tmp_path / "g", *options)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["losses"].keys() == {"reconstruction", "noise"}
    for words in ((), ("--overwrite",)):
        done = run("export", tmp_path / "g", "-o", tmp_path / "p", "--json", *words)
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["output"] == str(tmp_path / "p")
    assert open_latent_diffusion(tmp_path / "p", steps=2).latent_dim == 4 * 8 * 8


def test_what_cannot_be_exported_is_refused(trained, tiny_ddpm, pipeline, tmp_path):
    with pytest.raises(WhorlError, match="holds a ddpm; only a latent-ddim is"):
        export_pipeline(tiny_ddpm.folder, tmp_path / "p")
    with pytest.raises(StorageError, match="exists already"):
        export_pipeline(trained.folder, pipeline)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.txt").write_text("mine")
    with pytest.raises(StorageError, match="not overwritten"):
        export_pipeline(trained.folder, tmp_path / "mine", overwrite=True)
    first = export_pipeline(trained.folder, tmp_path / "first", checkpoint=1)
    assert open_latent_diffusion(first).digest != open_latent_diffusion(pipeline).digest


def test_sizes_are_those_that_the_docs_name():
    small = LatentSettings.from_dict(recipe_for(NAME, "small").settings)
    assert small.latent * small.latent_side(32) ** 2 == 256
    for size in ("tiny", "small", "paper"):
        settings = LatentSettings.from_dict(recipe_for(NAME, size).settings)
        assert settings.to_dict() == recipe_for(NAME, size).settings
        assert min(settings.channels) >= 4 * settings.groups
        assert min(settings.unet.channels) >= 4 * settings.unet.groups


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"settings": {"chanels": [8]}}, "no settings of a latent diffusion model"),
        ({"settings": {"channels": [8, 9]}}, "multiples of groups"),
        ({"settings": {"latent": 0}}, "latent must be above 0"),
        ({"settings": {"unet": {"channels": [8]}}}, "no settings of a diffusion model"),
        ({"image_size": 20}, "a side that 8 divides"),
    ],
)
def test_settings_that_make_no_network_are_refused(tiny_recipe, changes, message):
    with pytest.raises(WhorlError, match=message):
        build(tiny_recipe(NAME, **changes))

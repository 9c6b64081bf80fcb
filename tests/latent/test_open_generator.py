"""Generators are opened from folders of three kinds and by name, and keep to one contract."""

import json
import sys
import types
from dataclasses import replace
from importlib.metadata import EntryPoint

import numpy as np
import pytest
import torch
from linear_makers import linear_generator
from tiny_stylegan2 import SETTINGS, SIDE, write_tiny
from torch import nn

import whorl.latent.open
from whorl.checks import check_latent_generator
from whorl.errors import StorageError, WhorlError
from whorl.lab.generators.load import load_generator
from whorl.lab.generators.recipe import recipe_for
from whorl.lab.generators.train import train_generator
from whorl.latent.directions import basis_by_position
from whorl.latent.generators import ModuleGenerator, StyleGAN2
from whorl.latent.latent_diffusion import LatentDiffusion
from whorl.latent.mark import drawn
from whorl.latent.open import GROUP, generator_of, open_generator
from whorl.latent.stylegan2.folder import read_network, write_network


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("generators") / "tiny")


def test_a_converted_generator(tiny):
    opened = open_generator(tiny, "cpu")
    network, settings = read_network(tiny)
    assert opened.digest == StyleGAN2(network, settings).digest
    assert (opened.image_size, opened.latent_dim) == ((SIDE, SIDE), SETTINGS.style)
    check_latent_generator(opened)


def test_a_trained_generator_draws_what_the_workshop_draws(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (32, 32, 32, 3)).astype(np.uint8)
    recipe = recipe_for("stylegan2", "tiny", steps=2)
    train_generator(pictures, tmp_path / "trained", recipe=recipe, grids=0, device="cpu")
    opened = open_generator(tmp_path / "trained", "cpu")
    check_latent_generator(opened)
    model = load_generator(tmp_path / "trained", device="cpu")
    again = StyleGAN2(model.networks["generator"], opened.settings)
    assert opened.digest == again.digest
    # The same weights in a folder of our own are the same generator.
    write_network(model.networks["generator"], opened.settings, tmp_path / "own")
    assert open_generator(tmp_path / "own", "cpu").digest == opened.digest
    assert drawn(opened, opened.sample_latents(2, seed=0)).shape == (2, 32, 32, 3)
    values = json.loads((tmp_path / "trained" / "config.json").read_text())
    values["architecture"] = "dcgan"
    (tmp_path / "trained" / "config.json").write_text(json.dumps(values))
    with pytest.raises(StorageError, match="holds dcgan"):
        open_generator(tmp_path / "trained")


def test_what_is_no_generator_is_told(tmp_path):
    with pytest.raises(StorageError, match="whorl latent convert"):
        open_generator(tmp_path / "nothing")
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(StorageError, match=r"config\.json"):
        open_generator(tmp_path)


def test_a_diffusion_pipeline_goes_to_its_own_adapter(tmp_path):
    pytest.importorskip("diffusers")
    from pipeline_makers import saved

    opened = open_generator(str(saved(tmp_path / "pipeline")), "cpu")
    assert isinstance(opened, LatentDiffusion)
    check_latent_generator(opened)


def test_a_latent_ddim_of_the_lab_opens_as_it_lies(tmp_path):
    pytest.importorskip("diffusers")
    pictures = np.random.default_rng(0).integers(0, 256, (24, 32, 32, 3), dtype=np.uint8)
    recipe = recipe_for("latent-ddim", "tiny", steps=2)
    train_generator(pictures, tmp_path / "trained", recipe=recipe, grids=0, device="cpu")
    assert isinstance(open_generator(tmp_path / "trained", "cpu"), LatentDiffusion)
    (tmp_path / "trained" / "config.json").write_text(
        (tmp_path / "trained" / "config.json").read_text().replace("latent-ddim", "sngan")
    )
    with pytest.raises(StorageError, match="holds sngan"):
        open_generator(tmp_path / "trained", "cpu")


def test_a_plugin_is_found_by_its_name(monkeypatch):
    def plug(*values):
        points = [EntryPoint("mine", value, GROUP) for value in values]
        monkeypatch.setattr(whorl.latent.open, "entry_points", lambda group: points)

    plug("plugged_generators:make")
    module = types.ModuleType("plugged_generators")
    module.make = lambda device: linear_generator()
    module.broken = lambda device: 1 / 0
    module.other = lambda device: "a generator"
    monkeypatch.setitem(sys.modules, "plugged_generators", module)
    assert open_generator("mine").digest == linear_generator().digest
    plug("plugged_generators:broken")
    with pytest.raises(WhorlError, match="ZeroDivisionError"):
        open_generator("mine")
    plug("plugged_generators:other")
    with pytest.raises(WhorlError, match="no LatentGenerator"):
        open_generator("mine")
    plug("plugged_generators:make", "plugged_generators:other")
    with pytest.raises(WhorlError, match="two plugins"):
        open_generator("mine")


def test_a_basis_finds_its_generator_again_or_says_what_to_do(tiny, tmp_path):
    opened = open_generator(tiny, "cpu")
    basis = basis_by_position(opened, bits=4, strength=1, latents=100, start_pictures=0)
    with pytest.raises(StorageError, match="does not say"):
        generator_of(basis)
    basis = replace(basis, generator=replace(basis.generator, place=str(tiny)))
    assert generator_of(basis, device="cpu").digest == opened.digest
    with pytest.raises(StorageError, match="other weights or other noise"):
        generator_of(basis, write_tiny(tmp_path / "other", seed=1), "cpu")
    gone = replace(basis, generator=replace(basis.generator, place=str(tmp_path / "gone")))
    with pytest.raises(StorageError, match="--generator"):
        generator_of(gone)


def test_module_generators_keep_to_the_contract():
    check_latent_generator(linear_generator())


class _WithBatchMean(nn.Module):
    def forward(self, latents):
        return (latents + latents.mean(dim=0))[:, :12].reshape(-1, 3, 2, 2)


class _Detached(nn.Module):
    def forward(self, latents):
        return (latents.detach() + 0 * latents)[:, :12].reshape(-1, 3, 2, 2)


class _Random(nn.Module):
    def forward(self, latents):
        return (latents + torch.rand(()))[:, :12].reshape(-1, 3, 2, 2)


@pytest.mark.parametrize(
    ("module", "latents", "told"),
    [
        (_WithBatchMean(), None, "depends on the others"),
        (_Random(), None, "the same latents give other pictures"),
        (_Detached(), None, "does not change with its latent"),
        (nn.Flatten(), None, "are not float32"),
        (_WithBatchMean(), lambda count, seed, start: np.zeros((count, 12), np.float32), "two seeds"),
        (
            _WithBatchMean(),
            lambda count, seed, start: (
                np.random.default_rng(seed).normal(size=(count, 12)).astype(np.float32)
            ),
            "where drawing starts",
        ),
    ],
)
def test_breaches_are_found(module, latents, told):
    with pytest.raises(AssertionError, match=told):
        check_latent_generator(ModuleGenerator(module, 12, (2, 2), latents))

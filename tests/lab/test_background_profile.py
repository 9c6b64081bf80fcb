"""The background swap in a Reference's sensitivity profile, from the command line."""

import json

import numpy as np
import pytest
from lab_squares import squares
from typer.testing import CliRunner

from small_vit import blocks, save_small_vit
from whorl import Reference
from whorl.cli.app import app
from whorl.lab.segmenter.recipe import SegmenterRecipe
from whorl.lab.segmenter.train import train_segmenter


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A Reference without a profile, its held-out pictures, a segmenter, and three flat landscapes."""
    folder = tmp_path_factory.mktemp("profile")
    np.save(folder / "p.npy", blocks(40, 0))
    np.save(folder / "land.npy", np.full((3, 16, 16, 3), 90, np.uint8))
    fit = {"cells": 2, "sensitivity": 0, "cache": None}
    encoder = save_small_vit(folder / "vit")
    Reference.fit(blocks(80, 1), str(folder / "p.npy"), encoder=encoder, **fit).save(folder / "ref")
    made = squares(30, seed=0, size=8, side=4)
    np.savez(folder / "t.npz", x=made.pixels, x_labels=made.labels)
    tiny = SegmenterRecipe(width=2, blocks=1, size=8, epochs=1, batch_size=14, shift=1)
    train_segmenter(folder / "t.npz", folder / "segmenter", recipe=tiny)
    return folder


def run(place, *arguments):
    whole = ("reference", "sensitivity", place / "ref", "--no-cache", "-q", *arguments)
    return CliRunner().invoke(app, [str(part) for part in whole])


def test_swaps_join_the_four_alterations_and_are_kept(place, tmp_path):
    swaps = ("--segmenter", place / "segmenter", "--landscapes", place / "land.npy")
    done = run(place, "--test", place / "p.npy", "--pictures", "12", *swaps, "-o", tmp_path / "f", "--json")
    assert done.exit_code == 0, done.output
    measured = json.loads(done.stdout)
    names = [each["name"].rsplit(" ", 1)[0] for each in measured["alterations"][4:]]
    assert names == ["noise behind", "landscape behind"]
    response = np.array(measured["response"])
    assert response.shape[1:] == (6, 3)
    assert (response[:, 4:, 2] > 0).any()
    assert (tmp_path / "f" / "sensitivity.svg").is_file()
    assert json.loads(run(place, "--json").stdout) == measured  # it is the Reference's own now
    assert "landsca" in run(place).output


@pytest.mark.parametrize(
    "options", [("--segmenter", "s"), ("--landscapes", "l"), ("--test", "p", "--landscapes", "l")]
)
def test_what_is_missing_is_told(place, options):
    refused = run(place, *options)
    assert refused.exit_code == 2
    assert "--landscapes needs --segmenter" in " ".join(refused.output.replace("│", " ").split())


def test_classes_of_landscapes_need_landscapes(place):
    refused = run(place, "--test", "p", "--segmenter", "s", "--landscape-classes", "1")
    assert refused.exit_code == 2
    assert "--landscape-classes needs --landscapes" in " ".join(refused.output.replace("│", " ").split())

"""The encoder that comes with Whorl: its files, its digest, its card, and that the wheel carries them."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

import whorl
from whorl.checks import check_encoder
from whorl.encoders import TransformersEncoder, bundled, load_encoder
from whorl.errors import EncoderError
from whorl.lab.knn_by_layer import knn_by_layer, untrained

ROOT = Path(__file__).resolve().parents[2]
NAME = "whorl-vit-32"
FILES = ("README.md", "config.json", "model.safetensors", "preprocessor_config.json")


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The bundled encoder's files where they can be spoiled."""
    folder = tmp_path / NAME
    folder.mkdir()
    for file in FILES:
        (folder / file).write_bytes((bundled.FOLDER / file).read_bytes())
    monkeypatch.setattr(bundled, "FOLDER", folder)
    return folder


def test_it_keeps_the_contract_and_is_loaded_like_any_other():
    encoder = load_encoder(NAME)
    check_encoder(encoder)
    assert encoder.layers == tuple(range(1, 13))
    assert isinstance(encoder, TransformersEncoder)
    assert encoder.digest == load_encoder(bundled.FOLDER).digest
    assert encoder.name == encoder.settings["location"] == NAME


def test_it_is_a_small_vit_in_half_precision():
    weights = safetensors.torch.load_file(bundled.FOLDER / "model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    assert (bundled.FOLDER / "model.safetensors").stat().st_size <= 6_000_000
    config = json.loads((bundled.FOLDER / "config.json").read_text())
    assert (config["model_type"], config["num_hidden_layers"], config["image_size"]) == ("vit", 12, 32)


@pytest.mark.shared
def test_it_knows_classes_that_neither_pixels_nor_random_weights_know(shared_data):
    """On CIFAR-10, which it has not seen: at least ten points of 10-NN accuracy above both."""
    source = f"{shared_data}/cifar10-exact.npz"

    def accuracy(encoder):
        draw = {"limit_train": 1000, "limit_test": 1000, "cache": None}
        found = knn_by_layer(f"{source}::train", f"{source}::test", encoder, **draw)
        return found.accuracy[encoder.layers[-1]]

    pixels, random = accuracy(load_encoder("pixels")), accuracy(untrained(NAME))
    assert accuracy(load_encoder(NAME, layers=[12])) > max(pixels, random) + 0.1


@pytest.mark.parametrize("file", FILES[1:])
def test_a_damaged_file_is_refused(copied, file):
    spoiled = bytearray((copied / file).read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    (copied / file).write_bytes(spoiled)
    with pytest.raises(
        EncoderError, match=rf"damaged: the SHA-256 of .*{file} should be .* Install Whorl again"
    ):
        load_encoder(NAME)


def test_a_missing_file_is_refused(copied):
    (copied / "model.safetensors").unlink()
    with pytest.raises(EncoderError, match=r"found none \(No such file"):
        load_encoder(NAME)


def test_it_has_one_size():
    with pytest.raises(EncoderError, match="has one size; write whorl-vit-32"):
        load_encoder(f"{NAME}:64")


def test_a_reference_finds_it_again_from_another_place(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    train, test, fresh = (rng.integers(0, 256, (n, 8, 8, 3), dtype=np.uint8) for n in (60, 40, 30))
    reference = whorl.Reference.fit(train, test, encoder=NAME, layers=[1, 12], cells=1, cache=None)
    reference.save(tmp_path / "ref")
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as damaged:
        damaged.setitem(bundled.SHA256, "config.json", "0" * 64)
        with pytest.raises(
            EncoderError, match=r"^the encoder whorl-vit-32 that comes with Whorl is damaged"
        ) as told:
            whorl.Reference.load("ref").curve(fresh, cache=None)
        assert "--encoder" not in str(told.value)
    assert str(bundled.FOLDER) not in (tmp_path / "ref" / "manifest.json").read_text()
    again = whorl.Reference.load("ref").curve(fresh, cache=None)
    assert again.standardised.tolist() == reference.curve(fresh, cache=None).standardised.tolist()


def test_the_card_says_what_it_must():
    card = (bundled.FOLDER / "README.md").read_text()
    for word in (
        "Tiny-ImageNet",
        "non-commercial",
        "seed",
        "CIFAR-10",
        "10-NN",
        "random weights",
        "raw pixels",
        "Not for",
    ):
        assert word in card, word


def test_the_wheel_carries_the_weights(tmp_path):
    pytest.importorskip("hatchling", reason="needs hatchling, of the dev extra")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, env=os.environ | {"SOURCE_DATE_EPOCH": "1"}
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for file in FILES:
            assert archive.read(f"whorl/encoders/{NAME}/{file}") == (bundled.FOLDER / file).read_bytes()
        assert "whorl/report/templates/report.html.j2" in archive.namelist()
    assert wheel.stat().st_size < 8_000_000

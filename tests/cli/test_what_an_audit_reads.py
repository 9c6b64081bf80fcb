"""An audit encodes its own pictures alone, and looks at T's only to show the closest pairs."""

import shutil

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from whorl.cli.app import app
from whorl.encoders.pixels import PixelEncoder
from whorl.images.source import Source

RNG = np.random.default_rng(0)
T, P = (RNG.integers(0, 256, (n, 8, 8, 3), dtype=np.uint8) for n in (90, 60))
Q = [np.concatenate([T[start : start + 20], P[start : start + 20]]) for start in (0, 30)]


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WHORL_CACHE", "off")
    (tmp_path / "train").mkdir()
    for i, picture in enumerate(T):
        Image.fromarray(picture).save(tmp_path / "train" / f"t{i:03d}.png")
    np.save("test.npy", P)
    for i, pictures in enumerate(Q):
        np.save(f"q{i}.npy", pictures)
    whorl("reference", "build", "--train", "train", "--test", "test.npy", "--encoder", "pixels:8",
          "--cells", 2, "-o", "ref", "-q")  # fmt: skip
    return tmp_path


def whorl(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output


@pytest.fixture
def watched(place, monkeypatch):
    """How many rows are encoded, and which pictures of T are read."""
    encoded, opened = [], []
    encode, read = PixelEncoder.encode, Source.__getitem__

    def counting(self, batch):
        encoded.append(len(batch))
        return encode(self, batch)

    def reading(self, index):
        if "train" in self.name:
            opened.append(self.ids[index])
        return read(self, index)

    monkeypatch.setattr(PixelEncoder, "encode", counting)
    monkeypatch.setattr(Source, "__getitem__", reading)
    return encoded, opened


def test_t_is_never_encoded_again_and_opened_only_for_the_pairs(watched):
    encoded, opened = watched
    for i in range(2):
        encoded.clear()
        opened.clear()
        whorl("audit", "ref", f"q{i}.npy", "-q")
        assert sum(encoded) == 40
        assert opened == []  # no report, no pair to show
        encoded.clear()
        whorl("audit", "ref", f"q{i}.npy", "-o", f"out{i}", "-q")
        assert sum(encoded) == 40
        assert 0 < len(set(opened)) < 20
        assert set(opened) <= {f"t{n:03d}.png" for n in range(30 * i, 30 * i + 20)}


def test_an_audit_needs_nothing_of_t_but_the_reference(watched):
    encoded, opened = watched
    shutil.rmtree("train")
    whorl("audit", "ref", "q1.npy", "-o", "out", "-q")
    assert sum(encoded) == 40
    assert opened == []

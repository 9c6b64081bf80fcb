"""A training that a signal ends keeps its checkpoint, and the command says by its code which signal it was."""

import os
import signal

import numpy as np
import pytest

from command_line import in_this_process
from whorl.lab.generators.trainer import GeneratorTrainer
from whorl.lab.segmenter.trainer import SegmenterTrainer
from whorl.lab.training.trainer import Trainer

TRAIN = (
    "lab",
    "train",
    "ddpm",
    "d.npz",
    "--size",
    "tiny",
    "--steps",
    "6",
    "--batch-size",
    "4",
    "--grids",
    "0",
)
ENCODER = ("lab", "train-encoder", "d.npz", "--width", "32", "--depth", "1", "--size", "8", "--epochs", "1",
           "--batch-size", "4")  # fmt: skip
SEGMENTER = ("lab", "train-segmenter", "d.npz", "--width", "2", "--blocks", "1", "--size", "8", "--epochs", "1",
             "--batch-size", "4")  # fmt: skip


@pytest.fixture
def pictures(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)
    np.savez(tmp_path / "d.npz", x=pixels, x_labels=np.arange(40) % 2)
    return tmp_path


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize(
    ("words", "trainer"),
    [(TRAIN, GeneratorTrainer), (ENCODER, Trainer), (SEGMENTER, SegmenterTrainer)],
)
def test_the_code_is_128_and_the_signal(pictures, monkeypatch, words, trainer, number, code):
    real, taken = trainer.advance, []

    def advance(self, *progress):
        outcome = real(self, *progress)
        taken.append(1)
        if len(taken) == 2:
            os.kill(os.getpid(), number)
        return outcome

    monkeypatch.setattr(trainer, "advance", advance)
    command = (*words, "-o", "out", "-q", "--device", "cpu")
    done = in_this_process(*command, cwd=pictures, env={})
    assert (done.returncode, len(taken)) == (code, 2), done.stderr
    assert "checkpoints and answers are kept. Run it again." in done.stderr
    assert (pictures / "out" / "checkpoint.safetensors").is_file()
    done = in_this_process(*command, cwd=pictures, env={})
    assert done.returncode == 0, done.stderr

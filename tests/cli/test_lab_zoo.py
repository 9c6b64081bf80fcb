"""`whorl lab zoo`."""

import json
import shutil
import signal
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from whorl.cli import main
from whorl.cli.app import app
from whorl.evaluation.sets import find_sets
from whorl.lab.zoo import build


def run(*words):
    return CliRunner().invoke(app, ["lab", "zoo", *map(str, words)])


@pytest.fixture
def begun(tiny_zoo, tmp_path):
    """A zoo of two models, of which one has no pictures yet, and the options that finish it."""
    for name in ("sngan", "contragan"):
        shutil.copytree(tiny_zoo.folder / f"models/{name}/run-1", tmp_path / f"zoo/models/{name}/run-1")
    (tmp_path / "zoo/pictures/sngan").mkdir(parents=True)
    shutil.copy(tiny_zoo.folder / "pictures/sngan/run-1.npz", tmp_path / "zoo/pictures/sngan")
    options = ("--size", "tiny", "--steps", 2, "--runs", 1, "-n", 40, "--architectures", "contragan,sngan")
    return ["-o", tmp_path / "zoo", *options]


def test_it_goes_on_judges_and_packs(begun, tiny_zoo, digits, tmp_path):
    judged = ("--judge-encoder", "pixels:8", "--test", f"{digits}::test", "--pack", tmp_path / "pack")
    done = run(f"{digits}::train", *begun, *judged, "--json", "-q")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [model["digest"] for model in told["zoo"]["models"]] == [m.digest for m in tiny_zoo.models[:2]]
    assert told["judgement"]["distances"].keys() == {"sngan/run-1", "contragan/run-1"}
    assert {path.name for path in (tmp_path / "zoo").iterdir()} == {
        "models", "pictures", "zoo.json", "zoo.png", "zoo.svg"
    }  # fmt: skip
    assert [place.name for place in find_sets(tmp_path / "pack")] == ["contragan/run-1", "sngan/run-1"]
    again = run(f"{digits}::train", *begun, *judged, "-q")
    assert again.exit_code == 0, again.output
    assert len(told["judgement"]["held_out"]["draws"]) == 3
    for word in (
        "sngan/run-1",
        "held-out pictures",
        "3 draws",
        "pixel-wise Gaussian",
        "n = 40",
        "whorl evaluate REF",
    ):
        assert word in again.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--judge-encoder", "pixels:8"), "given together"),
        (("--test", "held-out.npz"), "given together"),
        (("--pack", "zoo/pack", "-o", "zoo"), "lies inside the zoo"),
    ],
)
def test_options_that_make_no_sense_are_refused(digits, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    done = run(f"{digits}::train", "-o", "zoo", *words)
    assert done.exit_code == 2
    assert message in " ".join(done.output.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_pack_is_refused_before_anything_is_trained(digits, tmp_path):
    (tmp_path / "pack").mkdir()
    np.savez(tmp_path / "pack" / "mine.npz", np.zeros(3))
    done = run(f"{digits}::train", "-o", tmp_path / "zoo", "--pack", tmp_path / "pack")
    assert "exists already" in str(done.exception)
    assert not (tmp_path / "zoo").exists()


def test_too_few_held_out_pictures_are_refused_before_anything_is_trained(digits, tmp_path):
    judged = ("--judge-encoder", "pixels:8", "--test", f"{digits}::test")
    done = run(f"{digits}::train", "-o", tmp_path / "zoo", *judged, "-q")
    assert "holds 120 pictures; a zoo of 500 pictures a model" in str(done.exception)
    assert not (tmp_path / "zoo").exists()


def test_stopped_it_says_that_the_same_command_goes_on(digits, tmp_path, monkeypatch, capsys):
    def stopped(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "build_zoo", stopped)
    monkeypatch.setattr(sys, "argv", ["whorl", "lab", "zoo", f"{digits}::train", "-o", str(tmp_path / "zoo")])
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert ended.value.code == 130
    assert "Run it again" in capsys.readouterr().err

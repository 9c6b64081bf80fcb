"""`whorl demo` from beginning to end, as a user runs it."""

import importlib
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

import whorl
from browser import look
from command_line import in_a_new_process, in_this_process
from whorl.demo import digits
from whorl.demo.folder import holds_demo
from whorl.errors import StorageError, WhorlError

NAMES = ["copier", "good", "coarse", "real"]


def run(*arguments, cwd, check=0, process=in_this_process):
    done = process(*arguments, cwd=cwd, env={"HF_HUB_OFFLINE": "1"})
    assert done.returncode == check, done.stdout + done.stderr
    return done


def check_curves(sets):
    """At every layer copier < good < coarse; the copier copies; real digits are healthy."""
    z = {name: np.array(sets[name]["standardised"]) for name in NAMES}
    assert z["copier"].shape == (12,)
    assert (z["copier"] < z["good"]).all()
    assert (z["good"] < z["coarse"]).all()
    verdicts = {name: sets[name]["verdict"]["whole"]["finding"] for name in NAMES}
    assert verdicts["copier"] == "copies"
    assert verdicts["real"] == "healthy"
    assert verdicts["coarse"] == "under-fits"


def check_report(folder):
    text = (folder / "report.html").read_text()
    for name in NAMES:
        assert f'<bdi class="name">{name}</bdi>' in text
    for width in (1100, 500):
        seen = look(folder / "report.html", width=width)
        assert (seen.errors, seen.requests, seen.not_shown, seen.overflow) == ((), (), (), 0)
        assert seen.images > 4 * 12


def check_pictures(folder):
    real = digits.load(0)
    with np.load(folder / "digits.npz", allow_pickle=False) as arrays:
        assert np.array_equal(arrays["train"], real.train)
        assert np.array_equal(arrays["real"], real.fresh)
        drawn = {name: arrays[name] for name in ("copier", "good", "coarse")}
    assert {pictures.shape for pictures in drawn.values()} == {(500, 8, 8)}
    near = {name: near_copies(pictures, real.train) for name, pictures in drawn.items()}
    assert near["copier"] > 0.25
    assert near["good"] == near["coarse"] == 0 == near_copies(real.fresh, real.train)


def near_copies(pictures, train):
    """The share of pictures that differ from a training picture by at most 2 of 16 levels at every pixel."""
    ink = [np.rint(each.reshape(len(each), -1) / 255 * 16) for each in (pictures, train)]
    return np.mean([np.abs(ink[1] - picture).max(axis=1).min() <= 2 for picture in ink[0]])


@pytest.mark.slow
def test_the_demo_tells_the_copier_from_the_others(tmp_path):
    done = run("demo", "--json", "--quiet", cwd=tmp_path, process=in_a_new_process)
    folder = tmp_path / "whorl-demo"
    result = json.loads(done.stdout)
    assert result == json.loads((folder / "result.json").read_text())
    assert done.stderr == ""
    check_curves(result["sets"])
    assert result["kept"]["coarse"] < result["kept"]["good"] < result["kept"]["copier"]
    check_pictures(folder)
    assert holds_demo(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["whorl-demo"]
    # What it left can be used: the same numbers from the command line, and the closest pairs as pictures.
    run("audit", "whorl-demo/reference", "whorl-demo/digits.npz::copier", "-o", "again", cwd=tmp_path)
    again = json.loads((tmp_path / "again" / "result.json").read_text())["curve"]
    assert again["standardised"] == result["sets"]["copier"]["standardised"]
    assert "not at hand" not in (tmp_path / "again" / "report.html").read_text()
    check_report(folder)


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "whorl-demo").mkdir()
    (tmp_path / "whorl-demo" / "thesis.txt").write_text("years of work")
    done = run("demo", cwd=tmp_path, check=2)
    assert "holds more than an earlier result" in done.stderr
    assert (tmp_path / "whorl-demo" / "thesis.txt").read_text() == "years of work"


def test_where_it_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    assert (
        "is a file, where a folder is to be written"
        in run("demo", "-o", "file", cwd=tmp_path, check=2).stderr
    )
    assert "is the folder you are in" in run("demo", "-o", ".", cwd=tmp_path, check=2).stderr
    name = os.fsdecode(b"caf\xe9")
    assert "is not UTF-8" in run("demo", "-o", name, cwd=tmp_path, check=2).stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_a_file_manager_leaves_does_not_count(tmp_path):
    (tmp_path / "result.json").write_text('{\n "schema": "whorl-demo/1"\n}')
    (tmp_path / ".DS_Store").touch()
    assert holds_demo(tmp_path)


def test_what_is_a_demo_and_what_is_not(tmp_path):
    (tmp_path / "result.json").write_text('{\n "schema": "whorl-demo/1"\n}')
    assert holds_demo(tmp_path)
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "mine.txt").touch()
    assert not holds_demo(tmp_path)


# Trainings of a few steps and a third of the pictures: what is made of them is the same.
QUICK = {
    "whorl.demo.generators": {"_COPIER_STEPS": 60, "_GOOD_STEPS": 50, "_COARSE_STEP": 10},
    "whorl.demo.digits": {"_TRAIN": 300, "_TEST": 150, "_FRESH": 150},
    "whorl.demo.demo": {"DRAWN": 150},
}


def hurry(patch):
    for place, values in QUICK.items():
        for name, value in values.items():
            patch.setattr(importlib.import_module(place), name, value)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A quick demo, in a folder of its own."""
    from whorl.demo.demo import run_demo

    with pytest.MonkeyPatch.context() as patch:
        hurry(patch)
        return run_demo(tmp_path_factory.mktemp("first") / "demo")


def test_an_earlier_demo_is_replaced_and_a_failure_leaves_it(first, monkeypatch):
    from whorl.demo import folder as module
    from whorl.demo.demo import run_demo

    hurry(monkeypatch)
    assert list(first.curves) == NAMES
    folder = first.folder
    seen = (folder / "result.json").read_bytes()
    (folder / "report.html").write_text("an earlier one")
    run_demo(folder)
    assert (folder / "report.html").read_text() != "an earlier one"
    assert json.loads((folder / "result.json").read_text())["sets"] == json.loads(seen)["sets"]

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_report", full)
    with pytest.raises(StorageError, match="No space left"):
        run_demo(folder)
    assert holds_demo(folder)
    assert [path.name for path in folder.parent.iterdir()] == ["demo"]


def test_one_can_ask_the_result_of_its_reference(first):
    reference = whorl.Reference.load(first.folder / "reference")
    assert reference.train.count == QUICK["whorl.demo.digits"]["_TRAIN"]
    assert first.curves["good"].reference == reference.digest
    assert first.folder.name == "demo"
    assert {path.name for path in first.folder.parent.iterdir()} == {"demo"}


def test_seeds_at_the_limits():
    assert digits.load(2**70).train.shape == (900, 8, 8)
    with pytest.raises(WhorlError, match="at least 0; got -1"):
        digits.load(-1)


def test_nothing_is_asked_of_the_network(tmp_path):
    """The whole command with every way out shut, and no switch set that keeps libraries offline."""
    code = (
        "import importlib, socket, sys\n"
        "def shut(*a, **k): raise AssertionError(f'the network was asked: {a}')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = shut\n"
        f"for place, values in {QUICK!r}.items(): vars(importlib.import_module(place)).update(values)\n"
        "sys.argv = ['whorl', 'demo', '-q']\n"
        "from whorl.cli import main\nmain()"
    )
    online = {name: value for name, value in os.environ.items() if "OFFLINE" not in name}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=online, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "whorl-demo" / "report.html").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_stopped_it_leaves_nothing(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "whorl", "demo"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    first = process.stderr.readline()
    assert "train two models" in first
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "Nothing half-written is left" in told
    assert list(tmp_path.iterdir()) == []


def test_a_failure_in_one_training_stops_the_other(monkeypatch):
    from whorl.demo import generators
    from whorl.embeddings.progress import Silent

    steps = []

    def train(pictures, validation, **options):
        if len(pictures) == generators.COPIED:
            raise ValueError("no memory")
        for step in range(10**6):
            options["tick"]()
            steps.append(step)
            time.sleep(0.001)

    monkeypatch.setattr(generators, "train", train)
    before = torch.get_num_threads()
    with pytest.raises(ValueError, match="no memory"):
        generators.train_generators(digits.load(0), seed=0, progress=Silent())
    assert len(steps) < 10**5
    assert torch.get_num_threads() == before

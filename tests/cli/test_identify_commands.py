"""`whorl register`, `whorl identify`, `whorl evaluate`, as a user types them."""

import json

import numpy as np
import pytest
from PIL import Image

from command_line import in_a_new_process, in_this_process

COLOURS = {"red": (200, 60, 60), "green": (60, 200, 60), "blue": (60, 60, 200), "white": (245, 245, 245)}


def draw(n, seed, colour=(128, 128, 128), noise=20.0):
    rng = np.random.default_rng(seed)
    slope = rng.normal(size=(n, 1, 1, 3)) * np.linspace(-12, 12, 8)[None, :, None, None]
    pictures = np.array(colour) + slope + rng.normal(size=(n, 1, 1, 3)) * noise
    return (pictures + rng.normal(size=(n, 8, 8, 3)) * 6).clip(0, 255).astype(np.uint8)


def whorl(*arguments, cwd, check=None, run=in_this_process):
    done = run(*arguments, cwd=cwd, env={"COLUMNS": "110", "WHORL_REGISTRY": cwd / "known.db"})
    if check is not None:
        assert done.returncode == check, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A working folder with two References, and a registry that knows three colours on the first."""
    here = tmp_path_factory.mktemp("work")
    np.save(here / "train.npy", draw(400, 1, noise=60))
    np.save(here / "test.npy", draw(200, 2, noise=60))
    for number, (name, colour) in enumerate(COLOURS.items()):
        (here / "sets" / name).mkdir(parents=True)
        for run in (1, 2):
            np.save(here / "sets" / name / f"run{run}.npy", draw(80, 10 * number + run, colour))
    (here / "asked").mkdir()
    for i, picture in enumerate(draw(40, 99, COLOURS["green"])):
        Image.fromarray(picture).save(here / "asked" / f"{i:02}.png")
    build = ("reference", "build", "--train", "train.npy", "--test", "test.npy", "--encoder", "pixels:8")
    for name, seed in (("ref", 0), ("other", 1)):
        whorl(*build, "--cells", 3, "--sensitivity", 0, "--seed", seed, "-o", name, cwd=here, check=0)
    for name, run in (("red", in_this_process), ("green", in_this_process), ("blue", in_a_new_process)):
        told = whorl(
            "register", "ref", f"sets/{name}/run1.npy", "--name", f"{name}/1", "--architecture", name, "-q",
            cwd=here, check=0, run=run,
        )  # fmt: skip
    assert "knows 3 models on this Reference" in told.stdout
    return here


def test_pictures_of_a_known_model_are_named_in_a_table_and_a_report(place):
    done = whorl("identify", "ref", "asked", "-o", "answer", cwd=place, check=0, run=in_a_new_process)
    lines = [line for line in done.stdout.splitlines() if "/1" in line]
    assert "green/1" in lines[0]
    assert "Report: answer/report.html" in done.stdout
    left = {path.name for path in (place / "answer").iterdir()}
    assert {"identification.json", "ranking.svg", "ranking.png", "report.html"} <= left
    held = json.loads((place / "answer" / "identification.json").read_text())
    assert held["identification"]["best"] == "green/1"
    assert held["details"]["registry"] == str(place / "known.db")
    page = (place / "answer" / "report.html").read_text()
    assert "green/1" in page
    assert page.count("<img") >= 16 or "data:image/png" in page
    again = whorl("identify", "ref", "asked", "-o", "answer", cwd=place)
    assert again.returncode == 2
    assert "--overwrite" in again.stderr
    whorl("identify", "ref", "asked", "-o", "answer", "--overwrite", "-q", cwd=place, check=0)


def test_json_says_all_of_it(place):
    done = whorl("identify", "ref", "asked", "--json", "-q", cwd=place, check=0)
    found = json.loads(done.stdout)["identification"]
    assert (found["best"], found["method"], found["n_pictures"]) == ("green/1", "early-means", 40)
    assert found["matches"][0]["name"] == "green/1"
    assert found["rejection"]["false_accept_rate"] == pytest.approx(2 / 4)
    assert found["verdict"] == "known"


def test_a_registered_model_is_shown_with_its_numbers(place):
    done = whorl("registry", "show", "red/1", cwd=place, check=0)
    assert "chance (2 numbers)" in done.stdout
    assert "c_t" in done.stdout
    assert json.loads(whorl("registry", "show", "red/1", "--json", cwd=place, check=0).stdout)


def test_names_of_sets_do_nothing_to_a_terminal(place):
    (place / "odd" / "a").mkdir(parents=True)
    for name in ("run\x1b[31m1", "run2"):
        np.save(place / "odd" / "a" / f"{name}.npy", draw(30, 5))
    small = ("--sizes", 10, "--splits", 1, "--draws", 1, "--methods", "means")
    done = whorl("evaluate", "ref", "odd", *small, cwd=place, check=0)
    assert "\x1b[31m" not in done.stdout + done.stderr


def test_an_unknown_model_is_none_of_these(place):
    done = whorl("identify", "ref", "sets/white/run1.npy", "--json", "-q", cwd=place, check=0)
    assert json.loads(done.stdout)["identification"]["verdict"] == "none of these"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("identify", "other", "asked"), "fingerprints of different References never meet"),
        (("identify", "ref", "asked", "--limit", "3"), "at least 10 pictures by one model; got 3"),
        (("identify", "ref", "asked", "--method", "ct"), "no method 'ct'; choose from early-means"),
        (("identify", "ref", "asked", "--method", "ct-both"), "no numbers for the method ct-both"),
        (("identify", "ref", "asked", "--registry", "empty.db"), "knows no model measured on this Reference"),
        (("identify", "ref", "missing"), "missing"),
        (("register", "ref", "asked", "--name", "red/1", "--architecture", "red"), "red/1"),
        (("register", "ref", "asked", "--name", "x", "--architecture", "x", "--limit", "3"), "got 3"),
        (("register", "ref", "asked", "--name", "", "--architecture", "x"), "name is empty"),
        (("evaluate", "ref", "asked"), "holds no sets"),
        (("evaluate", "ref", "sets", "--methods", "ct"), "no method 'ct'"),
        (("evaluate", "ref", "sets", "--sizes", "many"), "whole numbers"),
        (("evaluate", "ref", "sets", "--sizes", "5"), "at least 10"),
        (("evaluate", "ref", "sets", "--tasks", "old"), "unknown task old"),
        (("evaluate", "ref", "sets", "--same", "red"), "NAME=VALUE"),
    ],
)
def test_bad_input_is_told_and_nothing_is_lost(place, arguments, message):
    before = (place / "known.db").read_bytes()
    told = whorl(*arguments, "-q", cwd=place, check=2).stderr
    assert message in " ".join(told.replace("│", " ").split())
    assert "Traceback" not in told
    assert (place / "known.db").read_bytes() == before


def test_replacing_is_asked_for(place):
    arguments = ("register", "ref", "sets/blue/run2.npy", "--name", "blue/1", "--architecture", "blue", "-q")
    assert whorl(*arguments, cwd=place).returncode == 2
    replaced = whorl(*arguments, "--replace", "--json", cwd=place, check=0)
    assert json.loads(replaced.stdout)["model"]["name"] == "blue/1"


def test_dry_runs_say_how_long_and_write_nothing(place):
    for command in (
        ("identify", "ref", "asked"),
        ("register", "ref", "asked", "--name", "x", "--architecture", "x"),
    ):
        done = whorl(*command, "--dry-run", cwd=place, check=0)
        assert "40" in done.stdout


def test_methods_are_evaluated_drawn_and_kept(place):
    small = ("--sizes", "15,40,60", "--splits", 1, "--draws", 2, "--methods", "means,early-means,copying")
    done = whorl("evaluate", "ref", "sets", *small, "-o", "table", "-q", cwd=place, check=0)
    assert "early-means" in done.stdout
    left = {path.name for path in (place / "table").iterdir()}
    assert {"evaluation.json", "outcomes.csv", "report.html"} <= left
    held = json.loads((place / "table" / "evaluation.json").read_text())["evaluation"]
    (rate,) = [
        each for each in held["rates"]
        if (each["task"], each["method"], each["size"]) == ("new-run", "early-means", 40)
    ]  # fmt: skip
    assert rate["value"] == 1.0
    assert any(60 in each["sizes"] for each in held["not_run"])
    arguments = ("evaluate", "ref", "sets", *small, "--json", "-q")
    told = whorl(*arguments, cwd=place, check=0, run=in_a_new_process)
    assert json.loads(told.stdout)["evaluation"]["rates"] == held["rates"]

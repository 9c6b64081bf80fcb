"""`whorl identify --attributor`: two kinds of evidence about one set, as a user types it."""

import csv
import json
import shutil

import numpy as np
import pytest

from browser import look
from command_line import in_this_process
from whorl.identification import Identification, JoinedAnswer
from whorl.report.identification import holds_identification

COLOURS = {"red": (200, 60, 60), "green": (60, 200, 60), "blue": (60, 60, 200)}
GREY = (128, 128, 128)


def draw(n, seed, colour, *, noise=20.0, side=8):
    rng = np.random.default_rng(seed)
    tint = np.array(colour) + rng.normal(size=(n, 1, 1, 3)) * noise
    return (tint + rng.normal(size=(n, side, side, 3)) * 6).clip(0, 255).astype(np.uint8)


def whorl(*arguments, cwd, check=None):
    done = in_this_process(*arguments, cwd=cwd, env={"COLUMNS": "100", "WHORL_REGISTRY": cwd / "known.db"})
    if check is not None:
        assert done.returncode == check, done.stdout + done.stderr
    return done


def told(*arguments, cwd):
    return json.loads(whorl("identify", "ref", *arguments, "--json", "-q", cwd=cwd, check=0).stdout)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A registry that knows three colours, and attributors: by pixels, artifacts, of runs, of two, with real."""
    here = tmp_path_factory.mktemp("work")
    np.save(here / "train.npy", draw(300, 1, GREY, noise=60))
    np.save(here / "test.npy", draw(150, 2, GREY, noise=60))
    np.save(here / "real.npy", draw(60, 3, (240, 240, 240)))
    for number, (name, colour) in enumerate(COLOURS.items()):
        for run in (1, 2):
            place = here / "known" / name.upper() / f"run-{run}.npy"
            place.parent.mkdir(parents=True, exist_ok=True)
            np.save(place, draw(40, 10 * number + run, colour))
        np.save(here / f"{name}.npy", draw(30, 90 + number, colour))
    shutil.copytree(here / "known", here / "two", ignore=shutil.ignore_patterns("BLUE"))
    build = ("reference", "build", "--train", "train.npy", "--test", "test.npy", "--encoder", "pixels:8")
    whorl(*build, "--cells", 3, "--sensitivity", 0, "-o", "ref", "-q", cwd=here, check=0)
    for name in COLOURS:
        pictures = f"known/{name.upper()}/run-1.npy"
        named = ("--name", f"{name}/1", "--architecture", name)
        whorl("register", "ref", pictures, *named, "-q", cwd=here, check=0)
    whorl("manifold", "build", "train.npy", "--encoder", "pixels:8", "-o", "rgb", "-q", cwd=here, check=0)
    pixels = ("--method", "pixels-linear")
    for name, *arguments in (
        ("by-pixels", *pixels, "known"),
        ("by-run", *pixels, "known", "--label", "run"),
        ("of-two", *pixels, "two"),
        ("with-real", *pixels, "known", "--real", "real.npy"),
        ("by-rgb", "rgb", "known", "--classifier", "linear"),
    ):
        whorl("manifold", "train", *arguments, "-o", name, "-q", cwd=here, check=0)
    return here


def test_without_an_attributor_nothing_is_said_of_one(place):
    document = told("green.npy", cwd=place)
    assert set(document) == {"schema", "when", "identification", "fingerprint", "details"}
    shown = whorl("identify", "ref", "green.npy", "-q", cwd=place, check=0).stdout
    assert "evidence" not in shown


def test_both_kinds_agree_in_the_terminal_in_json_and_in_the_report(place):
    asked = ("green.npy", "--attributor", "by-rgb", "-o", "answer")
    done = whorl("identify", "ref", *asked, "-q", cwd=place, check=0)
    shown = " ".join(done.stdout.split())
    for words in ("Two kinds of evidence", "picture by picture", "manifold:rgb:linear", "mean probability"):
        assert words in shown
    assert "agrees: green, say early-means and manifold:rgb:linear." in shown
    names = {path.name for path in (place / "answer").iterdir()}
    assert {"pictures.csv", "classes.svg", "classes.png"} <= names
    assert holds_identification(place / "answer")
    document = json.loads((place / "answer" / "identification.json").read_text())
    both = JoinedAnswer.from_dict(document["joined"])
    assert (both.verdict, both.architecture) == ("agree", "green")
    assert [piece.nearest for piece in both.pieces] == ["green", "GREEN"]
    assert Identification.from_dict(document["identification"]).best.name == "green/1"
    (attribution,) = document["attributions"]
    assert attribution["attribution"]["together"]["label"] == "GREEN"
    assert len(attribution["pictures"]) == 30
    assert document["details"]["attributors"]["manifold:rgb:linear"]["folder"] == "by-rgb"
    with (place / "answer" / "pictures.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 30
    whorl("identify", "ref", "green.npy", "-o", "answer", "--overwrite", "-q", cwd=place, check=0)
    assert not (place / "answer" / "pictures.csv").exists()


def test_several_attributors_are_told_apart_by_number(place, tmp_path):
    folder = tmp_path / "out"
    asked = ("--attributor", "by-pixels", "--attributor", "by-run", "--attributor", "by-rgb")
    document = told("red.npy", *asked, "-o", folder, cwd=place)
    names = ["early-means", "pixels-linear (1)", "pixels-linear (2)", "manifold:rgb:linear"]
    assert [piece["name"] for piece in document["joined"]["pieces"]] == names
    assert list(document["details"]["attributors"]) == names[1:]
    assert document["joined"]["verdict"] == "agree"
    assert [piece["decided"] for piece in document["joined"]["pieces"]] == [True, True, True, True]
    of_runs = document["joined"]["pieces"][2]["shares"]
    assert set(of_runs) == {"RED", "GREEN", "BLUE"}
    assert sum(of_runs.values()) == pytest.approx(1)
    left = {path.name for path in folder.iterdir()}
    assert {f"{name}-{i}" for name in ("pictures", "classes") for i in (1, 2, 3)} <= {
        path.partition(".")[0] for path in left
    }
    assert holds_identification(folder)
    (folder / "pictures-of-mine.csv").write_text("keep")
    assert not holds_identification(folder)


def test_a_model_that_one_of_them_does_not_know_is_not_compared(place):
    document = told("blue.npy", "--attributor", "of-two", cwd=place)
    assert document["joined"]["verdict"] == "not comparable"
    assert document["joined"]["gaps"] == [{"name": "pixels-linear", "architecture": "blue"}]


def test_real_pictures_are_called_real(place):
    document = told("real.npy", "--attributor", "with-real", cwd=place)
    piece = document["joined"]["pieces"][1]
    assert (piece["nearest"], piece["refused"]) == ("real", False)
    shown = whorl("identify", "ref", "real.npy", "--attributor", "with-real", "-q", cwd=place, check=0).stdout
    assert "takes them for real pictures" in " ".join(shown.split())


def test_a_manifold_that_moved_is_found_by_what_it_is(place, tmp_path):
    asked = ("red.npy", "--attributor", tmp_path / "by-rgb", "--attributor", "by-pixels")
    shutil.copytree(place / "by-rgb", tmp_path / "by-rgb")
    shutil.move(place / "rgb", place / "moved")
    try:
        done = whorl("identify", "ref", *asked, "-q", cwd=place, check=2)
        assert "needs its manifold" in " ".join(done.stderr.split())
        document = told(*asked, "--manifold", "moved", cwd=place)
    finally:
        shutil.move(place / "moved", place / "rgb")
    assert document["joined"]["verdict"] == "agree"


def test_the_page_shows_both_kinds(place, tmp_path):
    asked = ("green.npy", "--attributor", "by-rgb", "--attributor", "of-two", "-o", tmp_path / "out")
    whorl("identify", "ref", *asked, "-q", cwd=place, check=0)
    page = tmp_path / "out" / "report.html"
    assert "Two kinds of evidence" in page.read_text()
    for width in (1200, 375):
        seen = look(page, width=width)
        assert (seen.errors, seen.requests, seen.not_shown, seen.overflow) == ((), (), (), 0)


def test_a_dry_run_counts_what_a_manifold_needs_too(place):
    asked = ("red.npy", "--attributor", "by-rgb", "--attributor", "by-pixels", "--dry-run")
    done = whorl("identify", "ref", *asked, "--json", cwd=place, check=0)
    estimates = json.loads(done.stdout)
    assert {name: each["total"] for name, each in estimates.items()} == {
        "pictures": 30, "pictures, for by-rgb": 30,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--attributor", "nowhere"), "nowhere is no attributor"),
        (("--attributor", "rgb"), "holds whorl-manifold/1"),
        (("--attributor", "by-rgb", "--attributor", "by-rgb"), "the same attributor"),
        (("--attributor", "by-rgb", "--attributor", "copy"), "copy is the same attributor as by-rgb"),
        (("--manifold", "rgb"), "--manifold is for an attributor"),
        (("--attributor", "by-pixels", "--manifold", "rgb"), "is not the one that by-pixels has learned on"),
    ],
)
def test_bad_input_is_told(place, arguments, message):
    shutil.copytree(place / "by-rgb", place / "copy", dirs_exist_ok=True)
    done = whorl("identify", "ref", "green.npy", *arguments, "-o", "none", "-q", cwd=place, check=2)
    assert message in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr
    assert not (place / "none").exists()


@pytest.mark.parametrize(
    ("attributor", "message"),
    [("by-rgb", "9 x 9, where pixels:8 takes 8 x 8"), ("by-pixels", "pictures of the same size")],
)
def test_pictures_of_another_size_are_refused(place, tmp_path, attributor, message):
    np.save(tmp_path / "large.npy", draw(30, 5, COLOURS["red"], side=9))
    asked = (tmp_path / "large.npy", "--attributor", attributor)
    done = whorl("identify", "ref", *asked, "-q", cwd=place, check=2)
    assert message in " ".join(done.stderr.split())

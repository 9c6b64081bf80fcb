"""`whorl manifold build`, `train` and `attribute`, as a user types them."""

import csv
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from command_line import in_a_new_process, in_this_process

SIDE = 8
PATTERNS = {
    "columns": lambda y, x: (-1.0) ** x,
    "checks": lambda y, x: (-1.0) ** (x // 2 + y // 2),
    "rows": lambda y, x: (-1.0) ** y,
}


def draw(pattern, count, seed, side=SIDE):
    """Smooth colours, with the traces of a generator unless `pattern` is "none"."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side]
    slopes = rng.normal(0, 4, (2, count, 1, 1, 3))
    smooth = (
        128 + slopes[0] * y[..., None] + slopes[1] * x[..., None] + rng.normal(0, 2, (count, side, side, 3))
    )
    traces = PATTERNS[pattern](y, x) if pattern in PATTERNS else np.zeros((side, side))
    return (smooth + 14 * traces[..., None]).round().clip(0, 255).astype(np.uint8)


def whorl(*arguments, cwd, check=None, run=in_this_process):
    done = run("manifold", *arguments, cwd=cwd, env={"COLUMNS": "110"})
    if check is not None:
        assert done.returncode == check, done.stdout + done.stderr
    return done


def refused(*arguments, cwd, because):
    done = whorl(*arguments, cwd=cwd, check=2)
    assert because in " ".join(done.stderr.replace("│", " ").split()), done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A working folder: real pictures, known sets, RGB and FREQ manifolds, and an attributor on each."""
    here = tmp_path_factory.mktemp("work")
    (here / "real").mkdir()
    for number, picture in enumerate(draw("none", 60, 1)):
        Image.fromarray(picture).save(here / "real" / f"{number:02}.png")
    np.save(here / "more.npy", draw("none", 40, 2))
    for number, name in enumerate(PATTERNS):
        (here / "known" / name).mkdir(parents=True)
        for run in (1, 2):
            np.save(here / "known" / name / f"run-{run}.npy", draw(name, 20, 10 * number + run))
    (here / "asked").mkdir()
    for number, picture in enumerate(draw("checks", 12, 99)):
        Image.fromarray(picture).save(here / "asked" / f"{number:02}.png")
    whorl("build", "real", "--encoder", "pixels:8", "-o", "rgb", "-q", cwd=here, check=0)
    whorl("build", "real", "--encoder", "spectrum:8", "-o", "freq", "-q", cwd=here, check=0)
    for name in ("rgb", "freq"):
        whorl("train", name, "known", "--classifier", "linear", "-o", f"by-{name}", "-q", cwd=here, check=0)
    return here


def test_from_real_pictures_to_a_report(place):
    built = whorl("build", "real", "--encoder", "pixels:8", "--limit", 50, "-o", "drawn", cwd=place, check=0)
    assert "pixels:8" in built.stdout
    assert "pictures 60" in built.stdout
    arguments = ("train", "drawn", "known", "--classifier", "linear", "-o", "by-drawn")
    trained = whorl(*arguments, cwd=place, check=0)
    assert "manifold:rgb:linear" in trained.stdout
    asked = ("attribute", "by-drawn", "asked", "-o", "answer")
    done = whorl(*asked, cwd=place, check=0, run=in_a_new_process)
    assert "All together: checks." in done.stdout
    assert "Report: answer/report.html" in done.stdout


@pytest.mark.parametrize("space", ["rgb", "freq"])
def test_every_picture_and_the_set_are_answered(place, space):
    done = whorl("attribute", f"by-{space}", "asked", "--json", "-q", cwd=place, check=0)
    told = json.loads(done.stdout)
    whole, rows = told["attribution"]["together"], told["pictures"]
    assert (whole["label"], whole["known"], len(rows)) == ("checks", True, 12)
    assert whole["distance"] < whole["limits"]["threshold"]
    assert [row["answer"] for row in rows].count("checks") >= 10
    names = {path.name for path in (place / "real").iterdir()}
    assert all(row["nearest_real"] in names and row["artifact_length"] > 0 for row in rows)


def test_the_folder_holds_table_result_figures_and_page(place):
    whorl("attribute", "by-rgb", "asked", "-o", "out", "-q", cwd=place, check=0)
    names = {path.name for path in (place / "out").iterdir()}
    figures = {f"{name}.{kind}" for name in ("classes", "examples") for kind in ("svg", "png")}
    assert names == {"result.json", "pictures.csv", "report.html"} | figures
    with (place / "out" / "pictures.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    shares = [float(rows[0][f"probability of {name}"]) for name in PATTERNS]
    assert sum(shares) == pytest.approx(1)
    assert max(shares) == float(rows[0]["probability"])
    page = (place / "out" / "report.html").read_text()
    assert "nearest real" in page
    assert "What this does not prove" in page
    assert whorl("attribute", "by-rgb", "asked", "-o", "out", "-q", cwd=place).returncode == 2
    whorl("attribute", "by-rgb", "asked", "-o", "out", "--overwrite", "-q", cwd=place, check=0)


def test_outside_rgb_the_nearest_pictures_are_opened_where_they_were(place, tmp_path):
    def shown(folder):
        page = (tmp_path / folder / "report.html").read_text()
        return "nearest to it in this space" in page, "largest difference" in page

    for folder, more in (("there", ()), ("gone", ()), ("given", ("--real", tmp_path / "elsewhere"))):
        if folder == "gone":
            shutil.move(place / "real", tmp_path / "elsewhere")
        whorl("attribute", "by-freq", "asked", "-o", tmp_path / folder, "-q", *more, cwd=place, check=0)
    shutil.move(tmp_path / "elsewhere", place / "real")
    assert [shown(folder) for folder in ("there", "gone", "given")] == [
        (True, False), (False, False), (True, False),
    ]  # fmt: skip


def test_what_is_unlike_anything_learned_is_not_given_to_a_known_model(place):
    rng = np.random.default_rng(0)
    side = draw("none", 1, 0).shape[1]
    np.save(place / "noise.npy", rng.integers(0, 256, (12, side, side, 3), dtype=np.uint8))
    done = whorl("attribute", "by-freq", "noise.npy", "--json", "-q", cwd=place, check=0)
    told = json.loads(done.stdout)["attribution"]
    assert told["unknown_because"]["unlike anything learned"] > 0.5
    assert told["together"]["reason"] == "unlike anything learned"


def test_each_answers_picture_by_picture_alone(place):
    told = json.loads(
        whorl("attribute", "by-rgb", "asked", "--each", "--json", "-q", cwd=place, check=0).stdout
    )
    assert told["attribution"]["together"] is None
    done = whorl("attribute", "by-rgb", "asked", "--each", "-q", cwd=place, check=0)
    assert "All together" not in done.stdout
    assert "Picture by picture:" in done.stdout


def test_real_pictures_can_be_a_class_even_the_manifolds_own(place, tmp_path):
    done = whorl(
        "train", "freq", "known", "--real", "real", "--classifier", "linear", "-o", tmp_path / "a", "--json",
        "-q", cwd=place, check=0,
    )  # fmt: skip
    assert json.loads(done.stdout)["classes"]["real"] == 60
    assert "60 of 60 pictures are pictures of the manifold" in done.stderr
    told = json.loads(
        whorl("attribute", tmp_path / "a", "more.npy", "--json", "-q", cwd=place, check=0).stdout
    )
    assert told["attribution"]["together"]["label"] == "real"
    assert told["attribution"]["mean_probability"]["real"] > 0.6


def test_each_model_can_be_a_class_by_itself(place, tmp_path):
    arguments = ("train", "rgb", "known", "--label", "run", "--kind", "raw", "--classifier", "linear")
    done = whorl(*arguments, "-o", tmp_path / "a", "--json", "-q", cwd=place, check=0)
    told = json.loads(done.stdout)
    assert set(told["classes"]) == {f"{name}/run-{run}" for name in PATTERNS for run in (1, 2)}
    assert told["method"] == "raw:rgb:linear"


def test_a_baseline_needs_no_manifold(place, tmp_path):
    done = whorl(
        "train", "--method", "pixels-linear", "known", "-o", tmp_path / "a", "-q", cwd=place, check=0
    )
    assert "pixels-linear" in done.stdout
    asked = ("attribute", tmp_path / "a", "asked", "-o", tmp_path / "out", "--json", "-q")
    told = json.loads(whorl(*asked, cwd=place, check=0).stdout)
    assert told["attribution"]["together"]["label"] == "checks"
    assert told["pictures"][0]["nearest_real"] is None
    assert "nearest to it in this space" not in (tmp_path / "out" / "report.html").read_text()


def test_a_whole_name_on_a_manifold_is_taken_too(place, tmp_path):
    arguments = ("train", "freq", "known", "--method", "random:freq:linear", "-o", tmp_path / "a")
    assert "random:freq:linear" in whorl(*arguments, "-q", cwd=place, check=0).stdout


def test_constant_pictures_are_answered(place, tmp_path):
    np.save(tmp_path / "flat.npy", np.full((3, SIDE, SIDE, 3), 90, np.uint8))
    for space in ("rgb", "freq"):
        done = whorl("attribute", f"by-{space}", tmp_path / "flat.npy", "--json", "-q", cwd=place, check=0)
        assert len(json.loads(done.stdout)["pictures"]) == 3


def test_what_cannot_be_learned_from_is_refused(place, tmp_path):
    known = shutil.copytree(place / "known", tmp_path / "known")

    def train(because, *arguments):
        refused("train", *arguments, "-o", tmp_path / "a", "-q", cwd=place, because=because)

    (known / "one").mkdir()
    np.save(known / "one" / "run-1.npy", draw("none", 1, 5))
    train("one has 1", "rgb", known, "--classifier", "linear")
    np.save(known / "one" / "run-1.npy", draw("none", 12, 5, side=9))
    train("pictures of several sizes", "rgb", known)
    np.save(known / "one" / "run-1.npy", np.concatenate([draw("none", 12, 5)]))
    shutil.move(known / "one", known / "unknown")
    train("a class called 'unknown'", "rgb", known)
    mixed = tmp_path / "mixed" / "a"
    for run in (1, 2):
        (mixed / f"run-{run}").mkdir(parents=True)
        for number, picture in enumerate(draw("rows", 12, run, side=SIDE + run - 1)):
            Image.fromarray(picture).save(mixed / f"run-{run}" / f"{number}.png")
    shutil.copytree(mixed, tmp_path / "mixed" / "b")
    train("9 x 9, where pixels:8 takes 8 x 8", "rgb", tmp_path / "mixed")
    assert not (tmp_path / "a").exists()


def test_what_makes_no_sense_is_refused(place, tmp_path):
    def train(because, *arguments, out=tmp_path / "a"):
        refused("train", *arguments, "-o", out, "-q", cwd=place, because=because)

    train("give a manifold and a folder of known sets", "known")
    train("needs no manifold", "--method", "durall", "rgb", "known")
    train("at most a manifold and a folder", "rgb", "known", "asked")
    train("no attribution method 'dural'", "--method", "dural", "known")
    train("has its own", "--method", "durall", "--layer", "1", "known")
    train(
        "leave out --layer, --classifier and --kind", "rgb", "known", "--method", "raw:rgb", "--kind", "raw"
    )
    train("no layer 'head'", "rgb", "known", "--layer", "head")
    train("no layer 'spectrum'", "rgb", "known", "--method", "manifold:freq")
    train("there is no classifier 'forest'", "rgb", "known", "--classifier", "forest")
    train("lies between 0 and 1", "rgb", "known", "--stranger-rate", "1")
    train("is no manifold", "known", "known")
    train("lies inside the pictures", "rgb", "known", out=place / "known" / "a")
    train("lies inside the manifold", "rgb", "known", out=place / "rgb" / "a")
    refused("build", "real", "-o", place / "real" / "m", cwd=place, because="lies inside the pictures")
    refused("build", "real", "-o", tmp_path / "m", "-q", cwd=place, because="8 x 8, where pixels:32 takes")


def test_what_cannot_be_answered_is_refused(place, tmp_path):
    def attribute(because, *arguments):
        refused("attribute", *arguments, "-q", cwd=place, because=because)

    attribute("lies inside the pictures", "by-rgb", "asked", "-o", place / "asked" / "out")
    attribute("is not the one that the attributor", "by-rgb", "asked", "--manifold", "freq")
    attribute("is no attributor", "rgb-nowhere", "asked")
    attribute("holds whorl-manifold/1", "rgb", "asked")
    np.save(tmp_path / "large.npy", draw("rows", 2, 1, side=9))
    attribute("9 x 9, where pixels:8 takes 8 x 8", "by-rgb", tmp_path / "large.npy")
    alone = shutil.copytree(place / "by-rgb", tmp_path / "alone")
    shutil.move(place / "rgb", place / "moved")
    try:
        attribute("needs its manifold", alone, "asked")
        whorl("attribute", alone, "asked", "--manifold", "moved", "-q", cwd=place, check=0)
    finally:
        shutil.move(place / "moved", place / "rgb")


def test_broken_pictures_are_refused_or_counted(place, tmp_path):
    asked = shutil.copytree(place / "asked", tmp_path / "asked")
    (asked / "03.png").write_bytes(b"no picture")
    refused("attribute", "by-rgb", asked, "-q", cwd=place, because="03.png")
    done = whorl("attribute", "by-rgb", asked, "--on-error", "skip", "-q", cwd=place, check=0)
    assert "1 picture could not be read and has no answer" in done.stdout


def test_nobody_is_unknown_where_that_was_not_learned(place, tmp_path):
    arguments = ("train", "rgb", "known", "--classifier", "linear", "--no-unknown", "-o", tmp_path / "a")
    assert "It never answers 'unknown'" in whorl(*arguments, "-q", cwd=place, check=0).stdout


def test_two_classes_say_unknown_only_of_what_is_unlike_both(place, tmp_path):
    known = shutil.copytree(place / "known", tmp_path / "known")
    shutil.rmtree(known / "rows")
    arguments = ("train", "rgb", known, "--classifier", "linear", "-o", tmp_path / "a", "-q")
    assert "only to what is unlike anything learned" in whorl(*arguments, cwd=place, check=0).stdout
    done = whorl("attribute", tmp_path / "a", "asked", "-q", cwd=place, check=0)
    assert "All together: checks." in " ".join(done.stdout.split())

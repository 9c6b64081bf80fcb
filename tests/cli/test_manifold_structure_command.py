"""`whorl manifold structure`, as a user types it."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from command_line import in_this_process
from whorl.structure import Structure, structure_parts

SIDE = 8
PATTERNS = {
    "columns": lambda y, x: (-1.0) ** x,
    "checks": lambda y, x: (-1.0) ** (x // 2 + y // 2),
    "rows": lambda y, x: (-1.0) ** y,
    "squares": lambda y, x: (-1.0) ** (x + y),
}
CHEAP = ("--classifier", "nearest", "--splits", 2)
TABLE = "model,loss,pass\ncolumns,l1,one\nchecks,l2,one\nrows,l1,two\nsquares,l2,two\n"


def draw(pattern, count, seed, side=SIDE):
    """Noise with the traces of a generator, unless `pattern` is none of them."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side]
    traces = PATTERNS[pattern](y, x) if pattern in PATTERNS else np.zeros((side, side))
    noise = rng.normal(128, 20, (count, side, side, 3))
    return (noise + 12 * traces[..., None]).round().clip(0, 255).astype(np.uint8)


def structure(*arguments, cwd, check=0):
    done = in_this_process(
        "manifold", "structure", *arguments, "--dealings", 19, "-q", cwd=cwd, env={"COLUMNS": "120"}
    )
    assert done.returncode == check, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A working folder: manifolds in RGB and FREQ, known sets, held-out real pictures, a table of choices."""
    here = tmp_path_factory.mktemp("work")
    np.save(here / "real.npy", draw("none", 60, 1))
    np.save(here / "held-out.npy", draw("none", 24, 2))
    for number, name in enumerate(PATTERNS):
        (here / "known" / name).mkdir(parents=True)
        for run in (1, 2):
            np.save(here / "known" / name / f"run-{run}.npy", draw(name, 12, 10 * number + run))
    (here / "choices.csv").write_text(TABLE)
    for space in ("pixels", "spectrum"):
        arguments = ("manifold", "build", "real.npy", "--encoder", f"{space}:8", "-o", space, "-q")
        done = in_this_process(*arguments, cwd=here, env={})
        assert done.returncode == 0, done.stderr
    return here


def test_from_known_models_to_a_report(place):
    arguments = ("pixels", "known", "--choices", "choices.csv", "--real", "held-out.npy")
    done = structure(*arguments, "-o", "out", cwd=place)
    told = " ".join(done.stdout.split())
    assert "By artifacts at layer pixels" in told
    assert "Report: out/report.html" in told
    figures = ("layers", "ratios", "choices", "map", "spectra", "examples")
    names = {f"{name}.{kind}" for name in figures for kind in ("svg", "png")}
    assert {path.name for path in (place / "out").iterdir()} == names | {"result.json", "report.html"}
    result = json.loads((place / "out" / "result.json").read_text())
    found = Structure.from_dict(result["structure"])
    assert found.labels == ("checks", "columns", "real", "rows", "squares")
    assert found.pictures == (24, 24, 24, 24, 24)
    assert found.curve.best.artifacts.low > found.curve.chance
    assert found.ratio("pixels").null.p == 0.05
    assert found.choices.models == ("checks", "columns", "rows", "squares")
    assert found.spectra.real_pictures == 24
    assert not found.not_measured
    page = (place / "out" / "report.html").read_text()
    assert "What this does not prove" in page

    again = structure(*arguments, "-o", "out", cwd=place, check=2)
    assert "exists already" in again.stderr
    printed = structure(*arguments, "--json", cwd=place)
    assert json.loads(printed.stdout)["structure"] == result["structure"]


def test_it_goes_on_where_it_was(place, tmp_path, monkeypatch):
    arguments = ("pixels", "known", *CHEAP, "--cache", tmp_path / "cache", "--json")
    first = structure(*arguments, cwd=place)
    for name in ("space_ratio", "artifact_map", "artifact_spectra"):
        monkeypatch.setattr(structure_parts, name, lambda *_, **__: pytest.fail("was kept"))
    second = structure(*arguments, cwd=place)
    assert json.loads(first.stdout)["structure"] == json.loads(second.stdout)["structure"]


def test_parts_that_cannot_be_measured_say_why(place, tmp_path):
    done = structure("spectrum", "known", "--label", "run", "-o", tmp_path / "out", cwd=place)
    told = " ".join(done.stdout.split())
    for words in ("need at least 16 pictures", "no table of design choices", "vectors and no pictures"):
        assert words in told
    found = Structure.from_dict(json.loads((tmp_path / "out" / "result.json").read_text())["structure"])
    assert len(found.labels) == 8
    assert (found.curve, found.choices, found.spectra) == (None, None, None)
    assert "What was not measured" in (tmp_path / "out" / "report.html").read_text()
    assert not (tmp_path / "out" / "layers.svg").exists()


def test_pictures_of_the_manifold_are_told(place):
    done = structure("pixels", "known", "--real", "real.npy", *CHEAP, "--json", cwd=place)
    assert "60 of real are pictures of the manifold" in done.stderr
    assert json.loads(done.stdout)["structure"]["in_manifold"] == [0, 0, 60, 0, 0]


def test_a_dry_run_counts_and_writes_nothing(place):
    done = structure("pixels", "known", "--dry-run", "-o", "dry", cwd=place)
    assert "Encoding will take about" in done.stdout
    assert not (place / "dry").exists()


@pytest.mark.parametrize(
    ("table", "because"),
    [
        (TABLE.replace("rows,l1,two", "rows,,two"), "no value of loss for model 'rows'"),
        (TABLE + "rows,l1,one\n", "model rows stands in more than one row"),
        (TABLE + "stripes,l1,one\n", "'stripes', of which there are no pictures"),
        ("name,loss\nrows,l1\n", "is named 'model'"),
        (TABLE.replace("l2", "l1"), "all 4 models have the same loss"),
    ],
)
def test_a_bad_table_is_refused_before_work(place, tmp_path, table, because):
    (tmp_path / "choices.csv").write_text(table)
    done = structure("pixels", "known", "--choices", tmp_path / "choices.csv", cwd=place, check=2)
    assert because in " ".join(done.stderr.split())


def test_what_cannot_be_measured_is_refused(place, tmp_path):
    known = shutil.copytree(place / "known", tmp_path / "known")
    out = tmp_path / "out"

    def refused(because, *arguments):
        done = structure(*arguments, "-o", out, cwd=place, check=2)
        assert because in " ".join(done.stderr.replace("│", " ").split()), done.stderr
        assert "Traceback" not in done.stderr
        assert not out.exists()

    (known / "one").mkdir()
    np.save(known / "one" / "run-1.npy", draw("none", 1, 5))
    refused("one has 1", "pixels", known)
    np.save(known / "one" / "run-1.npy", draw("none", 20, 5, side=9))
    refused("9 x 9, where pixels:8 takes 8 x 8", "pixels", known)
    (known / "one" / "run-1.npy").unlink()
    for number, side in enumerate((8, 8, 8, 8, 9)):
        Image.fromarray(draw("none", 1, number, side)[0]).save(known / "one" / f"{number}.png")
    shutil.copytree(known / "one", known / "two" / "run-1")
    shutil.rmtree(known / "one")
    refused("9 x 9, where pixels:8 takes 8 x 8", "pixels", known)
    alone = tmp_path / "alone"
    shutil.copytree(place / "known" / "rows", alone / "rows")
    refused("at least 2 of them; got rows", "pixels", alone)
    refused("this manifold has pixels; got '7'", "pixels", "known", "--layers", "7")
    refused("--at takes", "pixels", "known", "--at", "head")
    refused("--at takes one layer", "pixels", "known", "--at", "pixels,pixels")
    refused("components must lie", "pixels", "known", "--components", "50")
    refused("no classifier 'forest'", "pixels", "known", "--classifier", "forest")
    refused("Leave out --label run", "pixels", "known", "--label", "run", "--choices", "choices.csv")
    refused("is no manifold", "known", "known")


def test_an_output_inside_what_is_read_is_refused(place):
    for inside, because in (("known", "lies inside the pictures"), ("pixels", "lies inside the manifold")):
        done = structure("pixels", "known", "-o", f"{inside}/out", cwd=place, check=2)
        assert because in " ".join(done.stderr.replace("│", " ").split())

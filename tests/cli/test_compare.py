"""`whorl compare`, as a user types it."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from browser import look
from command_line import in_a_new_process, in_this_process
from whorl.memorization import Comparison

BASES = np.random.default_rng(0).integers(40, 216, (3, 3))


def draw(n, seed):
    """Pictures of three kinds: a plain colour with a soft gradient and a little noise."""
    rng = np.random.default_rng(seed)
    kinds = BASES[rng.integers(0, 3, n)][:, None, None]
    slope = rng.normal(size=(n, 1, 1, 3)) * np.linspace(-12, 12, 8)[None, :, None, None]
    return (kinds + slope + rng.normal(size=(n, 8, 8, 3)) * 4).clip(0, 255).astype(np.uint8)


T, P, A, B = draw(400, 1), draw(200, 2), draw(100, 8), draw(150, 9)
LEFT = {"comparison.json", "curves.svg", "curves.png", "differences.svg", "differences.png", "report.html"}


def whorl(*arguments, cwd, check=None, run=in_this_process):
    done = run(*arguments, cwd=cwd, env={})
    if check is not None:
        assert done.returncode == check, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A working folder with T, two fresh sets of different sizes, copies, and a Reference."""
    here = tmp_path_factory.mktemp("work")
    np.save(here / "train.npy", T)
    np.save(here / "test.npy", P)
    np.savez(here / "sets.npz", fresh=A, more=B, copies=T[:100])
    for kind in ("one", "two"):
        (here / kind / "samples").mkdir(parents=True)
    for i, picture in enumerate(A[:70]):
        Image.fromarray(picture).save(here / "one" / "samples" / f"{i:03}.png")
        Image.fromarray(B[i]).save(here / "two" / "samples" / f"{i:03}.png")
    build = ("reference", "build", "--train", "train.npy", "--test", "test.npy", "--encoder", "pixels:8")
    whorl(*build, "--cells", "3", "-o", "ref", cwd=here, check=0)
    return here


SETS = ("sets.npz::fresh", "sets.npz::copies", "sets.npz::more")


@pytest.fixture(scope="module")
def compared(place):
    """What a comparison of the three sets says; its folder is `out`."""
    return whorl("compare", "ref", *SETS, "-o", "out", cwd=place, check=0)


def test_a_comparison_says_which_sets_differ_and_leaves_everything(place, compared):
    done = compared
    assert {path.name for path in (place / "out").iterdir()} == LEFT
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["fresh", "copies", "B", "nearer"] in [line[:4] for line in lines]
    assert ["copies", "more", "A", "nearer"] in [line[:4] for line in lines]
    assert ["fresh", "more", "not", "shown"] in [line[:4] for line in lines]
    assert "2 of 3 pairs of sets differ." in done.stdout
    assert "different numbers of pictures (100 to 150)" in " ".join(done.stdout.split())
    document = json.loads((place / "out" / "comparison.json").read_text())
    compared = Comparison.from_dict(document["comparison"])
    assert list(compared.curves) == ["fresh", "copies", "more"]
    assert [pair.significant for pair in compared.differences] == [True, False, True]
    assert compared.differences[0].strongest.placement > 0.2
    assert document["details"]["reference"]["digest"] == document["comparison"]["reference"]


def test_the_report_shows_the_differences_at_any_width(place, compared):
    page = (place / "out" / "report.html").read_text()
    for words in (
        "Which sets differ",
        "2 of 3 pairs of sets differ",
        "No difference is shown between fresh and more",
    ):
        assert words in page
    assert page.count('<bdi class="name">more</bdi>') >= 3
    assert "What a difference does not say" in page
    with Image.open(place / "out" / "differences.png") as image:
        assert image.width > 400
    for width in (1100, 420):
        seen = look(place / "out" / "report.html", width=width)
        assert (seen.errors, seen.requests, seen.not_shown, seen.overflow) == ((), (), (), 0)


def test_pictures_in_two_sets_are_counted_and_told(place):
    sets = ("sets.npz::fresh", "sets.npz::fresh[20:]", "sets.npz::more")
    done = whorl("compare", "ref", *sets, "-o", "overlap", "-q", cwd=place, check=0)
    words = "80 of the 100 pictures of fresh are also in fresh[20:] (80)."
    assert words in " ".join(done.stdout.split())
    assert done.stdout.count("are also in") == 1
    assert words in (place / "overlap" / "report.html").read_text()
    document = json.loads((place / "overlap" / "comparison.json").read_text())["comparison"]
    assert document["shared"] == [{"first": "fresh", "second": "fresh[20:]", "count": 80}]
    assert json.loads(json.dumps(Comparison.from_dict(document).to_dict())) == document


def test_json_is_the_whole_result_and_stands_alone_on_stdout(place):
    done = whorl("compare", "ref", *SETS[:2], "--json", "-q", cwd=place, check=0)
    document = json.loads(done.stdout)
    assert document["schema"] == "whorl-comparison-folder/1"
    (pair,) = document["comparison"]["differences"]
    assert (pair["first"], pair["second"], pair["significant"], pair["nearer"]) == (
        "fresh",
        "copies",
        True,
        "copies",
    )
    assert {"placement", "low", "high", "adjusted", "by", "tail"} <= set(pair["layers"][0])
    assert list(document["comparison"]["sets"]) == ["fresh", "copies"]
    arguments = ("compare", "ref", *SETS[:2], "--json", "-q")
    again = json.loads(whorl(*arguments, cwd=place, check=0, run=in_a_new_process).stdout)
    assert again["comparison"] == document["comparison"]


def test_sets_are_named_by_what_tells_their_paths_apart_or_as_told(place):
    done = whorl("compare", "ref", "one/samples", "two/samples/", "--json", "-q", cwd=place, check=0)
    assert list(json.loads(done.stdout)["comparison"]["sets"]) == ["one/samples", "two/samples"]
    names = ("--name", "mine", "--name", "the other")
    done = whorl("compare", "ref", "one/samples", "two/samples", *names, cwd=place, check=0)
    assert "mine" in done.stdout
    assert "the other" in done.stdout


def test_dry_run_estimates_each_set_and_writes_nothing(place):
    done = whorl("compare", "ref", *SETS, "-o", "never", "--dry-run", "--json", "-q", cwd=place, check=0)
    assert {name: each["total"] for name, each in json.loads(done.stdout).items()} == {
        "fresh": 100, "copies": 100, "more": 150,
    }  # fmt: skip
    assert not (place / "never").exists()


def test_limit_draws_from_each_set(place):
    done = whorl("compare", "ref", *SETS, "--limit", "80", "--json", "-q", cwd=place, check=0)
    sets = json.loads(done.stdout)["comparison"]["sets"]
    assert {curve["n_generated"] for curve in sets.values()} == {80}


def test_overwriting_replaces_a_comparison_and_nothing_else(place, compared):
    arguments = ("compare", "ref", *SETS[:2], "-q", "-o")
    shutil.copytree(place / "out", place / "twice")
    assert "exists already" in whorl(*arguments, "twice", cwd=place, check=2).stderr
    whorl(*arguments, "twice", "--overwrite", cwd=place, check=0)
    assert "more" not in json.loads((place / "twice" / "comparison.json").read_text())["comparison"]["sets"]
    (place / "twice" / "thesis.txt").write_text("words")
    assert "not overwritten" in whorl(*arguments, "twice", "--overwrite", cwd=place, check=2).stderr
    whorl("audit", "ref", SETS[0], "-q", "-o", "audit", cwd=place, check=0)
    assert "not overwritten" in whorl(*arguments, "audit", "--overwrite", cwd=place, check=2).stderr


def test_a_broken_picture_is_named_or_skipped(place, tmp_path):
    folder = tmp_path / "samples"
    folder.mkdir()
    for i, picture in enumerate(A[:80]):
        Image.fromarray(picture).save(folder / f"{i}.png")
    (folder / "17.png").write_bytes(b"broken")
    arguments = ("compare", place / "ref", folder, place / "sets.npz::copies", "-q", "--json")
    assert "17.png" in whorl(*arguments, cwd=tmp_path, check=2).stderr
    done = whorl(*arguments, "--on-error", "skip", cwd=tmp_path, check=0)
    assert json.loads(done.stdout)["comparison"]["sets"]["samples"]["n_generated"] == 79


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ref", SETS[0]), "takes at least two"),
        (("ref",), "Missing argument"),
        (("ref", "one/samples", "./one/samples/"), "given twice"),
        (("ref", SETS[0], "nowhere"), "does not exist"),
        (("nowhere", *SETS), "no Reference"),
        (("ref", SETS[0], "sets.npz::more[:40]"), "more[:40]: 40 pictures are too few"),
        (("ref", *SETS, "--limit", "5"), "fresh: 5 pictures are too few"),
        (("ref", *SETS, "--name", "a"), "3 sets, but 1 --name"),
        (("ref", *SETS[:2], "--name", "a", "--name", "a"), "two sets are called 'a'"),
        (("ref", *SETS[:2], "--name", "a", "--name", " "), "a --name is empty"),
        (("ref", *SETS, "--encoder", "pixels:4"), "not the one"),
        (("ref", *SETS, "--train", "nosuchdir"), "nosuchdir"),
        (("ref", "one/samples", "two/samples", "-o", "two/samples/out"), "lies inside"),
        (("ref", *SETS, "-o", "one"), "exists already"),
    ],
)
def test_wrong_usage_is_exit_code_two_with_a_remedy(place, arguments, message):
    before = sorted(path.name for path in place.iterdir())
    done = whorl("compare", *arguments, cwd=place, check=2)
    assert message in " ".join((done.stderr + done.stdout).replace("│", " ").split())
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in place.iterdir()) == before

"""`whorl latent study` as a user types it."""

import json
import stat

import pytest
from tiny_stylegan2 import write_tiny

from command_line import in_this_process


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    here = tmp_path_factory.mktemp("studies")
    write_tiny(here / "generator")
    return here


def whorl(place, *arguments):
    sizes = ("--bits", 8, "--users", 16, "--pictures", 2, "--frechet-pictures", 20, "--encoder", "pixels:16")
    words = ("latent", "study", "generator", *arguments, *sizes, "--no-perceptual", "--no-cache", "-q")
    return in_this_process(*words, cwd=place, env={"COLUMNS": "110"})


def test_a_study_leaves_a_folder_and_goes_on_where_it_was(place):
    done = whorl(place, "capacity", "-o", "out")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "How long can keys be" in done.stdout
    names = {path.name for path in (place / "out" / "capacity").iterdir()}
    assert names == {"result.json", "report.html", "figure.svg", "figure.png"}
    result = json.loads((place / "out" / "capacity" / "result.json").read_text())
    assert [point["x"] for point in result["series"]["by design, lattice"]] == [8, 16]
    kept = {path: path.stat().st_mtime_ns for path in (place / "out" / "answers").rglob("*.json")}
    read, priced, strength = 8, 4, 1
    assert len(kept) == read + priced + strength
    bases = {path: path.stat().st_mtime_ns for path in (place / "out" / "bases").rglob("*")}
    assert stat.S_IMODE((place / "out" / "bases").stat().st_mode) == 0o700
    again = whorl(place, "capacity", "-o", "out", "--overwrite", "--json")
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in (place / "out" / "answers").rglob("*.json")} == kept
    assert {path: path.stat().st_mtime_ns for path in (place / "out" / "bases").rglob("*")} == bases
    now = json.loads(again.stdout)
    assert now["series"] == result["series"]
    more = whorl(place, "capacity", "errors", "-o", "out")
    assert more.returncode == 0, more.stderr
    assert "capacity: measured before, with equal settings" in more.stderr
    assert (place / "out" / "errors" / "result.json").exists()
    other = whorl(place, "capacity", "-o", "out", "--seed", 5)
    assert other.returncode == 2
    assert "measured with other settings" in " ".join(other.stderr.split())


def test_what_cannot_be_is_told_before_the_work(place):
    (place / "out2" / "cost").mkdir(parents=True)
    (place / "out2" / "cost" / "notes.txt").write_text("mine")
    for arguments, because in (
        (("cost", "-o", "out2"), "exists already"),
        (("colour", "-o", "out3"), "colour"),
        (("cost", "-o", "out3", "--strength", 0), "--strength is above 0"),
    ):
        done = whorl(place, *arguments)
        assert done.returncode == 2, done.stdout
        assert because in " ".join(done.stderr.replace("│", " ").split())
    assert not (place / "out3").exists()

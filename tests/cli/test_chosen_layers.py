"""Layers chosen by their sensitivity, from the command line."""

import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from small_vit import blocks, save_small_vit
from whorl import WhorlError
from whorl.cli.app import app

T, P, Q = blocks(200, 1), blocks(60, 0), blocks(60, 2)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    here = tmp_path_factory.mktemp("work")
    for name, pictures in (("t", T), ("p", P), ("q", Q), ("other", 255 - P)):
        np.save(here / f"{name}.npy", pictures)
    (here / "vit").mkdir()
    save_small_vit(here / "vit")
    return here


@pytest.fixture
def whorl(place, monkeypatch):
    monkeypatch.chdir(place)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")

    def call(*arguments, code=0):
        cache = [] if arguments[1] == "show" else ["--no-cache"]
        done = CliRunner().invoke(app, [*map(str, arguments), *cache])
        # `whorl.cli.main` tells of such errors on stderr and exits with 2.
        found = 2 if isinstance(done.exception, WhorlError) else done.exit_code
        assert found == code, done.output
        return done

    return call


def told(done):
    text = f"{done.output} {done.exception}".replace("│", " ")
    return " ".join(text.split())


BUILD = (
    "reference",
    "build",
    "--train",
    "t.npy",
    "--test",
    "p.npy",
    "--encoder",
    "vit",
    "--cells",
    "2",
    "-q",
)


@pytest.fixture
def built(place, whorl):
    if not (place / "ref").exists():
        whorl(*BUILD, "--sensitivity", "12", "-o", "ref")
    return place / "ref"


def test_build_show_and_audit_tell_which_layers_to_trust(built, whorl, tmp_path):
    assert "low level: layer 1, high level: layer 2" in whorl("reference", "show", "ref").output
    done = whorl("audit", "ref", "q.npy", "-q", "-o", tmp_path / "out")
    assert done.output.count("Layers to trust: low level: layer 1, high level: layer 2") == 1
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.count("<h2>Which layers to trust</h2>") == 1
    assert "trust layer 1, for high level" in page
    assert "the ones to read if only two are" in page


def test_an_audit_of_the_layers_that_auto_chooses(built, whorl, tmp_path):
    whorl("audit", "ref", "q.npy", "-q", "--layers", "auto", "-o", tmp_path / "out")
    curve = json.loads((tmp_path / "out" / "result.json").read_text())["curve"]
    assert (curve["layers"], curve["of_layers"], curve["auto"]) == ([1, 2], [1, 2, 3], True)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "were therefore scored" in page
    assert "Of the 3 layers of this Reference, layers 1, 2 are scored" in page
    done = whorl("audit", "ref", "q.npy", "-q", "--layers", "1,-1", "--json")
    assert json.loads(done.stdout)["curve"]["layers"] == [1, 3]
    done = whorl("audit", "ref", "q.npy", "-q", "--layers", "2", "--json")
    assert json.loads(done.stdout)["curve"]["layers"] == [2, 3]


def test_a_comparison_of_chosen_layers(built, place, whorl, tmp_path):
    np.save(place / "q2.npy", blocks(60, 5))
    done = whorl("compare", "ref", "q.npy", "q2.npy", "-q", "--layers", "1,2", "--json")
    document = json.loads(done.stdout)["comparison"]
    assert [layer["layer"] for layer in document["differences"][0]["layers"]] == [1, 2]
    assert {tuple(curve["of_layers"]) for curve in document["sets"].values()} == {(1, 2, 3)}
    done = whorl("compare", "ref", "q.npy", "q2.npy", "-q", "--layers", "auto", "-o", tmp_path / "out")
    assert "Layers to trust: low level: layer 1" in told(done)
    assert "layers 1, 2 are scored, chosen by the sensitivity" in told(done)
    assert "were therefore scored" in (tmp_path / "out" / "report.html").read_text()
    assert "this Reference has 1, 2, 3" in told(
        whorl("compare", "ref", "q.npy", "q2.npy", "-q", "--layers", "9,", code=2)
    )


def test_a_build_of_the_layers_that_auto_chooses(built, whorl, tmp_path):
    whorl(*BUILD, "--sensitivity", "12", "--layers", "auto", "-o", tmp_path / "auto")
    manifest = json.loads((tmp_path / "auto" / "manifest.json").read_text())
    assert [entry["layer"] for entry in manifest["layers"]] == [1, 2]
    assert manifest["sensitivity"]["layers"] == [1, 2, 3]
    whorl("audit", tmp_path / "auto", "q.npy", "-q", "-o", tmp_path / "out")
    assert "were therefore scored" in (tmp_path / "out" / "report.html").read_text()
    done = whorl("reference", "sensitivity", tmp_path / "auto", "--test", "p.npy", code=2)
    assert "kept" in told(done)


def test_a_dry_run_counts_the_altered_pictures(whorl):
    done = whorl(*BUILD, "--sensitivity", "12", "--layers", "auto", "-o", "never", "--dry-run", "--json")
    document = json.loads(done.stdout)
    assert document["altered"]["total"] == 12 * 13
    assert "keeps two layers" in done.stderr
    none = whorl(*BUILD, "--sensitivity", "0", "-o", "never", "--dry-run", "--json")
    assert set(json.loads(none.stdout)) == {"train", "test", "fit"}


def test_a_profile_is_measured_later_and_shown(built, whorl, tmp_path):
    whorl(*BUILD, "--sensitivity", "0", "-o", tmp_path / "bare")
    without = whorl("audit", tmp_path / "bare", "q.npy", "--layers", "auto", "-q", code=2)
    assert "whorl reference sensitivity REF --test P" in told(without)
    assert "no sensitivity profile" in told(whorl("reference", "sensitivity", tmp_path / "bare", code=2))
    asked = ("reference", "sensitivity", tmp_path / "bare", "--test", "p.npy", "--pictures", "12", "-q")
    done = whorl(*asked, "-o", tmp_path / "figure")
    assert "trust layer 1" in done.output
    files = {path.name for path in (tmp_path / "figure").iterdir()}
    assert files == {"sensitivity.json", "sensitivity.svg", "sensitivity.png"}
    stored = json.loads(whorl("reference", "sensitivity", tmp_path / "bare", "--json").stdout)
    assert stored == json.loads((tmp_path / "figure" / "sensitivity.json").read_text())
    assert stored["choice"]["rise"] == pytest.approx(
        stored["choice"]["high_contrast"] - stored["choice"]["low_contrast"]
    )
    assert stored["choice"]["interval"] == stored["rise"]
    at_once = json.loads(whorl("reference", "sensitivity", "ref", "--json").stdout)
    assert stored["response"] == at_once["response"]
    whorl("audit", tmp_path / "bare", "q.npy", "--layers", "auto", "-q")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("audit", "ref", "q.npy", "--layers", "9,"), "this Reference has 1, 2, 3"),
        (("audit", "ref", "q.npy", "--layers", "automatic"), "--layers takes"),
        (("audit", "ref", "q.npy", "--layers", "1,1"), "each once"),
        (("reference", "sensitivity", "ref", "--test", "other.npy"), "another than the one"),
        (("reference", "sensitivity", "nowhere"), "no Reference"),
        (("reference", "sensitivity", "ref", "--pictures", "20"), "give --test"),
        (("reference", "sensitivity", "ref", "-o", "vit", "--overwrite"), "not overwritten"),
        ((*BUILD, "--sensitivity", "5", "--layers", "auto", "-o", "never"), "at least 10"),
    ],
)
def test_what_cannot_be_done_is_told(built, whorl, arguments, message):
    done = whorl(*arguments, "-q", code=2)
    assert message in told(done)


def test_a_damaged_reference_keeps_its_manifest(built, whorl, tmp_path):
    shutil.copytree(built, tmp_path / "ref")
    (tmp_path / "ref" / "layer-0001.safetensors").write_bytes(b"damaged")
    before = (tmp_path / "ref" / "manifest.json").read_bytes()
    whorl("reference", "sensitivity", tmp_path / "ref", "--test", "p.npy", code=2)
    assert (tmp_path / "ref" / "manifest.json").read_bytes() == before

"""`whorl registry`: what a user sees, with good input and with bad."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from command_line import in_a_new_process, in_this_process
from whorl.cli.app import app
from whorl.fingerprints import Fingerprint
from whorl.registry import PUBLISHED, Registry

WIDE = {"NO_COLOR": "1", "COLUMNS": "100"}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder to work in, whose registry the variable names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WHORL_REGISTRY", str(tmp_path / "known.db"))
    return tmp_path


def whorl(*arguments, answer=None, fails=False):
    """Run a command within this process; an error of Whorl's is raised to the caller."""
    done = CliRunner(env=WIDE).invoke(app, ["registry", *map(str, arguments)], input=answer)
    assert fails or done.exit_code == 0, done.output
    return done


def refused(*arguments, run=in_this_process):
    """Run a command as a user does, and return what it says as it ends with code 2."""
    done = run("registry", *arguments, cwd=Path.cwd(), env=WIDE)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    return done.stderr


def test_an_empty_registry_says_where_it_would_be_and_what_to_do(place):
    told = whorl("list").stdout
    assert f"No models in {place / 'known.db'}" in told
    assert "whorl registry import published" in told
    assert json.loads(whorl("list", "--json").stdout) == {"registry": str(place / "known.db"), "models": []}
    assert list(place.iterdir()) == []


def test_the_published_curves_in_two_commands(place):
    assert whorl("import", "published").stdout.endswith("18 added, 0 replaced, 0 present\n")
    assert whorl("import", "published").stdout.endswith("0 added, 0 replaced, 18 present\n")
    listed = whorl("list").stdout.splitlines()
    assert len(listed) == 1 + 18 + 1
    assert listed[-1] == "18 models, 18 fingerprints, 1 Reference"
    assert any(
        line.split()[:4] == ["DDIM/target", "DDIM", "CIFAR-10", "published:2407.21159"] for line in listed
    )
    shown = whorl("show", "DDIM/target").stdout
    assert "the authors of arXiv 2407.21159" in shown
    assert "-1.336" in shown


def test_the_list_fits_eighty_columns(place):
    whorl("import", "published")
    listed = CliRunner(env=WIDE | {"COLUMNS": "80"}).invoke(app, ["registry", "list"]).stdout
    assert "ContraGAN/known-1" in listed
    assert "published:2407.21159" in listed
    assert max(map(len, listed.splitlines())) <= 80


def test_json_holds_all_that_is_known(place):
    whorl("import", "published")
    models = json.loads(whorl("list", "--json").stdout)["models"]
    assert {model["architecture"] for model in models} == {
        "ContraGAN",
        "BigGAN",
        "SNGAN",
        "DDPM",
        "DDIM",
        "PNDM",
    }
    shown = json.loads(whorl("show", "DDIM/target", "--json").stdout)
    assert shown["measurements"][0]["provenance"]["measured_at"] == "2024-07"
    printed = Fingerprint.from_dict(shown["fingerprints"]["published:2407.21159"])
    assert printed.digest == shown["measurements"][0]["digest"]


def test_names_are_no_markup_and_odd_layers_are_shown(place):
    parts = {"c_t": np.array([1.5, np.nan]), "many": np.zeros((2, 7))}
    printed = Fingerprint("f" * 64, ("[bold]stem", "head\x1b[31m"), 64, parts, {"seed": 3})
    Registry().add(name="[red]mine[/red]", architecture="[x]", fingerprint=printed)
    assert "[red]mine[/red]" in whorl("list").stdout
    shown = whorl("show", "[red]mine[/red]").stdout
    assert "[bold]stem" in shown
    assert "head\\x1b[31m" in shown
    assert "7 numbers" in shown
    assert "nan" in shown


def test_removing_asks_first(place):
    whorl("import", "published")
    kept = whorl("remove", "DDIM/target", answer="n\n")
    assert "Nothing removed" in kept.output
    assert "Remove DDIM/target (DDIM, 1 fingerprint)" in kept.output
    assert len(Registry().models()) == 18
    assert whorl("remove", "DDIM/target", answer="y\n").stdout.endswith("DDIM/target removed\n")
    gone = json.loads(whorl("remove", "DDIM/known-1", "--yes", "--json").stdout)
    assert gone["removed"]["name"] == "DDIM/known-1"
    assert len(Registry().models()) == 16


def test_without_an_answer_nothing_is_removed(place):
    whorl("import", "published")
    assert whorl("remove", "DDIM/target", answer="", fails=True).exit_code != 0
    assert len(Registry().models()) == 18


def test_models_go_from_one_registry_to_another(place):
    whorl("import", "published")
    assert whorl("export", "DDIM/target", "DDPM/target", "-o", "two.jsonl").stdout == (
        "2 fingerprints written to two.jsonl\n"
    )
    merged = json.loads(whorl("import", "two.jsonl", "--registry", "other.db", "--json").stdout)
    assert merged == {"registry": "other.db", "added": 2, "replaced": 0, "present": 0}
    assert Registry("other.db").get("DDPM/target") == Registry().get("DDPM/target")
    exported = json.loads(whorl("export", "-o", "two.jsonl", "--overwrite", "--json").stdout)
    assert exported["fingerprints"] == 18
    assert (place / "two.jsonl").read_bytes() == PUBLISHED.read_bytes()


def test_a_conflict_is_told_and_resolved_by_replace(place):
    whorl("import", "published")
    printed = Fingerprint("published:2407.21159", (1,), 500, {"c_t": np.array([1.0])})
    Registry("other.db").add(name="DDIM/target", architecture="DDIM", fingerprint=printed)
    whorl("export", "--registry", "other.db", "-o", "other.jsonl")
    told = refused("import", "other.jsonl", run=in_a_new_process)
    assert "'DDIM/target': on the Reference 'published:2407.21159' it has the fingerprint" in told
    assert "--replace" in told
    assert whorl("import", "other.jsonl", "--replace").stdout.endswith("0 added, 1 replaced, 0 present\n")
    assert Registry().get("DDIM/target").dataset == "CIFAR-10"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "DDIM/targt"), "such as 'DDIM/target'"),
        (("remove", "DDIM", "--yes"), "no model 'DDIM' in"),
        (("show", "DDIM/target", "--registry", "nowhere.db"), "nowhere.db is empty. Check --registry"),
        (("export", "-o", "out.jsonl", "--registry", "nowhere.db"), "nowhere.db has no model to export"),
        (("export", "nobody", "-o", "out.jsonl"), "no model 'nobody'"),
        (("export", "-o", "known.db", "--overwrite"), "is the registry itself"),
        (("export", "-o", "text.txt"), "--overwrite"),
        (("export", "-o", "."), "is a folder; name a file"),
        (("import", "text.txt"), "line 1: no JSON"),
        (("import", "nowhere.jsonl"), "could not read nowhere.jsonl: No such file"),
        (("import", "known.db"), "no text in UTF-8"),
        (("list", "--registry", "."), "is a folder, and a registry is one file"),
        (("list", "--registry", "text.txt"), "not an SQLite file"),
        (("list", "--registry", ""), "no place for a registry"),
        (("list", "--registry", "mysql://me:hunter2@host/db"), "found mysql://"),
        (("list", "--registry", "postgresql://me:hunter2@localhost:1/db"), "postgresql://localhost:1/db"),
        (("list", "--registry", "postgresql://me:hun@ter2@localhost/db"), "%40"),
        (("import",), "Missing argument"),
        (("export",), "Missing option"),
    ],
)
def test_bad_input_is_told_with_its_remedy_and_changes_nothing(place, arguments, message):
    whorl("import", "published")
    (place / "text.txt").write_text("no registry\n")
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    told = refused(*arguments)
    assert message in told
    assert "hunter2" not in told
    assert "ter2" not in told
    assert "Traceback" not in told
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before

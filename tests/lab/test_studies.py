"""Every study from data to folder at size tiny, and what its claims rest on."""

import json
import shutil
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from typer.testing import CliRunner

from small_vit import save_small_vit
from whorl import StorageError, WhorlError
from whorl.cli.app import app
from whorl.lab.studies.checkpoints import checkpoint_sets
from whorl.lab.studies.inputs import StudyInputs
from whorl.lab.studies.material import Material
from whorl.lab.studies.run import run_study
from whorl.lab.studies.sizes import study_size
from whorl.lab.studies.studies import STUDIES
from whorl.lab.zoo.build import build_zoo


def save_small_resnet(folder):
    """A CNN of four stages with random weights, as a folder in transformers' format."""
    import torch
    from transformers import ResNetConfig, ResNetModel

    torch.manual_seed(0)
    config = ResNetConfig(
        embedding_size=4, hidden_sizes=[4, 8, 8, 8], depths=[1, 1, 1, 1], layer_type="basic"
    )
    ResNetModel(config).save_pretrained(folder)
    processor = {
        "image_processor_type": "ViTImageProcessor",
        "size": {"height": 32, "width": 32},
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder


@pytest.fixture(scope="module")
def given(digits, tiny_zoo, tmp_path_factory):
    """What all studies are given: digits, a ViT and a CNN, the tiny zoo, a few landscapes."""
    folder = tmp_path_factory.mktemp("studies")
    np.save(folder / "land.npy", np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8))
    other = np.random.default_rng(1).integers(0, 256, (2, 60, 32, 32, 3), dtype=np.uint8)
    return StudyInputs(
        folder=folder / "out",
        size=study_size("tiny"),
        train=f"{digits}::train",
        test=f"{digits}::test",
        encoders=(save_small_vit(folder / "vit"), save_small_resnet(folder / "resnet")),
        zoo=tiny_zoo.folder,
        landscapes=str(folder / "land.npy"),
        generic_train=other[0],
        generic_test=other[1],
        device="cpu",
    )


@pytest.fixture(scope="module")
def material(given):
    """Shared, so that References are fitted and sets measured once."""
    return Material(given)


@pytest.fixture(scope="module")
def results(given, material):
    return {name: run_study(name, given, material=material) for name in STUDIES}


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_runs_from_data_to_its_folder(results, given, name):
    result, folder = results[name], given.folder / name
    assert {path.name for path in folder.iterdir()} == {
        "result.json",
        "figure.svg",
        "figure.png",
        "report.html",
    }
    written = json.loads((folder / "result.json").read_text())
    assert written["study"] == name
    assert written["claims"], "every figure has a claim that is tested"
    assert len(written["panels"]) == len(result.panels)
    assert all(claim["outcome"] in ("agrees", "disagrees", "not decided") for claim in written["claims"])
    assert result.title in (folder / "report.html").read_text()


def test_rise_is_late_less_early_of_the_curves_that_are_drawn(results):
    claim = results["figure-1"].claims[0]
    lines = [line for line in results["figure-1"].panels[0].lines if line.name == "vit"]
    mean = np.mean([line.values for line in lines], axis=0)
    assert len(lines) == 2
    assert claim.value == pytest.approx(mean[-1] - mean[0])
    assert claim.low <= claim.high


def test_figure_3_tells_cnns_from_transformers(results):
    drawn = {panel.title: {line.name for line in panel.lines} for panel in results["figure-3"].panels}
    assert drawn == {"transformers": {"vit"}, "CNNs": {"resnet"}}


def test_figure_4_finds_the_shuffled_pixels_again_and_shows_every_set(results):
    assert results["figure-4"].claims[0].value == 1
    rows = results["figure-4"].panels[0].rows
    assert rows[0].name == "as it was"
    assert len(rows) == 6
    assert (rows[1].pictures[0] != rows[0].pictures[0]).any()


def test_figure_5_lays_the_published_curve_over_each_alteration(results):
    panels = results["figure-5"].panels
    assert [panel.title for panel in panels[:5]] == [
        "rotation",
        "resolution",
        "background-noise",
        "background-landscape",
        "patch-shuffle",
    ]
    for panel in panels[:5]:
        assert [line.by for line in panel.lines].count("published") == 1
        assert {"training pictures", "held-out pictures", "biggan-deep"} <= {
            line.name for line in panel.lines
        }


def test_figure_6_keeps_the_epochs_and_does_not_train_them_twice(results, given, material):
    names = results["figure-6"].panels[1].names
    assert names == tuple(f"{a}/epoch-000{e}" for a in ("ddpm", "ddim") for e in (1, 2, 3))
    model = given.folder / "checkpoints" / "ddpm" / "model" / "checkpoint.safetensors"
    before = model.stat().st_mtime_ns
    again = STUDIES["figure-6"].run(STUDIES["figure-6"], Material(given))
    assert model.stat().st_mtime_ns == before
    assert again.to_dict() == results["figure-6"].to_dict()


def test_table_1_asks_for_every_run_once_and_names_the_baseline(results):
    rows = {row.name: row for panel in results["table-1"].panels for row in panel.rows}
    assert rows["ct-both"].published == 0.833
    assert rows["statistics-l2"].published == 0.666
    assert results["table-1"].measured["pictures_per_query"] == 40
    assert "12 answers" in results["table-1"].claims[0].about  # two runs of six architectures


def test_generic_reference_compares_the_same_queries(results):
    claims = results["generic-reference"].claims
    assert {claim.about.split(",")[0] for claim in claims} == {"ct-both", "ct-l2", "ct-cosine", "early-means"}
    eyes = [
        value for name, value in results["generic-reference"].measured.items() if name.startswith("eyes: ")
    ]
    assert len({each["reference"] for each in eyes}) == 2
    assert len({each["encoder_digest"] for each in eyes}) == 1


def test_no_folder_of_the_user_stands_in_a_result(results, given):
    root = str(given.folder.parent)
    for name in STUDIES:
        assert root not in (given.folder / name / "result.json").read_text()


def test_a_result_is_not_written_over_by_accident(results, given, material):
    with pytest.raises(StorageError, match="overwrite"):
        run_study("figure-4", given, material=material)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"encoders": ()}, "--reference"),
        ({"train": None}, "--train"),
        ({"generic_train": None}, "--generic"),
    ],
)
def test_what_is_missing_is_named(given, changes, told, tmp_path):
    less = replace(given, folder=tmp_path / "out", **changes)
    with pytest.raises(WhorlError, match=told):
        run_study("generic-reference", less)


def test_two_encoders_of_one_kind_cannot_be_figure_3(given):
    alone = Material(replace(given, encoders=given.encoders[:1]))
    with pytest.raises(WhorlError, match="train-encoder --family resnet"):
        STUDIES["figure-3"].check(alone)


def test_one_encoder_twice_and_an_own_reference_as_the_generic_one_are_refused(given, results):
    own = next((given.folder / "references").glob("vit-own-*"))
    twice = Material(replace(given, encoders=(), references=(own, own)))
    with pytest.raises(WhorlError, match="given twice"):
        _ = twice.seen
    with pytest.raises(WhorlError, match="own Reference"):
        _ = Material(replace(given, encoders=(), references=(own,), generic=own)).generic


def test_a_zoo_with_one_run_of_each_cannot_be_compared(given, tiny_zoo, tmp_path):
    for name in ("sngan", "ddpm"):
        folder = tmp_path / "zoo" / name
        folder.mkdir(parents=True)
        shutil.copy(tiny_zoo.folder / "pictures" / name / "run-1.npz", folder)
    lone = Material(replace(given, zoo=tmp_path / "zoo"))
    for study, told in (("figure-7", "one of them with two sets"), ("table-1", "--runs 3")):
        with pytest.raises(WhorlError, match=told):
            STUDIES[study].check(lone)
    with pytest.raises(WhorlError, match="has no set by biggan-deep"):
        STUDIES["figure-2"].check(lone)


def test_names_count_whatever_their_case(given, tiny_zoo, tmp_path):
    for run in ("run-1.npz", "run-2.npz"):
        folder = tmp_path / "zoo" / "BigGAN_Deep"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(tiny_zoo.folder / "pictures" / "biggan-deep" / run, folder)
    found = Material(replace(given, zoo=tmp_path / "zoo")).sets_of("biggan-deep")
    assert [place.run for place in found] == ["run-1", "run-2"]


def test_without_a_zoo_one_is_trained_as_far_as_it_is_missing(
    given, results, tiny_zoo, tmp_path, monkeypatch
):
    fitted = next((given.folder / "references").glob("vit-own-*"))
    shutil.copytree(tiny_zoo.folder, tmp_path / "zoo", ignore=shutil.ignore_patterns("zoo.*"))
    shutil.rmtree(tmp_path / "zoo/models/sngan/run-2")
    (tmp_path / "zoo/pictures/sngan/run-2.npz").unlink()
    # Two steps, as the other models had.
    monkeypatch.setattr("whorl.lab.zoo.build.build_zoo", partial(build_zoo, steps=2))
    inputs = replace(given, folder=tmp_path, zoo=None, encoders=(), references=(fitted,))
    found = run_study("figure-7", inputs)
    assert [line.values for line in found.panels[0].lines] == [
        line.values for line in results["figure-7"].panels[0].lines
    ]
    assert (tmp_path / "zoo/zoo.json").exists()


def test_pictures_of_other_weights_are_not_taken_for_a_checkpoints(given, results, material):
    first, second = sorted((given.folder / "checkpoints/ddim").glob("epoch-*.npz"))[:2]
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    try:
        with pytest.raises(StorageError, match=f"{first.name} holds pictures of another origin.* weights"):
            checkpoint_sets(material, "ddim")
    finally:
        first.write_bytes(kept)
    assert len(checkpoint_sets(material, "ddim")) == 3


def lab_study(*arguments):
    return CliRunner().invoke(app, ["lab", "study", *map(str, arguments)])


def test_the_command_keeps_what_was_measured_and_refuses_other_inputs(given, results, tmp_path):
    fitted = next((given.folder / "references").glob("vit-own-*"))
    options = ("--size", "tiny", "--reference", fitted, "--zoo", given.zoo, "-q", "-o", tmp_path / "studies")
    done = lab_study("figure-7", *options)
    assert done.exit_code == 0, done.output
    assert "curves of one architecture" in " ".join(done.stdout.split())
    written = tmp_path / "studies" / "figure-7" / "result.json"
    before = written.stat().st_mtime_ns

    again = lab_study("figure-7", *options, "--json")
    assert again.exit_code == 0, again.output
    assert "measured before" in again.stderr
    assert json.loads(again.stdout)["study"] == "figure-7"
    assert written.stat().st_mtime_ns == before

    other = lab_study("figure-7", *options, "--seed", "1")
    assert other.exit_code == 1
    assert "--overwrite" in str(other.exception) or "--overwrite" in other.output
    late = lab_study("table-1", "figure-4", *options)
    assert late.exit_code == 1  # figure-4 lacks T and P: told before table-1 is measured
    assert not (tmp_path / "studies" / "table-1").exists()


def test_no_folder_of_the_user_stands_in_what_the_command_writes(given, results, tmp_path, monkeypatch):
    fitted = next((given.folder / "references").glob("vit-own-*"))
    options = ["--size", "tiny", "--reference", str(fitted), "--zoo", str(given.zoo), "-q"]
    monkeypatch.setattr("sys.argv", ["whorl", "lab", "study", "figure-7", *options, "-o", str(tmp_path)])
    assert lab_study("figure-7", *options, "-o", tmp_path / "out").exit_code == 0
    for name in ("result.json", "report.html"):
        text = (tmp_path / "out" / "figure-7" / name).read_text()
        assert "whorl lab study figure-7" in text
        assert str(tmp_path.parent) not in text
        assert str(given.folder.parent) not in text

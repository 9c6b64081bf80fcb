"""The published curves that come with Whorl: all of them, to the last bit, matching one another alone."""

import json

import numpy as np
import pytest
from registry_material import curve

from whorl.registry import PUBLISHED, PUBLISHED_REFERENCE, Merged, Registry
from whorl.registry.lines import write_entries
from whorl.registry.published import published_entries

ARCHITECTURES = {"ContraGAN", "BigGAN", "SNGAN", "DDPM", "DDIM", "PNDM"}


@pytest.fixture
def registry(file):
    held = Registry(file)
    assert held.import_file(PUBLISHED) == Merged(added=18)
    return held


def test_six_architectures_three_sets_each(registry):
    assert registry.import_file(PUBLISHED) == Merged(present=18)
    models = registry.models()
    assert {(model.architecture, model.name) for model in models} == {
        (architecture, f"{architecture}/{role}")
        for architecture in ARCHITECTURES
        for role in ("target", "known-1", "known-2")
    }
    for _, printed in registry.entries(PUBLISHED_REFERENCE):
        assert (printed.layers, printed.n_pictures) == (tuple(range(1, 13)), 500)
        assert printed.settings["metric"] == "abs-cosine"
        assert np.isfinite(printed.parts["c_t"]).all()


def test_they_meet_nothing_that_is_measured_here(registry):
    registry.add(name="mine", architecture="DDPM", fingerprint=curve(*range(12)))
    assert len(registry.entries(PUBLISHED_REFERENCE)) == 18
    assert [model.name for model, _ in registry.entries("reference-a")] == ["mine"]


@pytest.mark.shared
def test_the_numbers_are_the_published_ones(registry, shared_data):
    table = json.loads((shared_data / "published-curves.json").read_text())["table1"]
    held = {
        model.name: printed.parts["c_t"].tolist() for model, printed in registry.entries(PUBLISHED_REFERENCE)
    }
    names = {name.lower(): name for name in ARCHITECTURES}
    seen = dict.fromkeys(ARCHITECTURES, 0)
    for row in table["full"]:
        architecture, role = names[row["architecture"].lower()], row["split"]
        if role == "known":
            seen[architecture] += 1
            role = f"known-{seen[architecture]}"
        assert held.pop(f"{architecture}/{role}") == row["curve"]
    assert held == {}
    small = [row["curve"] for row in table["small"]]
    for model, printed in registry.entries(PUBLISHED_REFERENCE):
        assert (printed.parts["c_t"].tolist() in small) == (not model.name.endswith("known-2"))


@pytest.mark.shared
def test_the_file_is_what_its_script_makes(shared_data, tmp_path):
    table = json.loads((shared_data / "published-curves.json").read_text())["table1"]
    write_entries(tmp_path / "made.jsonl", published_entries(table["full"]))
    assert (tmp_path / "made.jsonl").read_bytes() == PUBLISHED.read_bytes()

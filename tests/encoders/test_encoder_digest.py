"""The digest: the same for the same embeddings wherever they are made, and another for anything else."""

import json
import os
import shutil
import subprocess
import sys

import pytest
import torch
import transformers as tr
from safetensors.torch import load_file, save_file

import whorl.encoders.transformers_encoder as module
from whorl.encoders import Preprocessing, load_encoder
from whorl.encoders.checkpoint import digest_weights

EXACT = Preprocessing(resize=(32, 32), mean=(0.4, 0.5, 0.6), std=(0.2, 0.25, 0.3))


@pytest.fixture(scope="module")
def digest(families):
    return load_encoder(families["vit"].folder).digest


def edit_json(file, **changes):
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_the_folders_name_and_what_is_spelt_out_change_nothing(families, vit_folder, digest):
    assert load_encoder(vit_folder).digest == digest
    spelt = {
        "pooling": "cls",
        "dtype": "float32",
        "layers": [3, 1, 2],
        "device": "cpu",
        "preprocessing": EXACT,
    }
    assert load_encoder(vit_folder, **spelt).digest == digest


def test_names_of_classes_and_versions_change_nothing(vit_folder, digest):
    edit_json(
        vit_folder / "config.json",
        transformers_version="9",
        id2label={"0": "cat", "1": "dog"},
        dtype="float16",
    )
    assert load_encoder(vit_folder).digest == digest


@pytest.mark.parametrize(
    "options",
    [
        {"layers": 2},
        {"layers": [0, 1, 2, 3]},
        {"pooling": "mean"},
        {"pooling": "both"},
        {"dtype": "bfloat16"},
        {"dtype": "float16"},
        {"preprocessing": Preprocessing(resize=(32, 32), mean=(0.4, 0.5, 0.6), std=(0.2, 0.25, 0.31))},
    ],
)
def test_each_setting_changes_it(families, digest, options):
    assert load_encoder(families["vit"].folder, **options).digest != digest


def test_settings_give_pairwise_different_digests(families):
    digests = [load_encoder(families["vit"].folder, layers=[layer]).digest for layer in range(4)]
    assert len(set(digests)) == 4


def test_the_config_changes_it(vit_folder, digest):
    edit_json(vit_folder / "config.json", hidden_act="relu")
    assert load_encoder(vit_folder).digest != digest


def test_the_preprocessing_file_changes_it(vit_folder, digest):
    edit_json(vit_folder / "preprocessor_config.json", resample=3)
    assert load_encoder(vit_folder).digest != digest


def test_the_attention_implementation_changes_it(families, digest, monkeypatch):
    def eager(*args, **kwargs):
        model = original(*args, **kwargs)
        model.set_attn_implementation("eager")
        return model

    original = module.load_vision_model
    monkeypatch.setattr(module, "load_vision_model", eager)
    encoder = load_encoder(families["vit"].folder)
    assert encoder.settings["attention"] == "eager"
    assert encoder.digest != digest


def test_every_single_tensor_changes_it(families, tmp_path):
    """One bit in any tensor, a swap of two equal shapes, another name, dtype or shape."""
    source = families["vit"].folder / "model.safetensors"
    tensors = load_file(source)
    original = digest_weights([source])

    def digest_of(changed):
        save_file(changed, tmp_path / "m.safetensors", metadata={"format": "pt"})
        return digest_weights([tmp_path / "m.safetensors"])

    assert digest_of(tensors) == original
    seen = {original}
    for name, tensor in tensors.items():
        changed = tensor.clone()
        changed.view(-1).view(torch.uint8)[-4] ^= 1
        seen.add(digest_of({**tensors, name: changed}))
    assert len(seen) == len(tensors) + 1
    a, b = (f"vit.encoder.layer.{i}.layernorm_before.weight" for i in (0, 1))
    if a not in tensors:
        a, b = [name for name in tensors if name.endswith("layernorm_before.weight")][:2]
    seen.add(digest_of({**tensors, a: tensors[b], b: tensors[a]}))
    seen.add(digest_of({(f"{k}_" if k == a else k): v for k, v in tensors.items()}))
    seen.add(digest_of({**tensors, a: tensors[a].half()}))
    seen.add(digest_of({**tensors, a: tensors[a][None]}))
    assert len(seen) == len(tensors) + 5


def test_shards_change_nothing(families, tmp_path):
    source = families["vit"].folder
    folder = shutil.copytree(source, tmp_path / "sharded", ignore=shutil.ignore_patterns("*.safetensors"))
    tr.ViTForImageClassification.from_pretrained(source).save_pretrained(folder, max_shard_size="40KB")
    assert not (folder / "model.safetensors").exists()
    shutil.copy(source / "config.json", folder)
    assert load_encoder(folder).digest == load_encoder(source).digest


def test_another_process_with_a_hub_name_offline(families, tmp_path, digest):
    """A hub cache made by hand; nothing of transformers' load report may reach the terminal."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    cache = tmp_path / "hub" / "models--acme--tiny"
    shutil.copytree(families["vit"].folder, cache / "snapshots" / commit)
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text(commit)
    code = "import whorl.encoders as w; e = w.load_encoder('acme/tiny'); print(e.name, e.digest)"
    env = {**os.environ, "HF_HUB_CACHE": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "1", "PYTHONHASHSEED": "5"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["acme/tiny", digest], done.stderr
    assert done.stderr == ""

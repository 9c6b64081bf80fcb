"""What is wrong with a folder, a name or a batch is told in one message with its remedy."""

import json
import logging

import pytest
import torch
import transformers as tr
from safetensors.torch import load_file, save_file

from whorl.encoders import Preprocessing, load_encoder
from whorl.errors import EncoderError


def edit_json(file, **changes):
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def edit_weights(folder, change):
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def pick(tensors, end):
    return next(name for name in sorted(tensors) if name.endswith(end))


def test_no_config(vit_folder):
    (vit_folder / "config.json").unlink()
    with pytest.raises(EncoderError, match=r"has no config.json; give a folder that save_pretrained wrote"):
        load_encoder(vit_folder)


def test_no_weights(vit_folder):
    (vit_folder / "model.safetensors").unlink()
    with pytest.raises(EncoderError, match=r"has no weights; expected model\.safetensors"):
        load_encoder(vit_folder)


def test_pickled_weights_are_never_read(vit_folder):
    torch.save(load_file(vit_folder / "model.safetensors"), vit_folder / "pytorch_model.bin")
    (vit_folder / "model.safetensors").unlink()
    with pytest.raises(
        EncoderError, match=r"only as pytorch_model.bin, and Whorl never unpickles.*save_pretrained"
    ):
        load_encoder(vit_folder)


def test_damaged_weights(vit_folder):
    file = vit_folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(EncoderError, match=r"the weights in .* cannot be read .*copy them anew"):
        load_encoder(vit_folder)


def test_damaged_config(vit_folder):
    (vit_folder / "config.json").write_text("{")
    with pytest.raises(EncoderError, match=r"config.json is not JSON"):
        load_encoder(vit_folder)
    (vit_folder / "config.json").write_text("[]")
    with pytest.raises(EncoderError, match=r"holds a list"):
        load_encoder(vit_folder)
    (vit_folder / "config.json").write_text('{"model_type": "no-such-thing"}')
    with pytest.raises(EncoderError, match=r"cannot read the config"):
        load_encoder(vit_folder)


def test_missing_shards(vit_folder):
    index = vit_folder / "model.safetensors.index.json"
    (vit_folder / "model.safetensors").unlink()
    index.write_text(json.dumps({"weight_map": {"a": "model-00001-of-00001.safetensors"}}))
    with pytest.raises(EncoderError, match=r"lacks model-00001-of-00001.safetensors"):
        load_encoder(vit_folder)
    index.write_text("{}")
    with pytest.raises(EncoderError, match="is damaged"):
        load_encoder(vit_folder)


def test_a_parameter_that_would_be_random(vit_folder):
    edit_weights(vit_folder, lambda tensors: tensors.pop(pick(tensors, "layernorm_before.bias")))
    with pytest.raises(
        EncoderError, match=r"the weights lack .*layernorm_before\.bias, which would be random"
    ):
        load_encoder(vit_folder)


def test_weights_of_another_width(vit_folder):
    def widen(tensors):
        name = pick(tensors, "layernorm_before.bias")
        tensors[name] = torch.zeros(33)

    edit_weights(vit_folder, widen)
    with pytest.raises(EncoderError, match=r"cannot load the model in .*mismatch"):
        load_encoder(vit_folder)


def test_a_missing_mask_token_does_not_matter(families, tmp_path):
    import shutil

    folder = shutil.copytree(families["dinov2"].folder, tmp_path / "dino")
    edit_weights(folder, lambda tensors: tensors.pop(pick(tensors, "mask_token")))
    before, after = load_encoder(families["dinov2"].folder), load_encoder(folder)
    batch = torch.rand(2, 3, 32, 32)
    assert torch.equal(before.encode(batch)[3], after.encode(batch)[3])


def test_a_text_model(tmp_path):
    config = tr.BertConfig(
        vocab_size=20, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    tr.BertModel(config).save_pretrained(tmp_path)
    with pytest.raises(EncoderError, match="'bert' model, which is no vision encoder"):
        load_encoder(tmp_path, preprocessing=Preprocessing(resize=(32, 32)))


@pytest.mark.parametrize("preprocessing", ["paper", Preprocessing(resize=(40, 40))])
def test_a_size_the_encoder_does_not_take(families, preprocessing):
    with pytest.raises(EncoderError, match=r"does not take the \d+ x \d+ pictures.*size it was trained on"):
        load_encoder(families["vit"].folder, preprocessing=preprocessing)


@pytest.mark.parametrize(
    "batch",
    [
        torch.zeros(1, 3, 31, 32),
        torch.zeros(3, 32, 32),
        torch.zeros(1, 1, 32, 32),
        torch.zeros(0, 3, 32, 32),
        torch.zeros(1, 3, 32, 32, dtype=torch.uint8),
    ],
)
@pytest.mark.parametrize("name", ["vit", "pixels"])
def test_batches_that_are_none(families, name, batch):
    encoder = load_encoder("pixels" if name == "pixels" else families[name].folder)
    with pytest.raises(EncoderError, match=r"\(B, 3, 32, 32\)"):
        encoder.encode(batch)


def test_nan_names_the_layer(vit_folder):
    def poison(tensors):
        names = [name for name in sorted(tensors) if name.endswith("layernorm_before.bias")]
        tensors[names[1]][0] = float("nan")

    edit_weights(vit_folder, poison)
    batch = torch.rand(2, 3, 32, 32)
    assert torch.isfinite(load_encoder(vit_folder, layers=[1]).encode(batch)[1]).all()
    with pytest.raises(EncoderError, match="NaN or infinity in the embeddings of layer 2"):
        load_encoder(vit_folder).encode(batch)
    with pytest.raises(EncoderError, match="layer 'pixels'"):
        load_encoder("pixels").encode(torch.full((1, 3, 32, 32), float("inf")))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pooling": "max"}, "auto, cls, mean, both"),
        ({"dtype": "int8"}, "auto, float32, bfloat16, float16"),
        ({"device": "tpu"}, "choose auto or one of cpu"),
        ({"device": "cuda:99"}, "choose auto or one of cpu"),
        ({"preprocessing": "own"}, "'auto', 'paper'"),
        ({"layers": 9}, "for the last so many"),
    ],
)
def test_unknown_values_list_the_allowed(families, options, message):
    with pytest.raises(EncoderError, match=message):
        load_encoder(families["vit"].folder, **options)


def test_misspelt_options_are_refused(families):
    with pytest.raises(TypeError, match="poolling"):
        load_encoder(families["vit"].folder, poolling="cls")


def test_loading_is_quiet_and_gives_the_verbosity_back(families, capfd, caplog):
    before = tr.utils.logging.get_verbosity(), tr.utils.logging.is_progress_bar_enabled()
    with caplog.at_level(logging.WARNING):
        load_encoder(families["vit"].folder)
    assert capfd.readouterr() == ("", "")
    assert before == (tr.utils.logging.get_verbosity(), tr.utils.logging.is_progress_bar_enabled())

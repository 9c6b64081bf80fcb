"""Every family against the hidden states of transformers' own model."""

import pytest
import torch
import transformers as tr
from encoder_families import BUILDERS, VIT

import whorl.encoders.transformers_encoder as module
from whorl.checks import check_encoder
from whorl.encoders import Preprocessing, load_encoder
from whorl.encoders.pooling import Prefix, pool
from whorl.errors import EncoderError


def hidden_states(family, batch):
    """What transformers' own model gives; the saved one, so that loading is tested too."""
    model = getattr(family.model, "vision_model", family.model)
    with torch.no_grad():
        return model(pixel_values=batch, output_hidden_states=True).hidden_states


@pytest.fixture
def batch(pictures, request):
    return lambda encoder: torch.stack([encoder.preprocess(picture) for picture in pictures])


@pytest.mark.parametrize("name", BUILDERS)
def test_the_contract_is_kept(families, name):
    check_encoder(load_encoder(families[name].folder))


@pytest.mark.parametrize("name", BUILDERS)
def test_depth_is_blocks_or_stages(families, name):
    family = families[name]
    assert load_encoder(family.folder).layers == tuple(range(1, family.depth + 1))


@pytest.mark.parametrize(
    "name", [name for name in BUILDERS if name not in ("siglip", "swin", "resnet", "convnext")]
)
def test_cls_is_the_first_row_of_the_hidden_state(families, name, batch):
    encoder = load_encoder(families[name].folder, layers=[0, 1, 2, 3])
    assert encoder.settings["pooling"] == "cls"
    inputs = batch(encoder)
    expected = hidden_states(families[name], inputs)
    for layer, rows in encoder.encode(inputs).items():
        torch.testing.assert_close(rows, expected[layer][:, 0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", BUILDERS)
def test_mean_is_over_the_patches_alone(families, name, batch):
    family = families[name]
    encoder = load_encoder(family.folder, pooling="mean", layers=range(family.depth + 1))
    inputs = batch(encoder)
    expected = hidden_states(family, inputs)
    for layer, rows in encoder.encode(inputs).items():
        hidden = expected[layer]
        mean = hidden.mean((2, 3)) if family.prefix is None else hidden[:, family.prefix :].mean(1)
        torch.testing.assert_close(rows, mean, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["siglip", "swin", "resnet", "convnext"])
def test_auto_is_mean_without_a_class_token(families, name, batch):
    folder = families[name].folder
    auto, mean = load_encoder(folder), load_encoder(folder, pooling="mean")
    assert auto.digest == mean.digest
    for pooling in ("cls", "both"):
        with pytest.raises(EncoderError, match=f"tiny-{name} has none; use pooling='mean'"):
            load_encoder(folder, pooling=pooling)


def test_both_is_cls_and_mean_side_by_side(families, batch):
    folder = families["dinov2-registers"].folder
    cls, mean, both = (load_encoder(folder, pooling=p) for p in ("cls", "mean", "both"))
    inputs = batch(cls)
    for layer, rows in both.encode(inputs).items():
        parts = [cls.encode(inputs)[layer], mean.encode(inputs)[layer]]
        assert torch.equal(rows, torch.cat(parts, dim=1))


def test_layer_zero_is_the_same_for_every_picture(families, batch):
    encoder = load_encoder(families["vit"].folder, layers=[0, 1])
    embeddings = encoder.encode(batch(encoder))
    assert (embeddings[0] == embeddings[0][0]).all()
    assert not (embeddings[1] == embeddings[1][0]).all()


@pytest.mark.parametrize("name", BUILDERS)
def test_batch_size_and_company_change_nothing(families, name, batch):
    encoder = load_encoder(families[name].folder)
    inputs = batch(encoder)
    whole = encoder.encode(inputs)
    for size in (1, 2, 5):
        pieces = [encoder.encode(inputs[i : i + size]) for i in range(0, len(inputs), size)]
        for layer, rows in whole.items():
            pieced = torch.cat([piece[layer] for piece in pieces])
            torch.testing.assert_close(pieced, rows, rtol=0, atol=1e-6 * float(rows.abs().max()))


def test_embeddings_do_not_keep_the_hidden_states_alive(families, batch):
    encoder = load_encoder(families["vit"].folder)
    rows = encoder.encode(batch(encoder))[1]
    assert rows.untyped_storage().nbytes() == rows.nbytes
    rows += 1  # no inference tensor: may be changed in place


@pytest.mark.parametrize("name", ["vit", "resnet"])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_gives_float32_near_the_exact(families, name, dtype, batch):
    exact, half = (load_encoder(families[name].folder, dtype=d) for d in ("float32", dtype))
    inputs = batch(exact)
    expected, found = exact.encode(inputs), half.encode(inputs)
    for layer in exact.layers:
        assert found[layer].dtype == torch.float32
        assert not torch.equal(found[layer], expected[layer])
        gap = (found[layer] - expected[layer]).norm() / expected[layer].norm()
        assert gap < 0.05


def test_what_is_random_in_loading_does_not_matter(families, batch):
    """The checkpoint has no pooler: transformers would draw one at random."""
    embeddings, digests = [], set()
    for seed in (1, 2):
        torch.manual_seed(seed)
        encoder = load_encoder(families["vit"].folder)
        embeddings.append(encoder.encode(batch(encoder))[3])
        digests.add(encoder.digest)
    assert torch.equal(*embeddings)
    assert len(digests) == 1


def test_masked_autoencoders_are_refused(tmp_path):
    """They hide three quarters of the patches at random: no embedding would be the same twice."""
    config = tr.ViTMAEConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        image_size=32,
        patch_size=8,
    )
    tr.ViTMAEModel(config).save_pretrained(tmp_path)
    tr.ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(tmp_path)
    with pytest.raises(EncoderError, match=r"family 'vit_mae', 1 class .*not known: \(5, 32\)"):
        load_encoder(tmp_path)


@pytest.mark.parametrize(
    ("family", "settings"),
    [
        ("MobileNetV2", {}),  # feature maps whose widths the config does not give
        ("Pvt", {"image_size": 32}),  # a class token in the last stage alone
        ("Yolos", {**VIT, "image_size": [32, 32]}),  # detection tokens behind the patches
        ("PoolFormer", {"hidden_sizes": [8] * 4, "depths": [1] * 4}),  # hidden_states[0] is stage 1 already
    ],
)
def test_unknown_layouts_are_refused(tmp_path, family, settings):
    getattr(tr, f"{family}Model")(getattr(tr, f"{family}Config")(**settings)).save_pretrained(tmp_path)
    with pytest.raises(EncoderError, match="layout that is not known"):
        load_encoder(tmp_path, preprocessing=Preprocessing(resize=(32, 32)))


def test_a_model_without_hidden_states_is_refused(families, monkeypatch):
    def mute(*args, **kwargs):
        model = original(*args, **kwargs)
        model.forward = lambda **inputs: tr.modeling_outputs.BaseModelOutput()
        return model

    original = module.load_vision_model
    monkeypatch.setattr(module, "load_vision_model", mute)
    with pytest.raises(EncoderError, match="not known: none"):
        load_encoder(families["vit"].folder)


@pytest.mark.parametrize("pooling", ["cls", "mean", "both"])
def test_pooled_rows_own_their_memory(pooling):
    hidden = torch.zeros(2, 5, 4)
    rows = pool(hidden, pooling, Prefix(1, has_class=True))
    assert rows.untyped_storage().nbytes() == rows.nbytes
    rows += 1
    assert not hidden.any()

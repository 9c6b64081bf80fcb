"""bfloat16 where it pays and only there, compiled where it is asked for, and identities that say so."""

import subprocess
import sys

import pytest
import torch
import torch._dynamo  # so that a patched compiler is not met by its import
from transformers import ViTConfig, ViTImageProcessor, ViTModel

import whorl.encoders.compiling as compiling
import whorl.encoders.device as device_module
from whorl import EncoderError, load_encoder
from whorl.checks import check_encoder
from whorl.encoders.bundled import NAME
from whorl.encoders.device import choose_dtype

CPU = torch.device("cpu")


@pytest.fixture
def amx(monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: True, raising=False)


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """A ViT as wide as a ViT-B, two blocks deep."""
    folder = tmp_path_factory.mktemp("wide")
    torch.manual_seed(0)
    config = ViTConfig(num_hidden_layers=2, image_size=32, patch_size=8)
    ViTModel(config).save_pretrained(folder)
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def test_the_bundled_encoder_has_kept_its_digest():
    """References name it: if this fails, stored References become foreign."""
    digest = load_encoder(NAME, dtype="float32").digest
    assert digest == "0c6cadecde255347dcfb323b99027d5aea85dc2fbdf24658d6ab014636359e2b"
    assert load_encoder(NAME).digest == digest


def test_auto_is_bfloat16_for_wide_encoders_where_it_multiplies(amx, monkeypatch):
    assert choose_dtype("auto", CPU, width=768) == torch.bfloat16
    assert choose_dtype("auto", CPU, width=384) == torch.float32
    assert choose_dtype("auto", CPU, width=0) == torch.float32
    assert choose_dtype("float32", CPU, width=768) == torch.float32
    monkeypatch.setattr(device_module, "AUTO_BFLOAT16", False)
    assert choose_dtype("auto", CPU, width=768) == torch.float32


def test_auto_is_float32_elsewhere(monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False, raising=False)
    assert choose_dtype("auto", CPU, width=768) == torch.float32
    monkeypatch.delattr(torch.cpu, "_is_amx_tile_supported")
    assert choose_dtype("auto", CPU, width=768) == torch.float32
    assert choose_dtype("auto", torch.device("mps"), width=768) == torch.float32


@pytest.mark.parametrize(("capability", "expected"), [((8, 0), torch.bfloat16), ((7, 5), torch.float32)])
def test_auto_on_gpus(monkeypatch, capability, expected):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert choose_dtype("auto", torch.device("cuda:0"), width=1024) == expected


def test_an_encoder_chosen_by_auto_is_loaded_the_same_anywhere(amx, wide, monkeypatch):
    chosen = load_encoder(wide)
    assert chosen.settings["dtype"] == "bfloat16"
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    plain = load_encoder(wide)
    assert plain.settings["dtype"] == "float32"
    assert plain.digest != chosen.digest
    options = dict(chosen.settings["options"])
    again = load_encoder(wide, dtype=options["dtype"])
    assert again.digest == chosen.digest


def test_bfloat16_multiplies_alone_and_errs_less_than_all_of_it(wide):
    """The residual stream stays in float32: compared with transformers' own model, wholly in bfloat16."""
    batch = torch.randn(8, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    exact = load_encoder(wide, dtype="float32").encode(batch)
    mixed = load_encoder(wide, dtype="bfloat16").encode(batch)
    model = ViTModel.from_pretrained(wide, dtype=torch.bfloat16, add_pooling_layer=False).eval()
    with torch.inference_mode():
        hidden = model(batch.bfloat16(), output_hidden_states=True).hidden_states
    for layer in (1, 2):
        error = (mixed[layer] - exact[layer]).norm()
        assert 0 < error < 0.95 * (hidden[layer][:, 0].float() - exact[layer]).norm()


@pytest.mark.parametrize("family", ["vit", "clip", "swin", "resnet", "convnext", "dinov2"])
def test_every_family_computes_in_bfloat16(families, family):
    encoder = load_encoder(families[family].folder, dtype="bfloat16")
    batch = torch.randn(2, 3, *encoder.preprocessing.output_size)
    exact = load_encoder(families[family].folder, dtype="float32").encode(batch)
    for layer, rows in encoder.encode(batch).items():
        assert rows.dtype == torch.float32
        assert (rows - exact[layer]).norm() < 0.05 * exact[layer].norm()


def test_a_callers_own_random_numbers_and_autocast_are_left(wide):
    encoder = load_encoder(wide, dtype="bfloat16")
    encoder.encode(torch.zeros(1, 3, 32, 32))
    assert not torch.is_autocast_enabled("cpu")


@pytest.mark.slow
def test_compiled_it_gives_the_same_numbers_for_any_batch(families):
    plain, quick = (load_encoder(families["vit"].folder, compile=on) for on in (False, True))
    check_encoder(quick)
    assert quick.digest != plain.digest
    assert dict(quick.settings["options"])["compile"] is True
    assert "compile" not in plain.settings["options"]
    counters = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    for size in (1, 2, 3, 7):
        batch = torch.randn(size, 3, 32, 32, generator=torch.Generator().manual_seed(size))
        expected = plain.encode(batch)
        for layer, rows in quick.encode(batch).items():
            torch.testing.assert_close(rows, expected[layer], rtol=1e-4, atol=1e-5)
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == counters


def test_without_a_compiler_it_says_so(families, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("No working C++ compiler found")

    monkeypatch.setattr(compiling, "compiled", lambda model: broken)
    monkeypatch.setattr("whorl.encoders.transformers_encoder.compiled", lambda model: broken)
    with pytest.raises(EncoderError, match=r"No working C\+\+ compiler.*without compile"):
        load_encoder(families["vit"].folder, compile=True)


def test_nothing_to_compile_in_pixels_and_in_what_is_loaded():
    with pytest.raises(EncoderError, match="compile=True"):
        load_encoder("pixels", compile=True)
    with pytest.raises(EncoderError, match="loaded already, so compile"):
        load_encoder(load_encoder("pixels"), compile=True)


def test_compiling_is_not_imported_unasked():
    code = "import sys, whorl; whorl.load_encoder('pixels'); print('torch._inductor' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

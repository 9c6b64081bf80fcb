import subprocess
import sys
import types
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import torch

import whorl.encoders.load as module
from whorl.encoders import Encoder, PixelEncoder, available_encoders, load_encoder
from whorl.errors import EncoderError


@pytest.fixture
def plugins(monkeypatch):
    """Install entry points for one test: name -> factory."""
    fake = types.ModuleType("whorl_fake_plugin")
    monkeypatch.setitem(sys.modules, "whorl_fake_plugin", fake)
    points = []
    monkeypatch.setattr(module, "entry_points", lambda group: points if group == "whorl.encoders" else [])

    def install(name, factory=None, attribute=None):
        attribute = attribute or f"make_{len(points)}"
        if factory is not None:
            setattr(fake, attribute, factory)
        points.append(EntryPoint(name, f"whorl_fake_plugin:{attribute}", "whorl.encoders"))

    return install


def test_an_encoder_is_given_back(families):
    encoder = load_encoder(families["vit"].folder)
    assert load_encoder(encoder) is encoder
    with pytest.raises(EncoderError, match="tiny-vit is loaded already, so layers, dtype cannot be changed"):
        load_encoder(encoder, layers=2, dtype="float16")


@pytest.mark.parametrize("thing", [None, 3, PixelEncoder, b"pixels"])
def test_what_is_no_encoder(thing):
    with pytest.raises(EncoderError, match="expected an encoder's name, a folder or an Encoder, found"):
        load_encoder(thing)


def test_a_folder_as_text_or_path_is_named_after_itself(families, monkeypatch):
    folder = families["vit"].folder
    monkeypatch.chdir(folder)
    for given in (folder, str(folder), ".", Path()):
        assert load_encoder(given, layers=1).name == "tiny-vit"


@pytest.mark.parametrize("name", ["/no/such/folder", "a/b/c", "./x", "no such", "", " ", Path("google/vit")])
def test_neither_folder_nor_hub_name(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EncoderError, match=r"is no folder and no hub name; give a folder with config.json"):
        load_encoder(name)


def test_a_file_is_no_folder(families):
    with pytest.raises(EncoderError, match="is no folder and no hub name"):
        load_encoder(str(families["vit"].folder / "model.safetensors"))


def test_a_hub_name_that_cannot_be_had(monkeypatch):
    def refuse(name, allow_patterns):
        raise OSError("no route\nto host")

    monkeypatch.setattr("huggingface_hub.snapshot_download", refuse)
    with pytest.raises(EncoderError) as raised:
        load_encoder("acme/no-such-model")
    message = str(raised.value)
    assert "acme/no-such-model is no folder here" in message
    assert (
        "no route Give a local folder with its files, check the name, or go online; whorl-vit-32 comes with Whorl."
        in message
    )
    assert "\n" not in message


def test_a_hub_name_is_downloaded_without_pickles(families, monkeypatch):
    asked = []

    def download(name, allow_patterns):
        asked.extend(allow_patterns)
        return str(families["vit"].folder)

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    encoder = load_encoder("acme/vit")
    assert encoder.name == "acme/vit"
    assert encoder.digest == load_encoder(families["vit"].folder).digest
    assert {"config.json", "model.safetensors", "preprocessor_config.json"} <= set(asked)
    assert not any("bin" in pattern or pattern.startswith("*") for pattern in asked)


def test_built_ins_work_without_any_metadata(plugins):
    assert available_encoders() == ("pixels", "spectrum", "whorl-vit-32")
    assert load_encoder("pixels").name == "pixels:32"


def test_a_plugin_gets_the_options(plugins):
    seen = {}

    def make(**options):
        seen.update(options)
        return PixelEncoder(8)

    plugins("mine", make)
    assert available_encoders() == ("mine", "pixels", "spectrum", "whorl-vit-32")
    encoder = load_encoder("mine", layers=[1], pooling="mean", dtype="float16")
    assert isinstance(encoder, Encoder)
    assert seen == {
        "layers": [1],
        "pooling": "mean",
        "device": "auto",
        "dtype": "float16",
        "preprocessing": "auto",
    }


def test_a_plugin_may_not_take_a_built_in_name(plugins):
    plugins("pixels", PixelEncoder)
    with pytest.raises(EncoderError, match=r"whorl_fake_plugin:make_0 takes the built-in name 'pixels'"):
        load_encoder("pixels")


def test_two_plugins_of_one_name(plugins):
    plugins("mine", PixelEncoder)
    plugins("mine", PixelEncoder)
    with pytest.raises(EncoderError, match=r"two plugins offer the encoder 'mine'.*make_0.*make_1"):
        load_encoder("mine")


def test_a_broken_plugin_is_named_only_when_asked_for(plugins):
    plugins("broken", attribute="no_such_factory")
    assert "broken" in available_encoders()
    assert load_encoder("pixels:8").name == "pixels:8"
    with pytest.raises(
        EncoderError, match=r"the plugin broken = whorl_fake_plugin:no_such_factory failed: Attrib"
    ):
        load_encoder("broken")


def test_a_plugin_that_gives_no_encoder(plugins):
    plugins("odd", lambda **options: 3)
    with pytest.raises(EncoderError, match="gave a int, which is no Encoder"):
        load_encoder("odd")


def test_a_plugins_own_error_comes_through(plugins):
    def refuse(**options):
        raise EncoderError("needs a licence")

    plugins("shy", refuse)
    with pytest.raises(EncoderError, match=r"^needs a licence$"):
        load_encoder("shy")


def test_importing_is_light():
    code = (
        "import sys, whorl.encoders, whorl.checks.encoders; "
        "print(sorted({'torch', 'transformers', 'huggingface_hub', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_unknown_attributes_of_the_package():
    import whorl.encoders

    assert whorl.encoders.PixelEncoder is PixelEncoder
    with pytest.raises(AttributeError, match="no_such"):
        _ = whorl.encoders.no_such


def test_auto_device_is_the_best_there_is():
    from whorl.encoders.device import choose_device

    best = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    assert choose_device("auto").type == best

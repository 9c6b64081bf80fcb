"""StyleGAN2's network against its definition, and other people's weights against ours."""

import math
import os
import pickle
import sys
import types

import pytest
import torch
from torch.nn.functional import conv2d, conv_transpose2d

from whorl.errors import StorageError, WhorlError
from whorl.latent.generators import StyleGAN2
from whorl.latent.jacobian import with_jacobian
from whorl.latent.stylegan2.convert import convert_checkpoint
from whorl.latent.stylegan2.folder import read_network, write_network
from whorl.latent.stylegan2.layers import ModulatedConv
from whorl.latent.stylegan2.network import StyleGAN2Network
from whorl.latent.stylegan2.resampling import doubled, smoothed, smoothing
from whorl.latent.stylegan2.settings import StyleGAN2Settings

SETTINGS = StyleGAN2Settings(latent=12, style=10, mapping=2, channels=(8, 6, 4))


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    made = StyleGAN2Network(SETTINGS)
    with torch.no_grad():
        for name, value in made.named_parameters():
            if name.endswith(("bias", "strength")):
                value.add_(0.2 * torch.randn(value.shape))
    return made.eval().requires_grad_(requires_grad=False)


@pytest.mark.parametrize("up", [False, True])
def test_modulation_scales_the_weights_of_each_picture(up):
    """Equations 1 and 3 as they are written: a kernel for each picture, and a convolution for each."""
    torch.manual_seed(1)
    conv = ModulatedConv(5, 4, 3, 7, up=up)
    x, w = torch.randn(3, 5, 6, 6), torch.randn(3, 7)
    found = conv(x, w)
    for one in range(3):
        style = conv.affine(w[one : one + 1])[0]
        kernel = conv.weight / math.sqrt(5 * 9) * style[None, :, None, None]
        kernel = kernel / torch.sqrt(kernel.square().sum(dim=(1, 2, 3), keepdim=True) + 1e-8)
        if up:
            expected = smoothed(
                conv_transpose2d(x[one][None], kernel.transpose(0, 1), stride=2), smoothing(4), padding=1
            )
        else:
            expected = conv2d(x[one][None], kernel, padding=1)
        torch.testing.assert_close(found[one], expected[0])


def test_doubling_interpolates():
    line = torch.arange(6.0)[None, None, None].expand(1, 1, 6, 6)
    twice = doubled(line, smoothing(4))[0, 0, 6, 2:-2]
    torch.testing.assert_close(twice, torch.arange(8) / 2 + 0.75)


def test_the_jacobian_is_that_of_differences(network):
    generator = StyleGAN2(network, SETTINGS)
    w = torch.from_numpy(generator.sample_latents(1, seed=0))[0].double()
    exact = StyleGAN2(network.double(), SETTINGS)
    row, slopes = with_jacobian(lambda c: exact.synthesize(c).flatten(1), w, chunk=3)
    step = 1e-5
    for place in (0, 4, 9):
        moved = w.clone()
        moved[place] += step
        change = (exact.synthesize(moved[None])[0].flatten() - row) / step
        torch.testing.assert_close(slopes[:, place], change, rtol=1e-3, atol=1e-5)
    network.float()


def test_a_picture_depends_on_its_own_latent_alone(network):
    generator = StyleGAN2(network, SETTINGS)
    w = torch.from_numpy(generator.sample_latents(4, seed=3))
    assert (generator.sample_latents(2, seed=3, start=2) == w[2:].numpy()).all()
    torch.testing.assert_close(generator.synthesize(w)[1:2], generator.synthesize(w[1:2]))
    each = w[:, None].expand(-1, network.synthesis.styles, -1)
    torch.testing.assert_close(network.synthesis(each), network.synthesis(w))


def test_a_folder_gives_the_same_pictures_and_every_byte_counts(network, tmp_path):
    write_network(network, SETTINGS, tmp_path / "g", source="drawn")
    again, settings = read_network(tmp_path / "g")
    assert settings == SETTINGS
    assert StyleGAN2(again, settings).digest == StyleGAN2(network, SETTINGS).digest
    path = tmp_path / "g" / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(StorageError, match="damaged"):
        read_network(tmp_path / "g")
    with pytest.raises(WhorlError, match="at least two"):
        StyleGAN2Settings(latent=1, style=1, mapping=1, channels=(8,))


def as_rosinality(network):
    """Names and shapes of that layout."""
    state, found = network.state_dict(), {}
    for number in range(SETTINGS.mapping):
        for kind in ("weight", "bias"):
            found[f"style.{number + 1}.{kind}"] = state[f"mapping.layers.{number}.{kind}"]
    found["input.input"] = state["synthesis.constant"][None]
    for number in range(5):
        ours, theirs = f"synthesis.convs.{number}", "conv1" if number == 0 else f"convs.{number - 1}"
        found[f"{theirs}.conv.weight"] = state[f"{ours}.conv.weight"][None]
        found[f"{theirs}.conv.modulation.weight"] = state[f"{ours}.conv.affine.weight"]
        found[f"{theirs}.conv.modulation.bias"] = state[f"{ours}.conv.affine.bias"]
        found[f"{theirs}.noise.weight"] = state[f"{ours}.strength"][None]
        found[f"{theirs}.activate.bias"] = state[f"{ours}.bias"]
        found[f"noises.noise_{number}"] = state[f"{ours}.noise"][None, None]
    for number in range(3):
        ours, theirs = f"synthesis.colours.{number}", "to_rgb1" if number == 0 else f"to_rgbs.{number - 1}"
        found[f"{theirs}.conv.weight"] = state[f"{ours}.conv.weight"][None]
        found[f"{theirs}.conv.modulation.weight"] = state[f"{ours}.conv.affine.weight"]
        found[f"{theirs}.conv.modulation.bias"] = state[f"{ours}.conv.affine.bias"]
        found[f"{theirs}.bias"] = state[f"{ours}.bias"][None, :, None, None]
    return {name: value.clone() for name, value in found.items()}


def as_nvidia(network):
    """Names and scale of that layout."""
    state, found = network.state_dict(), {"synthesis.b4.const": network.state_dict()["synthesis.constant"]}
    for number in range(SETTINGS.mapping):
        for kind in ("weight", "bias"):
            found[f"mapping.fc{number}.{kind}"] = state[f"mapping.layers.{number}.{kind}"]
    places = ["b4.conv1", "b8.conv0", "b8.conv1", "b16.conv0", "b16.conv1"]
    for number, place in enumerate(places):
        ours, theirs = f"synthesis.convs.{number}", f"synthesis.{place}"
        weight = state[f"{ours}.conv.weight"]
        found[f"{theirs}.weight"] = weight / math.sqrt(weight[0].numel())
        found[f"{theirs}.affine.weight"] = state[f"{ours}.conv.affine.weight"]
        found[f"{theirs}.affine.bias"] = state[f"{ours}.conv.affine.bias"]
        found[f"{theirs}.bias"] = state[f"{ours}.bias"]
        found[f"{theirs}.noise_strength"] = state[f"{ours}.strength"]
        found[f"{theirs}.noise_const"] = state[f"{ours}.noise"]
    for number, side in enumerate((4, 8, 16)):
        ours, theirs = f"synthesis.colours.{number}", f"synthesis.b{side}.torgb"
        found[f"{theirs}.weight"] = state[f"{ours}.conv.weight"]
        found[f"{theirs}.affine.weight"] = state[f"{ours}.conv.affine.weight"]
        found[f"{theirs}.affine.bias"] = state[f"{ours}.conv.affine.bias"]
        found[f"{theirs}.bias"] = state[f"{ours}.bias"]
    return {name: value.clone() for name, value in found.items()}


def same_pictures(folder, network):
    again, _ = read_network(folder)
    z = torch.randn(3, SETTINGS.latent, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(again(z), network(z))


@pytest.mark.parametrize("layout", [as_rosinality, as_nvidia])
def test_tensors_of_either_layout_give_the_same_pictures(network, layout, tmp_path):
    from safetensors.torch import save_file

    save_file(layout(network), tmp_path / "g.safetensors")
    assert convert_checkpoint(tmp_path / "g.safetensors", tmp_path / "out") == SETTINGS
    same_pictures(tmp_path / "out", network)
    few = layout(network)
    del few[sorted(few)[-1]]
    save_file(few, tmp_path / "few.safetensors")
    with pytest.raises(StorageError):
        convert_checkpoint(tmp_path / "few.safetensors", tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_checkpoint_of_tensors_is_read_and_one_with_objects_is_not(network, tmp_path):
    torch.save({"g": {}, "g_ema": as_rosinality(network), "args": None}, tmp_path / "ffhq.pt")
    convert_checkpoint(tmp_path / "ffhq.pt", tmp_path / "out")
    same_pictures(tmp_path / "out", network)
    torch.save({"g_ema": network}, tmp_path / "object.pt")
    with pytest.raises(StorageError, match="runs no code"):
        convert_checkpoint(tmp_path / "object.pt", tmp_path / "bad")


class _Module:
    """A module as NVlabs' persistence pickles it: its source code and its state."""

    def __init__(self, tensors, source="raise SystemExit('run')"):
        self.tensors, self.source = tensors, source

    def state(self):
        inner = {}
        for name, value in self.tensors.items():
            first, dot, rest = name.partition(".")
            if dot:
                inner.setdefault(first, {})[rest] = value
        own = {name: torch.nn.Parameter(value) for name, value in self.tensors.items() if "." not in name}
        modules = {name: _Module(held) for name, held in inner.items()}
        return {"_parameters": own, "_buffers": {}, "_modules": modules, "_non_persistent_buffers_set": set()}

    def __reduce__(self):
        made = sys.modules["torch_utils.persistence"]._reconstruct_persistent_obj
        meta = {
            "type": "class",
            "version": 6,
            "module_src": self.source,
            "class_name": "G",
            "state": self.state(),
        }
        return made, (meta,)


@pytest.fixture
def persistence(monkeypatch):
    """Stand-ins for the modules whose names such a pickle holds."""

    def _reconstruct_persistent_obj(meta):
        exec(meta["module_src"])  # what it does in earnest

    _reconstruct_persistent_obj.__module__ = "torch_utils.persistence"
    _reconstruct_persistent_obj.__qualname__ = "_reconstruct_persistent_obj"
    home = types.ModuleType("torch_utils.persistence")
    home._reconstruct_persistent_obj = _reconstruct_persistent_obj
    monkeypatch.setitem(sys.modules, "torch_utils", types.ModuleType("torch_utils"))
    monkeypatch.setitem(sys.modules, "torch_utils.persistence", home)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_tensors_are_taken_out_of_a_pickled_network_and_its_code_is_not_run(
    network, persistence, tmp_path, protocol
):
    held = {"G": None, "D": None, "G_ema": _Module(as_nvidia(network)), "training_set_kwargs": None}
    (tmp_path / "net.pkl").write_bytes(pickle.dumps(held, protocol=protocol))
    with pytest.raises(SystemExit, match="run"):
        pickle.loads((tmp_path / "net.pkl").read_bytes())
    convert_checkpoint(tmp_path / "net.pkl", tmp_path / "out")
    same_pictures(tmp_path / "out", network)


class _Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_nothing_else_is_unpickled(tmp_path):
    for name in ("evil.pkl", "evil.pt"):
        (tmp_path / name).write_bytes(pickle.dumps({"G_ema": _Evil(tmp_path / "made")}))
        with pytest.raises(StorageError, match="runs no code"):
            convert_checkpoint(tmp_path / name, tmp_path / "out")
    assert not (tmp_path / "made").exists()
    (tmp_path / "other.txt").write_text("hello")
    with pytest.raises(StorageError, match=r"is no \.safetensors"):
        convert_checkpoint(tmp_path / "other.txt", tmp_path / "out")
    with pytest.raises(StorageError, match="no file"):
        convert_checkpoint(tmp_path / "none.pt", tmp_path / "out")


def test_a_state_for_anything_but_a_record_is_refused(tmp_path):
    """The opcode that gives a state would set attributes of functions of this process."""
    rebuild = b"ctorch._utils\n_rebuild_tensor_v2\n"
    poison = b"}(X\x08\x00\x00\x00poisonedK\x01u"
    (tmp_path / "poison.pkl").write_bytes(b"\x80\x02" + rebuild + b"N" + poison + b"\x86b.")
    with pytest.raises(StorageError, match="a state for function"):
        convert_checkpoint(tmp_path / "poison.pkl", tmp_path / "out")
    assert not hasattr(torch._utils._rebuild_tensor_v2, "poisoned")


def test_a_wrong_shape_is_told(network, tmp_path):
    from safetensors.torch import save_file

    tensors = as_rosinality(network)
    for name in (
        "input.input",
        "conv1.noise.weight",
        "noises.noise_0",
        "style.1.weight",
        "conv1.conv.weight",
    ):
        save_file(tensors | {name: torch.zeros(3)}, tmp_path / "wrong.safetensors")
        with pytest.raises(StorageError):
            convert_checkpoint(tmp_path / "wrong.safetensors", tmp_path / "out")

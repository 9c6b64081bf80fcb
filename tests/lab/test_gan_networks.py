"""The parts that GANs are made of."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from whorl import WhorlError
from whorl.lab.generators import spectral_norm
from whorl.lab.generators.architectures import architecture_named
from whorl.lab.generators.conditional_batch_norm import ConditionalBatchNorm
from whorl.lab.generators.contract import Batch
from whorl.lab.generators.projection import ProjectionHead
from whorl.lab.generators.recipe import recipe_for
from whorl.lab.generators.residual_blocks import BottleneckDown, BottleneckUp, DownBlock, UpBlock
from whorl.lab.generators.self_attention import SelfAttention
from whorl.lab.generators.spectral_norm import normalise_spectrally, ready_to_draw
from whorl.lab.generators.weight_draws import draw_orthogonal
from whorl.lab.training.averaging import AveragedWeights

CPU = torch.device("cpu")
CONDITIONAL = ("biggan-deep", "contragan")
GANS = ("sngan", *CONDITIONAL)


@pytest.fixture(autouse=True)
def _seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def built(name, **changes):
    recipe = recipe_for(name, "tiny", image_size=16, **changes)
    return architecture_named(name).build(recipe, classes=3, device=CPU)


def stepped(name, steps):
    model = built(name)
    drawn = torch.Generator().manual_seed(1)
    for _ in range(steps):
        pictures = torch.rand(8, 3, 16, 16, generator=drawn) * 2 - 1
        model.training_step(Batch(pictures, torch.arange(8) % 3, drawn))
    return model


def largest(weight):
    return float(torch.linalg.svdvals(weight.detach().double().flatten(1))[0])


def test_conditional_batch_norm_by_hand():
    norm = ConditionalBatchNorm(3, 2).double().requires_grad_(requires_grad=False)
    x, c = torch.randn(4, 3, 5, 5).double(), torch.tensor([[1.0, 0], [0, 1], [2, 1], [0, 0]]).double()
    found = norm(x, c)
    for b in range(4):
        for channel in range(3):
            seen = x[:, channel]
            standard = (x[b, channel] - seen.mean()) / torch.sqrt(seen.var(correction=0) + 1e-5)
            gain = 1 + sum(float(norm.gain.weight[channel, k]) * float(c[b, k]) for k in range(2))
            bias = sum(float(norm.bias.weight[channel, k]) * float(c[b, k]) for k in range(2))
            torch.testing.assert_close(found[b, channel], gain * standard + bias)


def test_conditional_batch_norm_depends_on_its_condition_and_when_drawing_on_its_row_alone():
    norm = ConditionalBatchNorm(3, 2)
    x, c = torch.randn(4, 3, 5, 5), torch.randn(4, 2)
    norm(x, c)
    norm.eval()
    assert not torch.allclose(norm(x, c), norm(x, c.roll(1, 0)))
    torch.testing.assert_close(norm(x, c)[2:3], norm(x[2:3], c[2:3]))
    plain = ConditionalBatchNorm(3, 0)
    torch.testing.assert_close(plain(x, c), nn.BatchNorm2d(3)(x))


@pytest.mark.parametrize("name", CONDITIONAL)
def test_a_class_changes_the_picture_and_the_score(name):
    model = built(name)
    networks = {kind: network.eval() for kind, network in model.networks.items()}
    z = torch.randn(1, 16).repeat(3, 1)
    drawn = networks["generator"](z, torch.arange(3))
    assert all((drawn[0] - drawn[k]).abs().max() > 1e-3 for k in (1, 2))
    said = networks["discriminator"](drawn[:1].repeat(3, 1, 1, 1), torch.arange(3))
    told = said.classes if name == "contragan" else said[:, None]
    assert all((told[0] - told[k]).abs().max() > 1e-3 for k in (1, 2))


def test_projection_by_hand():
    head = ProjectionHead(4, 2).requires_grad_(requires_grad=False)
    h = torch.randn(3, 4)
    for row, label, score in zip(h, (1, 0, 1), head(h, torch.tensor([1, 0, 1])), strict=True):
        linear = float(head.score.weight[0] @ row + head.score.bias[0])
        assert float(score) == pytest.approx(linear + float(head.classes.weight[label] @ row), abs=1e-5)


@pytest.mark.parametrize("name", GANS)
def test_spectral_norms_of_the_discriminator_stay_about_1(name):
    discriminator = stepped(name, 5).networks["discriminator"]
    layers = [m for m in discriminator.modules() if isinstance(m, nn.Conv2d | nn.Linear | nn.Embedding)]
    assert len(layers) > 9
    assert all(is_parametrized(layer, "weight") for layer in layers)
    discriminator.eval()
    # One power iteration per step lags behind a little.
    assert [largest(layer.weight) for layer in layers] == pytest.approx([1] * len(layers), abs=0.1)


@pytest.mark.parametrize("name", CONDITIONAL)
def test_averaged_weights_get_a_norm_of_their_own(name):
    generator = built(name).networks["generator"]
    average = AveragedWeights(generator.state_dict(), 0.5)
    with torch.no_grad():
        for value in generator.parameters():
            value.copy_(torch.randn(value.shape))
    generator.train()
    for _ in range(20):
        generator(torch.randn(4, 16), torch.tensor([0, 1, 2, 0]))
    average.update(20)
    generator.load_state_dict(average.tensors)
    before = {key: value.clone() for key, value in generator.state_dict().items()}
    drawing = ready_to_draw(generator)
    layers = [m for m in drawing.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert [largest(layer.weight) for layer in layers] == pytest.approx([1] * len(layers), abs=1e-5)
    # What the averaged vectors say is something else, and the network itself is left alone.
    naive = [m for m in generator.eval().modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert max(largest(layer.weight) for layer in naive) > 1.2
    assert all(torch.equal(before[key], value) for key, value in generator.state_dict().items())
    assert not drawing.training


@pytest.mark.parametrize("name", GANS)
def test_what_draws_is_made_once_and_anew_when_a_weight_changes(name, monkeypatch):
    made, real = [], spectral_norm.ready_to_draw
    monkeypatch.setattr(spectral_norm, "ready_to_draw", lambda network: made.append(1) or real(network))
    model = built(name)
    first = model.sample(3, seed=0)
    assert np.array_equal(model.sample(3, seed=0), first)
    assert len(made) == 1
    generator = model.networks["generator"]
    before = {key: value.clone() for key, value in generator.state_dict().items()}
    changes = (
        lambda: generator.load_state_dict({**before, "conv.bias": before["conv.bias"] - 1}),
        lambda: generator.load_state_dict({**before, "conv.bias": before["conv.bias"] + 1}, assign=True),
    )
    for count, change in enumerate(changes, start=2):
        change()
        drawn = model.sample(3, seed=0)
        assert len(made) == count
        assert not np.array_equal(drawn, first)
        first = drawn
    model.training_step(Batch(torch.zeros(8, 3, 16, 16), torch.arange(8) % 3, torch.Generator()))
    model.sample(1, seed=0)
    assert len(made) == 4
    generator.train()
    with torch.no_grad():
        generator(torch.randn(4, 16), torch.tensor([0, 1, 2, 0]))  # running statistics alone
    model.sample(1, seed=0)
    assert len(made) == 5


def test_the_generators_update_may_see_more_pictures_than_a_turn():
    seen = {1: [], 2: []}
    for share, counts in seen.items():
        model = built("sngan", settings={"generator_share": share})
        judge = model.networks["discriminator"]
        judge.register_forward_pre_hook(lambda module, args, counts=counts: counts.append(len(args[0])))
        model.training_step(Batch(torch.zeros(8, 3, 16, 16), torch.arange(8) % 3, torch.Generator()))
    assert seen == {
        1: [8, 8, 4],
        2: [8, 8, 8],
    }  # two turns of 4 real and 4 drawn pictures, then the generator's
    paper = recipe_for("sngan", "paper")
    assert (paper.batch_size, paper.settings["turns"], paper.settings["generator_share"]) == (320, 5, 2)
    assert paper.steps == 50_000


def test_spectral_normalisation_divides_by_the_largest_singular_value():
    layer = nn.Linear(6, 4, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.diag(torch.tensor([5.0, 3.0, 2.0, 1.0])) @ torch.eye(4, 6))
    normalise_spectrally(layer, nn.Linear)
    torch.testing.assert_close(layer.weight.diagonal(), torch.tensor([1.0, 0.6, 0.4, 0.2]), atol=1e-3, rtol=0)


def test_blocks_change_side_and_channels():
    x, c = torch.randn(2, 16, 4, 4), torch.randn(2, 5)
    assert UpBlock(16, 8, 5)(x, c).shape == (2, 8, 8, 8)
    assert DownBlock(16, 24, down=True)(x).shape == (2, 24, 2, 2)
    assert DownBlock(16, 16, down=False)(x).shape == (2, 16, 4, 4)


def test_bottlenecks_keep_channels_beside_the_block():
    x, c = torch.randn(2, 16, 4, 4), torch.randn(2, 5)
    up, down = BottleneckUp(16, 8, 5, up=True), BottleneckDown(16, 24, down=True)
    for block in (up, down):
        nn.init.zeros_(block.convs[-1].weight)
        nn.init.zeros_(block.convs[-1].bias)
    raised = up(x, c)
    assert raised.shape == (2, 8, 8, 8)
    assert torch.equal(raised[:, :, ::2, 1::2], x[:, :8])
    lowered = down(x)
    assert lowered.shape == (2, 24, 2, 2)
    torch.testing.assert_close(lowered[:, :16, 0, 1], x[:, :, :2, 2:].mean((2, 3)))
    assert BottleneckDown(16, 16, down=False).more is None


def test_attention_by_hand():
    layer = SelfAttention(8).double().requires_grad_(requires_grad=False)
    x = torch.randn(1, 8, 4, 4).double()
    assert torch.equal(layer(x), x)
    nn.init.constant_(layer.gamma, 2.0)
    query, key, value = (conv(x)[0] for conv in (layer.query, layer.key, layer.value))
    windows = [(slice(i, i + 2), slice(j, j + 2)) for i in (0, 2) for j in (0, 2)]
    keys = [key[:, i, j].amax((1, 2)) for i, j in windows]
    values = [value[:, i, j].amax((1, 2)) for i, j in windows]
    for i, j in ((0, 0), (3, 1)):
        weights = [math.exp(float(query[:, i, j] @ k)) for k in keys]
        seen = sum(w / sum(weights) * v for w, v in zip(weights, values, strict=True))
        expected = x[0, :, i, j] + 2 * layer.out.weight[:, :, 0, 0] @ seen
        torch.testing.assert_close(layer(x)[0, :, i, j], expected)


def test_orthogonal_weights():
    network = nn.Sequential(nn.Conv2d(4, 6, 3), nn.Linear(5, 9))
    draw_orthogonal(network)
    w, v = network[0].weight.flatten(1), network[1].weight
    torch.testing.assert_close(w @ w.T, torch.eye(6), atol=1e-5, rtol=0)
    torch.testing.assert_close(v.T @ v, torch.eye(5), atol=1e-5, rtol=0)
    assert not network[0].bias.any()


def test_sngan_has_the_weights_of_its_paper():
    model = architecture_named("sngan").build(recipe_for("sngan", "paper"), classes=10, device=CPU)
    counted = {name: sum(p.numel() for p in network.parameters()) for name, network in model.networks.items()}
    # Table 4, layer by layer: dense; three blocks of two 3 x 3, 1 x 1 and two norms; norm; 3 x 3.
    block = 2 * (256 * 256 * 9 + 256) + 256 * 256 + 256 + 4 * 256
    assert counted["generator"] == 129 * 4096 + 3 * block + 2 * 256 + 256 * 27 + 3
    square = 128 * 128 * 9 + 128
    first, second = 3 * 128 * 9 + 128 + square + 4 * 128, 2 * square + 129 * 128
    assert counted["discriminator"] == first + second + 4 * square + 129


@pytest.mark.parametrize("name", CONDITIONAL)
def test_missing_labels_are_refused(name):
    with pytest.raises(WhorlError, match=r"learns from labels.*labelled pictures.*or train sngan"):
        architecture_named(name).build(recipe_for(name, "tiny"), classes=1, device=CPU)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("sngan", {"generator": [16, 16, 32, 16]}, "generator must be four channels"),
        ("sngan", {"discriminator": [16, 16]}, "discriminator must be four channels"),
        ("sngan", {"turns": 0}, "turns"),
        ("sngan", {"betas": [0.5]}, "betas"),
        ("sngan", {"temperature": 1.0}, "no settings of this GAN"),
        ("contragan", {"latent": 18}, "shared among 4"),
        ("contragan", {"temperature": 0.0}, "temperature"),
    ],
)
def test_settings_that_make_no_network_are_refused(name, settings, message):
    with pytest.raises(WhorlError, match=message):
        built(name, settings=settings)


def test_sides_and_batches_that_do_not_fit_are_refused():
    with pytest.raises(WhorlError, match="8 divides; got 20"):
        architecture_named("sngan").build(recipe_for("sngan", "tiny", image_size=20), classes=1, device=CPU)
    batch = Batch(torch.zeros(1, 3, 16, 16), torch.zeros(1, dtype=torch.long), torch.Generator())
    with pytest.raises(WhorlError, match="batch of 1 cannot be shared among 2 turns"):
        built("sngan").training_step(batch)

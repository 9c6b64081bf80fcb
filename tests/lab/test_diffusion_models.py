"""DDPM, DDIM and PNDM are diffusers' own, with a generator per picture and the losses of Appendix B."""

import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from whorl import WhorlError
from whorl.checks import check_generator_architecture
from whorl.lab.generators.architectures import NAMES, architecture_named
from whorl.lab.generators.contract import Batch
from whorl.lab.generators.diffusion_settings import DiffusionSettings
from whorl.lab.generators.folder import GeneratorConfig
from whorl.lab.generators.pndm import within
from whorl.lab.generators.recipe import GeneratorRecipe, recipe_for
from whorl.lab.generators.seeds import picture_noise, step_noise

KEYS = {
    "ddpm": "42e8c977b4112ff39ecc57d3d5eb61a5768af4f79f86ee11d3ec4613e0167ac3",
    "ddim": "ca7de9c3e6e93a87148ab81d8a442c7563925d7cd005eb9ce781e46fbfc6cb28",
    "pndm": "b7862c175393117a42506a4d35f3185ef898985bd767f4cebcd04da6fec64401",
    "sngan": "2ca8b19f88d583e06569ee62641caa75f7a6ce04b9c49174f310a58b02b6b7e8",
    "biggan-deep": "3a3acaafa849dfafc2103900c3046a281755880960e8c3c5f8e3140adffeaa6b",
    "contragan": "3f5d0b98bd63412d9aab47562d2423efcfcb032a0f837f90058d36ad8a421abc",
    "stylegan2": "cf7ad620160dba5945b624f57f7fcf0c3bdc5488be0b9c4edc63a06f92fd19be",
    "latent-ddim": "014a4a58b86c3d4daff724f69cbdb28e758bb743e989bc1731cbf40a7735ea0c",
}


def build(recipe):
    return architecture_named(recipe.architecture).build(recipe, classes=1, device=torch.device("cpu"))


@pytest.fixture(scope="module", params=["ddpm", "ddim", "pndm"])
def model(request, tiny_recipe):
    return build(tiny_recipe(request.param))


def test_the_contract_holds(model, tiny_recipe):
    check_generator_architecture(architecture_named(model.name), tiny_recipe(model.name))


def test_pictures_are_those_of_diffusers_own_pipelines(model, monkeypatch):
    import diffusers

    pipeline = {
        "ddpm": diffusers.DDPMPipeline,
        "ddim": diffusers.DDIMPipeline,
        "pndm": getattr(diffusers, "PNDMPipeline", None),
    }[model.name]
    if pipeline is None:
        pytest.skip("this diffusers has no PNDMPipeline")
    scheduler = getattr(diffusers, f"{model.name.upper()}Scheduler")(num_train_timesteps=1000)
    drawing = pipeline(unet=model.networks["unet"], scheduler=scheduler)
    drawing.set_progress_bar_config(disable=True)
    steps = recipe_for(model.name, "tiny").settings["inference_steps"]
    count = model.rows
    if model.name == "pndm":  # whose clean pictures are clipped, here for diffusers' pipeline too
        unet, alphas = model.networks["unet"], scheduler.alphas_cumprod
        plain = unet.forward

        def clipped(x, t, *others, **named):
            named.pop("return_dict", None)
            noise = plain(x, t, *others, **named).sample
            return SimpleNamespace(sample=within(noise, alphas[int(t)], x))

        monkeypatch.setattr(unet, "forward", clipped)
    theirs = drawing(
        batch_size=count, generator=picture_noise(7, 0, count), num_inference_steps=steps, output_type="np"
    ).images
    monkeypatch.undo()
    ours = model.sample(count, seed=7)
    assert ours.std() > 10
    assert np.array_equal(ours, (theirs * 255).round().astype(np.uint8))


def test_noise_on_the_way_is_a_pictures_own(tiny_recipe):
    """With equal first noise and other noise on the way, DDPM gives another picture; DDIM would not."""
    model = build(tiny_recipe("ddpm"))
    alone = model.sample(1, seed=3, start=model.rows)
    later = model.sample(model.rows + 2, seed=3)[model.rows]
    assert np.array_equal(alone[0], later)
    generators = picture_noise(3, 0, 2)
    first = torch.randn(3, 16, 16, generator=generators[0])
    other = picture_noise(3, 0, 1)[0]
    torch.randn(3, 16, 16, generator=other)
    torch.randn(5, generator=other)  # one generator further than the other, after the same first noise
    again = picture_noise(3, 0, 1)[0]
    assert torch.equal(first, torch.randn(3, 16, 16, generator=again))
    step = model._kind.step
    scheduler = model._kind.scheduler(1000)
    scheduler.set_timesteps(8)
    x, t = first[None], scheduler.timesteps[0]
    moved = [step(scheduler, torch.zeros_like(x), t, x, [generator]) for generator in (again, other)]
    assert not torch.equal(*moved)


def test_the_network_always_sees_batches_of_one_size(model):
    sizes = set()
    hook = model.networks["unet"].register_forward_pre_hook(lambda module, args: sizes.add(len(args[0])))
    model.sample(3, seed=0)
    model.sample(model.rows + 1, seed=0)
    hook.remove()
    assert sizes == {model.rows}


@pytest.mark.parametrize(
    ("name", "expected"), [("ddpm", 1.0), ("pndm", 1.0), ("ddim", math.sqrt(2 / math.pi))]
)
def test_a_network_that_says_nothing_has_the_loss_of_pure_noise(tiny_recipe, name, expected):
    """E eps^2 = 1 and E |eps| = sqrt(2 / pi) for a standard normal eps."""
    model = build(tiny_recipe(name))
    unet = model.networks["unet"]
    with torch.no_grad():
        unet.conv_out.weight.zero_()
        unet.conv_out.bias.zero_()
    batch = Batch(torch.zeros(16, 3, 16, 16), torch.zeros(16, dtype=torch.int64), step_noise(0, 0))
    assert model.training_step(batch) == {"noise": pytest.approx(expected, abs=0.03)}


def test_steps_differ_in_noise_and_timesteps(tiny_recipe):
    drawn = [torch.randint(0, 1000, (8,), generator=step_noise(0, step)).tolist() for step in range(3)]
    assert len(set(map(tuple, drawn))) == 3
    assert drawn[1] == torch.randint(0, 1000, (8,), generator=step_noise(0, 1)).tolist()
    assert drawn[1] != torch.randint(0, 1000, (8,), generator=step_noise(1, 1)).tolist()


def test_weights_are_a_function_of_the_seed_and_torchs_seed_is_left_alone(tiny_recipe):
    before = torch.get_rng_state()
    one, same, other = (build(tiny_recipe(seed=seed)).networks["unet"].state_dict() for seed in (4, 4, 5))
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["conv_in.weight"], other["conv_in.weight"])


def test_paper_sizes_are_those_of_appendix_b():
    ddpm, ddim, pndm = (recipe_for(name, "paper") for name in NAMES[:3])
    assert [recipe.settings["train_steps"] for recipe in (ddpm, ddim, pndm)] == [1000] * 3
    assert (ddpm.settings["inference_steps"], ddim.settings["inference_steps"]) == (1000, 250)
    assert {
        (recipe.batch_size, recipe.learning_rate, recipe.image_size) for recipe in (ddpm, ddim, pndm)
    } == {(16, 1e-4, 32)}
    unet = DiffusionSettings.from_dict(recipe_for("ddim", "small").settings).unet(32)
    assert sum(p.numel() for p in unet.parameters()) == 2_736_099


def test_the_network_at_paper_is_ho_et_als():
    """Their program: https://github.com/hojonathanho/diffusion, unet.py and nn.py."""
    unet = DiffusionSettings.from_dict(recipe_for("ddpm", "paper").settings).unet(32)
    assert sum(p.numel() for p in unet.parameters()) == 35_746_307  # run_cifar.py: 35.7M
    modules = list(unet.modules())
    assert [m.heads for m in modules if hasattr(m, "heads")] == [1] * 6  # 2 down, 3 up and 1 in the middle
    assert {m.eps for m in modules if isinstance(m, torch.nn.GroupNorm)} == {
        1e-6
    }  # of tf.contrib's group_norm
    t, frequencies = 17.0, np.exp(-np.log(10000) / 63 * np.arange(64))
    expected = np.concatenate([np.sin(t * frequencies), np.cos(t * frequencies)])
    assert unet.time_proj(torch.tensor([t]))[0].numpy() == pytest.approx(expected, abs=1e-5)
    # 'SAME' of TensorFlow at stride 2 pads an even side at its end alone: the first value sees pixels 0 to 2.
    (halving, *_) = unet.down_blocks[0].downsamplers
    x = torch.zeros(1, 128, 8, 8, requires_grad=True)
    halving(x)[0, :, 0, 0].sum().backward()
    assert x.grad[0].abs().sum(dim=(0, 2)).nonzero().flatten().tolist() == [0, 1, 2]
    blocks = [module for name, module in unet.named_modules() if name.endswith("resnets.0")]
    assert {block.dropout.p for block in blocks} == {0.1}


def test_dropout_hangs_on_the_step_alone(tiny_recipe):
    def weights(dropout, seed):
        torch.manual_seed(seed)
        model = build(tiny_recipe("ddpm", settings={"dropout": dropout}))
        before = torch.get_rng_state()
        for step in range(2):
            pictures = torch.zeros(4, 3, 16, 16)
            model.training_step(Batch(pictures, torch.zeros(4, dtype=torch.int64), step_noise(0, step)))
        assert torch.equal(before, torch.get_rng_state())
        return model.networks["unet"].conv_in.weight

    assert torch.equal(weights(0.5, 0), weights(0.5, 1))
    assert not torch.equal(weights(0.5, 0), weights(0.0, 0))


def test_trainings_under_way_keep_their_settings_and_keys():
    """As they were written before networks had more settings than these six."""
    recipe = recipe_for("ddpm", "small", seed=3)
    assert list(recipe.settings) == [
        "channels", "layers", "attention", "groups", "train_steps", "inference_steps"
    ]  # fmt: skip
    data = {"digest": "d" * 64, "classes": ["a", "b"]}
    keys = {name: GeneratorConfig(recipe_for(name, "small", seed=3), data).key for name in NAMES}
    assert keys == KEYS


def test_drawing_by_pndm_takes_nine_passes_more_than_steps():
    import diffusers

    scheduler = diffusers.PNDMScheduler(num_train_timesteps=1000)
    for steps, passes in ((25, 34), (50, 59)):
        scheduler.set_timesteps(steps)
        assert len(scheduler.timesteps) == passes
        assert len(scheduler.prk_timesteps) == 3 * 4


def test_a_missing_diffusers_is_named_with_its_remedy(tiny_recipe, monkeypatch):
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(WhorlError, match=r"need diffusers.*pip install 'whorl\[lab\]'"):
        build(tiny_recipe("ddim"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"settings": {"chanels": [8]}}, "no settings of a diffusion model"),
        ({"settings": {"channels": [8, 10]}}, "multiples of groups"),
        ({"settings": {"attention": [2]}}, "levels from 0 to 1"),
        ({"settings": {"inference_steps": 1001}}, "between 1 and train_steps"),
    ],
)
def test_settings_that_make_no_network_are_refused(tiny_recipe, changes, message):
    with pytest.raises(WhorlError, match=message):
        build(tiny_recipe(**changes))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: recipe_for("gan", "tiny"), "must be one of ddpm, ddim, pndm"),
        (lambda: recipe_for("ddpm", "huge"), "tiny, small, paper"),
        (lambda: recipe_for("ddpm", "tiny", wd=1), "no recipe of a generator"),
        (lambda: recipe_for("ddpm", "tiny", epochs=1, steps=2), "give one of steps, epochs and minutes"),
        (lambda: recipe_for("ddpm", "tiny", learning_rate=0.0), "learning_rate must be above 0"),
        (lambda: recipe_for("ddpm", "tiny", average=1.5), "average must lie between 0 and 1"),
        (lambda: recipe_for("ddpm", "tiny", seed=-1), "seed must be"),
    ],
)
def test_recipes_that_make_no_sense_are_refused(call, message):
    with pytest.raises(WhorlError, match=message):
        call()


def test_a_recipe_survives_json(tiny_recipe):
    recipe = tiny_recipe()
    assert GeneratorRecipe.from_dict(recipe.to_dict()) == recipe

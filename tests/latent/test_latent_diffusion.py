"""Latent diffusion behind the contract: z and decoder are diffusers' own, and keys are read back from 8 bits."""

import json
import sys

import diffusers
import numpy as np
import pytest
import torch
from pipeline_makers import KINDS, LATENT, SIDE, parts, saved

from whorl.errors import StorageError, WhorlError
from whorl.latent.by_channel import basis_by_channel
from whorl.latent.diffusers_parts import DiffusersParts
from whorl.latent.directions import basis_by_position
from whorl.latent.generators import normal_rows
from whorl.latent.jacobian import with_jacobian
from whorl.latent.latent_diffusion import LatentDiffusion, open_latent_diffusion
from whorl.latent.mark import mark
from whorl.latent.pipeline_steps import write_steps
from whorl.latent.reading.newton import NewtonReader

STEPS, WIDTH, BITS = 4, 48, 6


@pytest.fixture(scope="module", params=KINDS)
def folder(request, tmp_path_factory):
    return saved(tmp_path_factory.mktemp("pipelines") / request.param, request.param)


@pytest.fixture(scope="module")
def generator(folder):
    return open_latent_diffusion(folder, steps=STEPS)


def test_what_it_says_of_itself(generator, folder):
    assert (generator.name, generator.latent_shape) == (folder.name, LATENT)
    assert (generator.latent_dim, generator.image_size) == (WIDTH, (SIDE, SIDE))
    drawn = generator.synthesize(torch.from_numpy(generator.sample_latents(2, seed=0)))
    assert (drawn.shape, drawn.dtype) == ((2, 3, SIDE, SIDE), torch.float32)


class Given(diffusers.LDMPipeline):
    """diffusers' own pipeline; its first noise is given, and a codebook is not looked into."""

    def __call__(self, noise):
        self.vqvae.register_to_config(scaling_factor=self.vqvae.config.scaling_factor)
        decode = self.vqvae.decode

        def continuous(z):
            more = {"force_not_quantize": True} if isinstance(self.vqvae, diffusers.VQModel) else {}
            return decode(z, **more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.vqvae, "decode", continuous)
            home = sys.modules[diffusers.LDMPipeline.__module__]
            patch.setattr(home, "randn_tensor", lambda shape, generator=None: noise.reshape(shape))
            return super().__call__(len(noise), num_inference_steps=STEPS, output_type="np").images


def test_pictures_are_those_of_diffusers_own_pipeline(generator, folder):
    """An outside view of sampling, scaling and decoding; the codebook apart, which keys cannot live in."""
    pipeline = Given.from_pretrained(folder)
    pipeline.set_progress_bar_config(disable=True)
    theirs = pipeline(torch.from_numpy(normal_rows(16, WIDTH, seed=3)))
    latents = torch.from_numpy(generator.sample_latents(16, seed=3))
    ours = generator.synthesize(latents).clamp(0, 1).permute(0, 2, 3, 1).numpy()
    assert np.abs(ours - theirs).max() < 1e-5
    assert ours.std() > 0.01


def test_a_latent_depends_on_seed_and_number_alone(generator):
    before = torch.get_rng_state()
    whole = generator.sample_latents(19, seed=5)
    assert torch.equal(before, torch.get_rng_state())
    assert (whole.shape, whole.dtype) == ((19, WIDTH), np.float32)
    assert np.array_equal(whole, generator.sample_latents(19, seed=5))
    for count, start in ((1, 0), (3, 2), (2, 17)):
        part = generator.sample_latents(count, seed=5, start=start)
        assert np.array_equal(part, whole[start : start + count])
    assert not np.array_equal(whole, generator.sample_latents(19, seed=6))
    assert generator.sample_latents(0, seed=5).shape == (0, WIDTH)


def test_a_picture_depends_on_its_own_latent_alone(generator):
    z = torch.from_numpy(generator.sample_latents(3, seed=1))
    together = generator.synthesize(z)
    for one in range(3):
        torch.testing.assert_close(together[one], generator.synthesize(z[one : one + 1])[0])
    moved = generator.synthesize(torch.stack([z[0], z[1] + 1, z[2]]))
    torch.testing.assert_close(moved[0], together[0])
    assert not torch.allclose(moved[1], together[1])


@pytest.mark.parametrize("kind", KINDS)
def test_derivatives_of_both_kinds_are_those_of_differences(kind):
    made = parts(kind)
    exact = LatentDiffusion(DiffusersParts(made.autoencoder.double(), made.unet, made.scheduler), steps=STEPS)
    z = torch.from_numpy(exact.sample_latents(1, seed=0))[0].double()
    row, slopes = with_jacobian(lambda c: exact.synthesize(c).flatten(1), z, chunk=17)
    step = 1e-2  # diffusers takes the softmax in float32, whose rounding drowns smaller differences
    for place in (0, 21, 47):
        ahead, behind = z.clone(), z.clone()
        ahead[place] += step
        behind[place] -= step
        change = (exact.synthesize(ahead[None]) - exact.synthesize(behind[None]))[0].flatten() / (2 * step)
        torch.testing.assert_close(slopes[:, place], change, rtol=1e-4, atol=1e-6)
    weights = torch.randn(row.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    start = z.clone().requires_grad_()
    (exact.synthesize(start[None]).flatten() @ weights).backward()
    torch.testing.assert_close(start.grad, slopes.T @ weights)


@pytest.mark.parametrize("kind", KINDS)
def test_the_digest_is_of_what_draws(kind):
    made = LatentDiffusion(parts(kind), steps=STEPS)
    assert made.digest == LatentDiffusion(parts(kind), steps=STEPS).digest
    others = [
        LatentDiffusion(parts(kind), steps=STEPS + 1),
        LatentDiffusion(parts(kind, seed=1), steps=STEPS),
        LatentDiffusion(parts(kind, scaling_factor=0.4), steps=STEPS),
    ]
    clipped = parts(kind)
    clipped.scheduler.register_to_config(clip_sample_range=2.0)
    others.append(LatentDiffusion(clipped, steps=STEPS))
    assert len({made.digest, *(each.digest for each in others)}) == 5
    encoder = parts(kind)
    with torch.no_grad():
        encoder.autoencoder.encoder.conv_in.bias.add_(1)
    assert LatentDiffusion(encoder, steps=STEPS).digest == made.digest


def test_a_pipeline_read_twice_is_the_one_that_was_saved(folder):
    made = LatentDiffusion(parts(folder.name), steps=STEPS)
    assert open_latent_diffusion(str(folder), "cpu", steps=STEPS).digest == made.digest


def bases(generator):
    few = {"bits": BITS, "strength": 2.0, "latents": 200, "start_pictures": 200}
    return {
        "per channel": basis_by_channel(generator, **few),
        "joint": basis_by_position(generator, **few),
        "three components": basis_by_position(generator, per_bit=3, **few),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_keys_come_back_from_8_bits_in_all_three_codings(kind):
    """A random decoder hardly moves a picture; made stronger, its pictures are as different as real ones."""
    made = parts(kind)
    with torch.no_grad():
        made.autoencoder.decoder.conv_out.weight.mul_(4)
    generator = LatentDiffusion(made, steps=STEPS)
    key = np.array([1, 0, 0, 1, 1, 0], np.uint8)
    for name, basis in bases(generator).items():
        marked = mark(generator, basis, key, 3, seed=7)
        for picture in marked.pictures:
            reading = NewtonReader().read(generator, basis, picture)
            assert np.array_equal(reading.bits, key), name
        basis.expect(generator)
        with pytest.raises(StorageError, match="other weights or other noise"):
            basis.expect(LatentDiffusion(made, steps=STEPS + 1))


def test_a_pipeline_says_for_how_many_steps_it_was_made(tmp_path):
    folder = saved(tmp_path / "p")
    assert open_latent_diffusion(folder).digest == LatentDiffusion(parts(), steps=50).digest
    write_steps(folder, STEPS)
    assert diffusers.DiffusionPipeline.from_pretrained(folder).unet is not None
    assert open_latent_diffusion(folder).digest == LatentDiffusion(parts(), steps=STEPS).digest
    assert open_latent_diffusion(folder, steps=7).digest == LatentDiffusion(parts(), steps=7).digest
    for wrong in ("{", "[]", '{"schema": "whorl-pipeline-steps/1", "inference_steps": 0}', '{"schema": "x"}'):
        (folder / "whorl.json").write_text(wrong)
        with pytest.raises(StorageError, match=r"whorl\.json"):
            open_latent_diffusion(folder)
    write_steps(folder, 5_000)
    with pytest.raises(WhorlError, match="steps is 1 to 1000"):
        open_latent_diffusion(folder)


def test_a_text_conditional_pipeline_is_refused(tmp_path):
    for index in (
        {"_class_name": "LDMTextToImagePipeline", "bert": ["latent_diffusion", "LDMBertModel"]},
        {"unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]},
        {"transformer": ["diffusers", "SD3Transformer2DModel"], "vae": ["diffusers", "AutoencoderKL"]},
    ):
        (tmp_path / "model_index.json").write_text(json.dumps(index))
        with pytest.raises(WhorlError, match=r"text-conditional pipeline.*not supported"):
            open_latent_diffusion(tmp_path)


def change_index(folder, **changes):
    path = folder / "model_index.json"
    values = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({name: value for name, value in values.items() if value is not None}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vqvae": None}, "neither vqvae nor vae"),
        ({"scheduler": ["diffusers", "PNDMScheduler"]}, r"expected DDIMScheduler.*from_config"),
        ({"unet": ["diffusers", "UNet1DModel"]}, "expected UNet2DModel"),
        ({"unet": None}, r"the unet in .* is missing"),
        ({"vqvae": ["mine", "AutoencoderTiny"]}, "expected AutoencoderKL or VQModel"),
    ],
)
def test_other_pipelines_are_refused(tmp_path, changes, message):
    folder = saved(tmp_path / "p")
    change_index(folder, **changes)
    with pytest.raises(WhorlError, match=message):
        open_latent_diffusion(folder)


def test_nothing_is_unpickled(tmp_path):
    folder = saved(tmp_path / "p")
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(StorageError, match="never unpickles"):
        open_latent_diffusion(folder)
    weights.with_suffix(".bin").unlink()
    with pytest.raises(StorageError, match=r"no weights as \.safetensors"):
        open_latent_diffusion(folder)


def test_damaged_and_missing_folders_are_told(tmp_path):
    from safetensors.torch import load_file, save_file

    folder = saved(tmp_path / "p")
    weights = folder / "vqvae" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(weights)
    for changed in (
        {name: value for name, value in tensors.items() if name != "decoder.conv_out.bias"},
        {**tensors, "decoder.more": torch.zeros(3)},
        {**tensors, "decoder.conv_out.bias": torch.zeros(5)},
    ):
        save_file(changed, weights)
        with pytest.raises(StorageError, match="cannot be read"):
            open_latent_diffusion(folder)
    weights.write_bytes(b"short")
    with pytest.raises(StorageError, match="cannot be read"):
        open_latent_diffusion(folder)
    (folder / "model_index.json").write_text("[]")
    with pytest.raises(StorageError, match="cannot be read as a pipeline"):
        open_latent_diffusion(folder)
    with pytest.raises(StorageError, match="no folder and no hub name"):
        open_latent_diffusion(tmp_path / "none")


def test_a_name_that_cannot_be_had_from_the_hub_is_told(monkeypatch):
    import huggingface_hub

    asked = []

    def unreachable(name, *, allow_patterns):
        asked.extend(allow_patterns)
        raise OSError("no network")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", unreachable)
    with pytest.raises(StorageError, match=r"Hugging Face hub.*no network"):
        open_latent_diffusion("CompVis/ldm-celebahq-256")
    assert {"unet/*.safetensors", "whorl.json"} <= set(asked)
    assert not any(pattern.endswith(("bin", "*")) for pattern in asked)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"latent_channels": 2}, "cannot decode what the UNet draws"),
        ({"out_channels": 1}, "3 colours; this one draws 1"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(WhorlError, match=message):
        LatentDiffusion(parts(**changes), steps=STEPS)


def test_parts_of_other_kinds_are_refused():
    made = parts()
    with pytest.raises(WhorlError, match="scheduler of a latent diffusion model is DDIMScheduler"):
        DiffusersParts(made.autoencoder, made.unet, diffusers.PNDMScheduler())
    with pytest.raises(WhorlError, match="decodes numbers of entries"):
        parts("VQModel", lookup_from_codebook=True)
    classes = diffusers.UNet2DModel(**{**made.unet.config, "num_class_embeds": 3})
    with pytest.raises(WhorlError, match="takes classes"):
        DiffusersParts(made.autoencoder, classes, made.scheduler)
    with pytest.raises(WhorlError, match="steps is 1 to 1000"):
        LatentDiffusion(made, steps=1001)


def test_a_missing_diffusers_is_named_with_its_remedy(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(WhorlError, match=r"need diffusers.*pip install 'whorl\[lab\]'"):
        open_latent_diffusion(tmp_path)

"""The strength that is chosen gives the errors that it promises; a calibration keeps strangers out."""

import inspect
from dataclasses import replace

import numpy as np
import pytest
import scipy.ndimage
import torch
from linear_makers import SIDE, linear_generator
from tiny_stylegan2 import write_tiny
from torch import nn

from whorl.errors import ScoreError, WhorlError
from whorl.images import open_images
from whorl.latent.answers import read_pictures
from whorl.latent.calibrate import calibrate
from whorl.latent.deciding.calibration import Calibration
from whorl.latent.deciding.decision import decide
from whorl.latent.directions import basis_by_design, basis_by_position
from whorl.latent.generators import ModuleGenerator
from whorl.latent.keys.key_book import KeyBook
from whorl.latent.mark import drawn, mark
from whorl.latent.open import open_generator
from whorl.latent.perceptual import EncoderFeatures
from whorl.latent.reading.contract import Reader
from whorl.latent.reading.newton import NewtonReader
from whorl.latent.reading.published import PublishedReader
from whorl.latent.reading.reading import Reading
from whorl.latent.reading.through import through_named
from whorl.latent.strength import foreseen_spread, strength_for

FEW = {"latents": 400, "start_pictures": 400}
BITS = 8


@pytest.fixture(scope="module")
def generator():
    return linear_generator()


@pytest.mark.parametrize("coding", ["lattice", "centred", "published"])
def test_soft_bits_are_off_by_what_the_strength_was_chosen_for(generator, coding):
    basis = basis_by_position(generator, bits=BITS, strength=1.0, coding=coding, **FEW)
    basis = basis.with_strength(strength_for(generator, basis, jacobians=2))
    keys = np.random.default_rng(0).integers(0, 2, (60, BITS))
    pictures = mark(generator, basis, keys, 60, seed=3).pictures
    readings = [NewtonReader().read(generator, basis, each) for each in pictures]
    assert np.array_equal([each.bits for each in readings], keys)
    off = np.array([each.soft for each in readings]) - keys
    assert np.sqrt(np.mean(off**2)) == pytest.approx(0.1, rel=0.2)


def test_the_foreseen_spread_is_the_schur_complement_of_the_theory(generator):
    basis = basis_by_position(generator, bits=BITS, strength=5.0, **FEW)
    weight = generator.module[0].weight.detach().double().numpy()
    slopes = weight @ basis.whole.T
    square, n = slopes.T @ slopes, BITS
    prior = np.diag(basis.content_deviations**-2) / (255**2 * 12)
    content = np.linalg.inv(square[n:, n:] + prior)
    schur = square[:n, :n] - square[:n, n:] @ content @ square[n:, :n]
    expected = np.sqrt(np.mean(np.diag(np.linalg.inv(schur)))) / (255 * np.sqrt(12))
    assert foreseen_spread(generator, basis, jacobians=1) == pytest.approx(expected, rel=1e-4)


def test_directions_without_effect_are_refused(generator):
    class Blind(nn.Module):
        def forward(self, latents):
            return 0.5 + 0 * latents[:, :12].reshape(-1, 3, 2, 2)

    blind = ModuleGenerator(Blind(), 12, (2, 2))
    basis = basis_by_position(blind, bits=4, strength=1, latents=100, start_pictures=0)
    with pytest.raises(ScoreError, match="do not change the pictures"):
        strength_for(blind, basis, jacobians=1)


def test_a_calibrated_basis_tells_unknown_keys_from_none(generator):
    basis = basis_by_design(generator, bits=16, strength=0.1, jacobians=2, **FEW)
    basis = basis.with_strength(2 * strength_for(generator, basis, jacobians=1))
    foreign = np.random.default_rng(5).integers(0, 256, (10, SIDE, SIDE, 3)).astype(np.uint8)
    found = calibrate(generator, basis, 24, foreign=open_images(foreign), seed=1)
    assert (found.own, found.plain, found.foreign, found.foreign_passed) == (24, 24, 10, 0)
    basis = replace(basis, calibration=found)
    book = KeyBook.create(16, users=["a", "b"], seed=1)
    stranger = np.random.default_rng(9).integers(0, 2, 16)
    sets = {
        "a": mark(generator, basis, book.key("a"), 6, seed=20).pictures,
        "unknown": mark(generator, basis, stranger, 6, seed=21).pictures,
        "plain": drawn(generator, generator.sample_latents(6, seed=22)),
        "foreign": np.random.default_rng(6).integers(0, 256, (6, SIDE, SIDE, 3)).astype(np.uint8),
    }
    answered = {
        name: read_pictures(open_images(pictures), generator, basis, book).answered
        for name, pictures in sets.items()
    }
    assert answered["a"] == {"a": 6}
    assert answered["unknown"] == {"marked but unknown": 6}
    assert answered["plain"].get("no match", 0) >= 5
    assert answered["foreign"] == {"no match": 6}


def reading(soft, residual=0.3):
    soft = np.array(soft, float)
    return Reading(soft, np.zeros(len(soft)), np.full(len(soft), 0.1), residual, 1, 1)


def test_pictures_without_a_key_bound_what_is_taken_for_one():
    """However badly keyed pictures are read, coins are no key."""
    own, plain = [reading([0.3, 0.7])] * 20, [reading([0.25, 0.75])] * 20
    found = Calibration.fit(own, plain=plain)
    assert found.undecided <= 0.25


def test_misread_keys_do_not_calibrate(generator):
    basis = basis_by_position(generator, bits=BITS, strength=1e-4, coding="centred", **FEW)
    with pytest.raises(ScoreError, match="without a wrong bit"):
        calibrate(generator, basis, 20)


def test_a_tie_is_nobodys_and_said_to_be_one():
    book = KeyBook.create(32, users=["a", "b"], seed=0)
    between = book.key("a").copy()
    places = np.flatnonzero(book.key("a") != book.key("b"))
    between[places[: len(places) // 2]] ^= 1
    found = decide(reading(between), book, rate=0.4)
    assert (found.answer, found.user) == ("no match", None)
    assert "several users equally well" in found.why


def test_a_picture_of_another_size_is_refused_by_name_before_any_is_read(generator, monkeypatch):
    basis = basis_by_position(generator, bits=16, strength=1.0, **FEW)
    monkeypatch.setattr(NewtonReader, "read", lambda *_: pytest.fail("a picture was read"))
    pictures = [np.zeros((SIDE, SIDE, 3), np.uint8), np.zeros((SIDE, SIDE + 1, 3), np.uint8)]
    book = KeyBook.create(16, users=["a"], seed=0)
    with pytest.raises(ScoreError, match="item-000001 is a picture of 8 x 9"):
        read_pictures(open_images(pictures), generator, basis, book)


def test_a_blur_is_that_of_scipy_and_is_looked_through(generator):
    through = through_named("blur:1.0")
    picture = torch.rand(1, 3, 12, 12, generator=torch.Generator().manual_seed(0))
    expected = scipy.ndimage.gaussian_filter(picture[0].numpy(), (0, 1, 1), mode="mirror")
    np.testing.assert_allclose(through(picture)[0].numpy(), expected, atol=1e-6)
    basis = basis_by_design(generator, bits=BITS, strength=1.0, jacobians=2, **FEW)
    keys = np.random.default_rng(1).integers(0, 2, (6, BITS))
    latents = torch.from_numpy(basis.marked(generator.sample_latents(6, seed=2), keys))
    seen = (through(generator.synthesize(latents).clamp(0, 1)) * 255).round().to(torch.uint8)
    pictures = seen.permute(0, 2, 3, 1).numpy()
    found = [NewtonReader(through=through).read(generator, basis, each).bits for each in pictures]
    assert np.array_equal(found, keys)
    for wrong in ("blur", "blur:0", "blur:x", "jpeg:50"):
        with pytest.raises(WhorlError, match=r"blur:1\.0"):
            through_named(wrong)


def test_the_start_of_least_residual_counts_and_no_key_is_known(tmp_path):
    """Trap 2 of the method: more starts leave less, never more, and a reader is given no key."""
    generator = open_generator(write_tiny(tmp_path / "generator"), "cpu")
    basis = basis_by_position(generator, bits=8, strength=2.0, latents=200, start_pictures=0)
    picture = np.random.default_rng(3).integers(0, 256, (*generator.image_size, 3)).astype(np.uint8)
    readers = [NewtonReader(starts=n, steps=6, enough=0, hopeless=np.inf) for n in (1, 2, 3, 4)]
    found = [reader.read(generator, basis, picture) for reader in readers]
    assert [each.starts for each in found] == [1, 2, 3, 4]
    residuals = [each.residual for each in found]
    assert residuals == sorted(residuals, reverse=True)
    assert residuals[-1] < residuals[0]
    for each in (Reader, NewtonReader, PublishedReader):
        assert list(inspect.signature(each.read).parameters) == ["self", "generator", "basis", "picture"]


def test_the_encoder_for_perceptual_cost_is_loaded_in_silence(capfd):
    before = torch.get_rng_state()
    features = EncoderFeatures()
    assert capfd.readouterr() == ("", "")
    assert torch.equal(before, torch.get_rng_state())
    pictures = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert torch.equal(features.rows(pictures), EncoderFeatures().rows(pictures))

"""The demo's generators: the method against closed forms, and what a training keeps."""

import numpy as np
import pytest
import torch

from whorl.demo import denoiser, digits
from whorl.demo.generators import Generator
from whorl.demo.training import train, untrained


def learn(pictures, validation, **changes):
    return train(pictures, validation, model=untrained(64, seed=0), seed=0, **changes)


@pytest.fixture(scope="module")
def real():
    return digits.load(0)


class OnePicture(torch.nn.Module):
    """The best denoiser of a data set of one picture: that picture, whatever the noise."""

    def __init__(self, picture):
        super().__init__()
        self.picture = picture

    def forward(self, noisy, sigma):
        return self.picture.expand_as(noisy)


class Gaussian(torch.nn.Module):
    """The best denoiser of normal data with this standard deviation, in closed form."""

    def __init__(self, sd):
        super().__init__()
        self.sd = sd

    def forward(self, noisy, sigma):
        return noisy * self.sd**2 / (self.sd**2 + sigma**2)


def test_drawing_with_the_best_denoiser_gives_the_data_back():
    picture = torch.linspace(-0.9, 0.9, 16)
    drawn = denoiser.draw(OnePicture(picture), 5, 16, seed=0)
    assert torch.allclose(drawn, picture.expand(5, 16), atol=1e-6)


def test_drawing_from_a_normal_distribution_keeps_its_spread():
    drawn = denoiser.draw(Gaussian(0.3), 4000, 8, seed=0)
    assert drawn.std().item() == pytest.approx(0.3, rel=0.02)


def test_the_loss_of_a_perfect_denoiser_is_nothing():
    picture = torch.zeros(16)
    loss = denoiser.denoising_loss(
        OnePicture(picture), picture.expand(9, 16), torch.Generator().manual_seed(0)
    )
    assert loss.item() == 0


def test_a_fresh_denoiser_leaves_its_skip_connection_alone():
    """With nothing added, eq. 7 leaves c_skip x: the share of the data's variance."""
    model = denoiser.Denoiser(16, 32, 1)
    torch.nn.init.zeros_(model.leave.bias)
    noisy, sigma = torch.ones(1, 16), torch.full((1, 1), 0.75)
    assert torch.allclose(model(noisy, sigma), torch.full((1, 16), 0.5))


def test_pictures_have_the_levels_of_the_scans(real):
    model = denoiser.Denoiser(64, 32, 1)
    drawn = Generator("x", "", 0, model).pictures(20, seed=1)
    assert drawn.shape == (20, 8, 8)
    assert drawn.dtype == np.uint8
    assert set(np.unique(drawn)) <= set(np.unique(real.train))


def test_no_digit_is_in_two_parts(real):
    parts = [real.train, real.test, real.fresh, real.validation]
    assert sum(map(len, parts)) == 1797
    rows = [{picture.tobytes() for picture in part} for part in parts]
    for i, part in enumerate(rows):
        for other in rows[:i]:
            assert not part & other


def test_another_seed_divides_otherwise(real):
    assert not np.array_equal(real.train, digits.load(1).train)


def test_a_training_learns_and_is_repeatable(real):
    first = learn(real.train[:100], real.validation, steps=50, early_step=10)
    again = learn(real.train[:100], real.validation, steps=50, early_step=10)
    assert first.checks == again.checks
    assert [check.step for check in first.checks] == [25, 50]
    assert first.checks[1].validation < first.checks[0].validation
    assert first.steps == first.best_step == 50
    assert first.seen(50) == 50 * 256 / 100
    early, last = (torch.cat([p.flatten() for p in m.parameters()]) for m in (first.early, first.last))
    assert not torch.equal(early, last)


def test_patience_ends_a_training_that_no_longer_gains(real):
    """Learning few digits by heart soon costs the unseen ones."""
    done = learn(real.train[:10], real.validation, steps=2000, early_step=10, patience=50)
    assert done.steps == done.best_step + 50 < 2000
    lowest = min(done.checks, key=lambda check: check.validation)
    assert lowest.step == done.best_step


def test_the_global_random_numbers_go_on_as_if_nothing_had_been_drawn(real):
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    learn(real.train[:50], real.validation, steps=2, early_step=1)
    assert torch.equal(before, torch.random.get_rng_state())

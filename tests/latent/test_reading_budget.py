"""A reading takes no more passes than it is given, and spends them well."""

import numpy as np
import pytest
from curved_makers import curved_generator
from linear_makers import SIDE, WIDTH, linear_generator

from whorl.errors import ScoreError
from whorl.latent.directions import basis_by_position
from whorl.latent.mark import mark
from whorl.latent.reading.newton import BUDGET, NewtonReader
from whorl.latent.reading.published import PublishedReader


class Counted:
    """A generator that counts the pictures that are asked of it, whatever its reader says."""

    def __init__(self, generator):
        self.generator, self.count = generator, 0

    def __getattr__(self, name):
        return getattr(self.generator, name)

    def synthesize(self, latents):
        self.count += len(latents)
        return self.generator.synthesize(latents)


def test_a_tenth_of_the_published_passes_reads_as_many_pictures():
    """The published reader is given as many passes as ours may take, 20 starts of 200 steps instead of 2,000."""
    assert BUDGET == 40_000 // 10
    generator = curved_generator(bend=3.0)
    few = {"latents": 600, "start_pictures": 1_000}
    basis = basis_by_position(generator, bits=16, strength=4.0, coding="centred", **few)
    keys = np.random.default_rng(0).integers(0, 2, (2, 16))
    pictures = mark(generator, basis, keys, 2, seed=50).pictures

    def read(reader):
        found = [reader.read(generator, basis, picture) for picture in pictures]
        return found, [bool((each.bits == key).all()) for each, key in zip(found, keys, strict=True)]

    ours, exact = read(NewtonReader())
    theirs, theirs_exact = read(PublishedReader(starts=20, steps=200))
    assert all(each.passes <= BUDGET <= other.passes for each, other in zip(ours, theirs, strict=True))
    assert sum(exact) >= max(sum(theirs_exact), 1)


@pytest.mark.parametrize("budget", [WIDTH + 3, 2 * WIDTH + 3, 2 * WIDTH + 4, 100, 333])
def test_no_more_passes_are_taken_than_given_and_all_are_counted(budget):
    linear = linear_generator()
    basis = basis_by_position(linear, bits=8, strength=1.0, coding="centred", latents=100, start_pictures=100)
    counted = Counted(linear)
    foreign = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    stubborn = NewtonReader(budget=budget, hopeless=np.inf, slow=0.0, enough=0.0)
    found = stubborn.read(counted, basis, foreign)
    assert counted.count <= found.passes <= budget
    assert np.isfinite(found.soft).all()
    key = np.array([0, 1, 1, 0, 1, 0, 0, 1])
    marked = mark(linear, basis, key, 1, seed=9).pictures[0]
    assert np.array_equal(NewtonReader(budget=budget).read(linear, basis, marked).bits, key)


def test_one_start_does_not_use_up_what_the_others_need():
    """A start that creeps is left for another, and the best of all counts."""
    generator = curved_generator(bend=3.0)
    basis = basis_by_position(generator, bits=16, strength=4.0, latents=600, start_pictures=0)
    foreign = np.random.default_rng(1).integers(100, 156, (*generator.image_size, 3)).astype(np.uint8)
    found = NewtonReader(starts=3, hopeless=np.inf, slow=0.0).read(generator, basis, foreign)
    assert found.starts > 1
    assert found.passes <= BUDGET


def test_a_budget_too_small_for_a_step_is_told():
    generator = linear_generator()
    basis = basis_by_position(generator, bits=8, strength=1.0, latents=100, start_pictures=0)
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    with pytest.raises(ScoreError, match=rf"takes {WIDTH + 3} passes .* got a budget of {WIDTH + 2}"):
        NewtonReader(budget=WIDTH + 2).read(generator, basis, picture)
    for reader in (NewtonReader, PublishedReader):
        with pytest.raises(ScoreError, match="1 start and 1 step or more; got 0 and 3"):
            reader(starts=0, steps=3)

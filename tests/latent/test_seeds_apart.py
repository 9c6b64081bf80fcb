"""Latents that something was learned from are never those that it is tried on, whichever seeds are given."""

from collections import defaultdict

import numpy as np
from linear_makers import WIDTH, linear_generator

from whorl.latent.calibrate import calibrate
from whorl.latent.directions import basis_by_design, basis_by_position
from whorl.latent.generators import ModuleGenerator, normal_rows
from whorl.latent.mark import mark
from whorl.latent.strength import strength_for


def test_every_use_of_every_seed_has_latents_of_its_own():
    drawn = defaultdict(set)
    use = ""

    def latents(count, seed, start):
        drawn[use] |= {(seed, start + place) for place in range(count)}
        return normal_rows(count, WIDTH, seed=seed, start=start)

    linear = linear_generator()
    generator = ModuleGenerator(linear.module, WIDTH, linear.image_size, latents)
    few = {"bits": 8, "strength": 0.5, "latents": 60}
    for seed in range(3):
        use = f"directions {seed}"
        basis = basis_by_design(generator, jacobians=2, start_pictures=0, seed=seed, **few)
        use = f"strength {seed}"
        strength_for(generator, basis, jacobians=2, seed=seed)
        use = f"directions and guess {seed}"
        basis_by_position(generator, start_pictures=70, seed=seed, **few)
        drawn[f"guess {seed}"] = drawn.pop(use) - drawn[f"directions {seed}"]
        use = f"calibration {seed}"
        calibrate(generator, basis, 20, seed=seed)
        assert len(drawn[use]) == 40  # neither has pictures of the other's latents
    for seed in range(6):
        use = f"marked {seed}"
        mark(generator, basis, np.zeros(8, int), 100, seed=seed)
    assert len(drawn) == 3 * 4 + 6
    assert sum(map(len, drawn.values())) == len(set().union(*drawn.values()))
    assert {len(drawn[f"guess {seed}"]) for seed in range(3)} == {70}

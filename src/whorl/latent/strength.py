"""How strong a key has to be to be read from an 8-bit picture."""

from __future__ import annotations

import numpy as np
import torch

from whorl.errors import ScoreError
from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.jacobian import with_jacobian
from whorl.latent.reading.seen import QUANTISATION
from whorl.latent.reading.spread import open_covariance
from whorl.latent.stages import stage_seed

WANTED = 0.1
JACOBIANS = 8


def foreseen_spread(
    generator: LatentGenerator, basis: LatentBasis, *, jacobians: int = JACOBIANS, seed: int = 0
) -> float:
    """Return how far a key's coordinates may be off in an 8-bit picture, linearised, in units of the coordinates.

    The root mean square over bits and some latents of the standard deviation that rounding to 8 bits leaves open.
    Divided by a strength it is the predicted standard deviation of `Reading.soft`. A picture that was changed
    on its way leaves more.

    Args:
        generator: that the basis was made for.
        basis: of any strength; it does not count.
        jacobians: at how many latents; each takes D + 1 passes.
        seed: fixes them.

    Raises:
        StorageError: another generator than the basis was made for.
    """
    basis.expect(generator)
    whole = torch.from_numpy(basis.whole)
    content = torch.from_numpy(basis.expected[1]) ** -2
    found = []
    latents = generator.sample_latents(jacobians, seed=stage_seed(seed, "strength"))
    for latent in torch.from_numpy(latents).to(generator.device):
        with torch.no_grad():
            _, slopes = with_jacobian(lambda w: generator.synthesize(w).clamp(0, 1).flatten(1), latent)
        along = slopes.cpu().double() @ whole.T
        open_to = open_covariance(along, QUANTISATION**2, content, basis.bits)
        variances = open_to.diagonal()[: basis.bits].numpy()
        found.append(
            np.where(variances > 0, variances, np.inf)
        )  # the pseudoinverse knows nothing of the unseen
    return float(np.sqrt(np.mean(found)))


def strength_for(
    generator: LatentGenerator,
    basis: LatentBasis,
    *,
    wanted: float = WANTED,
    jacobians: int = JACOBIANS,
    seed: int = 0,
) -> float:
    """Return the strength at which the soft bits of 8-bit pictures are predicted to be off by `wanted`.

    A bit is wrong where it is off by more than 1/2: at 0.1, five standard deviations. That leaves room for a
    generator that is not linear, and little for a picture that is changed on its way; for that, be stronger.

    Args:
        generator: that the basis was made for.
        basis: of any strength; it does not count.
        wanted: root mean square over bits and latents.
        jacobians: at how many latents.
        seed: fixes them.

    Raises:
        ScoreError: the directions do not change the pictures.
    """
    spread = foreseen_spread(generator, basis, jacobians=jacobians, seed=seed)
    if not 0 < spread < np.inf:
        raise ScoreError(
            "the directions of this basis do not change the pictures; no strength makes them readable."
        )
    return spread / wanted

"""Pictures and how they change with each coordinate of the latent."""

from __future__ import annotations

from collections.abc import Callable

import torch

Pictures = Callable[[torch.Tensor], torch.Tensor]
_CHUNK = 64


def with_jacobian(
    pictures: Pictures, coordinates: torch.Tensor, *, chunk: int = _CHUNK
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return one picture as a row (P,) and its derivatives (P, D), by forward differentiation.

    That costs a pass of the generator for the picture and one for each of the D directions.

    Args:
        pictures: of coordinates (B, D), (B, P).
        coordinates: (D,).
        chunk: how many directions at once.

    >>> linear = torch.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, 5.0]])
    >>> with_jacobian(lambda c: c @ linear, torch.tensor([1.0, 1.0]))[1]
    tensor([[1., 0.],
            [2., 1.],
            [0., 5.]])
    """
    row = pictures(coordinates[None])[0]

    def along(direction: torch.Tensor) -> torch.Tensor:
        moved: torch.Tensor = torch.func.jvp(lambda c: pictures(c[None])[0], (coordinates,), (direction,))[1]
        return moved

    directions = torch.eye(len(coordinates), dtype=coordinates.dtype, device=coordinates.device)
    slopes = [torch.func.vmap(along)(some) for some in torch.split(directions, chunk)]
    return row, torch.cat(slopes).T

"""The numbers that make one StyleGAN2 generator differ from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from whorl.errors import WhorlError

FIRST_SIDE = 4


@dataclass(frozen=True, kw_only=True)
class StyleGAN2Settings:
    """Mapping and synthesis network of StyleGAN2, without classes (arXiv 1912.04958).

    Attributes:
        latent: length of z.
        style: length of w, the style that every layer sees.
        mapping: dense layers from z to w.
        channels: at sides 4, 8, 16 and so on; the last one is the side of the pictures.

    Raises:
        WhorlError: values that no network can have.

    >>> StyleGAN2Settings(latent=8, style=8, mapping=2, channels=(16, 16, 8, 8)).image_size
    32
    """

    latent: int
    style: int
    mapping: int
    channels: tuple[int, ...]

    def __post_init__(self) -> None:
        if min(self.latent, self.style, self.mapping) < 1:
            raise WhorlError(f"latent, style and mapping must be above 0; got {self}.")
        if len(self.channels) < 2 or min(self.channels) < 1:
            raise WhorlError(
                "channels are one number above 0 for each of the sides 4, 8, ..., at least two; got "
                f"{self.channels}."
            )

    @property
    def image_size(self) -> int:
        """Side of the pictures."""
        return self.sides[-1]

    @property
    def sides(self) -> tuple[int, ...]:
        """Side of the features at each level."""
        return tuple(FIRST_SIDE * 2**level for level in range(len(self.channels)))

    def to_dict(self) -> dict[str, Any]:
        """Return them as JSON values."""
        return asdict(self) | {"channels": list(self.channels)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_dict` described.

        Raises:
            WhorlError: a name too many or too few, or another kind of value.
        """
        try:
            return cls(**{**values, "channels": tuple(int(each) for each in values["channels"])})
        except (KeyError, TypeError, ValueError) as error:
            raise WhorlError(f"these are no settings of StyleGAN2: {error}.") from error

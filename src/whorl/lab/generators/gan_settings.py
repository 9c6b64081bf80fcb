"""The numbers that make one GAN differ from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from whorl.errors import WhorlError

LEVELS = 4
"""Sides S/8, S/4, S/2 and S."""


@dataclass(frozen=True, kw_only=True)
class GanSettings:
    """Networks and optimisers of a GAN.

    Attributes:
        generator: channels at sides S/8, S/4, S/2 and S, multiples of 8, never growing.
        discriminator: channels after each of its four levels, multiples of 8, never shrinking.
        latent: length of z.
        embedding: length of the class embedding that the generator's blocks share; 0 without classes.
        turns: updates of the discriminator for one of the generator.
        generator_rate: the generator's learning rate as a share of the recipe's, which is the discriminator's.
        betas: of Adam.
        generator_share: pictures in the generator's update, in shares of the batch as each turn has one; left out
            of `to_dict` where it is 1.

    Raises:
        WhorlError: values that no network can have.
    """

    generator: tuple[int, ...]
    discriminator: tuple[int, ...]
    latent: int
    turns: int
    betas: tuple[float, ...]
    embedding: int = 0
    generator_rate: float = 1.0
    generator_share: int = 1

    def __post_init__(self) -> None:
        for name, channels, order in (
            ("generator", self.generator, sorted(self.generator, reverse=True)),
            ("discriminator", self.discriminator, sorted(self.discriminator)),
        ):
            if len(channels) != LEVELS or any(n <= 0 or n % 8 for n in channels) or list(channels) != order:
                raise WhorlError(
                    f"{name} must be four channels, multiples of 8, as many or more towards the smallest side; "
                    f"got {channels}."
                )
        if (
            min(self.latent, self.turns, self.generator_share) < 1
            or self.embedding < 0
            or not self.generator_rate > 0
        ):
            raise WhorlError(
                f"latent, turns, generator_rate and generator_share must be above 0; got {self}."
            )
        if len(self.betas) != 2 or not all(0 <= beta < 1 for beta in self.betas):
            raise WhorlError(f"betas must be two numbers from 0 to below 1; got {self.betas}.")

    def to_dict(self) -> dict[str, Any]:
        """Return them as JSON values."""
        values = {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }
        if self.generator_share == 1:
            del values["generator_share"]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_dict` described.

        Raises:
            WhorlError: a name too many or too few.
        """
        given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        try:
            return cls(**given)
        except TypeError as error:
            raise WhorlError(f"these are no settings of this GAN: {error}.") from error

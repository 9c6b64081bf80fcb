"""Which encoder a Reference was measured with, and how to find it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whorl.encoders import bundled, load_encoder
from whorl.encoders.contract import Encoder
from whorl.errors import EncoderError


@dataclass(frozen=True, eq=False)
class EncoderRecord:
    """What is remembered of an encoder.

    Attributes:
        name: hub name, folder name or built-in.
        location: what to load it from: as the user gave it.
        digest: the encoder's digest; another digest means other numbers.
        settings: how it encodes, as JSON values.
    """

    name: str
    location: str
    digest: str
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, encoder: Encoder) -> EncoderRecord:
        """Record an encoder."""
        settings = dict(encoder.settings)
        return cls(encoder.name, str(settings.get("location", encoder.name)), encoder.digest, settings)

    def without_paths(self) -> EncoderRecord:
        """Return the record with a local folder reduced to its name, for a Reference to publish."""
        if not Path(self.location).exists():
            return self
        return EncoderRecord(self.name, self.name, self.digest, dict(self.settings) | {"location": self.name})

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {
            "name": self.name,
            "location": self.location,
            "digest": self.digest,
            "settings": dict(self.settings),
        }


def reload_encoder(
    record: EncoderRecord | None,
    given: str | Path | Encoder | None,
    *,
    device: str = "auto",
    what: str = "this Reference",
) -> Encoder:
    """Load the encoder of a Reference, or of something else, again and make sure that it is the same.

    Args:
        record: what is remembered of it.
        given: where the caller says it is; None for where it was.
        device: where to run it.
        what: what it belongs to, for messages.

    Raises:
        EncoderError: nothing recorded, not found, or another encoder.
    """
    if record is None:
        raise EncoderError(
            f"{what} was fitted on embeddings made elsewhere, so it cannot encode pictures; embed them the same "
            "way and give the embeddings (curve_from_embeddings, or the same call for a manifold)."
        )
    if given is not None and not isinstance(given, str | Path):
        encoder = given
    else:
        options: dict[str, Any] = dict(record.settings.get("options", {}))
        if isinstance(options.get("preprocessing"), dict):
            from whorl.encoders import Preprocessing

            options["preprocessing"] = Preprocessing.from_dict(options["preprocessing"])
        try:
            encoder = load_encoder(given if given is not None else record.location, device=device, **options)
        except EncoderError as error:
            if given is None and record.location == bundled.NAME:
                raise
            raise EncoderError(
                f"{what} needs the encoder {record.name}, looked for at {record.location}: {error} "
                "If it lies elsewhere, say where with --encoder (encoder=)."
            ) from error
    if encoder.digest != record.digest:
        raise EncoderError(
            f"the encoder {encoder.name} is not the one {what} was measured with (digest "
            f"{encoder.digest[:12]}, expected {record.digest[:12]} of {record.name}): its weights, layers, "
            "pooling, preprocessing or dtype differ, and so would every number."
        )
    return encoder

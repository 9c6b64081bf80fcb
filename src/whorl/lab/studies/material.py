"""What studies rest on: References, sets of pictures, a segmenter; each made once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whorl.embeddings import EncodeOptions
from whorl.encoders import Encoder, load_encoder
from whorl.errors import WhorlError
from whorl.evaluation.prepared import PreparedSet, prepare
from whorl.evaluation.sets import SetPlace, find_sets
from whorl.files import digest_json
from whorl.images import ImageSource, open_images
from whorl.lab.studies.inputs import StudyInputs
from whorl.memorization import Reference

if TYPE_CHECKING:
    from whorl.lab.segmenter import Segmenter


@dataclass(frozen=True, eq=False)
class Seen:
    """A Reference and the encoder that it was fitted with.

    Attributes:
        name: the encoder's, without folders.
        reference: T and P.
        encoder: sees the pictures.
    """

    name: str
    reference: Reference
    encoder: Encoder

    def to_dict(self) -> dict[str, Any]:
        """Return what a result says of it."""
        settings = self.reference.settings
        return {
            "encoder": self.name,
            "encoder_digest": self.encoder.digest,
            "reference": self.reference.digest,
            "train": self.reference.train.count,
            "test": self.reference.test.count,
            "layers": [str(layer) for layer in self.reference.layers],
            "metric": settings.metric,
            "cells": settings.cells,
            "partitions": settings.partitions,
            "components": settings.components,
            "seed": settings.seed,
        }


class Material:
    """Finds or makes what a study asks for.

    Args:
        inputs: what the user gave.
    """

    def __init__(self, inputs: StudyInputs) -> None:
        self.inputs = inputs
        self._prepared: dict[tuple[str, str], PreparedSet] = {}

    @property
    def options(self) -> EncodeOptions:
        """How pictures are encoded."""
        return {**self.inputs.options, "progress": self.inputs.progress}

    @cached_property
    def seen(self) -> tuple[Seen, ...]:
        """The References given, then those fitted with the encoders given.

        Raises:
            WhorlError: neither was given.
        """
        loaded = [self._loaded(folder) for folder in self.inputs.references]
        fitted = [self._fitted(encoder, self.train, self.test, "own") for encoder in self.inputs.encoders]
        if not loaded and not fitted:
            raise WhorlError(
                "a study needs eyes: give --reference (whorl reference build makes one), or --train, --test and "
                "--encoder."
            )
        return (*loaded, *fitted)

    @cached_property
    def generic(self) -> Seen:
        """The Reference of another data set.

        Raises:
            WhorlError: none was given.
        """
        if self.inputs.generic is not None:
            return self._loaded(self.inputs.generic)
        if self.inputs.generic_train is None or self.inputs.generic_test is None:
            raise WhorlError(
                "this study needs a Reference of another data set than the generators': give --generic REF, or "
                "--generic-train and --generic-test."
            )
        return self._fitted(
            self.seen[0].encoder,
            open_images(self.inputs.generic_train),
            open_images(self.inputs.generic_test),
            "generic",
        )

    @cached_property
    def train(self) -> ImageSource:
        """T.

        Raises:
            WhorlError: it was not given.
        """
        return self._pictures("train", "the pictures that the generators learn from")

    @cached_property
    def test(self) -> ImageSource:
        """P.

        Raises:
            WhorlError: it was not given.
        """
        return self._pictures("test", "pictures that the generators do not learn from")

    @cached_property
    def sets(self) -> tuple[SetPlace, ...]:
        """All sets of the zoo given, or of one that is trained now.

        Raises:
            ImageError: there are none.
        """
        folder = self.inputs.zoo
        if folder is None:
            return self._trained_zoo()
        inside = folder / "pictures"
        return find_sets(inside if inside.is_dir() else folder)

    def sets_of(self, *architectures: str) -> tuple[SetPlace, ...]:
        """Return the sets by some architectures; where the zoo has none of them, say so.

        Raises:
            WhorlError: there are none.
        """
        wanted = {_plain(name) for name in architectures}
        found = tuple(place for place in self.sets if _plain(place.architecture) in wanted)
        if not found:
            held = ", ".join(sorted({place.architecture for place in self.sets}))
            raise WhorlError(
                f"{self.inputs.zoo} has no set by {' or '.join(architectures)}, which this study is about; it has "
                f"{held}. Name the architecture's folder so, or leave --zoo out to train one."
            )
        return found

    def prepared(self, seen: Seen, places: Sequence[SetPlace]) -> tuple[PreparedSet, ...]:
        """Return sets measured on a Reference."""
        new = [place for place in places if (seen.reference.digest, place.source) not in self._prepared]
        for held in prepare(new, seen.reference, seen.encoder, **self.options):
            self._prepared[seen.reference.digest, held.place.source] = held
        return tuple(self._prepared[seen.reference.digest, place.source] for place in places)

    @cached_property
    def segmenter(self) -> Segmenter:
        """The segmenter given, or one that is trained now on T's labels."""
        from whorl.lab.segmenter import load_segmenter
        from whorl.lab.segmenter.recipe import SegmenterRecipe
        from whorl.lab.segmenter.train import train_segmenter

        folder = self.inputs.segmenter
        if folder is None:
            folder = self.inputs.folder / "segmenter"
            train_segmenter(
                self.train,
                folder,
                recipe=SegmenterRecipe(seed=self.inputs.seed, **self.inputs.size.segmenter),
                test=self.test,
                device=self.inputs.device,
                progress=self.inputs.progress,
            )
        return load_segmenter(folder, device=self.inputs.device)

    def _trained_zoo(self) -> tuple[SetPlace, ...]:
        from whorl.lab.zoo.build import build_zoo

        size, folder = self.inputs.size, self.inputs.folder / "zoo"
        build_zoo(
            self.train,
            folder,
            size=size.name,
            runs=size.runs,
            pictures=size.pictures,
            seed=self.inputs.seed,
            device=self.inputs.device,
            progress=self.inputs.progress,
        )
        return find_sets(folder / "pictures")

    def _pictures(self, name: str, what: str) -> ImageSource:
        given = getattr(self.inputs, name)
        if given is None:
            raise WhorlError(f"this study needs --{name}: {what}.")
        return open_images(given)

    def _loaded(self, folder: str | Path) -> Seen:
        reference = Reference.load(folder)
        encoder = reference.load_encoder(device=self.inputs.device)
        return Seen(_short(encoder.name), reference, encoder)

    def _fitted(self, given: str | Path | Encoder, train: ImageSource, test: ImageSource, role: str) -> Seen:
        encoder = load_encoder(given, device=self.inputs.device) if isinstance(given, str | Path) else given
        size, short = self.inputs.size, _short(encoder.name)
        settings: dict[str, Any] = {
            "seed": self.inputs.seed,
            "cells": size.cells,
            "min_generated": size.min_generated,
            "components": size.components,
            "metric": self.inputs.metric,
        }
        decided = {**settings, "encoder": encoder.digest, "train": train.digest, "test": test.digest}
        folder = self.inputs.folder / "references" / f"{short}-{role}-{digest_json(decided)[:8]}"
        if folder.is_dir():
            reference = Reference.load(folder)
        else:
            reference = Reference.fit(train, test, encoder=encoder, sensitivity=0, **settings, **self.options)
            folder.parent.mkdir(parents=True, exist_ok=True)
            reference.save(folder)
        return Seen(short, reference, encoder)


def _short(name: str) -> str:
    return Path(name).name or name


def _plain(architecture: str) -> str:
    """Return an architecture's name without case and separators: BigGAN-Deep is biggan-deep."""
    return "".join(letter for letter in architecture.casefold() if letter.isalnum())

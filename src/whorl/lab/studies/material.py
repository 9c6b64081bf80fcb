"""What studies rest on: eyes, sets of pictures, a segmenter; each made once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whorl.embeddings import EncodeOptions
from whorl.encoders import Encoder, load_encoder
from whorl.errors import WhorlError
from whorl.evaluation.prepared import PreparedSet, prepare
from whorl.evaluation.sets import SetPlace, find_sets
from whorl.images import ImageSource, open_images
from whorl.images.names import letters_of
from whorl.lab.generators.architectures import NAMES
from whorl.lab.studies.groups import check_groups
from whorl.lab.studies.inputs import StudyInputs
from whorl.lab.studies.seen import Seen, expect_same_but_for_pictures, fit_seen, load_seen

if TYPE_CHECKING:
    from whorl.lab.segmenter import Segmenter


class Material:
    """Finds or makes what a study asks for.

    Args:
        inputs: what the user gave.
    """

    def __init__(self, inputs: StudyInputs) -> None:
        self.inputs = inputs
        self._seen: dict[int, Seen] = {}
        self._encoders: dict[int, Encoder] = {}
        self._prepared: dict[tuple[str, str], PreparedSet] = {}

    @property
    def options(self) -> EncodeOptions:
        """How pictures are encoded."""
        return {**self.inputs.options, "progress": self.inputs.progress}

    @property
    def first(self) -> Seen:
        """The first Reference: the one that is used where a study needs one.

        Raises:
            WhorlError: none was given, nor what it takes to fit one.
        """
        self.expect_eyes()
        return self._eye(0)

    @property
    def seen(self) -> tuple[Seen, ...]:
        """The References given, then those fitted with the encoders given.

        Raises:
            WhorlError: as for `first`; or two of them are the same.
        """
        self.expect_eyes()
        found = [self._eye(place) for place in range(self._eyes)]
        digests = [each.reference.digest for each in found]
        twice = sorted({each.name for each in found if digests.count(each.reference.digest) > 1})
        if twice:
            raise WhorlError(
                f"{', '.join(twice)}: the same Reference is given twice; give each encoder once."
            )
        names = [each.name for each in found]
        return tuple(
            replace(each, name=f"{each.name} {each.reference.digest[:6]}")
            if names.count(each.name) > 1
            else each
            for each in found
        )

    @cached_property
    def generic(self) -> Seen:
        """The Reference of another data set.

        Raises:
            WhorlError: none was given, it is the first one, or it differs in more than its pictures.
        """
        self.expect_generic()
        first, other = self.first, self._generic()
        found = replace(other, name=f"{other.name}, generic")
        if found.reference.digest == first.reference.digest:
            raise WhorlError("--generic is the training set's own Reference; give one of another data set.")
        expect_same_but_for_pictures(first, found)
        return found

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
        """All sets of the zoo given, or of one that is trained now; architectures called as Whorl calls them.

        Raises:
            ImageError: there are none.
            WhorlError: they are of several data sets.
        """
        folder = self.inputs.zoo
        if folder is None:
            return self._trained_zoo()
        inside = folder / "pictures"
        found = find_sets(inside if inside.is_dir() else folder)
        datasets = sorted({place.dataset for place in found})
        if len(datasets) > 1:
            raise WhorlError(
                f"{folder} holds generators of several data sets ({', '.join(datasets)}); a study is of one: give "
                "the folder of that one."
            )
        return tuple(replace(place, architecture=_canonical(place.architecture)) for place in found)

    def sets_of(self, *architectures: str) -> tuple[SetPlace, ...]:
        """Return the sets by some architectures; where the zoo has none of them, say so.

        Raises:
            WhorlError: there are none.
        """
        found = tuple(place for place in self.sets if place.architecture in architectures)
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

    @property
    def encoders(self) -> tuple[Encoder, ...]:
        """The encoders of all References, loaded; nothing is fitted for it."""
        self.expect_eyes()
        return tuple(self._encoder(place) for place in range(self._eyes))

    def expect_eyes(self) -> None:
        """Refuse inputs without an encoder to see with, or without what it takes to fit it.

        Raises:
            WhorlError: what is missing.
        """
        if not self._eyes:
            raise WhorlError(
                "a study needs eyes: give --reference (whorl reference build makes one), or --train, --test and "
                "--encoder."
            )
        if self.inputs.encoders:
            self.expect_pictures()

    def expect_pictures(self) -> None:
        """Refuse inputs without T and P, or with ones that cannot be opened.

        Raises:
            WhorlError, ImageError: see their messages.
        """
        for source in (self.train, self.test):
            source.digest  # noqa: B018 - it reads the list of pictures

    def expect_zoo(self, *architectures: str, groups: bool = False) -> None:
        """Refuse a zoo without some architectures, or without two runs of one; without a zoo, expect T and P.

        Raises:
            WhorlError, ImageError: see their messages.
        """
        if self.inputs.zoo is None:
            self.expect_pictures()
            return
        if architectures:
            self.sets_of(*architectures)
        if groups:
            check_groups([place.architecture for place in self.sets])

    def expect_generic(self) -> None:
        """Refuse inputs without a Reference of another data set, or without what it takes to fit one.

        Raises:
            WhorlError, ImageError: see their messages.
        """
        if self.inputs.generic is not None:
            return
        if self.inputs.generic_train is None or self.inputs.generic_test is None:
            raise WhorlError(
                "this study needs a Reference of another data set than the generators': give --generic REF, or "
                "--generic-train and --generic-test."
            )
        for given in (self.inputs.generic_train, self.inputs.generic_test):
            open_images(given).digest  # noqa: B018 - it reads the list of pictures

    @property
    def _eyes(self) -> int:
        return len(self.inputs.references) + len(self.inputs.encoders)

    def _eye(self, place: int) -> Seen:
        if place not in self._seen:
            given = self.inputs.references
            if place < len(given):
                self._seen[place] = load_seen(given[place], device=self.inputs.device)
            else:
                self._seen[place] = self._fitted(self._encoder(place), self.train, self.test, "own")
        return self._seen[place]

    def _encoder(self, place: int) -> Encoder:
        if place not in self._encoders:
            given = len(self.inputs.references)
            if place < given:
                self._encoders[place] = self._eye(place).encoder
            else:
                encoder = self.inputs.encoders[place - given]
                self._encoders[place] = (
                    load_encoder(encoder, device=self.inputs.device)
                    if isinstance(encoder, str | Path)
                    else encoder
                )
        return self._encoders[place]

    def _generic(self) -> Seen:
        if self.inputs.generic is not None:
            return load_seen(self.inputs.generic, device=self.inputs.device)
        train, test = open_images(self.inputs.generic_train), open_images(self.inputs.generic_test)
        return self._fitted(self.first.encoder, train, test, "generic")

    def _trained_zoo(self) -> tuple[SetPlace, ...]:
        from whorl.lab.zoo.build import build_zoo
        from whorl.lab.zoo.folder import write_zoo

        size, folder = self.inputs.size, self.inputs.folder / "zoo"
        zoo = build_zoo(
            self.train,
            folder,
            size=size.name,
            runs=size.runs,
            pictures=size.pictures,
            seed=self.inputs.seed,
            device=self.inputs.device,
            progress=self.inputs.progress,
        )
        write_zoo(zoo, self.train, progress=self.inputs.progress)
        return find_sets(folder / "pictures")

    def _pictures(self, name: str, what: str) -> ImageSource:
        given = getattr(self.inputs, name)
        if given is None:
            raise WhorlError(f"this study needs --{name}: {what}.")
        return open_images(given)

    def _fitted(self, encoder: Encoder, train: ImageSource, test: ImageSource, role: str) -> Seen:
        size = self.inputs.size
        settings: dict[str, Any] = {
            "seed": self.inputs.seed,
            "cells": size.cells,
            "min_generated": size.min_generated,
            "components": size.components,
            "metric": self.inputs.metric,
        }
        if role == "generic":  # whatever the first one is like
            settings = self.first.settings
        return fit_seen(
            encoder, train, test, settings, self.inputs.folder / "references", role, options=self.options
        )


def _canonical(architecture: str) -> str:
    """Return Whorl's own name of an architecture, where it differs in case and separators alone.

    >>> _canonical("BigGAN-Deep"), _canonical("EDM")
    ('biggan-deep', 'EDM')
    """
    known = {letters_of(name): name for name in NAMES}
    return known.get(letters_of(architecture), architecture)

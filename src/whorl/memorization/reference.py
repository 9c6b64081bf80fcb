"""The Reference: everything that depends on T, P and the encoder alone, fitted once."""

from __future__ import annotations

import warnings as python_warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import Embeddings, EncodeOptions, embed, from_arrays
from whorl.embeddings.progress import Silent, progress_for
from whorl.encoders import load_encoder
from whorl.encoders.contract import Encoder, Layer
from whorl.errors import ScoreError, WhorlWarning
from whorl.images import ImageSource, open_images
from whorl.memorization.c_t import Scope
from whorl.memorization.chosen_layers import AUTO, LayerWish, chosen_layers
from whorl.memorization.contents import ReferenceContents
from whorl.memorization.curve import Curve
from whorl.memorization.fit import check_sizes, fit_contents, listed
from whorl.memorization.inputs import open_train_and_test
from whorl.memorization.layer_reference import LayerScore
from whorl.memorization.layer_sensitivity import AutoLayers, auto_layers, measured_if_possible
from whorl.memorization.measured_set import MeasuredSet
from whorl.memorization.memory import DEFAULT_MEMORY, parse_memory
from whorl.memorization.overlap import shared_keys
from whorl.memorization.pairs import ClosestPair, PairNames, nearest_pairs
from whorl.memorization.provenance import EncoderRecord, reload_encoder
from whorl.memorization.reference_folder import read_folder, write_folder
from whorl.memorization.settings import DEFAULT_PARTITIONS, ReferenceSettings
from whorl.memorization.workers import one_thread_of_blas
from whorl.neighbors import Metric
from whorl.sensitivity import DEFAULT_PICTURES, SensitivityProfile

if TYPE_CHECKING:
    from whorl.encoders.layers import LayerSelection


@dataclass(frozen=True, eq=False, repr=False)
class Reference(ReferenceContents):
    """T and P in the eyes of one encoder; `curve` scores any set of generated pictures against them.

    A Reference holds no picture. It does hold projected embeddings of T, from which membership in T can be
    inferred.
    """

    _loaded_encoder: Encoder | None = field(default=None, repr=False)

    @classmethod
    def fit(  # noqa: PLR0913
        cls,
        train: Any,
        test: Any = None,
        *,
        encoder: str | Path | Encoder,
        layers: LayerSelection | Literal["auto"] = None,
        seed: int = 0,
        cells: int = 10,
        min_generated: int = 20,
        components: int = 64,
        metric: Metric = "euclidean",
        scope: Scope = "cell",
        partitions: int = DEFAULT_PARTITIONS,
        split: float | None = None,
        limit: int | None = None,
        keep_ids: bool = True,
        memory: int | str = DEFAULT_MEMORY,
        sensitivity: int | SensitivityProfile = DEFAULT_PICTURES,
        **options: Unpack[EncodeOptions],
    ) -> Reference:
        """Encode T and P and fit every layer.

        Args:
            train: T, anything `whorl.open_images` takes.
            test: P, pictures the model was not trained on; None with `split`.
            encoder: anything `whorl.load_encoder` takes, or an encoder.
            layers: which layers; see `whorl.load_encoder`. "auto" measures the sensitivity of all of them first
                and fits the low-level and the high-level layer that it chooses; `encoder` is a name or folder.
            seed: fixes cells and split.
            cells: k-means cells per layer.
            min_generated: a cell counts when it holds more generated pictures than this.
            components: principal components kept, at most.
            metric: "euclidean" or "abs-cosine".
            scope: nearest training picture in the same "cell" or in "all" of T.
            partitions: how many times T is divided into cells; C_T is the mean over them.
            split: share of T taken out as P before fitting; only as held-out as the model's training was.
            limit: use at most so many pictures of T, and of P, drawn at random; copies of the others cannot be
                seen, and a warning says so.
            keep_ids: remember ids and pixel digests of T and P (False for a Reference to publish).
            memory: what one layer of T may take while it is fitted, in bytes or as "512MB", "1.5GB", "2GiB"; a
                larger layer is streamed, with mini-batch k-means, and `summary` says so.
            sensitivity: how many pictures of P to alter in known ways, to measure how the layers respond; 0 for
                none, or a profile measured before. It decides no score. See `whorl.sensitivity.measure`.
            **options: see `whorl.embeddings.EncodeOptions`.

        Raises:
            ImageError, EncoderError, ScoreError, StorageError: see their messages.
        """
        settings = ReferenceSettings(cells, min_generated, components, metric, scope, seed, partitions)
        budget = parse_memory(memory)
        inputs = open_train_and_test(train, test, split=split, limit=limit, seed=seed)
        check_sizes(len(inputs.train), len(inputs.test), settings)
        if layers == AUTO:
            auto = _two_layers(encoder, inputs.test, sensitivity, seed, options)
            model, sensitivity = auto.encoder, auto.profile
        else:
            model = load_encoder(encoder, layers=layers)
        held = embed(inputs.train, model, label="train", **options)
        held_out = embed(inputs.test, model, label="test", **options)
        if isinstance(sensitivity, SensitivityProfile):
            profile: SensitivityProfile | None = sensitivity
        else:
            profile = measured_if_possible(inputs.test, model, pictures=sensitivity, seed=seed, **options)
        record = EncoderRecord.of(model)
        shown = progress_for(options.get("progress", False))
        contents = fit_contents(
            replace(held, source=inputs.train_place),
            replace(held_out, source=inputs.test_place),
            settings,
            encoder=record,
            keep_ids=keep_ids,
            notes=inputs.notes,
            progress=shown,
            memory=budget,
        )
        return cls._of(replace(contents, sensitivity=profile), model)

    @classmethod
    def from_embeddings(
        cls,
        train: Mapping[Layer, NDArray[np.floating]] | Embeddings,
        test: Mapping[Layer, NDArray[np.floating]] | Embeddings,
        *,
        seed: int = 0,
        cells: int = 10,
        min_generated: int = 20,
        components: int = 64,
        metric: Metric = "euclidean",
        scope: Scope = "cell",
        partitions: int = DEFAULT_PARTITIONS,
        keep_ids: bool = True,
        memory: int | str = DEFAULT_MEMORY,
    ) -> Reference:
        """Fit on embeddings made elsewhere.

        Args:
            train: {layer: (N, D)} of T.
            test: {layer: (n, D)} of P, the same layers and widths.
            seed: fixes the cells.
            cells: k-means cells per layer.
            min_generated: a cell counts when it holds more generated rows than this.
            components: principal components kept, at most.
            metric: "euclidean" or "abs-cosine".
            scope: nearest training row in the same "cell" or in "all" of T.
            partitions: how many times T is divided into cells; C_T is the mean over them.
            keep_ids: remember ids and row digests of T and P.
            memory: what one layer of T may take while it is fitted; see `fit`.

        Raises:
            ScoreError: shapes or layers that do not fit, NaN, too few rows, all of P in T, no usable layer.

        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> T, P, Q = ({1: rng.normal(size=(n, 8))} for n in (600, 300, 200))
        >>> Reference.from_embeddings(T, P, cells=3).curve_from_embeddings(Q).verdict.whole.finding
        'healthy'
        """
        settings = ReferenceSettings(cells, min_generated, components, metric, scope, seed, partitions)
        budget = parse_memory(memory)
        held = train if isinstance(train, Embeddings) else from_arrays(train, source="train")
        held_out = test if isinstance(test, Embeddings) else from_arrays(test, source="test")
        return cls._of(
            fit_contents(
                held,
                held_out,
                settings,
                encoder=None,
                keep_ids=keep_ids,
                notes=(),
                progress=Silent(),
                memory=budget,
            ),
            None,
        )

    def curve(
        self,
        images: Any,
        *,
        encoder: str | Path | Encoder | None = None,
        layers: LayerWish = None,
        **options: Unpack[EncodeOptions],
    ) -> Curve:
        """Score a set of generated pictures at every layer.

        Args:
            images: anything `whorl.open_images` takes.
            encoder: the Reference's own encoder, where it cannot be found under the name it had.
            layers: None for all of the Reference's, a list of some, or "auto" for the two that its sensitivity
                profile chooses. The verdict is then over these alone: choose before the result is known.
            **options: see `whorl.embeddings.EncodeOptions`.

        Raises:
            ScoreError: too few pictures for this Reference, or no cell that can be scored.
            EncoderError: the encoder is not at hand, or is another one.
        """
        source = open_images(images)
        self.check_count(len(source), source.name)
        chosen_layers(self.layers, layers, self.sensitivity)
        return self.curve_from_embeddings(
            embed(source, self.load_encoder(encoder), label="generated", **options), layers=layers
        )

    def curve_from_embeddings(
        self, generated: Mapping[Layer, NDArray[np.floating]] | Embeddings, *, layers: LayerWish = None
    ) -> Curve:
        """Score embeddings {layer: (m, D)} made elsewhere, by the Reference's own encoder.

        Args:
            generated: of all layers of the Reference.
            layers: which of them to score; see `curve`.

        Raises:
            ScoreError: a layer is missing or of another width, NaN, too few rows, no cell that can be scored.
        """
        held = self._checked(generated)
        self.check_count(len(held), held.source)
        chosen = chosen_layers(self.layers, layers, self.sensitivity)
        parts = [part for part in self.layer_references if part.layer in chosen]
        # NumPy's threads, which wait by spinning, and torch's would stand in each other's way at every layer.
        with one_thread_of_blas():
            scored = [part.score(held.layer(part.layer), self.settings) for part in parts]
        identical, notes = self._compare_keys(held)
        names = PairNames(held.ids, _places(held.canonical_order()), self.train.ids)
        return Curve(
            layers=chosen,
            scores=tuple(layer.score for layer in scored),
            closest_pairs=tuple(pair for layer in scored for pair in _closest(layer, names)),
            order=names.order,
            reference=self.digest,
            encoder=self.encoder.name if self.encoder else "",
            settings=self.settings,
            n_train=self.train.count,
            n_test=self.test.count,
            n_generated=len(held),
            identical=identical,
            skipped=tuple((entry.id, entry.reason) for entry in held.skipped),
            warnings=(*self.warnings, *notes),
            source=held.source,
            generated_ids=held.ids,
            pictures=tuple(layer.pictures for layer in scored),
            train_ids=self.train.ids,
            measured=tuple(layer.measured for layer in scored),
            of_layers=() if chosen == self.layers else self.layers,
            auto=layers == AUTO,
            keys=held.keys,
            keys_of=held.keys_of,
        )

    def measure(
        self, images: Any, *, encoder: str | Path | Encoder | None = None, **options: Unpack[EncodeOptions]
    ) -> MeasuredSet:
        """Find where pictures lie beside T and P, without a score: as few of them as there are.

        Args:
            images: anything `whorl.open_images` takes.
            encoder: the Reference's own encoder, where it cannot be found under the name it had.
            **options: see `whorl.embeddings.EncodeOptions`.

        Raises:
            EncoderError: the encoder is not at hand, or is another one.
        """
        source = open_images(images)
        return self.measure_embeddings(
            embed(source, self.load_encoder(encoder), label="generated", **options)
        )

    def measure_embeddings(self, generated: Mapping[Layer, NDArray[np.floating]] | Embeddings) -> MeasuredSet:
        """Find where embeddings {layer: (m, D)} made elsewhere lie beside T and P, without a score.

        Raises:
            ScoreError: a layer is missing or of another width, or NaN.
        """
        held = self._checked(generated)
        with one_thread_of_blas():
            layers = tuple(
                part.measure(held.layer(part.layer), self.settings) for part in self.layer_references
            )
        _, notes = self._compare_keys(held)
        return MeasuredSet(
            self.digest,
            self.settings,
            layers,
            source=held.source,
            ids=held.ids,
            keys=held.keys,
            keys_of=held.keys_of,
            warnings=tuple(notes),
        )

    def with_sensitivity(self, profile: SensitivityProfile) -> Reference:
        """Return the Reference with this profile of its encoder's layers; no score changes, nor the digest.

        Raises:
            ScoreError: there is no encoder, or the profile is of another one.
        """
        if self.encoder is None or profile.encoder != self.encoder.digest:
            mine = self.encoder.digest[:12] if self.encoder else "none: embeddings made elsewhere"
            raise ScoreError(
                f"this sensitivity profile was measured with another encoder (digest {profile.encoder[:12]}) than "
                f"this Reference ({mine}). Measure it with reference.load_encoder()."
            )
        return replace(self, sensitivity=profile)

    def check_count(self, count: int, name: str = "generated") -> None:
        """Refuse a set too small for this Reference.

        Raises:
            ScoreError: fewer than cells * min_generated pictures.
        """
        if count < self.settings.least_generated:
            raise ScoreError(
                f"{name}: {count} pictures are too few for this Reference, which needs at least "
                f"{self.settings.least_generated} ({self.settings.cells} cells x {self.settings.min_generated} "
                "pictures). Give more pictures, or build a Reference with fewer --cells or a smaller "
                "--min-generated (cells, min_generated)."
            )

    def load_encoder(self, encoder: str | Path | Encoder | None = None, *, device: str = "auto") -> Encoder:
        """Return the encoder this Reference was measured with.

        Args:
            encoder: where to find it, when not under the name it had.
            device: where to run it.

        Raises:
            EncoderError: it is not at hand, or what is there is another one.
        """
        if encoder is None and self._loaded_encoder is not None:
            return self._loaded_encoder
        return reload_encoder(self.encoder, encoder, device=device)

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the Reference to a folder in one step; see `Reference.load`.

        Raises:
            StorageError: the folder exists (unless `overwrite`, for an older Reference), or the disk is full.
        """
        return write_folder(self, Path(folder), overwrite=overwrite)

    @classmethod
    def load(cls, folder: str | Path) -> Reference:
        """Read a Reference and check every byte of it.

        Raises:
            StorageError: no Reference there, damaged, or written by a newer version.
        """
        return cls(**_fields(read_folder(Path(folder))))

    @classmethod
    def _of(cls, contents: ReferenceContents, encoder: Encoder | None) -> Reference:
        for note in contents.warnings:
            python_warnings.warn(note, WhorlWarning, stacklevel=3)
        return cls(**_fields(contents), _loaded_encoder=encoder)

    def _checked(self, generated: Mapping[Layer, NDArray[np.floating]] | Embeddings) -> Embeddings:
        held = generated if isinstance(generated, Embeddings) else self._wrap(generated)
        missing = [layer for layer in self.layers if layer not in held.layers]
        if missing:
            raise ScoreError(
                f"the Reference scores layers {listed(self.layers)}; these embeddings lack {listed(missing)}."
            )
        return held

    def _wrap(self, arrays: Mapping[Layer, NDArray[np.floating]]) -> Embeddings:
        if isinstance(arrays, Mapping):  # layers that are not scored must not change what the rows' keys mean
            arrays = {layer: array for layer, array in arrays.items() if layer in self.layers}
        return from_arrays(arrays, source="generated")

    def _compare_keys(self, held: Embeddings) -> tuple[int | None, list[str]]:
        if self.train.keys is None or self.test.keys is None or held.keys_of != self.train.keys_of:
            return None, []
        notes = []
        held_out = shared_keys(held.keys, self.test.keys)
        if held_out:
            notes.append(
                f"{held_out:,} of {len(held):,} generated pictures are also held-out pictures of this Reference, "
                "so they are no independent evidence."
            )
        repeated = len(held) - len(np.unique(held.keys, axis=0))
        if repeated:
            notes.append(
                f"{repeated:,} of {len(held):,} generated pictures repeat another one of the set. The p-values "
                "take pictures as independent of each other, and are too small where they are not."
            )
        return shared_keys(held.keys, self.train.keys), notes


def _two_layers(
    encoder: str | Path | Encoder,
    test: ImageSource,
    sensitivity: int | SensitivityProfile,
    seed: int,
    options: EncodeOptions,
) -> AutoLayers:
    if not isinstance(encoder, str | Path) or isinstance(sensitivity, SensitivityProfile):
        raise ScoreError(
            "layers 'auto' need the encoder's name or folder, and a number of pictures as sensitivity. With a "
            "profile measured before, give the layers that whorl.sensitivity.choose(profile) names."
        )
    return auto_layers(
        lambda layers: load_encoder(encoder, layers=layers), test, pictures=sensitivity, seed=seed, **options
    )


def _closest(layer: LayerScore, names: PairNames) -> Iterator[ClosestPair]:
    found, held_out = layer.pictures, np.sort(layer.measured.test_surroundings.nearest)
    return nearest_pairs(
        found.layer, names, found.nearest_distances, held_out, found.nearest, found.nearest_distances
    )


def _places(order: NDArray[np.int64]) -> NDArray[np.int64]:
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return places


def _fields(contents: ReferenceContents) -> dict[str, Any]:
    return {item.name: getattr(contents, item.name) for item in fields(contents)}

"""All that artifacts reveal of some models, measured together."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Unpack

from whorl.attribution.classifiers.contract import Classifier
from whorl.attribution.classifiers.kinds import chosen_classifier
from whorl.attribution.labels import REAL
from whorl.embeddings import Embeddings, EncodeOptions
from whorl.embeddings.progress import progress_for
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError, WhorlWarning
from whorl.images import ImageSource, open_images
from whorl.manifold.manifold import Manifold
from whorl.manifold.ratio_null import DEALINGS, LEAST_DEALINGS
from whorl.structure.design_choices import DesignChoices
from whorl.structure.held_sets import HeldSets, check_sizes
from whorl.structure.layer_design import chosen_components
from whorl.structure.layer_wise import chosen_layers
from whorl.structure.structure_parts import Parts, telling_layer
from whorl.structure.structure_result import NotMeasured, Structure


def measure_structure(
    manifold: Manifold,
    sets: Mapping[str, Any],
    *,
    real: Any = None,
    choices: DesignChoices | None = None,
    layers: Sequence[Layer] | None = None,
    at: Layer | None = None,
    components: int | None = None,
    splits: int = 3,
    dealings: int = DEALINGS,
    seed: int = 0,
    classifier: str | Classifier = "linear",
    answers: str | Path | None = None,
    **options: Unpack[EncodeOptions],
) -> Structure:
    """Measure the layer-wise curve, ratios with their null, traces of design choices, a map and spectra.

    What is wrong with the arguments is refused before pictures are encoded, as far as it can be known. A part that
    cannot be measured on these pictures is left out, and `Structure.not_measured` says why.

    Choices and map are of one layer: `at`, else the one at which artifacts name most pictures. That choice looks
    at models and not at their design, so p-values of choices stay valid.

    Args:
        manifold: real pictures.
        sets: for each of at least two models its pictures, anything `whorl.open_images` takes, or `Embeddings`
            from `manifold.embed`. Several runs of one architecture are one model.
        real: held-out real pictures, a class "real" of their own in all but the choices; what spectra are
            compared with. Those that are in the manifold are projected onto others than themselves.
        choices: a table of some of the models, or all of them.
        layers: which layers; None for all of the manifold's.
        at: layer of choices and map.
        components: dimensions of ratios and clusters; None for 32, or as many as layers and pictures allow.
        splits: of the layer-wise curve; see `layer_curve`.
        dealings: of labels for the null of ratios; see `whorl.manifold.fdr_null`.
        seed: fixes all that is drawn.
        classifier: of the layer-wise curve; see `layer_curve`.
        answers: a folder in which parts are kept as they are found, so that the same call goes on where it was
            stopped; None keeps nothing.
        **options: see `whorl.embeddings.EncodeOptions`; `progress` counts layers, ratios and parts too.

    Raises:
        ScoreError: fewer than two models, a class of fewer than four pictures, a model in the table that is none
            of `sets`, unknown layers or classifier, another space, NaN.
        ImageError, EncoderError, StorageError: see their messages.

    >>> import numpy as np
    >>> from whorl.embeddings import from_arrays
    >>> rng = np.random.default_rng(0)
    >>> manifold = Manifold.from_embeddings({n: rng.normal(size=(200, 4)) for n in (1, 2)})
    >>> def made(shift):
    ...     return from_arrays({1: rng.normal(size=(40, 4)), 2: rng.normal(shift, 1, size=(40, 4))})
    >>> found = measure_structure(manifold, {"a": made(-4), "b": made(4)}, dealings=19)
    >>> found.at, found.ratio(2).null.p, found.why_not("spectra")[:37]
    (2, 0.05, 'artifacts of this manifold are vector')
    """
    chosen = chosen_layers(manifold, layers)
    model = chosen_classifier(classifier)
    if at is not None and at not in chosen:
        raise ScoreError(f"at={at!r} is none of the layers {', '.join(map(str, chosen))}.")
    _check_numbers(splits=(splits, 2), dealings=(dealings, LEAST_DEALINGS), seed=(seed, 0))
    given = _opened(sets, real, choices)
    width = min(manifold.features[layer].shape[1] for layer in chosen)
    chosen_components(components, width=width, smallest=min(map(len, given.values())))
    held = HeldSets(
        manifold, {label: manifold.embed(each, label=label, **options) for label, each in given.items()}, seed
    )
    check_sizes(dict(zip(held.held, held.sizes, strict=True)))  # without those that were skipped
    copies = held.copies(chosen)
    _tell(dict(zip(held.held, copies, strict=True)))
    measured = held.told_apart_at(chosen)
    if not measured:
        raise ScoreError(
            "all pictures of all classes are the same in this space; there is nothing to measure."
        )
    parts = Parts(
        held,
        measured,
        chosen_components(components, width=width, smallest=min(held.sizes)),
        None if answers is None else Path(answers),
        progress_for(options.get("progress", False)),
        [NotMeasured(f"layer {each}", _ALIKE) for each in chosen if each not in measured],
    )
    with _told_already():
        ratios = parts.ratios(dealings)
        curve = parts.curve(splits, model, ratios)
        place = telling_layer(measured, curve, ratios) if at is None else at
        there = parts.at(place, choices)
    return Structure(
        labels=tuple(held.held),
        pictures=held.sizes,
        in_manifold=copies,
        skipped=sum(len(each.skipped) for each in held.held.values()),
        layers=measured,
        at=place,
        curve=curve,
        ratios=ratios,
        choices=there.choices,
        map=there.map,
        spectra=there.spectra,
        not_measured=tuple(parts.missing),
        d=parts.d,
        seed=seed,
        manifold=manifold.digest,
        manifold_pictures=len(manifold),
        encoder=manifold.encoder.name if manifold.encoder else "",
    )


def _check_numbers(**given: tuple[int, int]) -> None:
    for name, (value, least) in given.items():
        if value < least:
            raise ScoreError(f"{name} must be at least {least}; got {value}.")


def _opened(
    sets: Mapping[str, Any], real: Any, choices: DesignChoices | None
) -> dict[str, ImageSource | Embeddings]:
    """Return every class's pictures by sorted label, unread."""
    if REAL in sets:
        raise ScoreError(f"the class {REAL!r} is that of real pictures; give these as real=, or rename it.")
    if len(sets) < 2:
        raise ScoreError(
            f"structure is what tells models apart: at least 2 of them; got {', '.join(map(str, sets)) or 'none'}."
        )
    unknown = [] if choices is None else [model for model in choices.models if model not in sets]
    if unknown:
        raise ScoreError(
            f"the table of design choices has {', '.join(map(repr, unknown))}, of which there are no pictures; "
            f"the models are {', '.join(sorted(map(str, sets)))}. Name them alike, or take the rows out."
        )
    every = {str(label): each for label, each in sets.items()} | ({} if real is None else {REAL: real})
    opened = {
        label: every[label] if isinstance(every[label], Embeddings) else open_images(every[label])
        for label in sorted(every)
    }
    check_sizes({label: len(each) for label, each in opened.items()})
    return opened


_ALIKE = "all pictures of all classes are the same there."


def _tell(copies: Mapping[str, int]) -> None:
    """Warn once of pictures of the manifold, for all that is measured on them."""
    told = ", ".join(f"{count:,} of {label}" for label, count in copies.items() if count)
    if told:
        warnings.warn(
            f"{told} are pictures of the manifold: each is projected onto another picture than itself and its "
            "copies. Held-out ones are better.",
            WhorlWarning,
            stacklevel=3,
        )


@contextmanager
def _told_already() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".* are pictures of the manifold", WhorlWarning)
        yield

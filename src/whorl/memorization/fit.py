"""From embeddings of T and P to the contents of a Reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from whorl.embeddings import Embeddings, Progress
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.memorization.contents import PictureSet, ReferenceContents
from whorl.memorization.layer_reference import LayerReference
from whorl.memorization.memory import DEFAULT_MEMORY, fits_in_memory, together_too_large
from whorl.memorization.overlap import check_overlap, shared_keys
from whorl.memorization.provenance import EncoderRecord
from whorl.memorization.rows import Rows
from whorl.memorization.settings import ReferenceSettings


def fit_contents(
    train: Embeddings,
    test: Embeddings,
    settings: ReferenceSettings,
    *,
    encoder: EncoderRecord | None,
    keep_ids: bool,
    notes: Iterable[str],
    progress: Progress,
    memory: int = DEFAULT_MEMORY,
) -> ReferenceContents:
    """Fit every layer of T and measure P against it.

    Args:
        train: T embedded.
        test: P embedded, the same layers.
        settings: cells, components, metric, scope, seed.
        encoder: what embedded them.
        keep_ids: remember ids and pixel digests.
        notes: what is known to bias the scores already.
        progress: told about each layer, or each block of rows where a layer is streamed.
        memory: bytes that a copy of one layer of T may take; see `memory.fits_in_memory`.

    Raises:
        ScoreError: too few pictures, layers that differ, all of P in T, or no layer that can be scored.
    """
    check_sizes(len(train), len(test), settings)
    if set(train.layers) != set(test.layers):
        raise ScoreError(f"T has layers {listed(train.layers)}, P has {listed(test.layers)}; give the same.")
    fitted, left_out = _fit_layers(train, test, settings, memory, progress)
    overlap = check_overlap(shared_keys(test.keys, train.keys), len(test))
    return ReferenceContents(
        settings=settings,
        layer_references=tuple(fitted),
        train=PictureSet.of(train, keep_ids=keep_ids),
        test=PictureSet.of(test, keep_ids=keep_ids),
        encoder=encoder if encoder is None or keep_ids else encoder.without_paths(),
        left_out=tuple(left_out),
        warnings=(
            *notes,
            *_skipped(train, "training", keep_ids),
            *_skipped(test, "held-out", keep_ids),
            *([overlap] if overlap else _at_distance_zero(fitted[0], settings)),
            *(f"layer {layer} is left out: {reason}" for layer, reason in left_out),
        ),
    )


def check_sizes(n_train: int, n_test: int, settings: ReferenceSettings) -> None:
    """Refuse sets too small for the number of cells.

    Raises:
        ScoreError: fewer than two pictures per cell.
    """
    least = 2 * settings.cells
    for name, count in (("training (T)", n_train), ("held-out (P)", n_test)):
        if count < least:
            raise ScoreError(
                f"{count} {name} pictures are too few for {settings.cells} cells; at least {least} are needed. "
                "Give more pictures, or fewer --cells (cells)."
            )


def listed(layers: Iterable[Layer]) -> str:
    """Return layers with commas, for messages."""
    return ", ".join(map(str, layers))


def _skipped(side: Embeddings, name: str, keep_ids: bool) -> list[str]:
    if not side.skipped:
        return []
    first = side.skipped[0]
    which = f"the first is {first.id}: {first.reason}" if keep_ids else f"the first because {first.reason}"
    return [f"{len(side.skipped):,} {name} pictures could not be read and were left out, {which}"]


def _at_distance_zero(first: LayerReference, settings: ReferenceSettings) -> list[str]:
    """Tell of held-out pictures that the first layer cannot tell from training ones: the same, in other pixels."""
    width = first.train.shape[1]
    count = int((first.test_nearest == 0).sum())
    # In one dimension, or by angle in two, distance 0 is no coincidence worth a warning.
    if count == 0 or width < (3 if settings.metric == "abs-cosine" else 2):
        return []
    return [
        f"{count:,} of {len(first.test_nearest):,} held-out pictures lie at distance 0 from a training picture at "
        f"layer {first.layer}: if they are the same pictures, remove them from one side, for they bias C_T upward."
    ]


def _fit_layers(
    train: Embeddings, test: Embeddings, settings: ReferenceSettings, memory: int, progress: Progress
) -> tuple[list[LayerReference], list[tuple[Layer, str]]]:
    orders = train.canonical_order(), test.canonical_order()
    rows = {layer: Rows.of_layer(train, layer, orders[0]) for layer in train.layers}
    in_memory = {layer: fits_in_memory(part.shape, memory) for layer, part in rows.items()}
    by_layer = all(in_memory.values())
    # Streamed rows are gone through twice: for the principal components, and to be projected.
    steps = {layer: 1 if by_layer else len(train) * (1 if in_memory[layer] else 2) for layer in rows}
    projected = sum(min(settings.components, *part.shape) * part.shape[0] * 4 for part in rows.values())
    fitted, left_out = [], []
    progress.begin("fit", sum(steps.values()), 0, "layers" if by_layer else "rows")
    try:
        for layer, points in rows.items():
            if not points.varies():
                left_out.append((layer, "its embedding is the same for every training picture."))
                progress.advance(steps[layer])
                continue
            told = points if by_layer else replace(points, told=progress.advance)
            held_out = Rows.of_layer(test, layer, orders[1])
            part = LayerReference.fit(layer, told, held_out, settings, memory=memory)
            fitted.append(part.spilled() if together_too_large(projected, memory) else part)
            if by_layer:
                progress.advance(1)
    finally:
        progress.end()
    if not fitted:
        raise ScoreError(
            f"none of the layers {listed(train.layers)} can be scored: each has the same embedding for every "
            "training picture (layer 0 of a Vision Transformer does, with pooling 'cls')."
        )
    return fitted, left_out

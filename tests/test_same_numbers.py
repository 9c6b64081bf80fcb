"""One set of pictures, one set of numbers: however the work is cut up, stored, named or ordered."""

import numpy as np
import pytest
from PIL import Image

from whorl import Reference, load_encoder


def _pictures(n, seed):
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 256, (n, 4, 4, 3), dtype=np.uint8)
    smooth = [np.asarray(Image.fromarray(small).resize((32, 32), Image.Resampling.BICUBIC)) for small in base]
    return np.stack(smooth)


T, P, Q = _pictures(90, 1), _pictures(60, 2), _pictures(50, 3)
SETTINGS = {"cells": 2, "min_generated": 8, "components": 16}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """A small Vision Transformer of random weights, saved and loaded in transformers' own format."""
    import torch
    from transformers import ViTConfig, ViTImageProcessor, ViTModel

    folder = tmp_path_factory.mktemp("encoder")
    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=48,
        num_hidden_layers=3,
        num_attention_heads=3,
        intermediate_size=96,
        image_size=32,
        patch_size=8,
    )
    ViTModel(config).save_pretrained(folder)
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return load_encoder(folder)


def _run(encoder, train=T, test=P, generated=Q, **options):
    reference = Reference.fit(train, test, encoder=encoder, cache=None, **SETTINGS, **options)
    return reference, reference.curve(generated, cache=None, **options)


@pytest.fixture(scope="module")
def usual(encoder):
    return _run(encoder)


@pytest.mark.parametrize(
    "options", [{"batch_size": 1}, {"batch_size": 33}, {"shard_size": 7}, {"workers": 1}, {"workers": 6}]
)
def test_batches_shards_and_workers(encoder, usual, options):
    reference, curve = _run(encoder, **options)
    np.testing.assert_allclose(curve.values, usual[1].values, atol=1e-9)
    np.testing.assert_allclose(curve.p_values, usual[1].p_values, atol=1e-9)
    assert [pair.generated_id for pair in curve.closest_pairs] == [
        pair.generated_id for pair in usual[1].closest_pairs
    ]
    assert reference.digest == usual[0].digest


def test_order_of_every_set(encoder, usual):
    rng = np.random.default_rng(0)
    reference, curve = _run(encoder, *(side[rng.permutation(len(side))] for side in (T, P, Q)))
    np.testing.assert_allclose(curve.values, usual[1].values, atol=1e-9)
    assert reference.digest == usual[0].digest


def test_names_and_containers(encoder, usual, tmp_path):
    rng = np.random.default_rng(1)
    for name, side in (("train", T), ("generated", Q)):
        (tmp_path / name).mkdir()
        names = rng.permutation(len(side))
        for label, picture in zip(names, side, strict=True):
            Image.fromarray(picture).save(tmp_path / name / f"{label:03d}.png")
    np.savez_compressed(tmp_path / "test.npz", P)
    reference, curve = _run(encoder, tmp_path / "train", tmp_path / "test.npz", tmp_path / "generated")
    assert reference.digest == usual[0].digest
    np.testing.assert_allclose(curve.values, usual[1].values, atol=1e-9)


def test_the_whole_way_by_hand_in_float64(encoder, usual):
    """The Reference's own projection and cells, everything after them by brute force."""
    import torch

    from whorl import c_t

    reference, curve = usual
    for position, part in enumerate(reference.layer_references):
        sides = []
        for side in (T, P, Q):
            batch = torch.stack([encoder.preprocess(picture) for picture in side])
            projected = part.projection.project(encoder.encode(batch)[part.layer].numpy()).astype(np.float64)
            sides.append((projected, part.partitions[0].cells.assign(projected)))
        (t, t_cells), (p, p_cells), (q, q_cells) = sides
        score = c_t(t, p, q, train_cells=t_cells, test_cells=p_cells, generated_cells=q_cells, tau=8 / len(Q))
        assert curve.scores[position].by_partition[0].value == pytest.approx(score.value, abs=1e-9)

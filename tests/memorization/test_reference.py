"""The Reference on embeddings: conventions, properties, defined answers to bad input."""

import json
from dataclasses import replace

import numpy as np
import pytest

from whorl import Curve, Reference, ScoreError, StorageError, WhorlWarning
from whorl.embeddings import embed, from_arrays

LAYERS = (1, 2, 3)


def draw(n, seed, scale=1.0, d=12):
    """One mixture of four clusters, another projection of it per layer."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(4, d)) * 4
    points = centres[rng.integers(0, 4, n)] + scale * rng.normal(size=(n, d))
    maps = np.random.default_rng(98).normal(size=(len(LAYERS), d, d))
    return {layer: (points @ maps[i]).astype(np.float32) for i, layer in enumerate(LAYERS)}


T, P, FRESH, FAR = draw(3000, 1), draw(1000, 2), draw(500, 3), draw(500, 4, scale=2.0)


@pytest.fixture(scope="module")
def reference():
    return Reference.from_embeddings(T, P, cells=4)


def test_copies_are_strongly_negative_fresh_near_zero_far_positive(reference):
    copies = reference.curve_from_embeddings({layer: T[layer][:500] for layer in LAYERS})
    fresh = reference.curve_from_embeddings(FRESH)
    far = reference.curve_from_embeddings(FAR)
    assert (copies.standardised < -20).all()
    assert (np.abs(fresh.standardised) < 3).all()
    assert (far.standardised > 20).all()
    assert [c.verdict.whole.finding for c in (copies, fresh, far)] == ["copies", "healthy", "under-fits"]
    assert [c.verdict.early.finding for c in (copies, fresh, far)] == ["copies", "healthy", "under-fits"]
    assert (copies.p_values < 1e-9).all()


def test_exact_copies_have_distance_zero_and_name_their_original(reference):
    picked = np.arange(700, 1200)
    curve = reference.curve_from_embeddings({layer: T[layer][picked] for layer in LAYERS})
    pairs = [pair for pair in curve.closest_pairs if pair.layer == 2]
    assert [pair.distance for pair in pairs] == [0.0] * len(pairs)
    for pair in pairs:
        assert int(pair.train_id) == picked[int(pair.generated_id)]
        assert pair.test_share == 0.0
    assert curve.identical == 500


def test_closest_pairs_are_the_brute_force_ones_in_float64(reference):
    curve = reference.curve_from_embeddings(FRESH)
    part = reference.layer_references[0]
    projected = part.projection.project(FRESH[1]).astype(np.float64)
    distance = np.sqrt(((projected[:, None] - part.train[None].astype(np.float64)) ** 2).sum(-1))
    order = np.argsort(distance.min(1))
    pairs = [pair for pair in curve.closest_pairs if pair.layer == 1]
    assert [int(pair.generated_id) for pair in pairs] == order[: len(pairs)].tolist()
    assert [pair.distance for pair in pairs] == pytest.approx(
        np.sort(distance.min(1))[: len(pairs)], rel=1e-12
    )
    np.testing.assert_array_equal(curve.pictures[0].nearest_distances, distance.min(1))


def test_order_of_pictures_changes_nothing(reference):
    rng = np.random.default_rng(5)

    def shuffled(arrays):
        order = rng.permutation(len(arrays[1]))
        return {layer: array[order] for layer, array in arrays.items()}

    again = Reference.from_embeddings(shuffled(T), shuffled(P), cells=4)
    assert again.digest == reference.digest
    np.testing.assert_array_equal(
        again.curve_from_embeddings(shuffled(FRESH)).values, reference.curve_from_embeddings(FRESH).values
    )


def test_a_layer_scores_the_same_alone(reference):
    sides = [replace(from_arrays(side), layers=(2,)) for side in (T, P)]  # in the order of the same keys
    alone = Reference.from_embeddings(*sides, cells=4)
    assert alone.layer_references[0].digest == reference.layer_references[1].digest
    assert (
        alone.curve_from_embeddings({2: FRESH[2]}).values[0]
        == reference.curve_from_embeddings(FRESH).values[1]
    )


def test_seed_changes_the_cells_and_the_digest(reference):
    other = Reference.from_embeddings(T, P, cells=4, seed=1)
    assert other.digest != reference.digest


def test_saved_and_loaded_it_gives_the_same_curve(reference, tmp_path):
    reference.save(tmp_path / "ref")
    loaded = Reference.load(tmp_path / "ref")
    assert loaded.digest == reference.digest
    a, b = reference.curve_from_embeddings(FRESH), loaded.curve_from_embeddings(FRESH)
    np.testing.assert_array_equal(a.values, b.values)
    assert a.to_dict() == b.to_dict()
    assert not list(tmp_path.glob(".ref*"))


def test_curve_survives_json(reference):
    curve = reference.curve_from_embeddings(FRESH)
    again = Curve.from_dict(json.loads(json.dumps(curve.to_dict(), allow_nan=False)))
    assert again.to_dict() == curve.to_dict()
    assert again.verdict == curve.verdict
    with pytest.raises(StorageError, match="whorl-curve/3"):
        Curve.from_dict({"schema": "whorl-curve/9"})
    with pytest.raises(StorageError, match="incomplete"):
        Curve.from_dict({"schema": "whorl-curve/3", "layers": [1]})


def test_without_ids_nothing_names_a_picture(tmp_path):
    reference = Reference.from_embeddings(
        from_arrays(T, ids=[f"secret-{i}" for i in range(3000)], source="vault"),
        P,
        cells=4,
        partitions=1,
        keep_ids=False,
    )
    folder = reference.save(tmp_path / "ref")
    assert b"secret" not in b"".join(file.read_bytes() for file in folder.iterdir())
    assert b"vault" not in (folder / "manifest.json").read_bytes()
    curve = Reference.load(folder).curve_from_embeddings(FRESH)
    assert {pair.train_id for pair in curve.closest_pairs} == {None}
    assert curve.identical is None


@pytest.mark.parametrize("name", ["manifest.json", "layer-0002.safetensors", "pictures.json"])
def test_any_changed_byte_is_found(reference, tmp_path, name):
    folder = reference.save(tmp_path / "ref")
    whole = (folder / name).read_bytes()
    for position in np.linspace(0, len(whole) - 1, 25).astype(int):
        changed = bytearray(whole)
        changed[position] ^= 0x01
        (folder / name).write_bytes(changed)
        with pytest.raises(StorageError, match=r"damaged|newer|format"):
            Reference.load(folder)
    (folder / name).write_bytes(whole)
    assert Reference.load(folder).digest == reference.digest


def test_a_missing_file_a_foreign_folder_and_a_newer_format(reference, tmp_path):
    folder = reference.save(tmp_path / "ref")
    (folder / "layer-0001.safetensors").unlink()
    with pytest.raises(StorageError, match=r"layer-0001.*cannot be read"):
        Reference.load(folder)
    with pytest.raises(StorageError, match="no Reference"):
        Reference.load(tmp_path)
    newer = reference.save(tmp_path / "newer")
    text = (newer / "manifest.json").read_text().replace("whorl-reference/3", "whorl-reference/4")
    (newer / "manifest.json").write_text(text)
    with pytest.raises(StorageError, match="Update Whorl"):
        Reference.load(newer)


def test_nothing_is_overwritten_unasked(reference, tmp_path):
    folder = reference.save(tmp_path / "ref")
    with pytest.raises(StorageError, match="exists already"):
        reference.save(folder)
    reference.save(folder, overwrite=True)
    precious = tmp_path / "thesis"
    precious.mkdir()
    (precious / "chapter.txt").write_text("words")
    for name, content in (("chapter.txt", "words"), ("manifest.json", "{}")):
        (precious / name).write_text(content)
        with pytest.raises(StorageError, match="not overwritten"):
            reference.save(precious, overwrite=True)
    assert (precious / "chapter.txt").read_text() == "words"
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(StorageError, match="not overwritten"):
        reference.save(folder, overwrite=True)
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_full_disk_leaves_nothing(reference, tmp_path, monkeypatch):
    import whorl.memorization.reference_folder as home

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(home, "_write_pictures", full)
    with pytest.raises(StorageError, match="No space left"):
        reference.save(tmp_path / "ref")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_within_a_layer_leaves_nothing(reference, tmp_path):
    """A real file-size limit stands in for a full disk."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(StorageError, match=r"could not write.*ref.*File too large"):
            reference.save(tmp_path / "ref")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_too_few_generated_pictures_are_refused_with_both_numbers(reference):
    with pytest.raises(ScoreError, match=r"5 pictures are too few.*at least 80"):
        reference.curve_from_embeddings({layer: FRESH[layer][:5] for layer in LAYERS})


def test_too_few_training_pictures():
    with pytest.raises(ScoreError, match=r"7 training.*at least 8"):
        Reference.from_embeddings({1: T[1][:7]}, {1: P[1]}, cells=4)


def test_the_order_in_which_layers_are_given_decides_nothing(reference):
    def turned(arrays):
        return dict(reversed(arrays.items()))

    again = Reference.from_embeddings(turned(T), P, cells=4)
    assert again.digest == reference.digest
    np.testing.assert_array_equal(
        again.curve_from_embeddings(turned(FRESH)).values, reference.curve_from_embeddings(FRESH).values
    )
    words = [{f"layer {k}": v for k, v in arrays.items()} for arrays in (T, P, FRESH)]
    named = Reference.from_embeddings(words[0], turned(words[1]), cells=4, partitions=1)
    assert named.layers == ("layer 1", "layer 2", "layer 3")
    assert named.curve_from_embeddings(turned(words[2])).layers == named.layers


def test_layers_that_are_not_scored_do_not_hide_copies():
    one = Reference.from_embeddings({1: T[1]}, {1: P[1]}, cells=4, partitions=1)
    assert one.curve_from_embeddings(T).identical == 3000
    assert one.curve_from_embeddings({1: T[1]}).identical == 3000


def test_identical_is_unknown_where_only_one_side_has_seen_pixels():
    pictures = np.random.default_rng(0).integers(0, 256, (300, 4, 4, 3), dtype=np.uint8)
    reference = Reference.fit(pictures[:200], pictures[200:], encoder="pixels:4", cells=2, cache=None)
    held = embed(pictures[:100], "pixels:4", cache=None)
    assert reference.curve_from_embeddings(held).identical == 100
    assert reference.curve_from_embeddings({"pixels": held.layer("pixels")}).identical is None


@pytest.mark.parametrize("name", [(1, 2), 1.5, True, None])
def test_a_layer_is_a_number_or_a_word(name):
    with pytest.raises(ScoreError, match="number or a word"):
        Reference.from_embeddings({name: T[1]}, {name: P[1]})


def test_anything_but_a_mapping_of_layers_is_refused():
    with pytest.raises(ScoreError, match=r"expected \{layer: \(N, D\) array\}.*ndarray"):
        Reference.from_embeddings(T[1], P[1])
    held = Reference.from_embeddings({np.int64(1): T[1]}, {1: P[1]}, cells=4, partitions=1)
    assert held.layers == (1,)


def test_one_dimension_is_no_reason_to_cry_overlap():
    """By angle every pair of points on a line is at distance 0; that says nothing about pictures."""
    rng = np.random.default_rng(0)
    sides = [rng.normal(size=(n, 3)).astype(np.float32) for n in (400, 200)]
    reference = Reference.from_embeddings(
        {1: sides[0]}, {1: sides[1]}, cells=2, components=1, metric="abs-cosine"
    )
    assert reference.warnings == ()


def test_the_same_pictures_in_other_pixels_are_warned_of():
    nearly = {layer: T[layer][:40] for layer in LAYERS}
    mixed = {1: np.concatenate((P[1], nearly[1])), 2: np.concatenate((P[2], nearly[2] + 1))}
    with pytest.warns(WhorlWarning, match="40 of 1,040 held-out pictures lie at distance 0"):
        Reference.from_embeddings({1: T[1], 2: T[2]}, mixed, cells=4, partitions=1)


def test_p_equal_to_t_is_an_error_and_p_partly_in_t_a_counted_warning():
    with pytest.raises(ScoreError, match=r"nothing is held out"):
        Reference.from_embeddings(T, T, cells=4)
    with pytest.raises(ScoreError, match=r"nothing is held out"):
        Reference.from_embeddings(T, {layer: T[layer][:400] for layer in LAYERS}, cells=4)
    mixed = {layer: np.concatenate((P[layer], T[layer][:37])) for layer in LAYERS}
    with pytest.warns(WhorlWarning, match=r"37 of 1,037 held-out pictures are also training"):
        reference = Reference.from_embeddings(T, mixed, cells=4, partitions=1)
    curve = reference.curve_from_embeddings(FRESH)
    assert any("37 of 1,037" in note for note in curve.warnings)


def test_a_constant_layer_is_left_out_by_name():
    flat = {0: np.ones((3000, 5), np.float32), **T}
    with pytest.warns(WhorlWarning, match="layer 0 is left out"):
        reference = Reference.from_embeddings(
            flat, {0: np.ones((1000, 5), np.float32), **P}, cells=4, partitions=1
        )
    assert reference.layers == LAYERS
    assert reference.left_out[0][0] == 0
    with pytest.raises(ScoreError, match="none of the layers 0"):
        Reference.from_embeddings({0: flat[0]}, {0: np.ones((1000, 5), np.float32)}, cells=4)


def test_nan_is_named(reference):
    broken = {layer: FRESH[layer].copy() for layer in LAYERS}
    broken[2][17, 3] = np.nan
    with pytest.raises(ScoreError, match=r"layer 2 holds NaN.*1 of 500.*17"):
        reference.curve_from_embeddings(broken)


def test_foreign_shapes_and_layers(reference):
    with pytest.raises(ScoreError, match="lack 3"):
        reference.curve_from_embeddings({layer: FRESH[layer] for layer in (1, 2)})
    with pytest.raises(ScoreError, match="another encoder"):
        reference.curve_from_embeddings({layer: FRESH[layer][:, :5] for layer in LAYERS})
    with pytest.raises(ScoreError, match="at least one layer"):
        reference.curve_from_embeddings({})


def test_generated_pictures_that_are_held_out_ones_are_told(reference):
    mixed = {layer: np.concatenate((FRESH[layer], P[layer][:9])) for layer in LAYERS}
    curve = reference.curve_from_embeddings(mixed)
    assert any(note.startswith("9 of 509 generated pictures are also held-out") for note in curve.warnings)


@pytest.mark.parametrize(
    "settings", [{"cells": 0}, {"metric": "cosine"}, {"scope": "world"}, {"seed": -1}, {"components": 2.5}]
)
def test_settings_out_of_range(settings):
    with pytest.raises(ScoreError, match=next(iter(settings))):
        Reference.from_embeddings(T, P, **settings)


def test_abs_cosine_and_scope_all_agree_with_brute_force():
    settings = {"metric": "abs-cosine", "scope": "all", "partitions": 2}
    reference = Reference.from_embeddings(T, P, cells=4, **settings)
    part = reference.layer_references[1]
    curve = reference.curve_from_embeddings(FRESH)
    q = part.projection.project(FRESH[2]).astype(np.float64)
    t = part.train.astype(np.float64)
    cosine = (q / np.linalg.norm(q, axis=1)[:, None]) @ (t / np.linalg.norm(t, axis=1)[:, None]).T
    np.testing.assert_allclose(curve.pictures[1].distances[0], (1 - np.abs(cosine)).min(1), atol=1e-14)


def test_reference_and_curve_say_what_they_are_in_a_line(reference):
    assert "3000 training and 1000 held-out pictures" in repr(reference)
    text = repr(reference.curve_from_embeddings(FRESH))
    assert "500 pictures: healthy (early healthy, late healthy)" in text
    assert len(text) < 200

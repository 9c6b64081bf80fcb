"""Projection and artifacts against float64 brute force, and real pictures that must not find themselves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from whorl.embeddings import from_arrays
from whorl.errors import WhorlWarning
from whorl.images import Concatenation, open_images
from whorl.manifold import Manifold


def _brute_force(made, real):
    """Return index and distance by float64 differences; the first among equals."""
    distances = cdist(made.astype(np.float64), real.astype(np.float64))
    return distances.argmin(1), distances.min(1)


def _of_arrays(real, made):
    return Manifold.from_embeddings({1: real}), from_arrays({1: made})


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 60]))
def test_equal_to_brute_force(seed, width):
    rng = np.random.default_rng(seed)
    real = rng.normal(size=(57, width)).astype(np.float32)
    made = rng.normal(size=(23, width)).astype(np.float32)
    manifold, queries = _of_arrays(real, made)
    found = manifold.artifacts(queries)
    index, distance = _brute_force(made, real)
    np.testing.assert_array_equal(found.values, made - real[index])
    assert found.nearest_ids == tuple(str(i) for i in index)
    np.testing.assert_allclose(found.distance, distance, rtol=1e-12)
    np.testing.assert_allclose(
        np.linalg.norm(found.values.astype(np.float64), axis=1), found.distance, rtol=1e-5
    )


@pytest.mark.parametrize("norm", [1e2, 1e5])
def test_near_copies_of_high_norm_keep_their_true_artifact(norm):
    """Trap 4: by the expanded square in float32 such distances are many times too large, or 0."""
    rng = np.random.default_rng(0)
    real = (norm + rng.normal(size=(300, 64))).astype(np.float32)
    step = np.spacing(real[:80]) * rng.integers(1, 4, size=(80, 64))
    made = (real[:80] + step).astype(np.float32)
    manifold, queries = _of_arrays(real, made)
    found = manifold.artifacts(queries)
    assert found.nearest_ids == tuple(str(i) for i in range(80))
    np.testing.assert_array_equal(found.values, made - real[:80])
    expected = np.linalg.norm(made.astype(np.float64) - real[:80], axis=1)
    np.testing.assert_allclose(found.distance, expected, rtol=1e-12)
    assert (found.distance > 0).all()


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_ties_and_copies_as_brute_force_has_them(seed, values):
    """Small whole numbers: most distances occur several times, and many pictures are in the manifold."""
    rng = np.random.default_rng(seed)
    real = rng.integers(0, values + 1, (30, 3)).astype(np.float32)
    real[:2] = [[0, 0, 0], [9, 9, 9]]
    manifold = Manifold.from_embeddings({1: real})
    rows = manifold.features[1]  # in the order of the keys, which ties go by
    made = rng.integers(0, values + 1, (25, 3)).astype(np.float32)
    distances = cdist(made, rows)
    copies = (made[:, None] == rows[None]).all(2)
    for leave_out in (True, False):
        if copies.any():
            with pytest.warns(WhorlWarning):
                found = manifold.project(from_arrays({1: made}), leave_self_out=leave_out)
        else:
            found = manifold.project(from_arrays({1: made}), leave_self_out=leave_out)
        expected = np.where(copies, np.inf, distances) if leave_out else distances
        np.testing.assert_array_equal(found.index, expected.argmin(1))
        np.testing.assert_allclose(found.distance, expected.min(1), rtol=1e-12)
        np.testing.assert_array_equal(found.copies, copies.sum(1))


def test_the_sign_is_picture_minus_real_one():
    manifold, queries = _of_arrays(np.array([[0.0], [10.0]]), np.array([[2.0], [9.5]]))
    assert manifold.artifacts(queries).values.tolist() == [[2.0], [-0.5]]


def test_real_pictures_would_find_themselves(real):
    """Trap 1: their artifacts are exactly 0 unless self is left out."""
    manifold = Manifold.fit(real, encoder="pixels:8", cache=None)
    with pytest.warns(
        WhorlWarning, match="40 of 40 pictures are pictures of the manifold: .* the artifact 0"
    ):
        found = manifold.artifacts(real, leave_self_out=False, cache=None)
    assert not found.values.any()
    assert found.nearest_ids == found.ids
    with pytest.warns(WhorlWarning, match="40 of 40 .* onto another picture than itself"):
        found = manifold.artifacts(real, cache=None)
    assert found.values.any(axis=1).all()
    assert not set(zip(found.ids, found.nearest_ids, strict=True)) & {(name, name) for name in found.ids}
    distances = cdist(*2 * [real.reshape(40, -1) / 255.0])
    np.fill_diagonal(distances, np.inf)
    np.testing.assert_allclose(found.distance, distances.min(1), rtol=1e-6)
    assert found.nearest_ids == tuple(found.ids[i] for i in distances.argmin(1))


def test_identical_copies_are_left_out_too_and_told_by_pixels_not_by_row(real, made):
    """Each picture occurs 1 to 4 times; the copies have other names and come in another order."""
    times = np.arange(40) % 4 + 1
    many = np.concatenate([real[times > i] for i in range(4)])
    manifold = Manifold.fit(many, encoder="pixels:8", cache=None)
    mixed = np.concatenate([real[::-1], made])
    with pytest.warns(WhorlWarning, match="40 of 49"):
        found = manifold.project(mixed, cache=None)
    assert found.twins == 40
    np.testing.assert_array_equal(found.copies, [*times[::-1], *[0] * 9])
    features = manifold.features["pixels"]
    rows = mixed.transpose(0, 3, 1, 2).reshape(49, -1) / 255.0
    distances = cdist(rows, features.astype(np.float64))
    distances[distances < 1e-4] = np.inf
    np.testing.assert_array_equal(found.index, distances.argmin(1))
    np.testing.assert_allclose(found.distance, distances.min(1), rtol=1e-6)


def test_the_order_of_files_decides_nothing(real, made):
    turned = real[np.random.default_rng(5).permutation(40)]
    one, other = (Manifold.fit(x, encoder="pixels:8", cache=None) for x in (real, turned))
    assert one.digest == other.digest
    np.testing.assert_array_equal(
        one.artifacts(made, cache=None).values, other.artifacts(made, cache=None).values
    )


def test_every_layer_is_a_space_of_its_own():
    rng = np.random.default_rng(0)
    real, made = ({1: rng.normal(size=(n, 4)), 2: rng.normal(size=(n, 7))} for n in (30, 6))
    manifold, queries = Manifold.from_embeddings(real), from_arrays(made)
    for layer in (1, 2):
        index, _ = _brute_force(made[layer].astype(np.float32), real[layer].astype(np.float32))
        assert manifold.project(queries, layer).nearest_ids == tuple(str(i) for i in index)
    assert manifold.artifacts(queries, layer=2).values.shape == (6, 7)


def test_large_manifolds_are_mapped_and_give_the_same(real, made, monkeypatch):
    small = Manifold.fit(real, encoder="spectrum:8", cache=None)
    monkeypatch.setattr("whorl.manifold.rows.gathered.__kwdefaults__", {"in_memory": 0})
    large = Manifold.fit(real, encoder="spectrum:8", cache=None)
    assert isinstance(large.features["spectrum"].base, np.memmap)
    assert large.digest == small.digest
    np.testing.assert_array_equal(
        large.artifacts(made, cache=None).values, small.artifacts(made, cache=None).values
    )


def test_ids_may_be_left_out_and_self_is_still_known(real):
    manifold = Manifold.fit(real, encoder="pixels:8", keep_ids=False, cache=None)
    assert (manifold.ids, manifold.source) == (None, "")
    with pytest.warns(WhorlWarning, match="40 of 40"):
        found = manifold.artifacts(real, cache=None)
    assert found.nearest_ids is None
    assert (found.distance > 0).all()


def test_limit_draws_by_the_seed(real):
    sets = [Manifold.fit(real, encoder="pixels:8", limit=15, seed=s, cache=None) for s in (0, 0, 1)]
    assert [len(one) for one in sets] == [15, 15, 15]
    assert sets[0].digest == sets[1].digest != sets[2].digest
    assert sets[0].summary()["drawn"] == {"seed": 0, "pictures": 40}


def test_pictures_of_several_sources(real, made):
    both = Concatenation("both", [open_images(real), open_images(made)], ["a", "b"])
    assert len(Manifold.fit(both, encoder="pixels:8", cache=None)) == 49


@pytest.mark.shared
def test_real_pictures_of_cifar(shared_data):
    """RGB and FREQ on 300 real pictures; those of another part of the set are no copies."""
    place = f"{shared_data}/cifar10-exact.npz"
    with np.load(place) as file:
        pictures = next(file[name] for name in file.files if file[name].ndim == 4)
    for encoder in ("pixels:32", "spectrum:32"):
        manifold = Manifold.fit(pictures[:300], encoder=encoder, cache=None)
        held = manifold.embed(pictures[300:360], cache=None)
        found = manifold.artifacts(held)
        assert found.projection.twins == 0
        rows = held.layer(manifold.layers[0])
        index, distance = _brute_force(rows, manifold.features[manifold.layers[0]])
        np.testing.assert_array_equal(found.projection.index, index)
        np.testing.assert_allclose(found.distance, distance, rtol=1e-12)

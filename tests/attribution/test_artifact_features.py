"""Artifacts as features: their form, their names, and what is refused."""

import numpy as np
import pytest
from attribution_makers import KINDS, accuracy, pictures, sources

from whorl.attribution.artifact_features import ArtifactFeatures, form, method_named_on, method_of
from whorl.attribution.attributor import Attributor
from whorl.attribution.baselines.pixels import Pixels
from whorl.attribution.manifold_names import ManifoldName, manifold_name
from whorl.attribution.methods import method_named
from whorl.checks import check_feature_map
from whorl.embeddings import from_arrays
from whorl.errors import EncoderError, ScoreError, WhorlWarning
from whorl.images.array import ArraySource
from whorl.manifold import Manifold

SIDE = 8


def some(count, seed, side=SIDE):
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def rgb():
    return Manifold.fit(some(30, 1), encoder=f"pixels:{SIDE}", cache=None)


@pytest.fixture(scope="module")
def freq():
    return Manifold.fit(some(30, 1), encoder=f"spectrum:{SIDE}", cache=None)


@pytest.mark.parametrize("kind", ["nearest", "random", "raw"])
@pytest.mark.parametrize("space", ["rgb", "freq"])
def test_each_kind_keeps_to_the_contract(request, space, kind):
    check_feature_map(ArtifactFeatures(request.getfixturevalue(space), kind=kind), ArraySource(some(5, 2)))


def test_a_pixel_artifact_is_the_picture_minus_the_nearest_one_channel_by_channel(rgb):
    real, made = some(30, 1) / 255, some(4, 2) / 255
    nearest = [real[np.square(real - picture).sum((1, 2, 3)).argmin()] for picture in made]
    found = ArtifactFeatures(rgb).features(ArraySource(some(4, 2)), cache=None).values
    assert found.shape == (4, 3, SIDE, SIDE)
    np.testing.assert_allclose(found, (made - nearest).transpose(0, 3, 1, 2), atol=1e-6)


def test_a_raw_spectrum_lies_in_the_form_of_the_picture(freq):
    made = some(2, 3)
    magnitude = np.abs(np.fft.fftshift(np.fft.fft2(made[1, :, :, 2] / 255)))
    found = ArtifactFeatures(freq, kind="raw").features(ArraySource(made), cache=None).values
    np.testing.assert_allclose(found[1, 2], np.log(magnitude + 1 / 255), rtol=1e-5, atol=1e-5)


def test_keys_are_those_of_every_other_feature_map(rgb):
    images = ArraySource(some(4, 2))
    mine, other = (each.features(images, cache=None) for each in (ArtifactFeatures(rgb), Pixels()))
    np.testing.assert_array_equal(mine.keys, other.keys)
    assert mine.ids == other.ids


def test_a_picture_of_the_manifold_is_not_known_by_an_artifact_of_nothing(rgb):
    with pytest.warns(WhorlWarning, match="3 of 3"):
        found = ArtifactFeatures(rgb).features(ArraySource(some(30, 1)[:3]), cache=None)
    assert (np.abs(found.values).max((1, 2, 3)) > 0.05).all()


def test_vectors_stay_vectors_and_embeddings_are_taken_as_they_are():
    rng = np.random.default_rng(0)
    held = {layer: rng.normal(size=(20, layer + 3)) for layer in (1, 2)}
    manifold = Manifold.from_embeddings(held)
    asked = from_arrays({layer: rng.normal(size=(6, layer + 3)) for layer in (1, 2)})
    assert form(manifold) is None
    assert ArtifactFeatures(manifold, 2).features(asked).values.shape == (6, 5)
    assert method_of(manifold, layer=1).classifier.name == "linear"


def test_the_description_tells_manifold_layer_and_kind(rgb, freq):
    about = dict(ArtifactFeatures(rgb).describe())
    assert about == {
        "features": "artifacts", "version": 1, "manifold": rgb.digest, "layer": "pixels", "kind": "nearest",
    }  # fmt: skip
    others = [ArtifactFeatures(freq), ArtifactFeatures(rgb, kind="raw"), ArtifactFeatures(rgb, kind="random")]
    assert all(dict(other.describe()) != about for other in others)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("manifold:rgb", ManifoldName("nearest", "pixels")),
        ("manifold:freq:mlp", ManifoldName("nearest", "spectrum", "mlp")),
        ("raw:6", ManifoldName("raw", 6)),
        ("random:stem:linear", ManifoldName("random", "stem", "linear")),
        ("manifold:linear", ManifoldName("nearest", "linear")),
    ],
)
def test_names_are_read_as_they_are_written(name, read):
    assert manifold_name(name) == read
    assert str(read) == name


@pytest.mark.parametrize("name", ["manifold", "manifold:", "marra", "near:rgb", ""])
def test_names_of_nothing_are_refused(name):
    with pytest.raises(ScoreError, match="manifold:SPACE"):
        manifold_name(name)


def test_methods_are_found_by_their_whole_names(rgb, freq):
    for manifold, name in ((rgb, "manifold:rgb"), (rgb, "raw:rgb:linear"), (freq, "random:freq:mlp")):
        assert method_named_on(manifold, name).name == name
    with pytest.raises(ScoreError, match="no layer 'spectrum'"):
        method_named_on(rgb, "manifold:freq")
    with pytest.raises(ScoreError, match="needs a manifold"):
        method_named("manifold:rgb")


def test_methods_carry_their_names(rgb, freq):
    assert method_of(rgb).name == "manifold:rgb"
    assert method_of(rgb).classifier.name == "resnet"
    assert method_of(freq, classifier="linear", kind="raw").name == "raw:freq:linear"
    assert method_of(freq, classifier="resnet", kind="random").name == "random:freq"


def test_what_is_unknown_is_refused(rgb):
    with pytest.raises(ScoreError, match="no layer 'head'"):
        ArtifactFeatures(rgb, "head")
    with pytest.raises(ScoreError, match="nearest, random, raw"):
        ArtifactFeatures(rgb, kind="far")
    with pytest.raises(ScoreError, match="there is no classifier 'forest'"):
        method_of(rgb, classifier="forest")


def test_other_sizes_other_spaces_and_nan_are_refused(rgb, freq):
    with pytest.raises(ScoreError, match=r"9 x 9, where pixels:8 takes 8 x 8"):
        ArtifactFeatures(rgb).features(ArraySource(some(2, 2, side=9)), cache=None)
    with pytest.raises(ScoreError, match="another space"):
        ArtifactFeatures(rgb).features(freq.embed(some(2, 2), cache=None))
    elsewhere = Manifold.from_embeddings({1: np.eye(3)})
    with pytest.raises(ScoreError, match="NaN or infinity"):
        ArtifactFeatures(elsewhere).features(from_arrays({1: np.full((2, 3), np.nan)}))
    with pytest.raises(EncoderError, match="embeddings made elsewhere"):
        ArtifactFeatures(elsewhere).features(ArraySource(some(2, 2)))


def test_constant_pictures_have_finite_artifacts(rgb, freq):
    flat = ArraySource(np.zeros((2, SIDE, SIDE), np.uint8))
    for manifold in (rgb, freq):
        assert np.isfinite(ArtifactFeatures(manifold).features(flat, cache=None).values).all()


def test_generators_are_told_apart_by_their_artifacts():
    real = np.concatenate([pictures(kind, 20, seed=9) for kind in KINDS])
    method = method_of(Manifold.fit(real, encoder="spectrum:16", cache=None), classifier="linear")
    tables, asked = (method.tables(sources(count, seed), cache=None) for count, seed in ((40, 0), (20, 1)))
    attributor = Attributor.fit(tables, method.classifier, unknown=False)
    assert accuracy(attributor, asked) > 0.8

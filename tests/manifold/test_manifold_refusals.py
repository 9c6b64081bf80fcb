"""Bad input gives clear errors: sizes, spaces, NaN, too few pictures; a constant picture is none."""

import numpy as np
import pytest
from PIL import Image

from whorl import load_encoder
from whorl.embeddings import embed, from_arrays
from whorl.errors import EncoderError, ScoreError, WhorlError
from whorl.manifold import Manifold


def _folder(path, sizes):
    path.mkdir()
    rng = np.random.default_rng(0)
    for number, (height, width) in enumerate(sizes):
        pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path / f"{number}.png")
    return path


@pytest.mark.parametrize("family", ["pixels", "spectrum"])
def test_mixed_sizes_are_refused_and_never_skipped(tmp_path, family):
    mixed = _folder(tmp_path / "mixed", [(8, 8), (8, 8), (8, 9), (7, 7)])
    for on_error in ("fail", "skip"):
        with pytest.raises(
            ScoreError, match=rf"picture 2\.png is 8 x 9, where {family}:8 takes 8 x 8 .*Bring all"
        ):
            Manifold.fit(mixed, encoder=f"{family}:8", on_error=on_error, cache=None)


@pytest.mark.parametrize("workers", [0, 2])
def test_queries_of_another_size_are_refused_by_every_worker(real, tmp_path, workers):
    manifold = Manifold.fit(real, encoder="spectrum:8", cache=None)
    other = _folder(tmp_path / "other", [(16, 16)] * 3)
    with pytest.raises(
        ScoreError, match=r"0\.png is 16 x 16, where spectrum:8 .*or use the encoder spectrum:16"
    ):
        manifold.artifacts(other, workers=workers, cache=None)


def test_what_the_cache_holds_of_resized_pictures_is_not_taken(tmp_path):
    mixed = _folder(tmp_path / "mixed", [(8, 8), (8, 9)])
    embed(mixed, "pixels:8", cache=tmp_path / "cache")
    with pytest.raises(ScoreError, match=r"picture 1\.png is 8 x 9"):
        Manifold.fit(mixed, encoder="pixels:8", cache=tmp_path / "cache")


def test_embeddings_whose_sizes_nobody_looked_at_are_refused(real, made):
    manifold = Manifold.fit(real, encoder="pixels:8", cache=None)
    with pytest.raises(ScoreError, match=r"from pictures of any size, .* 8 x 8 alone.*manifold\.embed"):
        manifold.project(embed(made, "pixels:8", cache=None))
    assert len(manifold.project(manifold.embed(made, cache=None))) == 9


def test_other_encoders_take_any_size(tmp_path):
    mixed = _folder(tmp_path / "mixed", [(8, 8), (40, 33), (20, 60)])
    manifold = Manifold.fit(mixed, encoder="whorl-vit-32", layers=[2, 12], cache=None)
    assert (len(manifold), manifold.layers, manifold.picture_size) == (3, (2, 12), None)


def test_another_space_is_refused(real, made):
    pixels = Manifold.fit(real, encoder="pixels:8", cache=None)
    spectrum = Manifold.fit(real, encoder="spectrum:8", cache=None)
    with pytest.raises(
        ScoreError, match=r"by another encoder .* than this manifold .pixels:8, .*another space"
    ):
        pixels.project(spectrum.embed(made, cache=None))
    with pytest.raises(EncoderError, match="spectrum:8 is not the one this manifold was measured with"):
        pixels.embed(made, encoder="spectrum:8")
    with pytest.raises(ScoreError, match="no layer 'spectrum': this manifold has pixels"):
        pixels.project(made, layer="spectrum", cache=None)
    arrays = Manifold.from_embeddings({1: np.eye(4), 2: np.eye(4)})
    with pytest.raises(ScoreError, match="say which layer: this manifold has 1, 2"):
        arrays.project(from_arrays({1: np.eye(4)}))
    with pytest.raises(ScoreError, match="lacks the manifold's layer 2; it has 1"):
        arrays.project(from_arrays({1: np.eye(4)}), 2)
    with pytest.raises(ScoreError, match="5 wide at layer 1, the manifold 4: this is another space"):
        arrays.project(from_arrays({1: np.ones((3, 5)), 2: np.ones((3, 4))}), 1)
    with pytest.raises(EncoderError, match="this manifold was fitted on embeddings made elsewhere"):
        arrays.embed(made)


def test_self_cannot_be_told_by_keys_of_another_kind(real, made):
    held = embed(made, "whorl-vit-32", cache=None)
    manifold = Manifold.fit(real, encoder="whorl-vit-32", layers=[1], cache=None)
    asked = from_arrays({1: held.layer(1)})
    with pytest.raises(ScoreError, match=r"nobody can tell .* leave_self_out=False"):
        manifold.project(asked)
    assert len(manifold.project(asked, leave_self_out=False)) == 9


@pytest.mark.parametrize("family", ["pixels", "spectrum"])
def test_constant_pictures_are_pictures_like_others(real, family):
    constant = np.stack([np.full((8, 8, 3), value, np.uint8) for value in (0, 90, 255)])
    manifold = Manifold.fit(np.concatenate([real, constant[:1]]), encoder=f"{family}:8", cache=None)
    found = manifold.artifacts(constant[1:], cache=None)
    assert np.isfinite(found.values).all()
    assert (found.distance > 0).all()


def test_nan_is_refused_with_the_pictures_name():
    rows = np.eye(4)
    rows[2, 1] = np.nan
    with pytest.raises(ScoreError, match="layer 1 holds NaN or infinity for 1 of 4 pictures, the first is c"):
        Manifold.from_embeddings(from_arrays({1: rows}, ids=["a", "b", "c", "d"]))
    manifold = Manifold.from_embeddings({1: np.eye(4)})
    with pytest.raises(ScoreError, match="NaN or infinity for 1 of 4 pictures"):
        manifold.artifacts(from_arrays({1: rows}))


def test_fewer_than_two_different_pictures_are_no_manifold(real):
    with pytest.raises(ScoreError, match="at least 2 real pictures, found 1"):
        Manifold.fit(real[:1], encoder="pixels:8", cache=None)
    with pytest.raises(ScoreError, match="at least 2 different real pictures, found 1 among 3"):
        Manifold.fit(real[[0, 0, 0]], encoder="pixels:8", cache=None)
    with pytest.raises(ScoreError, match="limit must be at least 2"):
        Manifold.fit(real, encoder="pixels:8", limit=1, cache=None)


def test_unknown_options_are_refused(real):
    with pytest.raises(WhorlError, match="unknown option batchsize"):
        Manifold.fit(real, encoder="pixels:8", batchsize=3)
    with pytest.raises(EncoderError, match="is loaded already"):
        Manifold.fit(real, encoder=load_encoder("pixels:8"), layers=["pixels"], cache=None)

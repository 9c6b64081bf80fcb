"""A manifold on disk is the same one, or refused."""

import json

import numpy as np
import pytest

from whorl.embeddings import from_arrays
from whorl.errors import EncoderError, StorageError
from whorl.manifold import Manifold
from whorl.memorization import Reference


@pytest.fixture
def saved(real, tmp_path):
    manifold = Manifold.fit(real, encoder="spectrum:8", cache=None)
    return manifold, manifold.save(tmp_path / "manifold")


def test_what_is_loaded_is_what_was_saved(saved, made):
    manifold, folder = saved
    loaded = Manifold.load(folder)
    assert (loaded.digest, loaded.ids, loaded.layers) == (manifold.digest, manifold.ids, manifold.layers)
    assert loaded.summary() == manifold.summary()
    assert repr(loaded) == repr(manifold)
    one, other = (m.artifacts(made, cache=None) for m in (manifold, loaded))
    np.testing.assert_array_equal(one.values, other.values)
    assert one.nearest_ids == other.nearest_ids
    assert isinstance(loaded.features["spectrum"].base, np.memmap)
    assert not loaded.features["spectrum"].flags.writeable


def test_saved_again_it_has_the_same_files(saved, tmp_path):
    _, folder = saved
    again = Manifold.load(folder).save(tmp_path / "again")
    for name in ("layer-0001.safetensors", "pictures.json"):
        assert (folder / name).read_bytes() == (again / name).read_bytes()


def test_many_layers_and_no_ids(tmp_path):
    rng = np.random.default_rng(0)
    real = {layer: rng.normal(size=(20, layer + 1)) for layer in range(1, 4)}
    manifold = Manifold.from_embeddings(real, keep_ids=False)
    manifold.save(tmp_path / "m")
    loaded = Manifold.load(tmp_path / "m")
    assert loaded.ids is None
    asked = from_arrays({layer: rows[:3] + 0.1 for layer, rows in real.items()})
    for layer in (1, 2, 3):
        np.testing.assert_array_equal(
            loaded.project(asked, layer).index, manifold.project(asked, layer).index
        )


def test_every_changed_byte_is_found(saved):
    _, folder = saved
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for place in np.linspace(0, len(whole) - 1, 25).astype(int):
            changed = bytearray(whole)
            changed[place] ^= 1
            path.write_bytes(changed)
            with pytest.raises(StorageError):
                Manifold.load(folder)
        path.write_bytes(whole[:-1])
        with pytest.raises(StorageError, match=r"damaged|not readable"):
            Manifold.load(folder)
        path.unlink()
        with pytest.raises(StorageError, match=r"no manifold|cannot be read"):
            Manifold.load(folder)
        path.write_bytes(whole)
    assert len(Manifold.load(folder)) == 40


def test_numbers_that_do_not_fit_their_manifest_are_refused_however_well_it_is_forged(saved):
    from whorl.files import digest_json

    _, folder = saved
    manifest = json.loads((folder / "manifest.json").read_text())
    for change in ({"digest": "0" * 64}, {"count": 39}, {"layers": [manifest["layers"][0] | {"width": 3}]}):
        forged = {k: v for k, v in (manifest | change).items() if k != "checksum"}
        text = json.dumps(forged | {"checksum": digest_json(forged)}, indent=1, ensure_ascii=False) + "\n"
        (folder / "manifest.json").write_text(text)
        with pytest.raises(StorageError, match="is damaged"):
            Manifold.load(folder)
    outside = manifest | {"pictures": {"file": "../pictures.json", "digest": "0" * 64}}
    outside.pop("checksum")
    text = json.dumps(outside | {"checksum": digest_json(outside)}, indent=1, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text)
    with pytest.raises(StorageError, match="a file outside it"):
        Manifold.load(folder)


def test_foreign_folders_are_refused_both_ways(saved, tmp_path):
    _, folder = saved
    rng = np.random.default_rng(0)
    arrays = ({1: rng.normal(size=(n, 4))} for n in (60, 40))
    reference = Reference.from_embeddings(*arrays, cells=2, partitions=1)
    reference.save(tmp_path / "reference")
    with pytest.raises(StorageError, match=r"holds whorl-reference/\d, where this version"):
        Manifold.load(tmp_path / "reference")
    with pytest.raises(StorageError):
        Reference.load(folder)
    with pytest.raises(StorageError, match="is no manifold"):
        Manifold.load(tmp_path)
    with pytest.raises(StorageError, match="holds more than an earlier result"):
        Manifold.load(folder).save(tmp_path / "reference", overwrite=True)


def test_nothing_is_overwritten_unasked(saved):
    manifold, folder = saved
    with pytest.raises(StorageError, match="exists already"):
        manifold.save(folder)
    loaded = Manifold.load(folder)
    assert loaded.save(folder, overwrite=True) == folder  # its own files, mapped while they are replaced
    assert Manifold.load(folder).digest == manifold.digest


def test_another_encoder_is_not_taken_for_its_own(saved, made):
    with pytest.raises(EncoderError, match="is not the one this manifold was measured with"):
        Manifold.load(saved[1]).embed(made, encoder="spectrum:9")


def test_a_loaded_manifold_knows_its_place_and_keeps_it_with_its_encoder(real, made, tmp_path):
    fitted = Manifold.fit(real, encoder="pixels:8", cache=None)
    loaded = Manifold.load(fitted.save(tmp_path / "manifold"))
    ready = loaded.with_encoder()
    assert fitted.place is None
    assert loaded.place == ready.place == (tmp_path / "manifold").resolve()
    assert ready.digest == loaded.digest == fitted.digest
    assert ready.load_encoder() is ready.load_encoder()
    np.testing.assert_array_equal(
        ready.artifacts(made, cache=None).values, fitted.artifacts(made, cache=None).values
    )
    with pytest.raises(EncoderError, match="is not the one this manifold"):
        loaded.with_encoder("pixels:9")

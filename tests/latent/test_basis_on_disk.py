"""A basis on disk is one artefact: every byte counts, its owner alone may read it."""

import json
import stat
from dataclasses import replace

import numpy as np
import pytest
from linear_makers import linear_generator

from whorl.errors import ScoreError, StorageError
from whorl.latent.basis import LatentBasis
from whorl.latent.deciding.calibration import Calibration
from whorl.latent.directions import basis_by_design, basis_by_position

FEW = {"latents": 400, "start_pictures": 200}
DRAWN = np.random.default_rng(0).integers(0, 2, (32, 8), dtype=np.uint8)
CALIBRATION = Calibration(0.4, 0.1, 24, 1, DRAWN[:24], DRAWN[24:])


@pytest.fixture(scope="module")
def basis():
    found = basis_by_design(linear_generator(), bits=8, strength=0.3, jacobians=2, **FEW)
    return replace(found, calibration=CALIBRATION, generator=replace(found.generator, place="/somewhere"))


def test_what_is_read_is_what_was_written(basis, tmp_path):
    again = LatentBasis.load(basis.save(tmp_path / "basis"))
    assert again.digest == basis.digest
    assert again.generator == basis.generator
    assert again.calibration.to_dict() == CALIBRATION.to_dict()
    assert again.calibration.without_key.keys() == {"plain", "foreign"}
    for kind, bits in again.calibration.without_key.items():
        assert np.array_equal(bits, CALIBRATION.without_key[kind])
    assert dict(again.design) == dict(basis.design)
    latents = linear_generator().sample_latents(3, seed=4)
    keys = np.array([0, 1, 1, 0, 1, 0, 0, 1])
    assert np.array_equal(again.marked(latents, keys), basis.marked(latents, keys))
    rows = np.random.default_rng(0).random((2, 192))
    assert np.array_equal(again.start.coordinates(rows), basis.start.coordinates(rows))


def test_a_basis_without_guess_and_calibration_is_one_too(tmp_path):
    found = basis_by_position(linear_generator(), bits=4, strength=0.3, latents=100, start_pictures=0)
    again = LatentBasis.load(found.save(tmp_path / "basis"))
    assert (again.start, again.calibration, again.generator.place) == (None, None, None)


def test_a_calibration_is_no_part_of_the_digest_and_ends_with_the_strength(basis):
    assert replace(basis, calibration=None).digest == basis.digest
    assert basis.with_strength(0.4).calibration is None
    assert basis.with_strength(0.4).digest != basis.digest


def test_its_owner_alone_may_look_into_it(basis, tmp_path):
    folder = basis.save(tmp_path / "basis")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    basis.save(folder, overwrite=True)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("name", ["manifest.json", "basis.safetensors", "calibration-*.safetensors"])
def test_every_byte_counts(basis, tmp_path, name):
    (path,) = basis.save(tmp_path / "basis").glob(name)
    data = bytearray(path.read_bytes())
    for place in range(0, len(data), max(1, len(data) // 12)):
        changed = bytearray(data)
        changed[place] ^= 1
        path.write_bytes(bytes(changed))
        with pytest.raises(StorageError):
            LatentBasis.load(path.parent)
    path.write_bytes(bytes(data))
    LatentBasis.load(path.parent)


def test_nothing_that_is_printed_holds_a_direction(basis):
    told = repr(basis) + str(basis)
    for number in (*basis.directions[0][:4], *basis.mean[:4]):
        assert f"{number:.4g}" not in told


OTHER = Calibration(0.5, 0.2, 30, 0, 1 - DRAWN[:30], DRAWN[:0])


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_calibration_is_added_and_replaced_and_nothing_else_changes(basis, tmp_path):
    folder = replace(basis, calibration=None).save(tmp_path / "basis")
    bare = contents(folder)
    basis.save_calibration(folder)
    assert LatentBasis.load(folder).calibration.to_dict() == CALIBRATION.to_dict()
    first = contents(folder)
    assert {name for name in first if first[name] != bare.get(name)} - {
        "manifest.json"
    } == first.keys() - bare.keys()
    with pytest.raises(StorageError, match="has a calibration already, by 24 pictures"):
        replace(basis, calibration=OTHER).save_calibration(folder)
    assert contents(folder) == first
    replace(basis, calibration=OTHER).save_calibration(folder, overwrite=True)
    again = LatentBasis.load(folder)
    assert again.calibration.to_dict() == OTHER.to_dict()
    assert (again.digest, again.generator, again.design) == (basis.digest, basis.generator, basis.design)
    assert len(contents(folder)) == 3  # the earlier bits are gone
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    replace(basis, calibration=OTHER).save_calibration(folder, overwrite=True)  # the same once more
    assert LatentBasis.load(folder).calibration.to_dict() == OTHER.to_dict()


def test_a_calibration_that_is_stopped_while_it_is_written_changes_nothing(basis, tmp_path, monkeypatch):
    folder = basis.save(tmp_path / "basis")

    def full(*_, **__):
        raise StorageError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("whorl.manifests.write_bytes", full)
        with pytest.raises(StorageError, match="full"):
            replace(basis, calibration=OTHER).save_calibration(folder, overwrite=True)
    assert LatentBasis.load(folder).calibration.to_dict() == CALIBRATION.to_dict()
    # What was left behind is in nobody's way.
    replace(basis, calibration=OTHER).save_calibration(folder, overwrite=True)
    assert LatentBasis.load(folder).calibration.to_dict() == OTHER.to_dict()
    basis.save(folder, overwrite=True)
    assert len(contents(folder)) == 3


def test_a_calibration_goes_to_its_own_basis_alone(basis, tmp_path):
    folder = basis.with_strength(0.5).save(tmp_path / "other")
    with pytest.raises(StorageError, match="is not the one that was calibrated"):
        basis.save_calibration(folder)
    assert LatentBasis.load(folder).calibration is None
    with pytest.raises(ScoreError, match="no calibration to save"):
        replace(basis, calibration=None).save_calibration(folder)
    with pytest.raises(StorageError, match="is no latent basis"):
        basis.save_calibration(tmp_path)


def test_nothing_that_is_told_of_a_calibration_holds_a_bit():
    told = repr(CALIBRATION) + json.dumps(CALIBRATION.to_dict())
    for row in DRAWN:
        for text in ("".join(map(str, row)), ", ".join(map(str, row)), " ".join(map(str, row))):
            assert text not in told
    with pytest.raises(ScoreError, match="rows of one length"):
        replace(CALIBRATION, foreign_bits=DRAWN[:3, :5])

"""The studies of keys, each on a linear generator, where what they must find is known."""

import json
from dataclasses import replace

import numpy as np
import pytest
from linear_makers import linear_generator

from whorl.encoders import load_encoder
from whorl.errors import WhorlError
from whorl.latent.reading.newton import NewtonReader
from whorl.latent.studies.attacks import ATTACKS
from whorl.latent.studies.capacity import capacity
from whorl.latent.studies.cost import cost
from whorl.latent.studies.names import STUDIES, run_study
from whorl.latent.studies.study import Bench


class Counting:
    """Progress that counts."""

    def __init__(self):
        self.count = 0

    def begin(self, label, total, done, unit="pictures"):
        self.total = total

    def advance(self, count):
        self.count += count

    def end(self):
        pass


@pytest.fixture
def bench(tmp_path):
    return Bench(
        linear_generator(),
        load_encoder("pixels:8"),
        strength=0.4,
        bits=8,
        users=16,
        pictures=8,
        n=60,
        kept=tmp_path / "kept",
        options={"cache": None},
        progress=Counting(),
    )


def test_capacity_counts_users_and_chance(bench):
    found = run_study("capacity", bench)
    assert bench.progress.count == bench.progress.total
    points = found.series["by design, lattice"]
    assert [point.x for point in points] == [8, 16]
    assert all(point.read.exact.value == 1 for point in points)
    assert points[0].others["users"] == 16
    assert points[0].others["chance_of_any_user"] == pytest.approx(16 / 256)
    assert all(point.quality.keyed > 0 for point in points)
    assert json.loads(json.dumps(found.to_dict()))["study"] == "capacity"


def test_accuracy_and_price_grow_with_strength(bench):
    found = run_study("strength", bench)
    assert bench.progress.count == bench.progress.total
    for points in found.series.values():
        assert points[-1].read.bit_accuracy.value >= points[0].read.bit_accuracy.value
        assert points[-1].quality.change > points[0].quality.change
        assert points[-2].read.exact.value == 1


def test_what_was_read_is_not_read_again(bench):
    capacity(bench)
    kept = {path: path.stat().st_mtime_ns for path in bench.kept.rglob("*.json")}
    assert len(kept) == bench.progress.count == 32
    capacity(bench)
    assert {path: path.stat().st_mtime_ns for path in bench.kept.rglob("*.json")} == kept
    book = bench.book(8)
    held = " ".join(path.read_text() for path in kept)
    assert not any("".join(map(str, key)) in held for key in book.keys)


def test_directions_by_position_and_by_design(bench):
    found = run_study("dimension", bench)
    assert bench.progress.count == bench.progress.total
    assert [len(points) for points in found.series.values()] == [5, 5, 1]
    loud = [point.quality.change for points in found.series.values() for point in points]
    assert max(loud) / min(loud) < 1.6


def test_attacks_keep_size_and_kind_and_hurt():
    pictures = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    for name, attack in ATTACKS.items():
        after = attack.change(pictures, 5)
        assert after.shape == pictures.shape
        assert after.dtype == np.uint8
        assert np.array_equal(after, attack.change(pictures, 5))
        assert (name == "none") == np.array_equal(after, pictures)
    grey = np.full((1, 16, 16, 3), 128, np.uint8)
    noise = ATTACKS["noise"].change(grey, 0).astype(float) - 128
    assert noise.std() == pytest.approx(12.75, rel=0.1)
    for name in ("blur", "resize", "crop"):
        assert np.abs(ATTACKS[name].change(grey, 0).astype(int) - 128).max() == 0


def test_a_change_that_is_told_costs_less(bench):
    found = run_study("robustness", bench)
    assert bench.progress.count == bench.progress.total
    points, _ = found.series.values()
    by_name = {point.name: point.read.bit_accuracy.value for point in points}
    assert by_name["none"] == 1
    assert by_name["middle 0.875 of each side, told"] >= by_name["middle 0.875 of each side"]
    assert by_name["blur, 1 pixels, told"] >= by_name["blur, 1 pixels"]
    assert len(points) == len(ATTACKS) + sum(attack.known is not None for attack in ATTACKS.values())


def test_errors_are_predicted(bench):
    found = run_study("errors", bench)
    assert bench.progress.count == bench.progress.total
    for points in found.series.values():
        quiet, loud = points[0].read, points[-1].read
        assert quiet.exact.value == 1
        assert quiet.predicted < 0.01
        assert loud.predicted > 0.05


def test_the_fast_reader_needs_fewer_passes(bench, monkeypatch):
    monkeypatch.setattr("whorl.latent.studies.cost._BUDGETS", ((2, 100), (3, 300)))
    found = cost(bench, published_pictures=3)
    fast, slow = found.series["Levenberg-Marquardt"], found.series["as published"]
    assert max(point.x for point in fast) < max(point.x for point in slow)
    assert fast[-1].read.exact.value == 1
    assert [point.read.pictures for point in slow] == [3, 3]


def test_who_has_the_basis_can_forge_and_a_lattice_has_no_mean_to_steal(bench, monkeypatch):
    monkeypatch.setattr("whorl.latent.studies.forging._SEEN", 30)
    found = run_study("forging", replace(bench, bits=16))
    assert bench.progress.count == bench.progress.total
    taken = {
        coding: [point.others["taken_for_the_victim"] for point in points]
        for coding, points in found.series.items()
    }
    for shares in taken.values():
        assert shares[0] == shares[1] == 1  # with the basis
        assert shares[3] < 0.5  # with nothing
    assert taken["lattice"][2] < 0.5
    assert taken["lattice"][-1] < 1  # washed


def test_every_study_has_a_name(bench):
    with pytest.raises(WhorlError, match="choose from dimension"):
        run_study("colour", bench)
    assert set(STUDIES) == {"dimension", "strength", "capacity", "robustness", "errors", "cost", "forging"}


def test_nothing_is_hopeless_within_reach(bench):
    """A picture that the generator cannot have made is given up after one start."""
    foreign = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    given_up = NewtonReader(starts=5).read(bench.generator, bench.designed, foreign)
    assert given_up.starts == 1
    assert given_up.residual > 6

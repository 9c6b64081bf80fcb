"""The studies of keys, each on a linear generator, where what they must find is known."""

import json
import stat
from dataclasses import replace

import numpy as np
import pytest
from linear_makers import WIDTH, linear_generator

from whorl.encoders import load_encoder
from whorl.errors import WhorlError
from whorl.latent.components import secret_rotation
from whorl.latent.directions import basis_by_design
from whorl.latent.mark import mark
from whorl.latent.reading.newton import NewtonReader
from whorl.latent.reading.reading import Reading
from whorl.latent.stages import stage_seed
from whorl.latent.studies.attackers import Attacker
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
        kept_bases=tmp_path / "bases",
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
    qualities = 4
    assert len(kept) == bench.progress.count + qualities == 32 + qualities
    with pytest.MonkeyPatch.context() as patch:
        for place in ("asked._read_one", "quality.quality", "bases.basis_by_design"):
            patch.setattr(f"whorl.latent.studies.{place}", lambda *_, **__: pytest.fail("measured anew"))
        again = capacity(replace(bench))
    assert {path: path.stat().st_mtime_ns for path in bench.kept.rglob("*.json")} == kept
    assert again.series["by design, lattice"][0].quality.n == 60
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
        assert loud.predicted > 0.03
        assert loud.wrong.low <= 1 - loud.bit_accuracy.value <= loud.wrong.high
        # Four times the interval's half width: bits of one picture go together.
        assert abs(loud.predicted - loud.wrong.value) < 2 * (loud.wrong.high - loud.wrong.low)
    assert found.foretold


def test_the_fast_reader_needs_fewer_passes(bench, monkeypatch):
    monkeypatch.setattr("whorl.latent.studies.cost._BUDGETS", ((2, 100), (3, 300)))
    found = cost(bench, published_pictures=3)
    fast, slow = found.series["Levenberg-Marquardt"], found.series["as published"]
    assert max(point.x for point in fast) < max(point.x for point in slow)
    assert fast[-1].read.exact.value == 1
    assert [point.read.pictures for point in slow] == [3, 3]


def test_who_has_the_basis_can_forge_and_a_lattice_has_no_mean_to_steal(bench, monkeypatch):
    monkeypatch.setattr("whorl.latent.studies.forging._SEEN", 8)
    monkeypatch.setattr("whorl.latent.studies.forging._AWAY", (1.0,))
    bench = replace(bench, bits=16, pictures=3)
    found = run_study("forging", bench)
    assert bench.progress.count == bench.progress.total
    taken = {
        coding: {point.name: point.others["taken_for_the_victim"] for point in points}
        for coding, points in found.series.items()
    }
    for shares in taken.values():
        assert shares["forged with basis and the victim's key"] == 1
        assert shares["forged with basis and one of the victim's pictures"] == 1
        assert shares["forged with basis made again, seed guessed, and the key"] == 1
        assert shares["forged with basis made again, seed guessed, and one picture"] == 1
        assert shares["forged with basis made again and the victim's key"] < 0.5
        assert shares["forged with nothing but the generator"] < 0.5
        assert shares["overwritten with basis made again, seed guessed"] < 0.5
        assert shares["overwritten with basis made again"] < 0.5
    assert taken["lattice"]["forged with 8 pictures, no basis"] < 0.5
    assert taken["lattice"]["washed by 1 deviations"] < 1
    changes = {point.name: point.others.get("change") for point in found.series["lattice"]}
    assert 0 < changes["overwritten with basis made again"] < changes["washed by 1 deviations"]
    # Stopped and begun again, nothing is read anew, and nothing that is kept says what was read.
    with monkeypatch.context() as patch:
        patch.setattr(NewtonReader, "read", lambda *_: pytest.fail("read anew"))
        again = run_study("forging", replace(bench))
    assert again.to_dict() == found.to_dict()
    for path in bench.kept.rglob("*.json"):
        assert json.loads(path.read_text()).keys() == {"digest", "victim", "anybody", "passes", "change"}


def test_a_copied_part_of_the_space_of_keys_forges_without_the_seed(bench):
    """What lies in that space is copied whole: neither directions nor lattice have to be known."""
    basis = bench.by_design(8)
    again = replace(
        bench.by_design(8), directions=secret_rotation(8, 5) @ basis.directions, dither=np.zeros(8)
    )
    book = bench.book(8)
    key = book.key("user 3")
    seen = mark(bench.generator, basis, key, 1, seed=77).pictures
    attacker = Attacker(bench.generator, again, seen, bench.reader, 0)
    forged = [attacker.transplanted(place).picture for place in range(4)]
    assert not np.array_equal(forged[0], forged[1])
    assert all(np.array_equal(bench.reader.read(bench.generator, basis, each).bits, key) for each in forged)
    blind = [attacker.with_key(key, place).picture for place in range(8)]
    right = [(bench.reader.read(bench.generator, basis, each).bits == key).mean() for each in blind]
    assert np.mean(right) < 0.8


class Watched:
    """A generator that remembers of which seeds latents were drawn, and draws them quickly."""

    def __init__(self, generator):
        self.generator, self.seeds = generator, set()

    def __getattr__(self, name):
        return getattr(self.generator, name)

    def sample_latents(self, count, *, seed, start=0):
        self.seeds.add(seed)
        return np.random.default_rng((seed, start)).standard_normal((count, WIDTH), dtype=np.float32)


def test_no_study_reads_latents_that_a_basis_was_learned_from(bench, monkeypatch):
    """Whatever the seeds, which users count up one by one."""
    monkeypatch.setattr("whorl.latent.studies.forging._SEEN", 2)
    nothing = Reading(np.zeros(4), np.zeros(WIDTH), np.ones(4), 0.3, 1, 1)
    monkeypatch.setattr(NewtonReader, "read", lambda *_: nothing)
    learned, studied = set(), set()
    for seed in (0, 1, 2):
        watched = Watched(bench.generator)
        own = replace(
            bench, generator=watched, seed=seed, pictures=1, bits=4, n=10, kept=None, kept_bases=None
        )
        basis = own.designed
        own.by_position(4, 1.0)
        own.by_design(4, seed=stage_seed(seed, "study: made again"))
        own.by_position(1, own.strength, 0, "lattice")
        learned |= watched.seeds
        watched.seeds.clear()
        own.read(basis)
        own.quality(basis)
        own.bases.measured_strength(4, seed=seed, kept=None)
        run_study("forging", own)
        studied |= watched.seeds
    assert len(studied) == 3 * 6
    assert not learned & studied


def test_bases_are_kept_for_their_owner_alone_and_are_those_that_are_made(bench):
    kept = bench.by_design(8, "centred")
    made = basis_by_design(bench.generator, bits=8, strength=0.4, coding="centred", seed=0)
    assert kept.digest == made.digest
    assert kept.start.explained == made.start.explained
    (folder,) = bench.kept_bases.iterdir()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (bench.kept_bases, folder)} == {0o700}
    damaged = folder / "basis.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    assert replace(bench).by_design(8, "centred").digest == made.digest
    assert replace(bench, seed=1).by_design(8).digest != made.digest
    assert len(list(bench.kept_bases.iterdir())) == 2


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

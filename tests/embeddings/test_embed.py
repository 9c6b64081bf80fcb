"""Encoding: the same numbers however the work is cut up, resume, and nothing half-written."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
from PIL import Image

from whorl import ImageError, StorageError, WhorlError, load_encoder, open_images
from whorl.embeddings import embed, estimate
from whorl.embeddings.batches import Batches
from whorl.embeddings.store import cache_usage, clear_cache

PICTURES = np.random.default_rng(0).integers(0, 256, (57, 16, 16, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def encoder():
    return load_encoder("pixels:16")


def _flat(pictures):
    """What the pixel encoder gives: channels first, in [0, 1]."""
    return pictures.transpose(0, 3, 1, 2).reshape(len(pictures), -1).astype(np.float32) / 255


class Counting:
    """An encoder that counts its passes, and may break down."""

    def __init__(self, inner, fail_after=None):
        self._inner, self.passes, self.fail_after = inner, 0, fail_after

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def encode(self, batch):
        self.passes += 1
        if self.fail_after is not None and self.passes > self.fail_after:
            raise KeyboardInterrupt
        return self._inner.encode(batch)


def test_embeddings_are_the_encoders_own(encoder, tmp_path):
    held = embed(open_images(PICTURES), encoder, cache=tmp_path)
    np.testing.assert_allclose(held.layer("pixels"), _flat(PICTURES), rtol=1e-6)
    assert held.ids == tuple(open_images(PICTURES).ids)


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 1},
        {"batch_size": 64},
        {"shard_size": 5},
        {"workers": 0},
        {"workers": 1},
        {"workers": 3},
    ],
)
def test_how_the_work_is_cut_changes_nothing(encoder, tmp_path, options):
    usual = embed(open_images(PICTURES), encoder, cache=tmp_path / "a")
    other = embed(open_images(PICTURES), encoder, cache=tmp_path / "b", **options)
    np.testing.assert_array_equal(usual.layer("pixels"), other.layer("pixels"))
    np.testing.assert_array_equal(usual.keys, other.keys)


def test_a_second_run_encodes_nothing(encoder, tmp_path):
    counting = Counting(encoder)
    embed(open_images(PICTURES), counting, cache=tmp_path)
    first = counting.passes
    embed(open_images(PICTURES), counting, cache=tmp_path)
    assert first > 0
    assert counting.passes == first


def test_an_interrupted_run_loses_at_most_one_shard(encoder, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        embed(
            open_images(PICTURES),
            Counting(encoder, fail_after=7),
            cache=tmp_path,
            shard_size=10,
            batch_size=5,
        )
    assert cache_usage(tmp_path).shards == 3
    counting = Counting(encoder)
    held = embed(open_images(PICTURES), counting, cache=tmp_path, shard_size=10, batch_size=5)
    assert counting.passes == 6  # 27 pictures left: 10 + 10 + 7, five at a time
    np.testing.assert_allclose(held.layer("pixels"), _flat(PICTURES), rtol=1e-6)


def test_killed_outright_it_goes_on_where_it_was(tmp_path):
    """SIGKILL at an arbitrary moment: no half-written file is ever read, and the result is the same."""
    script = textwrap.dedent("""
        import sys, time, numpy as np, whorl
        from whorl.embeddings import embed
        pictures = np.random.default_rng(1).integers(0, 256, (600, 16, 16, 3), dtype=np.uint8)
        encoder = whorl.load_encoder("pixels:16")
        class Slow:
            def __getattr__(self, name): return getattr(encoder, name)
            def encode(self, batch): time.sleep(0.01); return encoder.encode(batch)
        print("go", flush=True)
        held = embed(whorl.open_images(pictures), Slow(), cache=sys.argv[1], shard_size=20, batch_size=4)
        print(held.layer("pixels").sum(dtype=np.float64), flush=True)
    """)
    command = [sys.executable, "-c", script, str(tmp_path / "killed")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    deadline = time.monotonic() + 60
    while cache_usage(tmp_path / "killed").shards < 4 and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = cache_usage(tmp_path / "killed").shards
    assert 0 < before < 30
    resumed = subprocess.run(command, capture_output=True, text=True, check=True)
    fresh = subprocess.run(
        [*command[:-1], str(tmp_path / "fresh")], capture_output=True, text=True, check=True
    )
    assert resumed.stdout == fresh.stdout


def test_a_damaged_shard_is_computed_again(encoder, tmp_path):
    usual = embed(open_images(PICTURES), encoder, cache=tmp_path, shard_size=20).layer("pixels")
    for position in (20, 5000, -1):
        victim = sorted(tmp_path.glob("*/*.safetensors"))[1]
        data = bytearray(victim.read_bytes())
        data[position] ^= 0xFF
        victim.write_bytes(data)
        counting = Counting(encoder)
        again = embed(open_images(PICTURES), counting, cache=tmp_path, shard_size=20, batch_size=20)
        assert counting.passes == 1
        np.testing.assert_array_equal(again.layer("pixels"), usual)
    victim.write_bytes(victim.read_bytes()[:100])
    np.testing.assert_array_equal(
        embed(open_images(PICTURES), encoder, cache=tmp_path, shard_size=20).layer("pixels"), usual
    )


def test_other_pictures_or_another_encoder_never_meet_old_shards(encoder, tmp_path):
    embed(open_images(PICTURES), encoder, cache=tmp_path)
    changed = PICTURES.copy()
    changed[3, 0, 0, 0] ^= 1
    held = embed(open_images(changed), encoder, cache=tmp_path)
    np.testing.assert_allclose(held.layer("pixels"), _flat(changed), rtol=1e-6)
    assert embed(open_images(PICTURES), load_encoder("pixels:8"), cache=tmp_path).layer("pixels").shape == (
        57,
        192,
    )


def test_pictures_replaced_while_they_are_read_poison_no_cache(encoder, tmp_path):
    folder = _folder(tmp_path / "pictures", broken=())
    original = (folder / "005.png").read_bytes()

    class Meddling(Counting):
        def preprocess(self, image):
            Image.fromarray(PICTURES[40]).save(folder / "005.png")
            return self._inner.preprocess(image)

    with pytest.raises(ImageError, match="changed while they were read"):
        embed(folder, Meddling(encoder), cache=tmp_path / "cache", workers=1)
    assert cache_usage(tmp_path / "cache").shards == 0
    (folder / "005.png").write_bytes(original)
    held = embed(folder, encoder, cache=tmp_path / "cache")
    np.testing.assert_allclose(held.layer("pixels"), _flat(PICTURES), rtol=1e-6)


def test_a_data_set_with_random_augmentation_is_refused(encoder, tmp_path):
    class Random:
        def __len__(self):
            return 10

        def __getitem__(self, index):
            return np.random.default_rng().integers(0, 256, (16, 16, 3), dtype=np.uint8)

    with pytest.raises(ImageError, match="random augmentation"):
        embed(Random(), encoder, cache=tmp_path)


def test_without_a_cache_nothing_stays(encoder, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    held = embed(open_images(PICTURES), encoder, cache=None)
    assert held.layer("pixels").shape == (57, 768)
    del held
    assert list(tmp_path.iterdir()) == []


def _folder(path, broken=(13,)):
    path.mkdir()
    for i, picture in enumerate(PICTURES):
        Image.fromarray(picture).save(path / f"{i:03d}.png")
    for i in broken:
        whole = (path / f"{i:03d}.png").read_bytes()
        (path / f"{i:03d}.png").write_bytes(whole[: len(whole) // 2])
    return path


def test_a_broken_picture_stops_the_run_by_name_or_is_skipped_and_listed(encoder, tmp_path):
    source = open_images(_folder(tmp_path / "pictures"))
    with pytest.raises(ImageError, match=r"013\.png.*--on-error skip"):
        embed(source, encoder, cache=tmp_path / "cache", shard_size=20)
    held = embed(source, encoder, cache=tmp_path / "cache", shard_size=20, on_error="skip")
    assert len(held) == 56
    assert [entry.id for entry in held.skipped] == ["013.png"]
    assert held.skipped[0].reason
    assert "013.png" not in held.ids
    expected = _flat(np.delete(PICTURES, 13, axis=0))
    np.testing.assert_allclose(held.layer("pixels"), expected, rtol=1e-6)
    with pytest.raises(ImageError, match=r"013\.png"):  # a shard stored while skipping does not hide it
        embed(source, encoder, cache=tmp_path / "cache", shard_size=20)


def test_a_whole_shard_of_broken_pictures_and_nothing_but_broken_ones(encoder, tmp_path):
    source = open_images(_folder(tmp_path / "some", broken=range(20, 40)))
    held = embed(source, encoder, cache=tmp_path / "cache", shard_size=20, on_error="skip")
    assert held.layer("pixels").shape == (37, 768)
    nothing = open_images(_folder(tmp_path / "none", broken=range(57)))
    with pytest.raises(ImageError, match="none of its 57 pictures can be read"):
        embed(nothing, encoder, cache=tmp_path / "cache", on_error="skip")


def test_a_full_disk_is_told_and_leaves_no_part(encoder, tmp_path, monkeypatch):
    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"No space left.*run the same command again"):
        embed(open_images(PICTURES), encoder, cache=tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


class NoResize:
    """An encoder that takes pictures of any size: the mean and spread of each channel."""

    name, layers, digest = "moments", ("moments",), "5" * 64

    def __init__(self):
        self.settings = {"family": "moments"}
        self.shapes = []

    def preprocess(self, image):
        import torch

        return torch.tensor(image).permute(2, 0, 1).double()

    def encode(self, batch):
        import torch

        self.shapes.append(tuple(batch.shape))
        moments = torch.cat([batch.mean((2, 3)), batch.std((2, 3))], dim=1)
        return {"moments": moments.float()}


@pytest.mark.parametrize(
    "options", [{}, {"workers": 2}, {"batch_size": 1}, {"batch_size": 3, "shard_size": 11}]
)
def test_pictures_of_several_sizes_meet_in_batches_of_one(tmp_path, options):
    rng = np.random.default_rng(1)
    sides = rng.choice([5, 6, 9], (60, 2))
    pictures = [rng.integers(0, 256, (*side, 3), dtype=np.uint8) for side in sides]
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{i:03d}.png")
    (folder / "030.png").write_bytes(b"broken")
    encoder = NoResize()
    held = embed(folder, encoder, cache=tmp_path / "cache", on_error="skip", **options)
    whole = [picture for i, picture in enumerate(pictures) if i != 30]
    expected = [np.concatenate([p.mean((0, 1)), p.std((0, 1), ddof=1)]) for p in whole]
    np.testing.assert_allclose(held.layer("moments"), expected, rtol=1e-5)
    assert held.ids == tuple(f"{i:03d}.png" for i in range(60) if i != 30)
    assert sum(shape[0] for shape in encoder.shapes) == 59
    assert max(shape[0] for shape in encoder.shapes) <= options.get("batch_size", 8)
    if not options:
        assert len(encoder.shapes) < 25  # nine shapes: sorted, not cut at each change


def test_the_window_of_waiting_sizes_is_bounded(tmp_path):
    """Each picture of a size of its own: no more than eight batches of inputs are held."""
    encoder, most = NoResize(), []

    class Watched(Batches):
        def add(self, *stacks):
            yield from super().add(*stacks)
            most.append(sum(len(stack.rows) for stack in self._waiting.values()))

    pictures = [Image.new("RGB", (8 + i, 9)) for i in range(60)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["whorl.embeddings.embed"], "Batches", Watched)
        embed(open_images(pictures), encoder, cache=tmp_path, batch_size=4)
    assert len(encoder.shapes) == 60
    assert max(most) == 32


@pytest.mark.parametrize(
    "options", [{"batch_size": 0}, {"shard_size": -1}, {"workers": -1}, {"on_error": "ignore"}, {"cash": 1}]
)
def test_options_out_of_range_or_unknown(encoder, options):
    with pytest.raises(WhorlError, match=next(iter(options))):
        embed(open_images(PICTURES), encoder, **options)


def test_estimate_counts_what_is_stored_and_writes_nothing(encoder, tmp_path):
    before = estimate(open_images(PICTURES), encoder, cache=tmp_path, shard_size=20)
    assert (before.total, before.stored) == (57, 0)
    assert before.seconds > 0
    assert before.bytes == 57 * 768 * 4
    assert not any(tmp_path.iterdir())
    embed(open_images(PICTURES[:40]), encoder, cache=tmp_path, shard_size=20)
    assert estimate(open_images(PICTURES), encoder, cache=tmp_path, shard_size=20).stored == 40


def test_clearing_the_cache_removes_shards_only(encoder, tmp_path):
    embed(open_images(PICTURES), encoder, cache=tmp_path, shard_size=20)
    (tmp_path / "ab").mkdir(exist_ok=True)
    (tmp_path / "ab" / "thesis.txt").write_text("words")
    assert clear_cache(tmp_path) == 3
    assert cache_usage(tmp_path).shards == 0
    assert (tmp_path / "ab" / "thesis.txt").exists()


def test_progress_tells_pace_and_time_left(encoder, tmp_path):
    told = []

    class Told:
        def begin(self, label, total, done, unit="pictures"):
            told.append((label, total, done, unit))

        def advance(self, count):
            told.append(count)

        def end(self):
            told.append("end")

    embed(open_images(PICTURES[:20]), encoder, cache=tmp_path, shard_size=20)
    embed(
        open_images(PICTURES),
        encoder,
        cache=tmp_path,
        shard_size=20,
        batch_size=30,
        progress=Told(),
        label="train",
    )
    assert told[0] == ("train", 57, 20, "pictures")
    assert sum(told[1:-1]) == 37
    assert told[-1] == "end"

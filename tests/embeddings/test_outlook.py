"""How long it will take: said early, and about right."""

import sys
import time

import numpy as np
import pytest
import torch

from whorl import load_encoder, open_images
from whorl.cli.fit_time import expected_fit_seconds
from whorl.embeddings import embed, estimate
from whorl.embeddings import pace as pace_module
from whorl.embeddings.outlook import Outlook
from whorl.embeddings.pace import Mark, Pace, steady_rate

PICTURES = np.random.default_rng(0).integers(0, 256, (1200, 8, 8, 3), dtype=np.uint8)


class Clock:
    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(pace_module.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


class Paced:
    """An encoder of a known pace, whose first batch takes far longer."""

    def __init__(self, seconds, warming_up):
        self._inner, self._seconds, self._warming_up = load_encoder("pixels:8"), seconds, warming_up

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def encode(self, batch):
        time.sleep(self._seconds * len(batch) + self._warming_up)
        self._warming_up = 0
        return self._inner.encode(batch)


class Notes:
    def __init__(self):
        self.said, self.calls = [], []

    def note(self, text):
        self.said.append(text)

    def begin(self, *args):
        self.calls.append(args)

    def advance(self, count):
        self.calls.append(count)

    def end(self):
        self.calls.append("end")


@pytest.mark.parametrize("workers", [0, 1])
def test_an_estimate_is_right_though_the_first_batch_is_slow(workers):
    """1.5 s of warming up, then 100 pictures per second."""
    found = estimate(open_images(PICTURES), Paced(0.01, 1.5), cache=None, batch_size=10, workers=workers)
    assert 8 < found.seconds < 18
    assert found.seconds == pytest.approx(1200 / found.pictures_per_second)


def test_a_slow_encoder_is_measured_for_two_batches_after_the_first(monkeypatch):
    monkeypatch.setattr(sys.modules["whorl.embeddings.estimate"], "_SECONDS", 0.0)
    passes = []

    class Counting(Paced):
        def encode(self, batch):
            passes.append(len(batch))
            return super().encode(batch)

    estimate(open_images(PICTURES), Counting(0, 0), cache=None, batch_size=10)
    assert passes == [10, 10, 10]


def test_the_later_half_of_the_marks_decides():
    warm = [Mark(0, 0), Mark(5, 8)]
    assert steady_rate(warm) == pytest.approx(1.6)
    assert steady_rate([*warm, Mark(6, 16), Mark(7, 24)]) == 8
    burst = [Mark(5 + 0.1 * i, 8 + 8 * i) for i in range(1, 5)]  # what was prepared during the warming up
    steady = [Mark(5.4 + i, 40 + 8 * i) for i in range(1, 9)]
    assert steady_rate([*warm, *burst, *steady]) == pytest.approx(8)


def test_the_progress_line_knows_the_time_left_from_the_second_batch_on(clock):
    pace = Pace(100, "pictures")
    clock.now += 3
    pace.advance(10)
    assert "? left" in pace.text()
    clock.now += 1
    pace.advance(10)
    assert pace.seconds_left == pytest.approx(8)
    clock.now += 1
    pace.advance(10)
    assert pace.text() == "10 pictures/s, 7 s left"


def test_the_progress_line_follows_the_last_minute(clock):
    pace = Pace(10_000, "pictures")
    for seconds in [1] * 100 + [2] * 40:
        clock.now += seconds
        pace.advance(10)
    assert pace.rate == pytest.approx(5, rel=0.02)


def test_one_long_step_tells_a_pace(clock):
    pace = Pace(12, "layers")
    clock.now += 30
    pace.advance(1)
    assert pace.seconds_left == pytest.approx(330)


def run(outlook, clock, label, total, seconds, done=0, unit="pictures"):
    outlook.begin(label, total, done, unit)
    clock.now += 4  # warming up
    for _ in range((total - done) // 10):
        clock.now += seconds
        outlook.advance(10)
    outlook.end()


def test_all_sets_and_the_fit_are_told_once_and_everything_is_passed_on(clock):
    shown = Notes()
    outlook = Outlook(shown, {"train": 1000, "test": 500}, afterwards=lambda: 30.0)
    run(outlook, clock, "train", 1000, 1)
    run(outlook, clock, "test", 500, 1)
    outlook.begin("fit", 12, 0, "layers")
    assert shown.said == [
        "the rest will take about 2 min 57 s: 2 min 27 s of encoding, 30 s of fitting",
    ]
    assert shown.calls[0] == ("train", 1000, 0, "pictures")
    assert sum(call for call in shown.calls if isinstance(call, int)) == 1500


def test_asking_what_follows_does_not_count_as_encoding(clock):
    def afterwards():
        clock.now += 20
        return 30.0

    class Timed(Notes):
        def begin(self, label, total, done, unit):
            self.pace, self.left = Pace(total - done, unit), []

        def advance(self, count):
            self.pace.advance(count)
            self.left.append((self.pace.remaining, self.pace.seconds_left))

    shown = Timed()
    run(Outlook(shown, {"train": 1000}, afterwards=afterwards), clock, "train", 1000, 1)
    assert shown.said == ["the rest will take about 2 min 07 s: 1 min 37 s of encoding, 30 s of fitting"]
    assert all(seconds == pytest.approx(remaining / 10) for remaining, seconds in shown.left[1:])


def test_what_is_stored_does_not_count(clock):
    shown = Notes()
    outlook = Outlook(shown, {"train": 1000, "test": 500})
    run(outlook, clock, "train", 1000, 1, done=1000)
    run(outlook, clock, "test", 500, 1, done=200)
    assert shown.said == ["the rest will take about 27 s"]


def test_a_long_fit_after_little_encoding_is_told_when_it_begins(clock):
    shown = Notes()
    outlook = Outlook(shown, {"train": 100}, afterwards=lambda: 40.0)
    run(outlook, clock, "train", 100, 1)
    assert shown.said == []
    outlook.begin("fit", 12, 0, "layers")
    assert shown.said == ["the rest will take about 40 s"]


def test_short_runs_are_left_uncommented(clock):
    shown = Notes()
    run(Outlook(shown), clock, "generated", 100, 1)
    assert shown.said == []


@pytest.mark.slow
def test_a_real_run_says_how_long_it_will_take():
    shown, started = Notes(), time.monotonic()

    class Timed(Notes):
        def note(self, text):
            shown.note((text, time.monotonic() - started))

    embed(PICTURES, Paced(0.01, 1.0), cache=None, progress=Outlook(Timed()), batch_size=20)
    took = time.monotonic() - started
    [(text, at)] = shown.said
    assert text.startswith("the rest will take about ")
    assert int(text.split()[-2]) == pytest.approx(took - at, rel=0.33)


def test_inputs_of_many_shapes_are_counted_when_they_are_encoded(monkeypatch):
    class Shapes(Paced):
        def preprocess(self, image):
            return torch.zeros(3, 4, 4 + int(image[0, 0, 0]) % 9)

        def encode(self, batch):
            return super().encode(torch.zeros(len(batch), 3, 8, 8))

    encoder = Shapes(0.004, 1.0)
    pictures = np.arange(90, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    monkeypatch.setattr(sys.modules["whorl.embeddings.estimate"], "_SECONDS", 0.05)
    told = estimate(open_images(pictures), encoder, cache=None, batch_size=4)
    assert told.bytes > 0
    assert told.seconds >= 90 * 0.004 / 2


def test_the_probe_of_a_fit_is_bounded_and_streams_what_will_be_streamed(monkeypatch):
    module = sys.modules["whorl.cli.fit_time"]
    probes = []

    def fit(rows, held_out, width, streamed, settings):
        probes.append((rows * width, streamed))
        return 0.1 * len(probes)

    monkeypatch.setattr(module, "_fit", fit)
    assert expected_fit_seconds(60_000, 10_000, [12_288, 12_288, 64], memory=2_000_000_000) > 0
    assert max(size for size, streamed in probes if not streamed) <= 4_000_000
    assert max(size for size, _ in probes) <= 16_000_000
    assert [streamed for _, streamed in probes[1:]] == [False, True, True]
    monkeypatch.setattr(module, "_SECONDS", 0.0)
    probes.clear()
    widths = [64, 128, 256, 512]
    assert expected_fit_seconds(60_000, 10_000, widths) > expected_fit_seconds(60_000, 10_000, widths[:3])
    assert len(probes) == 4  # warming up and the narrowest, each time


def test_fitting_is_expected_in_proportion(monkeypatch):
    module = sys.modules["whorl.cli.fit_time"]
    monkeypatch.setattr(module, "_fit", lambda rows, held_out, width, streamed, settings: 1e-6 * rows)
    small = expected_fit_seconds(10_000, 2_000, [16], cells=3, components=8)
    assert small == pytest.approx(1e-6 * 10_000, rel=1e-3)
    assert expected_fit_seconds(100_000, 20_000, [16, 16], cells=3, components=8) == pytest.approx(
        20 * small, rel=1e-3
    )

"""The pictures an audit shows: spread over what was scored, and never in its way."""

from dataclasses import replace

import numpy as np
import pytest

from whorl.errors import ImageError
from whorl.images import Source, open_images
from whorl.report.samples import audited_samples


class Fragile(Source):
    """Forty pictures of one grey each; opening some raises what a test says."""

    def __init__(self, faults=None, side=8):
        super().__init__("fragile", [f"p{i}" for i in range(40)])
        self.faults, self.side = faults or {}, side

    def _read(self, index):
        if index in self.faults:
            fault = self.faults[index]
            if isinstance(fault, Exception):
                raise fault
            return fault
        return np.full((self.side, self.side, 3), index, np.uint8)

    def _digest_at(self, index):
        return "0" * 64


def greys(curve, source, **options):
    return [int(picture[0, 0, 0]) for picture in audited_samples(curve, source, **options)]


@pytest.fixture
def scored(make_curve):
    return make_curve([0.0], generated_ids=tuple(f"p{i}" for i in range(40)))


def test_samples_are_spread_evenly_and_the_same_every_time(scored):
    shown = greys(scored, Fragile())
    assert shown == greys(scored, Fragile())
    assert len(set(shown)) == 16
    assert set(np.diff(shown)) <= {2, 3}
    assert shown[0] <= 2
    assert shown[-1] >= 37
    assert greys(scored, Fragile(), count=4) == [5, 15, 25, 35]


def test_a_few_pictures_are_all_shown(make_curve):
    curve = make_curve([0.0], generated_ids=("row-000000", "row-000001", "row-000002"))
    source = open_images(np.arange(3, dtype=np.uint8)[:, None, None].repeat(8, 1).repeat(8, 2))
    assert greys(curve, source) == [0, 1, 2]


@pytest.mark.parametrize("known", [True, False])
def test_what_could_not_be_read_is_not_asked_for(scored, known):
    """Also on a curve read back from JSON, which knows the skipped pictures alone."""
    kept = tuple(name for name in scored.generated_ids if not name.endswith(("0", "5")))
    skipped = tuple((f"p{i}", "broken") for i in range(0, 40, 5))
    curve = replace(scored, generated_ids=kept if known else (), skipped=skipped)
    shown = greys(curve, Fragile({i: AssertionError("asked for") for i in range(0, 40, 5)}))
    assert len(shown) == 16
    assert all(grey % 5 for grey in shown)


def test_what_has_changed_since_is_left_out(scored):
    faults = {
        1: ImageError("gone"), 3: OSError("gone"), 6: MemoryError(), 8: IndexError("fewer now"),
        11: np.zeros((4, 4), np.uint8), 13: None, 16: RuntimeError("someone else's"),
    }  # fmt: skip
    untouched = greys(scored, Fragile())
    assert set(faults) <= set(untouched)
    assert greys(scored, Fragile(faults)) == [grey for grey in untouched if grey not in faults]
    assert greys(scored, Fragile(dict.fromkeys(range(40), OSError("all gone")))) == []


def test_large_pictures_are_reduced_at_once(scored):
    assert {picture.shape for picture in audited_samples(scored, Fragile(side=2000))} == {(256, 256, 3)}

"""Sources whose pictures are altered."""

import numpy as np
import pytest

from whorl import embed, open_images
from whorl.alterations import ALTERATIONS, AlteredImages, Noise, Rotation
from whorl.checks import check_image_source
from whorl.errors import ImageError

PICTURES = np.random.default_rng(3).integers(0, 256, (12, 10, 9, 3), dtype=np.uint8)


@pytest.mark.parametrize("alteration", ALTERATIONS, ids=lambda each: each.name)
def test_it_keeps_the_contract_of_sources(alteration):
    check_image_source(AlteredImages(open_images(PICTURES), alteration, alteration.strengths[0]))


def test_a_picture_is_altered_alike_wherever_it_stands():
    order = np.random.default_rng(0).permutation(12)
    one, other = (AlteredImages(open_images(each), Noise(), 16.0) for each in (PICTURES, PICTURES[order]))
    assert all(np.array_equal(other[i], one[int(k)]) for i, k in enumerate(order))
    noises = {(one[i].astype(int) - PICTURES[i]).tobytes() for i in range(12)}
    assert len(noises) == 12  # and every picture in its own way


def test_batch_size_changes_nothing():
    altered = AlteredImages(open_images(PICTURES), Rotation(), 20.0)
    one, four = (embed(altered, "pixels:8", cache=None, batch_size=n).layer("pixels") for n in (1, 4))
    assert np.array_equal(one, four)


def test_digests_tell_alteration_strength_seed_and_source_apart():
    def digests(pictures=PICTURES, alteration=None, strength=16.0, seed=0):
        source = AlteredImages(open_images(pictures), alteration or Noise(), strength, seed=seed)
        return source.digest, source.digest_of(0)

    found = [
        (open_images(PICTURES).digest, open_images(PICTURES).digest_of(0)),
        digests(),
        digests(alteration=Rotation()),
        digests(strength=8.0),
        digests(seed=1),
        digests(pictures=255 - PICTURES),
    ]
    assert len({one for one, _ in found}) == len({first for _, first in found}) == 6
    assert digests() == digests()


def test_the_cache_never_takes_one_strength_for_another(tmp_path):
    source = open_images(PICTURES)
    for strength in (8.0, 32.0):
        altered = AlteredImages(source, Noise(), strength)
        kept, fresh = (embed(altered, "pixels:8", cache=cache).layer("pixels") for cache in (tmp_path, None))
        assert np.array_equal(kept, fresh)


def test_a_broken_picture_keeps_its_id(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no picture")
    altered = AlteredImages(open_images(tmp_path), Noise(), 8.0)
    check_image_source(altered)
    with pytest.raises(ImageError) as caught:
        altered[0]
    assert caught.value.id == "broken.png"

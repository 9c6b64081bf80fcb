"""What an audit leaves behind, also when its pictures are gone by then."""

import numpy as np
import pytest
from PIL import Image

from whorl import Reference
from whorl.images import open_images
from whorl.report.audit_folder import write_audit

RNG = np.random.default_rng(0)


@pytest.fixture
def audited(tmp_path):
    """A folder of forty pictures, opened and scored."""
    (tmp_path / "set").mkdir()
    for i, picture in enumerate(RNG.integers(0, 256, (40, 8, 8, 3), np.uint8)):
        Image.fromarray(picture).save(tmp_path / "set" / f"{i:02}.png")
    train, test = (RNG.integers(0, 256, (n, 8, 8, 3), np.uint8) for n in (80, 60))
    reference = Reference.fit(train, test, encoder="pixels:8", cells=2, cache=None)
    source = open_images(tmp_path / "set")
    return source, reference.curve(source, cache=None)


def test_the_report_shows_what_was_audited(audited, tmp_path):
    source, curve = audited
    folder = write_audit(tmp_path / "out", curve, generated=source, train=None, details={})
    assert "16 of 40 pictures of the set" in (folder / "report.html").read_text()


@pytest.mark.parametrize("left", [0, 1, 39])
def test_pictures_that_are_gone_or_broken_by_then_do_not_stop_it(audited, tmp_path, left):
    source, curve = audited
    for i, path in enumerate(sorted((tmp_path / "set").iterdir())[left:]):
        path.unlink() if i % 2 else path.write_bytes(b"no picture any more")
    folder = write_audit(tmp_path / "out", curve, generated=source, train=None, details={})
    page = (folder / "report.html").read_text()
    assert ("Some of the pictures" in page) == (left > 1)
    assert (folder / "result.json").is_file()

"""Which sets a folder holds."""

import numpy as np
import pytest
from PIL import Image

from whorl import ImageError
from whorl.evaluation.sets import find_sets

PICTURES = np.zeros((2, 8, 8, 3), np.uint8)


def put(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".png":
            Image.fromarray(PICTURES[0]).save(path)
        else:
            np.savez(path, PICTURES)


def test_architectures_with_runs_in_archives_and_folders(tmp_path):
    put(tmp_path, "ddpm/a.npz", "ddpm/b/1.png", "gan/a/2.png", "gan/.DS_Store/x.png", "gan/notes.md.npz")
    (tmp_path / "ddpm" / "readme.md").write_text("not a set")
    found = find_sets(tmp_path)
    assert [place.name for place in found] == ["ddpm/a", "ddpm/b", "gan/a", "gan/notes.md"]
    assert {place.dataset for place in found} == {""}
    assert (found[1].architecture, found[1].run) == ("ddpm", "b")


def test_data_sets_with_architectures_with_runs(tmp_path):
    put(tmp_path, "mnist/gan/a.npz", "faces/gan/a.npz", "faces/vae/b/1.png")
    found = find_sets(tmp_path)
    assert [(place.dataset, place.architecture, place.run) for place in found] == [
        ("faces", "gan", "a"),
        ("faces", "vae", "b"),
        ("mnist", "gan", "a"),
    ]


def test_links_are_followed(tmp_path):
    put(tmp_path / "far", "gan/a.npz", "vae/a.npz")
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "mine").symlink_to(tmp_path / "far")
    assert [place.name for place in find_sets(tmp_path / "near")] == ["mine/gan/a", "mine/vae/a"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "holds no sets"),
        (("a.npz", "b.npz"), "holds no sets"),
        (("a/b/c/d.npz", "a/b/c/e.npz"), "holds no sets"),
        (("gan/a.npz", "mnist/gan/a.npz"), "two depths"),
        (("gan/a.npz",), "holds one set, gan/a"),
        (("gan/a.npz", "gan/a/1.png"), "two sets called gan/a"),
    ],
)
def test_other_layouts_are_told(tmp_path, names, message):
    put(tmp_path, *names)
    with pytest.raises(ImageError, match=message):
        find_sets(tmp_path)


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(ImageError, match="no folder"):
        find_sets(tmp_path / "missing")

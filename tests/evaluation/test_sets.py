"""Which sets a folder holds."""

import numpy as np
import pytest
from PIL import Image

from whorl import ImageError, open_images
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
        (("a.npz", "run-1.npz"), "holds no sets"),
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


def test_runs_in_one_file_per_architecture(tmp_path):
    rows = {f"run-{run}": np.full((run, 8, 8, 3), run, np.uint8) for run in (1, 2, 10)}
    np.savez_compressed(tmp_path / "ddpm.npz", **rows)
    np.savez(tmp_path / "gan.b.npz", **{"run-1": PICTURES})
    (tmp_path / "README.md").write_text("not a set")
    (tmp_path / "recipe.json").write_text("{}")
    found = find_sets(tmp_path)
    assert [place.name for place in found] == ["ddpm/run-1", "ddpm/run-10", "ddpm/run-2", "gan.b/run-1"]
    assert (found[1].dataset, found[1].architecture, found[1].run) == ("", "ddpm", "run-10")
    assert [len(open_images(place.source)) for place in found] == [1, 10, 2, 2]
    put(tmp_path, "vae/a.npz")
    assert [place.name for place in find_sets(tmp_path)][-1] == "vae/a"
    put(tmp_path, "ddpm/run-2.npz")
    with pytest.raises(ImageError, match=r"two sets called ddpm/run-2"):
        find_sets(tmp_path)
    put(tmp_path, "mnist/gan/a.npz")
    with pytest.raises(ImageError, match=r"two depths \(.* and mnist/gan/a\.npz\)"):
        find_sets(tmp_path)


def test_one_run_alone_and_a_damaged_file_are_told(tmp_path):
    path = tmp_path / "ddpm.npz"
    np.savez(path, **{"run-1": PICTURES})
    with pytest.raises(ImageError, match="holds one set, ddpm/run-1"):
        find_sets(tmp_path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ImageError, match=r"ddpm\.npz is no whole"):
        find_sets(tmp_path)

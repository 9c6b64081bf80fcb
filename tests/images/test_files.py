"""Folders, list files, lists of paths, patterns, and what is nothing of these."""

import os

import numpy as np
import pytest
from storing import png, some_pictures, write_folder, write_parquet, write_tar, write_zip

from whorl.errors import ImageError
from whorl.images import open_images
from whorl.images.listing import expand_braces


def test_a_folder_is_recursive_sorted_and_leaves_litter_out(tmp_path, files):
    litter = {
        ".DS_Store": b"x",
        "a/._one.png": b"x",
        "__MACOSX/one.png": b"x",
        ".git/x.png": b"x",
        "notes.md": b"x",
    }
    source = open_images(write_folder(tmp_path, files | litter | {"a/UPPER.JPG": files["four.png"]}))
    assert list(source.ids) == [
        "a/UPPER.JPG",
        "a/one.png",
        "a/two.png",
        "b/three.png",
        "b/two.png",
        "four.png",
    ]
    assert source.name == str(tmp_path)


def test_loops_of_links_end_and_linked_pictures_count(tmp_path, files):
    folder = write_folder(tmp_path / "set", files)
    elsewhere = write_folder(tmp_path / "elsewhere", {"five.png": files["four.png"]})
    (folder / "loop").symlink_to(folder)
    (folder / "a" / "up").symlink_to("..")
    (folder / "linked").symlink_to(elsewhere)
    (folder / "dangling.png").symlink_to(tmp_path / "gone.png")
    source = open_images(folder)
    expected = [
        "a/one.png",
        "a/two.png",
        "b/three.png",
        "b/two.png",
        "dangling.png",
        "four.png",
        "linked/five.png",
    ]
    assert list(source.ids) == expected
    with pytest.raises(ImageError, match="No such file"):
        source[4]
    assert len(source.digest_of(4)) == 64


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_does_not_hang(tmp_path, files):
    os.mkfifo(write_folder(tmp_path, files) / "pipe.png")
    assert "pipe.png" not in open_images(tmp_path).ids
    with pytest.raises(ImageError, match="no regular file"):
        open_images([tmp_path / "pipe.png"])[0]


def test_an_empty_folder_says_what_was_sought_and_what_found(tmp_path):
    write_folder(tmp_path, {"a.json": b"", "b.json": b"", "c/README": b""})
    with pytest.raises(ImageError, match=r"jpg, jpeg, png.*3 other files \(2 \.json, 1 without extension\)"):
        open_images(tmp_path)


def test_a_name_that_is_no_utf8_still_has_a_usable_id(tmp_path, files):
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.png")).write_bytes(files["four.png"])
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    source = open_images(tmp_path)
    assert source.ids[0].encode() == b"caf?.png"
    assert source[0].shape == (9, 7, 3)


def test_several_splits_in_one_folder_are_not_mixed(tmp_path, files):
    for split in ("train", "test"):
        write_parquet(tmp_path / f"data/{split}-00000-of-00001.parquet", files)
    with pytest.raises(ImageError, match=r"several splits \(test, train\).*data/train\*"):
        open_images(tmp_path)
    source = open_images(f"{tmp_path}/data/train*")
    assert len(source) == 5


def test_shards_are_concatenated_in_order(tmp_path, files):
    names = list(files)
    for number in range(3):
        write_tar(tmp_path / f"shard-{number:03d}.tar", {n: files[n] for n in names[number : number + 2]})
    whole = open_images(tmp_path)
    assert list(whole.ids[:3]) == [
        "shard-000.tar/a/one.png",
        "shard-000.tar/a/two.png",
        "shard-001.tar/a/two.png",
    ]
    braces = open_images(f"{tmp_path}/shard-{{000..002}}.tar")
    listed = open_images([tmp_path / f"shard-{number:03d}.tar" for number in range(3)])
    assert whole.digest == braces.digest == listed.digest
    with pytest.raises(ImageError, match=r"shard-003\.tar.*does not exist"):
        open_images(f"{tmp_path}/shard-{{000..003}}.tar")
    write_parquet(tmp_path / "x.parquet", files)
    with pytest.raises(ImageError, match=r"both \.parquet and \.tar"):
        open_images(tmp_path)


def test_braces_expand_as_in_a_shell():
    assert expand_braces("x-{8..10}-{a,b}") == ["x-8-a", "x-8-b", "x-9-a", "x-9-b", "x-10-a", "x-10-b"]
    assert expand_braces(r"{a\1,b}") == [r"a\1", "b"]
    with pytest.raises(ImageError, match="more than 1,000,000"):
        expand_braces("{0..99999999}")


def test_a_glob_takes_pictures_and_leaves_the_rest(tmp_path, files):
    write_folder(tmp_path, files | {"README.txt": b"about", "a/labels.json": b"{}"})
    assert len(open_images(f"{tmp_path}/**/*")) == 5
    assert len(open_images(f"{tmp_path}/a/*")) == 2
    with pytest.raises(ImageError, match="nothing matches"):
        open_images(f"{tmp_path}/*.webp")


def test_a_list_file_is_relative_to_itself(tmp_path, files, pictures):
    folder = write_folder(tmp_path / "pictures", files)
    lines = [
        "\ufeff# first",
        "",
        "  ../pictures/four.png  ",
        f"{folder / 'b/two.png'}",
        "../pictures/four.png",
        "no.png",
    ]
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "some.txt").write_text("\n".join(lines), encoding="utf-8")
    source = open_images(tmp_path / "lists" / "some.txt")
    assert source.ids[0] == "../pictures/four.png"
    assert source.ids[2] == "../pictures/four.png#2"
    np.testing.assert_array_equal(source[1], pictures[3])
    with pytest.raises(ImageError, match="No such file"):
        source[3]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"# nothing\n\n", "names no pictures"),
        (b"\xff\xfe\x00broken", "no whole UTF-8 list"),
        (b"gone/a.png\ngone/b.png\n", "none of its 2 pictures exists"),
        (b"self.txt\n", "another list"),
        (b"here.png\nother.zip\n", "mixes pictures"),
    ],
)
def test_a_useless_list_file_is_refused(tmp_path, content, reason):
    (tmp_path / "self.txt").write_bytes(content)
    with pytest.raises(ImageError, match=reason):
        open_images(tmp_path / "self.txt")


def test_a_single_picture_and_folders_in_a_list(tmp_path, files):
    folder = write_folder(tmp_path, files)
    assert open_images(folder / "four.png").ids == ("four.png",)
    both = open_images([folder / "a", folder / "b"])
    assert len(both) == 4
    assert both.ids[3] == f"{folder.as_posix()}/b/two.png"


def test_a_list_of_sources_is_their_concatenation(tmp_path, files, pictures):
    both = open_images([open_images(write_zip(tmp_path / "x.zip", files)), open_images(pictures)])
    assert len(both) == 10
    np.testing.assert_array_equal(both[9], pictures[4])


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("no/such/folder", "does not exist"),
        ("uoft-cs/cifar10", r"does not exist.*load_dataset"),
        ("x" * 5000, "does not exist"),
        ("", "does not exist"),
        ("nul\0byte", "does not exist"),
        ([], "is empty"),
        ([1, 2], "item 0 is no picture"),
        (["a.png", 3], "item 0 is no picture"),
        (7, r"a folder, a picture.*found int 7"),
        (None, "found NoneType"),
        ({"train": 1}, r"keys \['train'\]"),
        (b"bytes", "found bytes"),
        (np.ndarray, "found type"),
    ],
)
def test_what_is_no_source_is_told_what_is(source, reason):
    with pytest.raises(ImageError, match=reason):
        open_images(source)


def test_a_known_file_of_no_known_kind(tmp_path):
    (tmp_path / "x.heic").write_bytes(b"")
    with pytest.raises(ImageError, match="none of the kinds known by their extension"):
        open_images(tmp_path / "x.heic")
    (tmp_path / "x.zip").write_bytes(b"")
    with pytest.raises(ImageError, match=r"only a \.npz or \.parquet"):
        open_images(f"{tmp_path}/x.zip::part")


def test_a_picture_file_beyond_the_size_limit_is_refused_unread(tmp_path, monkeypatch):
    (tmp_path / "x.png").write_bytes(png(some_pictures(1)[0]))
    monkeypatch.setattr("whorl.images.reading.MAX_ENTRY_BYTES", 100)
    with pytest.raises(ImageError, match="more than the limit of 100"):
        open_images(tmp_path)[0]

"""Zip and tar as strangers make them."""

import gzip
import io
import os
import struct
import tarfile
import zipfile

import numpy as np
import pytest
from storing import tar_bytes, write_tar, write_zip

from whorl.errors import ImageError
from whorl.images import open_images

CLIMBING = ["../out.png", "a/../../out.png", "/etc/out.png", "..\\out.png", "C:\\out.png"]


@pytest.mark.parametrize("name", CLIMBING)
@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_an_entry_that_points_outside_is_refused_on_opening(tmp_path, files, name, write):
    path = write(tmp_path / f"x.{write.__name__[6:]}", files | {name: files["four.png"]})
    with pytest.raises(ImageError, match="points outside the archive") as caught:
        open_images(path)
    assert repr(name) in str(caught.value)
    assert str(path) in str(caught.value)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_litter_links_and_other_files_are_left_out(tmp_path, files, write):
    litter = {
        "__MACOSX/a/._one.png": b"x",
        ".hidden.png": b"x",
        "a/one.json": b"{}",
        "./dot.png": files["four.png"],
    }
    source = open_images(write(tmp_path / f"x.{write.__name__[6:]}", files | litter))
    assert list(source.ids) == ["a/one.png", "a/two.png", "b/three.png", "b/two.png", "dot.png", "four.png"]


@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_an_archive_without_pictures_says_what_it_holds(tmp_path, write):
    path = write(tmp_path / f"x.{write.__name__[6:]}", {"a.json": b"{}"})
    with pytest.raises(ImageError, match=r"no pictures: looked for jpg.*1 other file \(1 \.json\)"):
        open_images(path)


@pytest.mark.parametrize("kept", [0, 10, 500, -30])
def test_a_truncated_zip_is_refused_on_opening(tmp_path, files, kept):
    path = write_zip(tmp_path / "x.zip", files)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ImageError, match=r"x\.zip is no whole zip archive"):
        open_images(path)


def test_a_tar_cut_anywhere_is_refused_on_opening(tmp_path, files):
    whole = tar_bytes(files)
    end = len(whole.rstrip(b"\0")) + 1024
    cuts = [0, 1, 100, 512, 600, 1024, *range(1536, end, 512), *range(1600, end - 1024, 700)]
    for cut in sorted(set(cuts)):
        (tmp_path / "x.tar").write_bytes(whole[:cut])
        last_mark = cut // 512 * 512
        complete = cut >= 1024 and not any(whole[last_mark - 512 : last_mark])
        if complete and not whole[last_mark - 512 : end].strip(b"\0"):
            continue  # The end mark itself is there.
        with pytest.raises(ImageError, match=r"x\.tar is no whole tar archive"):
            open_images(tmp_path / "x.tar")


@pytest.mark.parametrize("kept", [0, 5, 300, -4])
def test_a_truncated_or_altered_gzipped_tar_is_refused_on_opening(tmp_path, files, kept):
    packed = gzip.compress(tar_bytes(files))
    (tmp_path / "x.tar.gz").write_bytes(packed[:kept])
    with pytest.raises(ImageError, match="no whole"):
        open_images(tmp_path / "x.tar.gz")
    altered = gzip.compress(tar_bytes(files), 0)  # Stored, so that only the checksum tells.
    altered = bytearray(altered)
    altered[len(altered) // 2] ^= 1
    (tmp_path / "y.tgz").write_bytes(altered)
    with pytest.raises(ImageError, match="no whole"):
        open_images(tmp_path / "y.tgz")


def test_a_damaged_header_in_mid_tar_is_no_end(tmp_path, files):
    whole = bytearray(tar_bytes(files))
    second = whole.index(b"a/two.png")
    whole[second] = ord("X")
    (tmp_path / "x.tar").write_bytes(whole)
    with pytest.raises(ImageError, match="no whole tar archive"):
        open_images(tmp_path / "x.tar")


def test_an_archive_cut_after_opening_is_an_image_error(tmp_path, files):
    for path in (write_zip(tmp_path / "x.zip", files), write_tar(tmp_path / "x.tar", files)):
        source = open_images(path)
        path.write_bytes(path.read_bytes()[:600])
        with pytest.raises(ImageError) as caught:
            source[4]
        assert caught.value.id == "four.png"


def test_an_encrypted_zip_is_refused(tmp_path, files):
    path = write_zip(tmp_path / "x.zip", {"one.png": files["four.png"]})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ImageError, match=r"x\.zip is encrypted.*without"):
        open_images(path)


def test_an_unknown_packing_is_refused(tmp_path, files):
    path = write_zip(tmp_path / "x.zip", files, zipfile.ZIP_LZMA)
    with pytest.raises(ImageError, match="packed by method 14; repack"):
        open_images(path)


def _with_size(path, size):
    """Overwrite the unpacked size that the directory of a one-entry zip declares."""
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.index(b"PK\1\2") + 24, size)
    path.write_bytes(data)
    return open_images(path)


def test_a_zip_that_lies_about_sizes_is_caught_without_unpacking_it_all(tmp_path):
    path = write_zip(tmp_path / "bomb.zip", {"bomb.png": bytes(300 << 20)})
    assert path.stat().st_size < 1 << 20
    import tracemalloc

    source = _with_size(path, 1000)
    tracemalloc.start()
    with pytest.raises(ImageError, match="not the declared one"):
        source[0]
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()
    with pytest.raises(ImageError, match="more than the limit"):
        _with_size(path, 600 << 20)[0]


def test_damage_inside_a_zip_entry_is_found(tmp_path, files):
    path = write_zip(tmp_path / "x.zip", files, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(files["a/two.png"]) + 60] ^= 1
    path.write_bytes(data)
    with pytest.raises(ImageError, match=r"a/two\.png cannot be read: .*damaged"):
        open_images(path)[1]


def test_nothing_is_written_beside_a_zip(tmp_path, files, monkeypatch):
    path = write_zip(tmp_path / "x.zip", files)
    monkeypatch.chdir(tmp_path)
    before = {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*")}
    assert open_images(path)[0].shape == (9, 7, 3)
    assert {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*")} == before


def test_links_and_devices_in_a_tar_are_ignored(tmp_path, files):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name, kind, target in (
            ("link.png", tarfile.SYMTYPE, "/etc/passwd"),
            ("hard.png", tarfile.LNKTYPE, "four.png"),
            ("device.png", tarfile.CHRTYPE, ""),
            ("pipe.png", tarfile.FIFOTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            tar.addfile(info)
        info = tarfile.TarInfo("four.png")
        info.size = len(files["four.png"])
        tar.addfile(info, io.BytesIO(files["four.png"]))
    (tmp_path / "x.tar").write_bytes(file.getvalue())
    assert open_images(tmp_path / "x.tar").ids == ("four.png",)


def test_a_symbolic_link_in_a_zip_is_ignored(tmp_path, files):
    path = write_zip(tmp_path / "x.zip", files)
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "link.png" not in open_images(path).ids


def test_a_repeated_name_keeps_both_pictures_apart(tmp_path, files, pictures):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for data in (files["a/one.png"], files["a/two.png"]):
            info = tarfile.TarInfo("same.png")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    (tmp_path / "x.tar").write_bytes(file.getvalue())
    source = open_images(tmp_path / "x.tar")
    assert source.ids == ("same.png", "same.png#2")
    np.testing.assert_array_equal(source[1], pictures[1])


def test_a_tar_entry_beyond_the_size_limit_is_refused(tmp_path, files, monkeypatch):
    limit = 150
    monkeypatch.setattr("whorl.images.reading.MAX_ENTRY_BYTES", limit)
    monkeypatch.setattr("whorl.images.tar.MAX_ENTRY_BYTES", limit)
    for name in ("x.tar", "x.tar.gz"):
        with pytest.raises(ImageError, match="more than the limit of 150"):
            open_images(write_tar(tmp_path / name, files))[0]


def test_a_gzipped_tar_unpacks_only_so_far(tmp_path, files, monkeypatch):
    monkeypatch.setattr("whorl.images.spool.MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(ImageError, match="unpacks to more than 1,000 bytes"):
        open_images(write_tar(tmp_path / "x.tar.gz", files))


def test_many_archives_need_no_open_handles(tmp_path, files):
    handles = "/proc/self/fd"
    if not os.path.isdir(handles):  # noqa: PTH112
        pytest.skip("no /proc here")
    before = len(os.listdir(handles))  # noqa: PTH208
    paths = [write_tar(tmp_path / f"{number}.tar", files) for number in range(20)]
    source = open_images(paths)
    for picture in source:
        assert picture.shape == (9, 7, 3)
    assert len(os.listdir(handles)) <= before + 1  # noqa: PTH208

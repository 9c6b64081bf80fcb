"""What holds for every kind of source: one contract, the same pixels, pickling, forks, threads."""

import hashlib
import multiprocessing
import pickle
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from storing import files_of, some_pictures, write_folder, write_parquet, write_tar, write_zip

from whorl.checks import check_image_source
from whorl.errors import ImageError
from whorl.images import Concatenation, Selection, open_images, pixel_digest


def _listed(tmp_path, files):
    write_folder(tmp_path / "list", files)
    lines = ["# a comment", "", *files]
    (tmp_path / "list" / "some.txt").write_text("\n".join(lines))
    return tmp_path / "list" / "some.txt"


def _saved(path, pictures, save):
    save(path, pictures)
    return path


class Torchlike:
    def __init__(self, pictures):
        self.pictures = pictures

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        return Image.fromarray(self.pictures[index]), index


def _parts(tmp_path, files):
    names = list(files)
    first = {name: files[name] for name in names[:2]}
    rest = {name: files[name] for name in names[2:]}
    return [write_zip(tmp_path / "1.zip", first), write_tar(tmp_path / "2.tar", rest)]


def _shards(tmp_path, files):
    names = list(files)
    for number, part in enumerate((names[:3], names[3:])):
        path = tmp_path / "hub" / "data" / f"train-0000{number}-of-00002.parquet"
        write_parquet(path, {name: files[name] for name in part}, paths=False)
    return tmp_path / "hub"


def _huggingface(pictures):
    import datasets

    rows = {"image": [Image.fromarray(each) for each in pictures], "label": [0] * len(pictures)}
    return datasets.Dataset.from_dict(
        rows, features=datasets.Features({"image": datasets.Image(), "label": datasets.Value("int64")})
    )


SOURCES = {
    "folder": lambda t, p, f: write_folder(t / "folder", f),
    "files": lambda t, p, f: [write_folder(t / "files", f) / name for name in f],
    "glob": lambda t, p, f: (
        f"{write_folder(t / 'glob', {n.replace('/', '-'): d for n, d in f.items()})}/*.png"
    ),
    "zip": lambda t, p, f: write_zip(t / "deflated.zip", f),
    "stored zip": lambda t, p, f: write_zip(t / "stored.zip", f, zipfile.ZIP_STORED),
    "bzip2 zip": lambda t, p, f: write_zip(t / "bzip2.zip", f, zipfile.ZIP_BZIP2),
    "tar": lambda t, p, f: write_tar(t / "a.tar", f),
    "tar.gz": lambda t, p, f: write_tar(t / "a.tar.gz", f),
    "npy": lambda t, p, f: _saved(t / "a.npy", p, np.save),
    "npz": lambda t, p, f: _saved(t / "a.npz", p, np.savez),
    "compressed npz": lambda t, p, f: _saved(t / "b.npz", p, np.savez_compressed),
    "fortran npy": lambda t, p, f: _saved(t / "f.npy", np.asfortranarray(p), np.save),
    "fortran npz": lambda t, p, f: _saved(t / "g.npz", np.asfortranarray(p), np.savez_compressed),
    "array": lambda t, p, f: p,
    "parquet": lambda t, p, f: write_parquet(t / "a.parquet", f),
    "text list": lambda t, p, f: _listed(t, f),
    "arrays": lambda t, p, f: list(p),
    "torch-like": lambda t, p, f: Torchlike(p),
    "hugging face": lambda t, p, f: _huggingface(p),
    "concatenation": lambda t, p, f: _parts(t, f),
    "shards": lambda t, p, f: _shards(t, f),
    "selection": lambda t, p, f: Selection(open_images(np.concatenate([p, p])), [5, 1, 7, 3, 4]),
}


@pytest.fixture(params=SOURCES)
def opened(request, tmp_path):
    # In the order of their sorted names, which is the order of folders and archives.
    files = dict(sorted(files_of(some_pictures()).items()))
    order = [list(files_of(some_pictures())).index(name) for name in files]
    pictures = some_pictures()[order]
    return open_images(SOURCES[request.param](tmp_path, pictures, files)), pictures


def test_every_source_keeps_the_contract_and_gives_the_same_pixels(opened):
    source, pictures = opened
    check_image_source(source)
    assert len(source) == len(pictures)
    for index, picture in enumerate(pictures):
        np.testing.assert_array_equal(source[index], picture)
    assert len(list(source)) == len(pictures)
    assert [pixel_digest(each) for each in source] == [pixel_digest(each) for each in pictures]


def test_every_source_is_pickled_without_its_handles(opened):
    source, pictures = opened
    digest = source.digest
    source[0]
    copy = pickle.loads(pickle.dumps(source))
    assert copy.ids == source.ids
    assert [copy.digest_of(i) for i in range(len(copy))] == [source.digest_of(i) for i in range(len(source))]
    assert copy.digest == digest
    np.testing.assert_array_equal(copy[1], pictures[1])


def test_an_opened_source_is_returned_as_it_is(opened):
    assert open_images(opened[0]) is opened[0]


def _reads(source):
    return [pixel_digest(each) for each in source]


@pytest.mark.parametrize("kind", ["parquet", "zip", "tar.gz", "compressed npz", "arrays"])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_reads_on(kind, tmp_path):
    files = dict(sorted(files_of(some_pictures()).items()))
    source = open_images(SOURCES[kind](tmp_path, some_pictures(), files))
    expected = _reads(source)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(_reads, [source] * 2) == [expected] * 2


def test_the_digest_is_of_what_is_stored_in_order_and_not_of_names(tmp_path, files):
    in_folder = open_images(write_folder(tmp_path / "x", files))
    in_zip = open_images(write_zip(tmp_path / "x.zip", files))
    in_tar = open_images(write_tar(tmp_path / "x.tgz", files))
    assert in_folder.digest == in_zip.digest == in_tar.digest
    in_rows = open_images(write_parquet(tmp_path / "x.parquet", files))
    assert in_rows.digest == in_folder.digest
    renamed = write_folder(tmp_path / "y", {f"z{name}": data for name, data in files.items()})
    assert open_images(renamed).digest == in_folder.digest
    (renamed / "zfour.png").rename(renamed / "first.png")
    reordered = open_images(renamed)
    assert reordered.digest != in_folder.digest
    assert reordered.digest_of(0) == in_folder.digest_of(4)
    # Stable over processes and versions: SHA-256 of length and bytes, computed apart.
    data = files["a/one.png"]
    assert in_folder.digest_of(0) == hashlib.sha256(len(data).to_bytes(8, "little") + data).hexdigest()


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "tar.gz", "parquet", "array", "torch-like"])
def test_eight_threads_read_what_one_reads(kind, tmp_path):
    pictures = some_pictures()
    files = dict(sorted(files_of(pictures).items()))
    source = open_images(SOURCES[kind](tmp_path, pictures, files))
    expected = _reads(source)
    order = np.random.default_rng(0).integers(0, len(source), 400).tolist()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: pixel_digest(source[i]), order))
    assert found == [expected[i] for i in order]


def test_one_broken_picture_among_many_is_named_and_the_rest_is_read(tmp_path, files, pictures):
    files["b/three.png"] = files["b/three.png"][:100]
    for opened in (
        open_images(write_folder(tmp_path / "x", files)),
        open_images(write_zip(tmp_path / "x.zip", files)),
        open_images(write_tar(tmp_path / "x.tar", files)),
        open_images(write_parquet(tmp_path / "x.parquet", dict(sorted(files.items())))),
    ):
        assert opened.ids[2] == "b/three.png"
        with pytest.raises(ImageError, match=r"b/three\.png.*truncated") as caught:
            opened[2]
        assert caught.value.id == "b/three.png"
        assert "b/three.png" not in caught.value.reason
        np.testing.assert_array_equal(opened[3], pictures[3])
        assert len(opened.digest_of(2)) == 64
        check_image_source(opened)


def test_the_error_of_a_part_carries_the_id_of_the_whole(tmp_path, files):
    files["four.png"] = b"no picture"
    path = write_zip(tmp_path / "x.zip", files)
    both = Concatenation("both", [open_images(path), open_images(path)], ["l", "r"])
    with pytest.raises(ImageError) as caught:
        both[9]
    assert caught.value.id == both.ids[9] == "r/four.png"
    check_image_source(both)


def test_check_image_source_finds_breaches(pictures):
    class Broken(type(open_images(pictures))):
        ids = ("same",) * 5

    with pytest.raises(AssertionError, match="1 of its 5 ids"):
        check_image_source(Broken(pictures))

    class Fickle(type(open_images(pictures))):
        def _read(self, index):
            return np.random.default_rng().integers(0, 256, (4, 4, 3), np.uint8)

    with pytest.raises(AssertionError, match="another when it is read again"):
        check_image_source(Fickle(pictures))

    class Wrapping(type(open_images(pictures))):
        def _within(self, index):
            return index % 5

    with pytest.raises(AssertionError, match="index -1 of 5"):
        check_image_source(Wrapping(pictures))

    class Grey(type(open_images(pictures))):
        def _read(self, index):
            return super()._read(index)[..., 0]

    with pytest.raises(AssertionError, match="expected uint8"):
        check_image_source(Grey(pictures))

"""Parquet in the Hugging Face image schema."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from storing import NAMES, png, some_pictures, write_parquet

from whorl.checks import check_image_source
from whorl.errors import ImageError
from whorl.images import open_images, row_groups


def test_ids_are_paths_where_unique_and_safe_else_row_numbers(tmp_path, files):
    assert open_images(write_parquet(tmp_path / "a.parquet", files)).ids == NAMES
    assert open_images(write_parquet(tmp_path / "b.parquet", files, paths=False)).ids[4] == "row-000004"
    data = files["four.png"]
    for bad in ("../x.png", "/x.png", ""):
        path = write_parquet(tmp_path / "c.parquet", {"a.png": data, bad: data})
        assert open_images(path).ids == ("row-000000", "row-000001")
    rows = [{"bytes": data, "path": "same.png"}] * 2
    pq.write_table(pa.table({"image": rows}), tmp_path / "d.parquet")
    assert open_images(tmp_path / "d.parquet").ids == ("row-000000", "row-000001")


@pytest.mark.parametrize("column", ["image", "img", "anything"])
def test_the_column_is_found_by_name_or_schema(tmp_path, files, column, pictures):
    source = open_images(write_parquet(tmp_path / "a.parquet", files, column))
    np.testing.assert_array_equal(source[4], pictures[4])


def test_a_plain_binary_column_and_a_choice_of_two(tmp_path, files, pictures):
    data = list(files.values())
    pq.write_table(pa.table({"png": pa.array(data, pa.large_binary())}), tmp_path / "a.parquet")
    np.testing.assert_array_equal(open_images(tmp_path / "a.parquet")[2], pictures[2])
    pq.write_table(pa.table({"left": data, "right": data[::-1]}), tmp_path / "b.parquet")
    with pytest.raises(ImageError, match=r"several binary columns; choose one, such as '.*b\.parquet::left'"):
        open_images(tmp_path / "b.parquet")
    np.testing.assert_array_equal(open_images(f"{tmp_path}/b.parquet::right")[0], pictures[4])
    with pytest.raises(ImageError, match="no column of pictures named 'up'"):
        open_images(f"{tmp_path}/b.parquet::up")
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "c.parquet")
    with pytest.raises(ImageError, match=r"no column of pictures: expected struct.*text: string"):
        open_images(tmp_path / "c.parquet")


def test_missing_bytes_are_told_and_rows_around_them_are_read(tmp_path, files):
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    rows = [{"bytes": files["four.png"], "path": None}, {"bytes": None, "path": "x.png"}, None]
    pq.write_table(pa.table({"image": pa.array(rows, kind)}), tmp_path / "a.parquet")
    source = open_images(tmp_path / "a.parquet")
    check_image_source(source)
    for index in (1, 2):
        with pytest.raises(ImageError, match="holds no bytes"):
            source[index]


def test_an_empty_and_a_broken_file_are_refused_on_opening(tmp_path, files):
    kind = pa.struct([("bytes", pa.binary())])
    pq.write_table(pa.table({"image": pa.array([], kind)}), tmp_path / "a.parquet")
    with pytest.raises(ImageError, match="holds no pictures"):
        open_images(tmp_path / "a.parquet")
    whole = write_parquet(tmp_path / "b.parquet", files).read_bytes()
    for kept in (0, 4, 100, len(whole) - 1):
        (tmp_path / "b.parquet").write_bytes(whole[:kept])
        with pytest.raises(ImageError, match=r"b\.parquet is no whole Parquet file"):
            open_images(tmp_path / "b.parquet")


def test_damage_in_one_row_group_leaves_the_others_readable(tmp_path, files, pictures):
    path = tmp_path / "a.parquet"
    rows = [{"bytes": data, "path": None} for data in files.values()]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    pq.write_table(
        pa.table({"image": pa.array(rows, kind)}),
        path,
        row_group_size=1,
        compression="none",
        use_dictionary=False,
        write_statistics=False,
        write_page_checksum=True,
    )
    data = bytearray(path.read_bytes())
    data[data.index(files["a/two.png"]) + 60] ^= 1
    path.write_bytes(data)
    source = open_images(path)
    for _ in range(2):
        with pytest.raises(ImageError, match="damaged"):
            source[1]
        np.testing.assert_array_equal(source[2], pictures[2])


def test_a_large_row_group_is_read_in_windows_in_any_order(tmp_path, monkeypatch):
    pictures = some_pictures(40, 16, 16)
    files = {f"{number}.png": png(picture) for number, picture in enumerate(pictures)}
    path = write_parquet(tmp_path / "a.parquet", files, rows_per_group=25)
    monkeypatch.setattr(row_groups, "_WINDOW_BYTES", 4 * len(files["0.png"]))
    source = open_images(path)
    rng = np.random.default_rng(0)
    for index in [*range(40), *range(39, -1, -1), *rng.integers(0, 40, 60).tolist()]:
        np.testing.assert_array_equal(source[index], pictures[index])
    order = rng.integers(0, 40, 400).tolist()
    with ThreadPoolExecutor(8) as pool:
        for index, picture in zip(order, pool.map(source.__getitem__, order), strict=True):
            np.testing.assert_array_equal(picture, pictures[index])
    held = source._rows.get()._windows
    assert len(held) == 4
    assert max(len(window.rows) for window in held) <= 5

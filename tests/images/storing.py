"""The same few pictures, stored in every way that Whorl reads."""

import gzip
import io
import tarfile
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

NAMES = ("a/one.png", "a/two.png", "b/three.png", "b/two.png", "four.png")


def some_pictures(count=5, height=9, width=7):
    return np.random.default_rng(5).integers(0, 256, (count, height, width, 3), np.uint8)


def png(pixels, format="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format, **options)
    return file.getvalue()


def files_of(pictures):
    return {name: png(picture) for name, picture in zip(NAMES, pictures, strict=True)}


def write_folder(folder, files):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def write_zip(path, files, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tar_bytes(files):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return file.getvalue()


def write_tar(path, files):
    data = tar_bytes(files)
    path.write_bytes(gzip.compress(data) if path.name.endswith("gz") else data)
    return path


def write_parquet(path, files, column="image", rows_per_group=2, paths=True, **more):
    rows = [{"bytes": data, "path": name if paths else None} for name, data in files.items()]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    table = pa.table({column: pa.array(rows, kind), "label": pa.array(range(len(rows))), **more})
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, row_group_size=rows_per_group)
    return path

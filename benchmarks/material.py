"""What the benchmarks run on: sizes, random embeddings with structure, pictures, a random ViT-B."""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from whorl import Reference
from whorl.embeddings import Embeddings
from whorl.embeddings.embeddings import from_arrays
from whorl.images.names import numbered_ids


@dataclass(frozen=True)
class Sizes:
    """How much of everything.

    Attributes:
        train, test, generated: pictures in T, P and Q, as embeddings.
        layers, width: how many layers of which width.
        small, large: pictures that are encoded, 32 x 32 and 256 x 256.
        product: side of the square matrices that tell the machine's rate.
        wide: (queries, points, columns) of the searches against the matrix-product rate.
        narrow: the same of the searches against a product of the same shape.
        blocks: blocks of the ViT-B.
        rounds: at most.
    """

    train: int
    test: int
    generated: int
    layers: int
    width: int
    small: int
    large: int
    product: int
    wide: tuple[tuple[int, int, int], ...]
    narrow: tuple[tuple[int, int, int], ...]
    blocks: int
    rounds: int


SIZES = {
    "full": Sizes(
        train=50_000,
        test=10_000,
        generated=500,
        layers=12,
        width=768,
        small=2048,
        large=32,
        product=3072,
        wide=((5_000, 50_000, 768), (2_000, 50_000, 3072)),
        narrow=((500, 50_000, 64), (10_000, 50_000, 64)),
        blocks=12,
        rounds=5,
    ),
    "tiny": Sizes(
        train=1_500,
        test=600,
        generated=500,
        layers=2,
        width=24,
        small=120,
        large=3,
        product=64,
        wide=((20, 100, 300),),
        narrow=((20, 100, 8),),
        blocks=1,
        rounds=1,
    ),
}


@dataclass(frozen=True)
class Layers:
    """Embeddings of T, P and Q: ten clumps in a 64-dimensional part of the space, noise in the rest."""

    train: Embeddings
    test: Embeddings
    generated: Embeddings

    @classmethod
    def draw(cls, sizes: Sizes) -> Layers:
        """Draw all layers."""
        sides: list[dict[int, NDArray[np.float32]]] = [{}, {}, {}]
        counts = (sizes.train, sizes.test, sizes.generated)
        for layer in range(1, sizes.layers + 1):
            rng = np.random.default_rng(layer)
            axes = rng.standard_normal((64, sizes.width), dtype=np.float32)
            axes *= np.linspace(2, 0.3, 64, dtype=np.float32)[:, None]
            clumps = rng.standard_normal((10, 64), dtype=np.float32)
            for side, count in zip(sides, counts, strict=True):
                places = clumps[rng.integers(0, 10, count)] + rng.standard_normal(
                    (count, 64), dtype=np.float32
                )
                noise = rng.standard_normal((count, sizes.width), dtype=np.float32)
                side[layer] = places @ axes + 0.3 * noise
        return cls(
            *(
                from_arrays(side, ids=numbered_ids("row", count), source=name)
                for side, count, name in zip(sides, counts, "TPQ", strict=True)
            )
        )


@dataclass(frozen=True)
class Fitted:
    """A Reference, and the seconds of its fit: all of building one but the encoding."""

    reference: Reference
    seconds: float

    @classmethod
    def of(cls, layers: Layers) -> Fitted:
        """Fit once; it takes long enough for one measurement to tell."""
        started = time.perf_counter()
        reference = Reference.from_embeddings(layers.train, layers.test, partitions=1)
        return cls(reference, time.perf_counter() - started)


def pictures(path: Path, count: int, side: int) -> Path:
    """Write `count` smooth random JPEG pictures, side x side, to a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(0)
    rows = []
    for _ in range(count):
        small = Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8))
        file = io.BytesIO()
        small.resize((side, side), Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
        rows.append({"bytes": file.getvalue(), "path": None})
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    pq.write_table(pa.table({"image": pa.array(rows, kind)}), path, row_group_size=256)
    return path


def random_vit(folder: Path, sizes: Sizes) -> str:
    """Save a ViT-B/16 (width 768, 12 heads, 224 x 224) with random weights, in transformers' format."""
    import torch
    from transformers import ViTConfig, ViTModel

    torch.manual_seed(0)
    ViTModel(ViTConfig(num_hidden_layers=sizes.blocks), add_pooling_layer=False).save_pretrained(folder)
    settings = {
        "image_processor_type": "ViTImageProcessor",
        "do_resize": True,
        "size": {"height": 224, "width": 224},
        "resample": 2,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    return str(folder)

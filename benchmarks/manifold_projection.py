"""Projection onto a manifold of 50,000 real pictures: seconds and peak memory, one JSON line.

    python benchmarks/manifold_projection.py --folder runs/manifold
    python benchmarks/manifold_projection.py --folder runs/manifold --pictures train.parquet --encoder spectrum:32

One process fits the manifold and saves it, another loads it, encodes the queries and projects them; the peak is
what the system calls that process's maximum resident set, libraries and mapped features included. Without
--pictures they are random landscapes: smooth, with a little noise. The line tells how busy the machine was.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from whorl.cores import cores
from whorl.images import Selection, limit, open_images
from whorl.manifold import Manifold


def landscapes(count: int, size: int = 32, seed: int = 0) -> np.ndarray:
    """Return uint8 (count, size, size, 3): a few waves each, falling with frequency, and noise."""
    rng, waves = np.random.default_rng(seed), 6
    y, x = np.mgrid[:size, :size] / size
    u, v = np.mgrid[:waves, :waves].reshape(2, -1)
    angles = 2 * np.pi * (u[:, None, None] * y + v[:, None, None] * x)
    basis = np.concatenate([np.cos(angles), np.sin(angles)]).reshape(2 * waves**2, -1).astype(np.float32)
    falling = np.tile(64 / (1 + np.hypot(u, v)), 2).astype(np.float32)
    pictures = np.empty((count, size, size, 3), dtype=np.uint8)
    for start in range(0, count, 1000):
        part = pictures[start : start + 1000]
        smooth = (rng.normal(size=(3 * len(part), len(falling))).astype(np.float32) * falling) @ basis
        noisy = 128 + smooth + rng.normal(0, 8, smooth.shape)
        part[:] = noisy.clip(0, 255).reshape(len(part), 3, size, size).transpose(0, 2, 3, 1)
    return pictures


def two_sets(chosen: argparse.Namespace) -> tuple[Any, Any]:
    """Return X_R and the queries, no picture in both."""
    total = chosen.real + chosen.queries
    if chosen.pictures is None:
        whole = open_images(landscapes(total))
    else:
        whole = limit(open_images(chosen.pictures), total, seed=0)
    return Selection(whole, range(chosen.real)), Selection(whole, range(chosen.real, total))


def prepare(chosen: argparse.Namespace) -> dict[str, object]:
    """Fit, save, and leave the queries in the cache."""
    real, queries = two_sets(chosen)
    started = time.perf_counter()
    manifold = Manifold.fit(real, encoder=chosen.encoder, cache=chosen.folder / "cache")
    fitted = time.perf_counter()
    manifold.save(chosen.folder / "manifold", overwrite=True)
    saved = time.perf_counter()
    manifold.embed(queries, cache=chosen.folder / "cache")
    return {
        "fit_seconds": round(fitted - started, 2),
        "save_seconds": round(saved - fitted, 2),
        "fit_peak_mb": _peak_mb(),
    }


def measure(chosen: argparse.Namespace) -> dict[str, object]:
    """Load, and project what the cache holds."""
    queries = two_sets(chosen)[1]
    begun = time.perf_counter()
    manifold = Manifold.load(chosen.folder / "manifold")
    loaded = time.perf_counter()
    held = manifold.embed(queries, cache=chosen.folder / "cache")
    started, busy = time.perf_counter(), time.process_time()
    found = manifold.artifacts(held)
    return {
        "real": len(manifold),
        "queries": len(found),
        "width": found.values.shape[1],
        "encoder": chosen.encoder,
        "load_seconds": round(loaded - begun, 2),
        "project_seconds": round(time.perf_counter() - started, 2),
        "project_cpu_seconds": round(time.process_time() - busy, 2),
        "project_peak_mb": _peak_mb(),
        "cores": cores(),
        "threads": os.environ.get("OMP_NUM_THREADS", "all"),
        "load_average": round(os.getloadavg()[0], 1),
    }


def _peak_mb() -> int:
    """Return the peak so far in megabytes (Linux counts in KiB)."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)


def main() -> None:
    """Fit in one process, project in another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where manifold and cache are written")
    parser.add_argument("--pictures", help="anything whorl opens; random landscapes without it")
    parser.add_argument("--encoder", default="pixels:32")
    parser.add_argument("--real", type=int, default=50_000)
    parser.add_argument("--queries", type=int, default=5_000)
    parser.add_argument("--only", choices=("prepare", "measure"), help="this part, in this process")
    chosen = parser.parse_args()
    if chosen.only:
        found = prepare(chosen) if chosen.only == "prepare" else measure(chosen)
        print(json.dumps(found), flush=True)
        return
    line: dict[str, object] = {}
    for part in ("prepare", "measure"):
        command = [sys.executable, __file__, *sys.argv[1:], "--only", part]
        line |= json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()

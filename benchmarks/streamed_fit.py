"""The fit of one streamed layer, T up to 1,000,000 x 768: seconds and peak memory, one JSON line per size.

    python benchmarks/streamed_fit.py --folder runs/streamed

Random embeddings are written once, as shards of the cache's own kind (3 GB for a million). Each size is
fitted in a process of its own, from the shards to a saved Reference; its peak is what the system calls the
maximum resident set, libraries included. The last lines tell how far the seconds lie from the straight line
through them, on the clock and of the processor (which other work on the machine moves less).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from whorl.embeddings import Embeddings
from whorl.embeddings.store import Shard, ShardStore
from whorl.memorization import Reference

SHARD_ROWS, P_ROWS = 1024, 10_000
SIZES = (100_000, 250_000, 500_000, 1_000_000)


def write_shards(folder: Path, name: str, rows: int, width: int) -> Embeddings:
    """Write random embeddings, unless they are there, and return them as an encoder's would be."""
    store = ShardStore(folder, f"random-{width}", (1,))
    paths, keys = [], []
    for number, start in enumerate(range(0, rows, SHARD_ROWS)):
        count = min(SHARD_ROWS, rows - start)
        seed = hashlib.sha256(f"{name} {number} {width}".encode()).digest()
        rng = np.random.default_rng(np.frombuffer(seed, dtype=np.uint32))
        keys.append(rng.integers(0, 256, (count, 16), dtype=np.uint8))
        paths.append(store.path([name, str(number), str(count)]))
        if not store.holds(paths[-1]):
            # A spread that falls from component to component, as that of real embeddings does.
            values = rng.standard_normal((count, width), dtype=np.float32) / np.sqrt(
                1 + np.arange(width, dtype=np.float32)
            )
            store.write(paths[-1], Shard(np.arange(count), keys[-1], {1: values}, ()))
    return Embeddings(
        ids=tuple(f"{name}-{i}" for i in range(rows)),
        keys=np.concatenate(keys),
        layers=(1,),
        read=store.rows(paths, [len(part) for part in keys]),
        source=name,
    )


def measure(folder: Path, rows: int, width: int, memory: str) -> dict[str, object]:
    """Fit and save in this process; return what it took."""
    train, test = write_shards(folder, "train", rows, width), write_shards(folder, "test", P_ROWS, width)
    before = _peak_mb()
    started, busy = time.perf_counter(), time.process_time()
    reference = Reference.from_embeddings(train, test, memory=memory, partitions=1)
    fitted, fit_peak, used = time.perf_counter(), _peak_mb(), time.process_time() - busy
    with tempfile.TemporaryDirectory(dir=folder) as place:
        reference.save(Path(place) / "reference")
    return {
        "rows": rows,
        "width": width,
        "way": next(iter(reference.ways)),
        "fit_seconds": round(fitted - started, 2),
        "fit_cpu_seconds": round(used, 2),
        "save_seconds": round(time.perf_counter() - fitted, 2),
        "peak_mb_before": before,
        "peak_mb_fitted": fit_peak,
        "peak_mb_saved": _peak_mb(),
        "digest": reference.digest[:12],
    }


def _peak_mb() -> int:
    """Return the peak so far in megabytes (Linux counts in KiB)."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)


def deviation(rows: list[int], seconds: list[float]) -> dict[str, float]:
    """Return the straight line through (rows, seconds) and how far the worst point lies from it."""
    slope, intercept = np.polyfit(rows, seconds, 1)
    line = slope * np.array(rows) + intercept
    return {
        "seconds_per_100000_rows": round(float(slope) * 1e5, 3),
        "seconds_at_0": round(float(intercept), 2),
        "worst_deviation_percent": round(float(np.abs(np.array(seconds) / line - 1).max()) * 100, 1),
    }


def main() -> None:
    """Measure every size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the shards lie or are written")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--memory", default="512MB", help="the budget; small, so that every size is streamed")
    parser.add_argument("--one", type=int, help="measure this size in this process")
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(measure(chosen.folder, chosen.one, chosen.width, chosen.memory)), flush=True)
        return
    write_shards(chosen.folder, "train", max(chosen.sizes), chosen.width)
    write_shards(chosen.folder, "test", P_ROWS, chosen.width)
    lines = []
    for rows in chosen.sizes:
        command = [sys.executable, __file__, "--one", str(rows), "--folder", str(chosen.folder)]
        command += ["--width", str(chosen.width), "--memory", chosen.memory]
        line = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        print(line, end="", flush=True)
        lines.append(json.loads(line))
    for clock in ("fit_seconds", "fit_cpu_seconds") if len(lines) > 2 else ():
        fit = deviation([line["rows"] for line in lines], [line[clock] for line in lines])
        print(json.dumps({"clock": clock} | fit), flush=True)


if __name__ == "__main__":
    main()

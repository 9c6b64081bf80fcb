"""The study of curves across References runs, at a size that says nothing."""

from pathlib import Path

import numpy as np

import whorl
from command_line import script_in_this_process

ROOT = Path(__file__).resolve().parents[2]


def draw(n, seed, level=128):
    rng = np.random.default_rng(seed)
    return (level + rng.normal(size=(n, 8, 8, 3)) * 30).clip(0, 255).astype(np.uint8)


def test_the_study_runs(tmp_path):
    for side, level in (("light", 160), ("dark", 90)):
        reference = whorl.Reference.fit(
            draw(200, 1, level), draw(100, 2, level), encoder="whorl-vit-32", cells=2, min_generated=5,
            partitions=1, sensitivity=0,
        )  # fmt: skip
        reference.save(tmp_path / f"{side}-ref")
        for name in ("gan", "vae"):
            (tmp_path / side / name).mkdir(parents=True)
            np.save(tmp_path / side / name / "a.npy", draw(60, len(name), level))
    sides = [f"{tmp_path / side}-ref={tmp_path / side}" for side in ("light", "dark")]
    script = ROOT / "benchmarks/identification/across_references.py"
    done = script_in_this_process(script, *sides, "--same", "vae=flow", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("asked: gan/a, vae/a; known: 2 sets") == 2
    assert done.stdout.count("50 pictures: l2") == 2
    assert "a guess 0.50 (40 queries)" in done.stdout

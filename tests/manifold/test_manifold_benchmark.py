"""The benchmark runs, at a size that says nothing about speed; `whorl.manifold` gives its names."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import whorl.manifold

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_projection_is_measured(tmp_path):
    command = [sys.executable, "benchmarks/manifold_projection.py", "--folder", str(tmp_path)]
    run = subprocess.run(
        [*command, "--real", "60", "--queries", "7"],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    found = json.loads(run.stdout)
    assert (found["real"], found["queries"], found["width"]) == (60, 7, 3072)
    assert found["project_peak_mb"] > 0


def test_every_public_name_is_there_whatever_was_imported_before():
    code = "import whorl.manifold.frechet_ratio, whorl.manifold.manifold\nfrom whorl.manifold import *\n"
    code += "assert callable(fdr) and callable(raw_features) and Manifold.fit and FDR and Artifacts"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert sorted(whorl.manifold.__all__) == sorted(whorl.manifold._HOMES)
    with pytest.raises(AttributeError, match="bogus"):
        _ = whorl.manifold.bogus

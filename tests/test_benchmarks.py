"""The benchmarks run, at a size that says nothing about speed, and their page tells what they found."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytest.importorskip("pytest_benchmark")


@pytest.mark.slow
def test_every_benchmark_runs_and_the_page_has_its_row(tmp_path):
    results, page = tmp_path / "bench.json", tmp_path / "page.md"
    command = ["-m", "pytest", "-c", "benchmarks/pytest.ini", "benchmarks", "--size", "tiny"]
    run = _python(*command, f"--benchmark-json={results}")
    assert run.returncode == 0, run.stdout[-3000:]
    page.write_text("Before.\n<!-- benchmarks: begin -->\nold\n<!-- benchmarks: end -->\nAfter.\n")
    table = _python("benchmarks/table.py", str(results), str(page))
    assert table.returncode == 0, table.stderr
    text = page.read_text()
    assert text.startswith("Before.\n")
    assert text.endswith("After.\n")
    assert "begin -->\nold" not in text
    rows = [entry["extra_info"] for entry in json.loads(results.read_text())["benchmarks"]]
    assert len(rows) >= 15
    for row in rows:
        assert row["what"] in text
        assert row["seconds"] > 0
    assert (tmp_path / "figures" / "performance.svg").read_text().startswith("<?xml")


def _python(*arguments):
    # Told that it runs within xdist, pytest-benchmark would measure nothing.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

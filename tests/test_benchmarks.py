"""The benchmarks run, at a size that says nothing about speed, and their page tells what they found."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from command_line import script_in_this_process

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
    assert len(rows) >= 18
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


def _script(path, *arguments):
    return script_in_this_process(ROOT / path, *arguments, cwd=ROOT)


@pytest.mark.slow
def test_the_study_of_bfloat16_runs(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (420, 8, 8, 3), dtype=np.uint8)
    np.savez(tmp_path / "p.npz", train=pictures[:80], test=pictures[80:120], sets=pictures[120:])
    train, test, sets = (f"{tmp_path}/p.npz::{name}" for name in ("train", "test", "sets"))
    given = ["--train", train, "--test", test, "--sets", sets, "--encoder", "whorl-vit-32"]
    run = _script("benchmarks/half_precision.py", *given, "--size", "300")
    assert run.returncode == 0, run.stderr[-3000:]
    found = json.loads(run.stdout)
    assert 0 < found["largest"] < 1
    assert len(found["differences"]) == 12


@pytest.mark.slow
def test_the_streamed_fit_is_measured(tmp_path):
    sizes = ["--sizes", "400", "1200", "--width", "32", "--memory", "1KB"]
    run = _script("benchmarks/streamed_fit.py", "--folder", str(tmp_path), *sizes)
    assert run.returncode == 0, run.stderr[-3000:]
    assert "1,200" in run.stdout or "1200" in run.stdout


@pytest.mark.slow
def test_the_study_of_false_alarms_goes_on_where_it_was(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (900, 4, 4, 3), dtype=np.uint8)
    np.save(tmp_path / "p.npy", pictures)
    given = [
        "--pictures",
        str(tmp_path / "p.npy"),
        "--encoder",
        "pixels:4",
        "--cache",
        str(tmp_path / "cache"),
    ]
    sizes = ["--train", "300", "--test", "200", "--size", "250", "--out", str(tmp_path / "out.jsonl")]
    for repeats, started in (("2", _python), ("3", _script)):
        run = started("benchmarks/evidence/false_alarms.py", *given, *sizes, "--repeats", repeats)
        assert run.returncode == 0, run.stderr[-3000:]
        assert f"of {repeats}:" in run.stdout
    assert "1 of 3" not in run.stderr
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 1 + 3
    other = _script("benchmarks/evidence/false_alarms.py", *given, *sizes, "--repeats", "4", "--seed", "1")
    assert other.returncode != 0
    assert "other settings" in other.stderr


@pytest.mark.slow
def test_the_study_of_power_runs_and_draws(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (1200, 8, 8, 3), dtype=np.uint8)
    np.save(tmp_path / "train.npy", pictures[:700])
    np.save(tmp_path / "test.npy", pictures[700:])
    run = _script(
        "benchmarks/evidence/power.py",
        "--train", str(tmp_path / "train.npy"), "--test", str(tmp_path / "test.npy"),
        "--encoder", "pixels:8", "--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "out.jsonl"),
        "--repeats", "1", "--size", "210", "--originals", "220", "--partitions", "2",
        "--figure", str(tmp_path / "power.svg"),
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    found = {(row["kind"], row["share"]): row for row in rows}
    assert found["exact", 0.1]["found"].startswith("1 of 1")
    assert found["exact", 0.1]["recall"] == 1
    assert (tmp_path / "power.svg").exists()


@pytest.mark.slow
def test_the_study_of_stability_runs_and_draws(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (900, 4, 4, 3), dtype=np.uint8)
    np.save(tmp_path / "p.npy", pictures)
    place = str(tmp_path / "p.npy")
    run = _script(
        "benchmarks/evidence/stability.py", "--train", place + "[:400]", "--test", place + "[400:]",
        "--encoder", "pixels:4", "--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "out.jsonl"),
        "--seeds", "3", "--train-size", "300", "--test-size", "200", "--size", "250",
        "--figure", str(tmp_path / "stability.svg"),
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    assert "10 partitions: spread" in run.stdout
    assert (tmp_path / "stability.svg").exists()

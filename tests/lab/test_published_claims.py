"""The script that says what the published curves come to prints what the page says."""

from pathlib import Path

from command_line import script_in_this_process

ROOT = Path(__file__).parents[2]


def test_the_page_says_what_the_script_finds():
    run = script_in_this_process(ROOT / "benchmarks" / "published_claims.py", cwd=ROOT)
    assert run.returncode == 0, run.stderr
    printed = run.stdout
    assert printed.count("\n") == 16
    assert printed in (ROOT / "docs" / "reproduction.md").read_text(encoding="utf-8")

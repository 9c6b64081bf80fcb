"""What the README shows is what happens."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_the_readme_runs():
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert result.attempted > 5
    assert result.failed == 0


@pytest.mark.parametrize(
    "page", sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")])
)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_option_the_docs_name_exists():
    """A documented option that the command line does not know misleads."""
    from typer.main import get_command

    from whorl.cli.app import app

    known, todo = {"--help"}, [get_command(app)]
    while todo:
        command = todo.pop()
        known |= {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        todo += list(getattr(command, "commands", {}).values())
    for page in (ROOT / "README.md", *ROOT.glob("docs/*.md")):
        named = set(re.findall(r"`?(?<![\w-])(--[a-z][a-z-]+)", page.read_text()))
        foreign = {"--extra", "--constraint"}
        scripts = {script for script in ROOT.glob("benchmarks/**/*.py") if script.name in page.read_text()}
        foreign |= {name for script in scripts for name in re.findall(r'"(--[a-z-]+)"', script.read_text())}
        assert named - known - foreign == set(), page.name

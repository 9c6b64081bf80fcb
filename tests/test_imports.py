"""`import whorl` and `whorl --help` stay light."""

import os
import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "transformers",
    "diffusers",
    "sklearn",
    "matplotlib",
    "pyarrow",
    "scipy",
    "jinja2",
    "sqlalchemy",
)


@pytest.mark.parametrize("statement", ["import whorl", "import whorl.cli"])
def test_not_even_numpy_is_imported_for_the_command_line(statement):
    code = f"import sys; {statement}; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "statement",
    [
        "import whorl",
        "import whorl.cli",
        "import whorl.images, whorl.encoders, whorl.report, whorl.checks, whorl.manifold, whorl.structure",
    ],
)
def test_nothing_heavy_is_imported_unasked(statement):
    code = f"import sys; {statement}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_imports_neither_torch_nor_transformers():
    code = (
        "import sys\nsys.argv = ['whorl', '--help']\nfrom whorl.cli import main\n"
        "try:\n main()\nexcept SystemExit: pass\n"
        f"sys.stderr.write(str([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stderr.strip() == "[]"


def test_every_public_name_is_there():
    import whorl

    for name in whorl.__all__:
        assert getattr(whorl, name) is not None
    with pytest.raises(AttributeError, match="bogus"):
        _ = whorl.bogus

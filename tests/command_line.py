"""The command line, as a user types it: in a process of its own, or within this one, which is far quicker."""

import contextlib
import functools
import io
import os
import runpy
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from unittest import mock

from whorl.cli.app import main

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def in_a_new_process(*arguments, cwd, env):
    """Run `python -m whorl` with these arguments: its exit code, stdout and stderr.

    It pays for starting Python and importing torch; for what depends on that, and for one test of each command.
    """
    return subprocess.run(
        [sys.executable, "-m", "whorl", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, env=os.environ | _text(env), check=False,
    )  # fmt: skip


def in_this_process(*arguments, cwd, env):
    """The same from the same entry point, with everything that it sets for its own process put back."""
    return _within(main, ["whorl", *map(str, arguments)], cwd, _text(env))


def script_in_this_process(path, *arguments, cwd):
    """`python path` with these arguments, likewise; modules beside the script are forgotten afterwards."""
    path = Path(path).resolve()
    beside = {file.stem for file in path.parent.glob("*.py")}
    with mock.patch.object(sys, "path", [str(path.parent), *sys.path]):
        try:
            run = functools.partial(runpy.run_path, str(path), run_name="__main__")
            return _within(run, [str(path), *map(str, arguments)], cwd, {})
        finally:
            for name in beside & sys.modules.keys():
                del sys.modules[name]


def _within(run, argv, cwd, env):
    out, err, code = io.StringIO(), io.StringIO(), 0
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(cwd))
        stack.enter_context(mock.patch.dict(os.environ, env))
        stack.enter_context(mock.patch.object(sys, "argv", argv))
        stack.enter_context(warnings.catch_warnings())
        warnings.resetwarnings()  # pytest's filters, which a user does not have; Python's own follow
        for hidden in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", hidden)
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(err))
        try:
            run()
        except SystemExit as end:
            code = end.code if end.code is not None else 0
            if isinstance(code, str):  # as Python answers `raise SystemExit("words")`
                err.write(f"{code}\n")
                code = 1
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return subprocess.CompletedProcess(argv, code, out.getvalue(), err.getvalue())


def _text(env):
    return {"NO_COLOR": "1", "COLUMNS": "100"} | {name: str(value) for name, value in env.items()}

"""The command line, as a user types it: in a process of its own, or within this one, which is far quicker."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import warnings
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
    out, err = io.StringIO(), io.StringIO()
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(cwd))
        stack.enter_context(mock.patch.dict(os.environ, _text(env)))
        stack.enter_context(mock.patch.object(sys, "argv", ["whorl", *map(str, arguments)]))
        stack.enter_context(warnings.catch_warnings())
        warnings.resetwarnings()  # pytest's filters, which a user does not have; Python's own follow
        for hidden in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", hidden)
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(err))
        try:
            main()
        except SystemExit as end:
            code = end.code
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def _text(env):
    return {"NO_COLOR": "1", "COLUMNS": "100"} | {name: str(value) for name, value in env.items()}

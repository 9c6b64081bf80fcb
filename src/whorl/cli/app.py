"""The `whorl` command: its tree of commands, and what each kind of failure means to the shell."""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from types import FrameType
from typing import Annotated, Any, TextIO

import typer
from typer.core import TyperGroup

import whorl
from whorl.cli import (
    audit,
    cache,
    compare,
    demo,
    evaluate,
    identify,
    lab,
    latent,
    manifold,
    reference,
    register,
    registry,
)
from whorl.errors import WhorlError, WhorlWarning
from whorl.lab.training.interruption import StoppedError

EXIT_USAGE = 2
EXIT_BUG = 3
EXIT_SIGNAL = 128
_GO_ON = (
    "Stopped. Nothing half-written is left; encoded pictures, checkpoints and answers are kept. Run it again."
)


class _SignalledError(BaseException):
    """A signal asked the process to stop; not a KeyboardInterrupt, which typer would answer by itself."""


class _Tree(TyperGroup):
    """All commands; one that stopped in its own time keeps its signal, which typer would take for Ctrl-C."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command, or say by which signal it ended."""
        try:
            return super().invoke(ctx)
        except StoppedError as stop:  # not a KeyboardInterrupt any more, so typer lets it pass
            raise _SignalledError(stop.number) from stop


app = typer.Typer(
    name="whorl",
    cls=_Tree,
    help="Fingerprints of generative image models: do they copy, and which one made these pictures?",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 done, 1 --fail-below was met, 2 wrong usage or unusable input, 3 a bug in Whorl.",
)
app.add_typer(reference.app, name="reference")
app.command("audit")(audit.audit)
app.command("compare")(compare.compare)
app.command("demo")(demo.demo)
app.command("register")(register.register)
app.command("identify")(identify.identify)
app.command("evaluate")(evaluate.evaluate)
app.add_typer(manifold.app, name="manifold")
app.add_typer(latent.app, name="latent")
app.add_typer(registry.app, name="registry")
app.add_typer(cache.app, name="cache")
app.add_typer(lab.app, name="lab")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"whorl {whorl.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Fingerprints of generative image models: do they copy, and which one made these pictures?"""


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
    signal.signal(number, signal.SIG_DFL)  # a second signal ends the process at once
    raise _SignalledError(number)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    warnings.showwarning = _show_warning
    # Before torch is imported: its threads spin while they wait for each other, and as soon as anything else
    # runs on the machine that makes them several times slower. A short spin costs a quiet machine little.
    os.environ.setdefault("GOMP_SPINCOUNT", "30000")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
        if code == EXIT_SIGNAL + signal.SIGINT:  # a command that stopped in its own time
            _say(_GO_ON)
    except _SignalledError as stop:
        _say(_GO_ON)
        code = EXIT_SIGNAL + stop.args[0]
    except typer.Abort:
        code = EXIT_SIGNAL + signal.SIGINT
    except (BrokenPipeError, SystemExit):
        # typer answers a closed pipe by exit code 1, which means copies here
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = EXIT_SIGNAL + 13
    except (WhorlError, OSError) as error:
        _say(f"error: {error}")
        code = EXIT_USAGE
    except Exception as error:  # exit code 1 means copies were found, so a bug must not use it
        code = _wrong_usage(error)
    sys.exit(code if isinstance(code, int) else 0)


def _wrong_usage(error: Exception) -> int:
    """Show what typer says of the command line; anything else is a bug."""
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):
        from typer.rich_utils import rich_format_error

        rich_format_error(error)  # type: ignore[arg-type]
        return EXIT_USAGE
    _say(traceback.format_exc() + "This is a bug in Whorl; please report it with the lines above.")
    return EXIT_BUG


def _say(text: str) -> None:
    # Names of files come from strangers: no escape sequence of theirs reaches the terminal.
    sys.stderr.write("".join(c if c.isprintable() or c == "\n" else "?" for c in text).rstrip() + "\n")


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 - the signature is Python's
    line: str | None = None,
) -> None:
    if issubclass(category, WhorlWarning):
        _say(f"warning: {message}")
    else:
        _say(warnings.formatwarning(message, category, filename, lineno, line))

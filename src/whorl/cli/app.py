"""The `whorl` command: its tree of commands, and what each kind of failure means to the shell."""

from __future__ import annotations

import sys
import traceback
import warnings
from typing import Annotated, TextIO

import typer

import whorl
from whorl.cli import audit, cache, lab, reference
from whorl.errors import WhorlError, WhorlWarning

EXIT_BELOW = 1
EXIT_USAGE = 2
EXIT_BUG = 3
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="whorl",
    help="Fingerprints of generative image models: does it copy its training data, and at which level?",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 done, 1 --fail-below was met, 2 wrong usage or unusable input, 3 a bug in Whorl.",
)
app.add_typer(reference.app, name="reference")
app.command("audit")(audit.audit)
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
    """Fingerprints of generative image models: does it copy its training data, and at which level?"""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    warnings.showwarning = _show_warning
    try:
        app()
    except WhorlError as error:
        _say(f"error: {error}")
        sys.exit(EXIT_USAGE)
    except KeyboardInterrupt:
        _say("Interrupted. What was finished is kept; run the same command again to go on.")
        sys.exit(EXIT_INTERRUPTED)
    except Exception:  # exit code 1 means copies were found, so a bug must not use it
        _say(traceback.format_exc() + "This is a bug in Whorl; please report it with the lines above.")
        sys.exit(EXIT_BUG)


def _say(text: str) -> None:
    sys.stderr.write(text.rstrip() + "\n")


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

"""The command line: one file per command, nothing heavy imported before it is needed."""

from whorl.cli.app import main

__all__ = ["main"]

"""`whorl manifold`: which known model made each picture, by how it leaves the manifold of real ones."""

from __future__ import annotations

import typer

from whorl.cli.manifold_attribute import attribute
from whorl.cli.manifold_build import build
from whorl.cli.manifold_train import train

app = typer.Typer(
    help="Manifold fingerprints: learn known models, and say which of them made each picture.",
    no_args_is_help=True,
)
app.command("build")(build)
app.command("train")(train)
app.command("attribute")(attribute)
